"""What `gomem open` prints of a trace, and what `gomem top` does."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gomem_core.session.opened import open_file
from gomem_core.world.strip import Strip
from gomem_tui.__main__ import main
from tests.film.recorded import FOLDER, TOLD, TRUTH, film, trace

_NAME = "go1.27.3-lru"


def _path(name: str) -> str:
    return str(FOLDER / f"{name}.trace.gz")


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["open", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", TOLD)
def test_stops_have_the_figures_that_the_program_read_there(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, _path(name))
    assert (found["kind"], found["go"], found["anomalies"]) == ("film", None, 0)
    assert found["trace_version"] == {"1.23": 23, "1.24": 23, "1.25": 25, "1.26": 26, "1.27": 26}[name[2:6]]
    read = [stop for stop in found["stops"] if stop["why"] == "read mem stats"]
    assert [stop["t_ns"] for stop in found["stops"]] == sorted(stop["t_ns"] for stop in found["stops"])
    for stop, told in zip(read, ("begin", "end"), strict=True):
        assert {field: stop[field] for field in ("HeapObjects", "HeapAlloc", "HeapInuse")} == {
            field: TRUTH[name][told][field] for field in ("HeapObjects", "HeapAlloc", "HeapInuse")
        }


def test_a_moment_is_told_with_its_types(capsys: pytest.CaptureFixture[str]) -> None:
    """All lines of a program's own count: pages are never forgotten in this one before they are swept."""
    end = [stop for stop in film(_NAME).tables.stops if stop.why == "read mem stats"][1]
    found = _json(capsys, _path(_NAME), "--at", f"{film(_NAME).time(end.event)}ns", "--pane", "types")
    assert found["at"]["HeapAlloc"] == TRUTH[_NAME]["end"]["HeapAlloc"] == sum(row["bytes"] for row in found["types"])
    assert found["at"]["HeapObjects"] == sum(row["objects"] for row in found["types"])
    rows = {row["type"]: row for row in found["types"]}
    assert rows["main.Page"]["alloc_objects"] == TRUTH[_NAME]["counts"]["main.Page"]
    assert [row["bytes"] for row in found["types"]] == sorted((row["bytes"] for row in found["types"]), reverse=True)


def test_a_still_of_a_moment_is_read_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A trace does not tell HeapSys and its like: a file keeps that they are not known."""
    end = [stop for stop in film(_NAME).tables.stops if stop.why == "read mem stats"][1]
    still = str(tmp_path / "end.still")
    assert main(["export", _path(_NAME), "--still", "--at", f"{film(_NAME).time(end.event)}ns", "-o", still]) == 0
    assert capsys.readouterr().out == ""
    opened = open_file(Path(still))
    assert isinstance(opened, Strip)
    memory = opened.shown.sums.mem_stats()
    assert memory.HeapSys is None
    for field in ("HeapAlloc", "HeapInuse", "HeapObjects"):
        assert getattr(memory, field) == TRUTH[_NAME]["end"][field]


def test_a_table_is_printed_whole_however_long_it_takes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An explorer leaves what takes longer than a moment to another thread, and draws again; print waits for it."""
    monkeypatch.setattr("gomem_core.queries.roworder.PATIENCE", 0.0)
    assert main(["open", _path(_NAME), "--text", "--at", "end", "--pane", "types"]) == 0
    told = capsys.readouterr().out
    assert "looking at" not in told
    assert "main.Page" in told


def test_events_are_counted_as_the_trace_has_them(capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, _path("go1.27.3-std-sort"))
    assert found["counts"]["HeapObjectAlloc"] == 11930
    assert found["events"] == film("go1.27.3-std-sort").tables.total > found["moments"]


def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", _path(_NAME), "--text", "--at", "5ms"]) == 0
    told = capsys.readouterr().out
    assert "anomalies: 0" in told
    assert "at 0.005000 s" in told
    assert main(["open", _path(_NAME), "--text", "--at", "5ms", "--pane", "heap"]) == 0
    assert "heap_inuse 4.0M" in capsys.readouterr().out


def test_top_lists_types_and_classes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["top", _path(_NAME), "--by", "type", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    last = film(_NAME).account(film(_NAME).events)
    assert sum(row["bytes"] for row in rows) == last.HeapAlloc
    assert main(["top", _path(_NAME), "--by", "class", "--json"]) == 0
    assert sum(row["bytes"] for row in json.loads(capsys.readouterr().out)["rows"]) == last.HeapAlloc


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--json", "--at", "1.5x"), 2, "--at"),
        (("--json", "--at", "99999999"), 3, "no event 99999999"),
        (("--json", "--pane", "spans"), 2, "only types"),
        (("--json", "--text"), 2, "either"),
        (("--text", "--pane", "nothing"), 2, "not a pane"),
        (("--speed", "x"), 2, "--speed"),
    ],
)
def test_what_is_wrong_is_told(words: tuple[str, ...], code: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        assert main(["open", _path(_NAME), *words]) == code
    except SystemExit as e:
        assert e.code == code  # noqa: PT017 -- argparse ends so
    assert told in capsys.readouterr().err


def test_a_file_that_is_no_film_for_us_is_refused_with_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = tmp_path / "old"
    old.write_bytes(b"go 1.11 trace\0\0\0" + bytes(40))
    assert main(["open", str(old), "--json"]) == 3
    assert "Go 1.23 and later" in capsys.readouterr().err
    cut = tmp_path / "cut"
    cut.write_bytes(trace(_NAME)[:70_000])
    found = _json(capsys, str(cut))
    assert "ends in the middle" in found["faults"][-1]
    assert found["moments"] > 100


def test_numpy_is_not_imported_for_a_session() -> None:
    code = "import sys, gomem_tui.opening as o; o.open_console(None); sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0


def test_what_was_given_back_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A trace does not have it: it counts as free pages, and is no 0."""
    assert main(["open", _path(_NAME), "--text", "--pane", "heap"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "given back" in line)
    assert line.split("given back")[1].split()[0] == "?"


def test_types_are_printed_however_long_it_takes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gomem_core.queries.roworder.PATIENCE", 0)
    assert main(["open", _path(_NAME), "--text", "--pane", "types"]) == 0
    assert "large, without pointers" in capsys.readouterr().out
