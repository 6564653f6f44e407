"""Recordings of real Go 1.21 to 1.27: replayed equal, and every single comparison is shown to be able to fail."""

import copy
import gzip
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gomem_core.go.versions import profile_named
from gomem_core.modern.malloc import Heap
from gomem_core.recordings.format import RecordingError
from gomem_core.recordings.report import Report
from gomem_core.recordings.verify import verify

FOLDER = Path(__file__).parent.parent / "recordings" / "modern"
RECORDINGS = sorted(FOLDER.glob("*.jsonl.gz"))
# Each kind once, each version at least once.  All are replayed by .ci/run on the compiled allocator, and by the thorough tests.
QUICK = (
    *("tiny.121", "classes.122", "mixed.123", "large.124", "reuse.125", "gc27.126", "gc27stw.122", "flush.127", "lazy.126"),
    *("natural.127", "procs2.124", "procs4.127norand", "heapbits.127", "heapbits.123", "lazy.121", "natural.125"),
)

# What the recordings' README lists as compared.
EVENTS = {
    "span": "base npages spanclass src scav needzero",
    "manual": "base src scav needzero",
    "free": "base npages",
    "pcfill": "p base free scav",
    "grow": "base size cur_base cur_end",
    "cache": "p spanclass base freeindex count src",
    "uncache": "p spanclass base freeindex count stale",
    "sweep": "base nalloc nfreed freeindex",
    "reclaim": "npages index credit",
    "pace": "ratio_bits live_basis swept_basis",
    "flip": "sweepgen",
}
MEMSTATS = "HeapInuse HeapAlloc Alloc HeapObjects HeapReleased HeapIdle HeapSys StackInuse Mallocs Frees TotalAlloc BySize"
SNAPSHOT = "sweepgen cur_arena"
CASES = [(kind, name, "events") for kind, names in EVENTS.items() for name in names.split()]
CASES += [("alloc", name, "addresses") for name in ("addr", "heap_live")]
CASES += [("malloc", name, "addresses") for name in ("addr", "heap_live")]
CASES += [("memstats", name, "memstats") for name in MEMSTATS.split()]
CASES += [("snapshot", name, "snapshots") for name in SNAPSHOT.split()]
CASES += [("heapbits", name, "heapbits") for name in ("addr", "slot", "span", "spanclass", "before_addr", "tail")]

Record = dict[str, Any]


@cache
def records(name: str) -> tuple[Record, ...]:
    with gzip.open(FOLDER / f"{name}.jsonl.gz", "rt") as lines:
        return tuple(json.loads(line) for line in lines)


def ids(path: Path) -> str:
    return path.name.removesuffix(".jsonl.gz")


@pytest.mark.parametrize("name", QUICK)
def test_the_recording_is_equal_in_every_column(name: str) -> None:
    check_equal(name)


@pytest.mark.thorough
@pytest.mark.parametrize("name", [ids(path) for path in RECORDINGS if ids(path) not in QUICK])
def test_every_recording_is_equal(name: str) -> None:
    check_equal(name)


def check_equal(name: str) -> None:
    report = verify(FOLDER / f"{name}.jsonl.gz")
    assert report.first_difference is None
    lines = records(name)
    counted = {
        "addresses": sum(r["k"] == "malloc" or r.get("op") == "alloc" for r in lines),
        "events": sum(r["k"] in EVENTS for r in lines) + predicted_releases(lines),
        "snapshots": sum(r["k"] == "snapshot" for r in lines),
        "heapbits": sum(r["k"] == "heapbits" for r in lines),
        "memstats": sum(r["k"] == "memstats" for r in lines),
    }
    assert {column: (c.compared, c.equal) for column, c in report.columns().items()} == {n: (c, c) for n, c in counted.items()}
    assert report.ops == sum(r["k"] == "op" for r in lines)
    assert report.go == lines[0]["go"]


def predicted_releases(lines: tuple[Record, ...]) -> int:
    """What FreeOSMemory gave back: up to the next op, or until the background scavenger has its turn."""
    found, counts = 0, False
    for r in lines:
        if r["k"] == "op":
            counts = r["op"] == "freeosmemory"
        found += counts and r["k"] == "scavenge"
    return found


def test_there_are_recordings_of_every_kind_and_version() -> None:
    assert len(RECORDINGS) == 103
    kinds = {ids(path).partition(".")[0] for path in RECORDINGS}
    assert kinds == {name.partition(".")[0] for name in QUICK}
    assert {ids(path).partition(".")[2] for path in RECORDINGS} == {name.partition(".")[2] for name in QUICK}


def find(kind: str, field: str) -> tuple[str, int]:
    """The last fitting record of the first small recording that has one."""
    for name in ("heapbits.127", "flush.127norand", "large.124", "lazy.122"):
        lines = records(name)
        for i in reversed(range(len(lines))):
            r = lines[i]
            fits = r["k"] == kind if kind != "alloc" else r.get("op") == "alloc" and r["size"] > 0 and r["heap_live"] is not None
            if kind == "sweep" and (r.get("why") == "" and not r.get("preserve")):
                fits = False  # it is an input, unless an allocation caused it
            if field == "tail" and fits:
                fits = 4 <= r["spanclass"] < 54  # slots that have marks at the end of their span
            if fits and (r.get(field) not in (None, "") or field == "before_addr"):
                return name, i
    raise AssertionError("no recording has what is wanted")


def changed(value: Any) -> Any:
    """Something else of the same sort."""
    match value:
        case "cache" | "heap" | "grow" | "partial_swept" | "partial_unswept" | "full_unswept":
            return "heap+grow"
        case str() if value.startswith("0x"):
            return hex(int(value, 16) + 16)
        case str():
            return value[:-1] + ("0" if value[-1:] != "0" else "3")
        case list():
            return [*value[:-1], changed(value[-1])] if value else [[5, "0x10"]]
        case bool():
            return not value
    return 1 - value if value in (0, 1) else value + 1


def verify_with(tmp_path: Path, name: str, at: int, record: Record | None) -> Report:
    """The recording with another record in place `at`, or none."""
    lines = list(records(name))
    lines[at : at + 1] = [] if record is None else [record]
    path = tmp_path / "mutated.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return verify(path)


@pytest.mark.parametrize(("kind", "field", "column"), CASES, ids=str)
def test_a_changed_field_is_a_difference_at_its_line(kind: str, field: str, column: str, tmp_path: Path) -> None:
    name, at = find(kind, field)
    record = copy.deepcopy(records(name)[at])
    record[field] = changed(record[field])
    report = verify_with(tmp_path, name, at, record)
    counts = report.columns()[column]
    assert counts.compared > counts.equal
    difference = report.first_difference
    assert difference is not None
    if (kind, field) != ("sweep", "base"):  # with its base its marks are lost, and the allocation goes another way
        assert (difference.line, difference.what.partition(" ")[0]) == (at + 1, "alloc" if kind == "malloc" else kind)
    assert difference.expected != difference.got


SNAPSHOT_PARTS: dict[str, Any] = {
    **{f"span field {i}": i for i in (1, 3, 4, 5, 6, 7, 8, 9)},
    "allocBits": 10,
}


@pytest.mark.parametrize("part", SNAPSHOT_PARTS)
def test_a_changed_part_of_a_span_is_a_difference(part: str, tmp_path: Path) -> None:
    name, at = find("snapshot", "spans")
    record = copy.deepcopy(records(name)[at])
    span = next(span for span in record["spans"] if span[2] == 1 and span[3] > 1)
    span[SNAPSHOT_PARTS[part]] = changed(span[SNAPSHOT_PARTS[part]])
    report = verify_with(tmp_path, name, at, record)
    assert report.snapshots.compared == report.snapshots.equal + 1
    assert report.first_difference is not None
    assert report.first_difference.what == f"snapshot span {span[0]}"


@pytest.mark.parametrize("field", ["pcache", "tiny", "tinyoffset", "mcache"])
def test_a_changed_part_of_a_p_is_a_difference(field: str, tmp_path: Path) -> None:
    name, at = find("snapshot", "p")
    record = copy.deepcopy(records(name)[at])
    record["p"][0][field] = changed(record["p"][0][field])
    report = verify_with(tmp_path, name, at, record)
    assert report.snapshots.compared == report.snapshots.equal + 1


@pytest.mark.parametrize("part", ["central", "chunks taken", "chunks given back"])
def test_a_changed_queue_or_chunk_is_a_difference(part: str, tmp_path: Path) -> None:
    name, at = find("snapshot", "central")
    record = copy.deepcopy(records(name)[at])
    if part == "central":
        bases = max((queue[2] for queue in record["central"]), key=len)
        bases.reverse()
        assert len(bases) > 1
    else:
        record["chunks"][0][1 if part == "chunks taken" else 2] = "01" * 64
    report = verify_with(tmp_path, name, at, record)
    assert report.snapshots.compared == report.snapshots.equal + 1


@pytest.mark.parametrize("kind", ["span", "cache", "uncache", "free", "grow", "pcfill"])
def test_a_missing_event_is_a_difference(kind: str, tmp_path: Path) -> None:
    name, at = find(kind, "base")
    report = verify_with(tmp_path, name, at, None)
    assert report.first_difference is not None
    assert report.events.compared > report.events.equal


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([{"k": "header", "go": "go1.20.1"}, {"k": "op", "op": "gc", "i": 0}], "not a version of Go whose heap is modelled"),
        ([{"k": "header", "go": "go1.27.3"}], "there is no op in it"),
        ([{"k": "header", "go": "go1.27.3"}, {"k": "op", "op": "gc", "i": 0}], "there is no 'heap_base'"),
        ([{"k": "header", "go": "go1.27.3", "heap_base": "0xc000000000", "procs": 1}, {"k": "op", "i": 1}], "there is no 'op'"),
        (
            [
                {"k": "header", "go": "go1.27.3", "heap_base": "0xc000000000", "procs": 1},
                {"k": "op", "i": 1, "op": "gc"},
                {"k": "x"},
            ],
            "'x' is not a line of a recording",
        ),
    ],
)
def test_what_is_no_recording_is_told(lines: list[Record], problem: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(RecordingError, match=problem):
        verify(path)


@pytest.mark.parametrize("line", (FOLDER / "empty-session.jsonl").read_text().splitlines(), ids=lambda line: line[8:16])
def test_a_session_that_starts_empty_has_these_addresses(line: str) -> None:
    record = json.loads(line)
    profile = profile_named(record["go"])
    assert profile is not None
    heap, addrs = Heap(profile), dict[int, int]()
    for op, *args in record["ops"]:
        if op == "alloc":
            number, size, kind, addr = args
            assert kind in "ns"
            addrs[number] = heap.mallocgc(size, size & ~7 if kind == "s" else 0)
            assert hex(addrs[number]) == addr
        elif op == "drop":
            heap.drop(addrs[args[0]])
        else:
            assert op == "gc"
            heap.gc.collect(0)
    assert len(addrs) == 28


def test_a_sweep_more_than_spans_wait_is_a_difference(tmp_path: Path) -> None:
    """It ends there, too: that line asks for something of which nothing can be told."""
    lines = list(records("lazy.122"))
    sweep = next(r for r in lines if r["k"] == "sweep" and r["why"] == "" and not r["preserve"])
    path = tmp_path / "more.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (lines[0], sweep, *lines[1:])))
    words = [sys.executable, "-m", "gomem_tui", "verify", "--json", str(path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["first_difference"]["line"] == 2
    assert found["first_difference"]["got"] == "no event"
