"""Which type grows, and between which moments: told by `top` and `diff` of places in a film, and as data by `export`."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from gomem_core.film import checkpoints
from gomem_core.film.film import Film
from gomem_core.film.reel import FilmReel
from gomem_core.film.tables import BLOCK
from gomem_core.queries.courses import rise
from gomem_core.session.console import Console
from gomem_tui.__main__ import main
from tests import schemafile
from tests.film.recorded import FOLDER, TRUTH, film, trace

_NAME = "go1.27.3-lru"
_PATH = str(FOLDER / f"{_NAME}.trace.gz")
_VALIDATOR = Draft202012Validator(json.loads(schemafile.PATH.read_text(encoding="utf-8")))


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    _VALIDATOR.validate(found)
    return found


def _bytes(event: int) -> Counter[str]:
    """Bytes by type, of those that have one, from the lifetimes."""
    tables = film(_NAME).tables
    lives = tables.lives
    there = np.flatnonzero((lives["born"] <= event) & (lives["freed"] > event) & (lives["type"] > 0))
    found = Counter[str]()
    for kind, span in zip(lives["type"][there].tolist(), lives["span"][there].tolist(), strict=True):
        found[tables.types[kind]] += int(tables.spans["elemsize"][span])
    return found


def test_two_moments_of_a_film_are_compared_by_type(capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "diff", f"{_PATH}@500", f"{_PATH}@3000")
    then, now = _bytes(500), _bytes(3_000)
    typed = {
        row["name"]: (row["bytes_then"], row["bytes_now"]) for row in found["types"] if row["name"] in film(_NAME).tables.types
    }
    assert typed == {name: (then[name], now[name]) for name in then.keys() | now.keys() if then[name] != now[name]}
    assert main(["diff", f"{_PATH}@500", f"{_PATH}@3000"]) == 0
    assert "main.Page" in capsys.readouterr().out
    assert _json(capsys, "diff", f"{_PATH}@end", _PATH)["same"] is True


def test_top_says_what_grew_since_and_between_which_moments(capsys: pytest.CaptureFixture[str]) -> None:
    one = film(_NAME)
    found = _json(capsys, "top", "--since", "500", f"{_PATH}@3000")
    then, now = _bytes(500), _bytes(3_000)
    rows = [row for row in found["rows"] if row["name"] in one.tables.types]
    told = {row["name"]: (row["bytes_then"], row["bytes"]) for row in rows}
    assert told == {name: (then[name], now[name]) for name in told}
    assert told.keys() >= then.keys() | now.keys()
    grew = [row["bytes"] - row["bytes_then"] for row in found["rows"]]
    assert grew == sorted(grew, reverse=True)
    page = next(row for row in rows if row["name"] == "main.Page")
    begins, ends = (one.event_at(page["rise"][name]) for name in ("from_ns", "to_ns"))
    assert 500 <= begins < ends <= 3_000
    assert _bytes(ends)["main.Page"] - _bytes(begins)["main.Page"] == page["rise"]["bytes"] > 0
    whole = _json(capsys, "top", _PATH)["rows"]
    assert next(row for row in whole if row["name"] == "main.Page")["rise"]["bytes"] >= page["rise"]["bytes"]
    assert all(row["bytes_then"] is None for row in whole)
    assert main(["top", "--since", "500", f"{_PATH}@3000"]) == 0
    heading, first = capsys.readouterr().out.splitlines()[1:3]
    assert heading.split() == ["bytes", "was", "is", "objects", "were", "are", "grew", "from", "to", "type"]
    assert first.split()[7:11:2] == [f"{page['rise']['from_ns'] / 1e9:.6f}", f"{page['rise']['to_ns'] / 1e9:.6f}"]


def test_what_is_gone_since_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    rows = _json(capsys, "top", "--since", "3000", f"{_PATH}@500")["rows"]
    gone = [row["name"] for row in rows if row["name"] in film(_NAME).tables.types and row["bytes_then"] and not row["bytes"]]
    assert set(gone) == set(_bytes(3_000)) - set(_bytes(500))
    assert main(["top", "--since", "3000", f"{_PATH}@500"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("a later place, which --since names: this counts backwards")
    assert main(["top", "--since", "500", f"{_PATH}@3000"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(" since then")


def test_a_rise_is_the_most_from_one_moment_to_a_later_one() -> None:
    rng = random.Random(5)
    for _ in range(300):
        values = [rng.randrange(8) for _ in range(rng.randrange(7))]
        pairs = [(b - a, i, j) for i, a in enumerate(values) for j, b in enumerate(values) if i < j and b > a]
        found = rise(values)
        assert (found is None) == (not pairs)
        if found is not None:
            more, first, last = found
            assert more == max(pairs)[0] == values[last] - values[first]
            assert not any(pair[0] == more and first < pair[1] <= pair[2] <= last for pair in pairs)


def test_a_course_is_the_same_with_checkpoints_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = film(_NAME).checkpoints.course(0, film(_NAME).events, 20)
    monkeypatch.setattr(checkpoints, "_APART", BLOCK)
    monkeypatch.setattr(checkpoints, "_MOST", 1_000)
    one = Film(trace(_NAME), "it").read()
    assert len(one.tables.checkpoints) == 6
    found = one.checkpoints.course(0, one.events, 20)
    assert {event for event, _ in found} >= {0, one.events, *one.tables.checkpoints["event"].tolist()[:-1]}
    for event, sums in (*found, *plain):
        assert sums.nbytes.tolist() == one.checkpoints.sums(event).nbytes.tolist()
    assert [event for event, _ in plain] == [film(_NAME).events * n // 19 for n in range(20)]


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("@1..5", "behind the @ a step, a bookmark, start, end or a time was expected"),
        ("@99999999", "there is no event 99999999"),
        ("@nowhere", "no step is marked nowhere"),
    ],
)
def test_a_place_that_there_is_not_is_told(place: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", f"{_PATH}{place}", _PATH]) == 3
    assert why in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["open", _PATH, "--text", "--at", "{}"],
        ["open", _PATH, "--text", "--at", "{}", "--pane", "types"],
        ["open", _PATH, "--json", "--at", "{}"],
        ["export", _PATH, "--json", "--at", "{}"],
        ["top", _PATH + "@{}"],
        ["top", _PATH, "--since", "{}"],
        ["diff", _PATH, _PATH + "@{}"],
        ["advise", _PATH + "@{}"],
    ],
    ids=" ".join,
)
def test_who_asks_for_a_time_after_the_end_is_told_that_the_end_is_shown(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    end = film(_NAME).time(film(_NAME).events)
    assert main([word.format("99s") for word in words]) == 0
    assert capsys.readouterr().err == f"gomem: the film ends at {end / 1e9:.6f} s, before 99.000000 s: its end is shown\n"
    assert main([word.format(f"{end}ns") for word in words]) == 0
    assert not capsys.readouterr().err


def test_a_file_with_such_a_name_goes_before_a_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a session file, places are steps and bookmarks."""
    file = tmp_path / "it@2"
    file.write_text("alloc 64 as a\nalloc 64 as b\nmark two\nalloc 64 as c\n")
    assert main(["top", "--by", "class", "--json", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["objects"] == 3
    assert main(["top", "--by", "class", "--json", f"{file}@two", "--since", "1"]) == 0
    row = json.loads(capsys.readouterr().out)["rows"][0]
    assert (row["objects"], row["objects_then"], row["rise"]) == (2, 1, None)


def test_a_moment_is_exported_as_data_with_what_it_does_not_tell(capsys: pytest.CaptureFixture[str]) -> None:
    end = [stop for stop in film(_NAME).tables.stops if stop.why == "read mem stats"][1]
    found = _json(capsys, "export", _PATH, "--at", f"{film(_NAME).time(end.event)}ns")
    assert found["t_ns"] == film(_NAME).time(end.event)
    assert found["mem_stats"]["HeapAlloc"] == TRUTH[_NAME]["end"]["HeapAlloc"] == found["account"]["requested"]
    assert found["mem_stats"]["Mallocs"] is None
    assert sum(span["alloc_count"] or 0 for span in found["spans"]) == TRUTH[_NAME]["end"]["HeapObjects"]
    assert len(found["objects"]["rows"]) == found["objects"]["ever"]
    nothing = {name for name, value in found.items() if value is None} - {"line", "result", "error"}
    assert nothing == set(found["unknown"]) == {"go", "sweepgen", "mcentral", "mcaches", "free", "freelarge"}
    assert found["unknown"]["mcentral"] == "a trace does not tell on which lists spans hang"
    assert found["unknown"]["go"].startswith("a trace tells only its format, that of go1.26"), "a program of 1.27 wrote it"


def test_so_is_what_has_no_addresses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "m.json"
    clock = "0.03+1.2+0.01 ms clock, 0.1+0.5/1.0/0+0.05 ms cpu"
    file.write_text(f"gc 1 @0.012s 2%: {clock}, 4->5->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 4 P\n")
    found = _json(capsys, "export", str(file))
    assert (found["spans"], found["mem_stats"], found["stats"]["numgc"], found["go"]) == (None, None, 1, None)
    assert found["unknown"]["go"] == "the file does not tell by which version of Go it was written"
    assert "nothing of the heap itself" in found["unknown"]["spans"]


def test_a_type_may_be_called_in_any_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The trace is one in which a program's type has another name of as many bytes."""
    path = tmp_path / "lru.trace"
    path.write_bytes(trace(_NAME).replace(b"main.Page", "main.Päg".encode()))
    rows = _json(capsys, "top", str(path))["rows"]
    page = next(row for row in rows if row["name"] == "main.Päg")
    assert page["alloc_objects"] == TRUTH[_NAME]["counts"]["main.Page"]
    console = Console(True, FilmReel(Film(path.read_bytes(), "it").read()))
    outcome = console.submit('until type "main.Päg" > 4K')
    assert outcome.ok
    told = FilmReel(film(_NAME)).until_type("main.Page", ">", 4096, 0)
    assert console.session.step == told
    assert console.submit("until type main.P\u00e4g > 5K").ok
    wrong = console.submit("until type main.P\u202eg > 5K").error
    assert wrong is not None
    assert "RIGHT-TO-LEFT OVERRIDE" in str(wrong)
