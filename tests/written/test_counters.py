"""MemStats, expvar, runtime/metrics and lines of gctrace: what is read of them, and what is said where little is known."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gomem_core.files.stillfile import read_still, still_bytes
from gomem_core.formats.gctrace import read_gctrace
from gomem_core.formats.gocounters import FIELDS, CountersError, read_counters
from gomem_core.queries.amounts import amounts
from gomem_core.session.console import Console
from gomem_core.session.opened import open_file
from gomem_core.world.strip import Strip
from gomem_core.world.world import NotKnown, unknown
from gomem_core.written.counters import world_of_counters
from gomem_core.written.opening import open_written
from gomem_tui.__main__ import main
from tests import schemafile
from tests.written.realfiles import NAMES, REAL, truth, unpacked

Capture = pytest.CaptureFixture[str]
VALIDATOR = Draft202012Validator(json.loads(schemafile.PATH.read_text(encoding="utf-8")))
MOMENT = json.loads(unpacked("go1.27.3-moment.memstats.json.gz"))  # by tests/written/programs/moment.go


def strip(file: str) -> Strip:
    found = open_written(unpacked(file), file)
    assert found is not None
    return found


# --- MemStats and its relatives -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["memstats", "vars", "metrics"])
def test_one_moment_told_in_three_ways_is_the_same(source: str) -> None:
    w = strip(f"go1.27.3-moment.{source}.json.gz").shown
    told = w.sums.mem_stats()._asdict()
    expected = {field: MOMENT[field] for field in FIELDS} | {"NextGC": (1 << 64) - 1}  # GOGC is off: never
    assert {field: told[field] for field in FIELDS} == expected
    assert (w.kind, w.place.of, w.place.go) == ("memstats", "memstats", "")
    if source == "metrics":
        assert w.sums.gcpercent == -1


@pytest.mark.parametrize("name", NAMES)
def test_memstats_of_real_programs(name: str) -> None:
    w, expected = strip(f"{name}.memstats.json.gz").shown, truth(name)["memstats_window_end"]
    told = w.sums.mem_stats()._asdict()
    assert {field: told[field] for field in FIELDS} == {field: expected[field] for field in FIELDS}
    classes = {one.name: (one.objects, one.alloc_objects) for one in amounts(w, "class")}
    by_size = json.loads(unpacked(f"{name}.memstats.json.gz"))["BySize"]
    assert classes == {
        f"{row['Size']} B": (row["Mallocs"] - row["Frees"], row["Mallocs"]) for row in by_size if row["Size"] and row["Mallocs"]
    }
    assert read_still(gzip.decompress(still_bytes(w))) == w
    with pytest.raises(NotKnown, match="counters are sums"):
        amounts(w, "type")


@pytest.mark.parametrize("name", NAMES)
def test_metrics_of_real_programs_add_up(name: str) -> None:
    stats = strip(f"{name}.metrics.json.gz").shown.sums.mem_stats()
    assert stats.HeapIdle is not None
    assert stats.HeapSys == stats.HeapIdle + stats.HeapInuse
    assert stats.Mallocs is not None
    assert stats.Frees is not None
    assert stats.Mallocs - stats.Frees == stats.HeapObjects


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ({"HeapAlloc": -1}, "HeapAlloc is '-1', where a whole number was expected"),
        ({"HeapSys": "7"}, "HeapSys is '7'"),
        ({"NumGC": None}, "NumGC is 'None'"),
        ({"Mallocs": 1 << 70}, "Mallocs is"),
        ({"BySize": [3]}, "BySize: a list of objects"),
        ({"BySize": [{"Size": 8}]}, "Mallocs is missing"),
    ],
)
def test_damaged_counters_are_told_of(damage: dict[str, Any], why: str) -> None:
    with pytest.raises(CountersError, match=why):
        read_counters(json.dumps(MOMENT | damage).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"memstats": 3}', b'{"a": 1}', b"[" * 100_000, b"alloc 48\n"])
def test_what_is_no_counters_is_something_else(data: bytes) -> None:
    assert read_counters(data) is None


# --- gctrace ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_each_line_of_gctrace_is_a_moment(name: str) -> None:
    text = unpacked(f"{name}.gctrace.txt").decode()
    lines = [line for line in text.splitlines() if line.startswith("gc ")]
    found = strip(f"{name}.gctrace.txt")
    assert [still.sums.stats.numgc for still in found.stills] == [*range(1, len(lines) + 1)] != []
    for still, line in zip(found.stills, lines, strict=True):
        live, goal = (int(n) << 20 for n in re.findall(r"->(\d+) MB, (\d+) MB goal", line)[0])
        assert (still.sums.stats.heap_marked, still.sums.stats.next_gc) == (live, goal)
        assert ("forced" in still.place.note) == line.endswith("(forced)")
        assert unknown(still, "spans").startswith("lines of gctrace tell sums of whole megabytes")
        with pytest.raises(NotKnown):
            still.sums.mem_stats()
        assert read_still(gzip.decompress(still_bytes(still))) == still


def test_a_line_field_by_field_and_lines_of_others_between_them() -> None:
    text = (
        "hello\n"
        "scav 100 KiB work (bg), 28 KiB work (eager), 4000 KiB now, 97% util\n"
        "gc 7 @1.234s 3%: 0.055+1.2e-05+0.0030 ms clock, 0.11+0.1/0.9/2.0+0.006 ms cpu, 9->10->4 MB, 11 MB goal, "
        "1 MB stacks, 0 MB globals, 8 P (forced)\n"
        "gc 8 @2s 3%: 0+1+2 ms clock, 0+0/1/0+0 ms cpu, 4->5->3 MB, 5 MB goal, 2 P\n"
        "gc 9 @2s 3%: 0+1+2 ms clock, nonsense\n"
        "gc 10 @2s 3%: 0+1+2 ms clock, 0+0/1/0+0 ms cpu, 4->5->3 MB, 5 MB goal, 2 P and the program's own words\n"
    )
    found = read_gctrace(text)
    assert found is not None
    first, second = found.cycles
    assert (first.number, first.at, first.percent, first.ps, first.forced, first.scavenged) == (7, 1.234, 3, 8, True, 128 << 10)
    assert (first.clock, first.cpu) == ((0.055, 1.2e-05, 0.003), (0.11, 0.1, 0.9, 2.0, 0.006))
    assert (first.start, first.end, first.live, first.goal) == (9 << 20, 10 << 20, 4 << 20, 11 << 20)
    assert (first.stacks, first.globals, second.stacks, second.forced) == (1 << 20, 0, None, False)
    assert read_gctrace("gc mark\ngc\nalloc 48\n") is None


def test_time_goes_from_collection_to_collection(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(unpacked("go1.27.3-lru.gctrace.txt"))
    console = Console(True, open_file(path), None)
    assert len(console.session.steps) == 3
    console.goto(3)
    assert console.session.world.sums.stats.numgc == 4
    console.goto(1)
    assert console.session.world.sums.stats.numgc == 2
    assert console.session.outcome is not None
    assert console.session.outcome.result is not None
    assert console.session.outcome.result.summary.startswith("look 2: gc 2 at ")


# --- On the command line ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("go1.27.3-lru.gctrace.txt", "gctrace"),
        ("go1.27.3-lru.memstats.json.gz", "memstats"),
        ("go1.27.3-moment.vars.json.gz", "memstats"),
        ("go1.27.3-lru.metrics.json.gz", "memstats"),
    ],
)
def test_they_open_and_are_drawn(file: str, kind: str, capsys: Capture) -> None:
    assert main(["open", "--json", str(REAL / file)]) == 0
    found = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(found)
    assert (found["kind"], found["go"]) == (kind, None)
    assert main(["export", "--text", str(REAL / file), "--focus", "heap", "--zoom", "--size", "80x24"]) == 0
    drawn = capsys.readouterr().out
    assert "go ?" in drawn or kind == "gctrace"  # its words have no room for it
    assert ("gc 4 at 0.023 s, forced; heap 5M → 5M, live <1M" if kind == "gctrace" else "HeapInuse") in drawn


def test_counters_need_no_fields_that_go_does_not_write() -> None:
    counted = read_counters(json.dumps(dict.fromkeys(FIELDS, 1)).encode())
    assert counted is not None
    assert world_of_counters(counted, "").sums.mem_stats().BySize == ()
    with pytest.raises(NotKnown, match="do not tell classes apart"):
        amounts(world_of_counters(counted, ""), "class")
