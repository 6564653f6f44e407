"""Recordings of a real runtime: replayed equal; and every single comparison is shown to be able to fail."""

import copy
import gzip
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.recordings.format import RecordingError
from gomem_core.recordings.report import Report
from gomem_core.recordings.verify import verify

FOLDER = Path(__file__).parent.parent / "recordings"
RECORDINGS = sorted(FOLDER.glob("*.jsonl.gz"))
SMALL = ("15_tiny_swap", "03_heapbits", "05_growth", "16_mcentral_order", "08_scavenge", "11_links", "04_large", "01_tiny")

# What the recordings' README lists as compared.
EVENTS = {
    "span_alloc": "base npages spanclass large needzero span heap_live",
    "span_free": "base npages spanclass large span",
    "grow": "base npages arena_used bitmap_mapped spans_len span ask_rounded_npages",
    "treap_pick": "base npages span want",
    "cache_span": "spanclass base nfree freeindex allocCount heap_live",
    "uncache_span": "spanclass base nfree freeindex allocCount",
    "sweep": "base npages spanclass preserve nfreed nalloc freeindex_before",
    "gc_start": "trigger heap_live gc_trigger",
    "gc_marked": "sweepgen heap_live heap_marked",
    "pacing": "gc_trigger next_gc heap_marked heap_live",
    "scavenged": "released heap_released",
}
MEMSTATS = (
    "Alloc HeapAlloc TotalAlloc Mallocs Frees HeapObjects HeapSys HeapIdle HeapInuse HeapReleased MSpanInuse NextGC NumGC "
    "StackInuse BySize"
)
SNAPSHOT = (
    "tiny tinyoffset sweepgen sweepdone pagesInUse pagesSwept heap_live heap_marked next_gc gc_trigger heap_sys heap_idle "
    "heap_inuse heap_released"
)
CASES = [(kind, name, "events") for kind, names in EVENTS.items() for name in names.split()]
CASES += [("alloc", name, "addresses") for name in ("addr", "elemsize", "tiny_combined", "shouldhelpgc")]
CASES += [("heapbits", name, "heapbits") for name in ("addr", "words", "bits")]
CASES += [("memstats", name, "memstats") for name in MEMSTATS.split()]
CASES += [("snapshot", name, "snapshots") for name in SNAPSHOT.split()]

Record = dict[str, Any]


@cache
def records(name: str) -> tuple[Record, ...]:
    with gzip.open(FOLDER / f"{name}.jsonl.gz", "rt") as lines:
        return tuple(json.loads(line) for line in lines)


def first_snapshot(lines: tuple[Record, ...]) -> int:
    return next(i for i, record in enumerate(lines) if record["k"] == "snapshot")


def find(wanted: Callable[[Record], bool]) -> tuple[str, int]:
    """The last fitting record behind the first snapshot of the first small recording that has one."""
    for name in SMALL:
        lines = records(name)
        for i in reversed(range(first_snapshot(lines) + 2, len(lines))):
            if wanted(lines[i]):
                return name, i
    raise AssertionError("no recording has what is wanted")


def changed(value: Any) -> Any:
    """Something else of the same sort."""
    if isinstance(value, str) and value.startswith("0x"):
        return hex(int(value, 16) + 16)
    if isinstance(value, str):
        return ("0" if value[0] != "0" else "3") + value[1:]
    if isinstance(value, list):
        return [*value[:-1], changed(value[-1])] if value else [1]
    return 1 - value if value in (0, 1) else value + 1


def verify_lines(tmp_path: Path, lines: list[Record]) -> Report:
    path = tmp_path / "mutated.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in lines))
    return verify(path)


def verify_with(tmp_path: Path, name: str, at: int, record: Record | None) -> Report:
    """The recording with another record in place `at`, or none."""
    lines = list(records(name))
    lines[at : at + 1] = [] if record is None else [record]
    return verify_lines(tmp_path, lines)


def expect_one_difference(report: Report, column: str, line: int, what: str) -> None:
    for name, counts in report.columns().items():
        assert counts.compared - counts.equal == (1 if name == column else 0), f"column {name}"
    difference = report.first_difference
    assert difference is not None
    assert difference.line == line
    assert difference.what.startswith(what)
    assert difference.expected != difference.got


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name.split(".")[0])
def test_the_recording_is_equal_in_every_column(path: Path) -> None:
    report = verify(path)
    assert report.first_difference is None
    lines = records(path.name.split(".")[0])
    start = first_snapshot(lines) + 2  # the snapshot and its op
    counted = {
        "addresses": sum(r["k"] == "op" and r["op"] == "alloc" for r in lines[start:]),
        "events": sum(r["k"] in EVENTS for r in lines[start:]),
        "snapshots": sum(r["k"] == "snapshot" for r in lines[start:]),
        "heapbits": sum(r["k"] == "heapbits" for r in lines[start:]),
        "memstats": sum(r["k"] == "memstats" for r in lines[start:]),
    }
    assert {name: (c.compared, c.equal) for name, c in report.columns().items()} == {n: (c, c) for n, c in counted.items()}
    assert report.ops == sum(r["k"] == "op" for r in lines[start:])
    assert report.go == "go1.10.7"


def test_the_selection_has_every_kind_of_thing_and_stays_small() -> None:
    assert len(RECORDINGS) == 14
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3_000_000


@pytest.mark.parametrize(("kind", "field", "column"), CASES, ids=str)
def test_one_changed_field_is_one_difference_at_its_line(kind: str, field: str, column: str, tmp_path: Path) -> None:
    if kind == "alloc":
        name, at = find(lambda r: r["k"] == "op" and r["op"] == "alloc" and r["size"] > 0)
    else:
        name, at = find(lambda r: r["k"] == kind)
    record = copy.deepcopy(records(name)[at])
    record[field] = changed(record[field])
    report = verify_with(tmp_path, name, at, record)
    expect_one_difference(report, column, at + 1, kind)


def test_the_address_of_an_object_without_size_is_compared(tmp_path: Path) -> None:
    name, at = find(lambda r: r["k"] == "op" and r["op"] == "alloc" and r["size"] == 0)
    record = records(name)[at]
    report = verify_with(tmp_path, name, at, record | {"addr": changed(record["addr"])})
    expect_one_difference(report, "addresses", at + 1, "alloc")


def _bump(container: Any, key: Any) -> None:
    container[key] = changed(container[key])


def _span(snapshot: Record, state: str) -> Record:
    span: Record = next(d for d in snapshot["span_list"] if d["state"] == state)
    return span


def _swap(ptrs: list[Any]) -> None:
    ptrs[0], ptrs[1] = ptrs[1], ptrs[0]


def _with_two(lists: dict[str, Any]) -> list[Any]:
    return next(ptrs for ptrs in lists.values() if len(ptrs) > 1)


def _set_bits(span: Record) -> None:
    span["allocBits"][0] = hex(int(span["allocBits"][0], 16) ^ 1)


def _bump_span(state: str, field: str) -> Callable[[Record], None]:
    return lambda snapshot: _bump(_span(snapshot, state), field)


SNAPSHOT_PARTS: dict[str, Callable[[Record], None]] = {
    **{f"free span {n}": _bump_span("free", n) for n in ("base", "npages", "npreleased", "needzero")},
    **{f"manual span {n}": _bump_span("manual", n) for n in ("base", "npages")},
    **{f"span in use {n}": _bump_span("inuse", n) for n in ("base", "npages", "spanclass", "allocCount", "sweepgen")},
    **{f"span in use {n}": _bump_span("inuse", n) for n in ("incache", "freeindex")},
    "span in use state": lambda s: _span(s, "inuse").update(state="manual"),
    "span in use nelems": lambda s: _bump(_span(s, "inuse"), "nelems"),
    "span in use allocBits": lambda s: _set_bits(_span(s, "inuse")),
    "a span is missing": lambda s: s["span_list"].remove(_span(s, "inuse")),
    "free list order": lambda s: _swap(_with_two(s["free"])),
    "free list length": lambda s: _with_two(s["free"]).pop(),
    "central nmalloc": lambda s: _bump(s["central"]["5"], "nmalloc"),
    "central nonempty order": lambda s: _swap(next(c["nonempty"] for c in s["central"].values() if len(c["nonempty"]) > 1)),
    "central empty length": lambda s: next(c["empty"] for c in s["central"].values() if c["empty"]).pop(),
    "sweepSpans order": lambda s: _swap(max(s["sweepSpans"], key=len)),
    "freelarge ptr": lambda s: _bump(s["freelarge_preorder"][0], "ptr"),
    "freelarge priority": lambda s: _bump(s["freelarge_preorder"][-1], "priority"),
    "freelarge depth": lambda s: _bump(s["freelarge_preorder"][-1], "depth"),
    "spanalloc chunk": lambda s: _bump(s["spanalloc"], "chunk"),
    "spanalloc free": lambda s: _swap(s["spanalloc"]["free"]),
}


@pytest.mark.parametrize("part", SNAPSHOT_PARTS)
def test_one_changed_part_of_a_snapshot_is_a_difference(part: str, tmp_path: Path) -> None:
    for name in ("04_large", "16_mcentral_order", "08_scavenge", "06_reuse"):
        lines = records(name)
        for at in [i for i, r in enumerate(lines) if r["k"] == "snapshot"][2:]:
            snapshot = copy.deepcopy(lines[at])
            try:
                SNAPSHOT_PARTS[part](snapshot)
            except (StopIteration, IndexError, ValueError):
                continue  # it has no such thing
            expect_one_difference(verify_with(tmp_path, name, at, snapshot), "snapshots", at + 1, "snapshot")
            return
    raise AssertionError("no snapshot has such a thing")


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_too_few_or_too_many_is_a_difference(kind: str, tmp_path: Path) -> None:
    name, at = find(lambda r: r["k"] == kind)
    lines = list(records(name))
    fewer = verify_lines(tmp_path, lines[:at] + lines[at + 1 :])
    more = verify_lines(tmp_path, [*lines[:at], lines[at], *lines[at:]])
    for report in (fewer, more):
        assert report.events.equal < report.events.compared
        assert report.first_difference is not None
        assert at < report.first_difference.line


@pytest.mark.parametrize("kind", ["treap_insert", "fixalloc_chunk"])
def test_an_input_too_few_or_too_many_is_a_difference(kind: str, tmp_path: Path) -> None:
    name, at = find(lambda r: r["k"] == kind and r.get("elem", 152) == 152)
    lines = list(records(name))
    for mutated in (lines[:at] + lines[at + 1 :], [*lines[:at], lines[at], *lines[at:]]):
        difference = verify_lines(tmp_path, mutated).first_difference
        assert difference is not None
        assert difference.line > at


@pytest.mark.parametrize(("op", "name"), [("drop", "06_reuse"), ("link", "11_links"), ("gc", "16_mcentral_order")])
def test_an_op_that_is_left_out_changes_what_follows(op: str, name: str, tmp_path: Path) -> None:
    lines = list(records(name))
    at = next(i for i, r in enumerate(lines) if i > first_snapshot(records(name)) + 1 and r["k"] == "op" and r["op"] == op)
    first = at if op != "gc" else max(i for i in range(at) if lines[i]["k"] == "op") + 1
    report = verify_lines(tmp_path, lines[:first] + lines[at + 1 :])
    assert report.first_difference is not None
    assert report.first_difference.line > first


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty"),
        (b"no json\n", "a line of a recording is a JSON object, and this is no json$"),
        (b"\x00\x01\n", r'this is "\\x00\\x01"$'),
        (b'{"k":"meta"', "where the file ends"),
        (b'{"k":"op","i":0,"op":"gc"}\n', "meta"),
        (b'{"k":"meta","go":"go1.10.7","lost":7}\n', "lost"),
        (b'{"k":"meta","go":"go1.10.7"}\n{"k":"op","i":0,"op":"gc"}\n', "no snapshot"),
        (b'{"k":"meta","go":"go1.10.7"}\n{"k":"sweep"}\n', "middle of an op"),
        (RECORDINGS[0].read_bytes()[:20_000], "truncated"),
        (b"\x1f\x8bnonsense", "compressed"),
    ],
)
def test_what_is_no_recording_is_refused_and_says_why(content: bytes, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=complaint):
        verify(path)


JSON = st.one_of(st.none(), st.integers(-1, 1 << 65), st.text(max_size=3), st.sampled_from([[], {}, "0xzz", "0x5", 1.5, True]))


@given(data=st.data(), value=JSON)
def test_a_damaged_recording_is_different_or_refused_but_never_crashes(
    data: st.DataObject, value: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [copy.deepcopy(r) for r in records("15_tiny_swap")]
    at = data.draw(st.integers(0, len(lines) - 1))
    key = data.draw(st.sampled_from(sorted(lines[at])))
    inner = lines[at][key]
    if isinstance(inner, list) and inner and isinstance(inner[0], dict) and data.draw(st.booleans()):
        d = inner[data.draw(st.integers(0, len(inner) - 1))]
        d[data.draw(st.sampled_from(sorted(d)))] = value
    else:
        lines[at][key] = value
    try:
        report = verify_lines(tmp_path_factory.mktemp("damaged"), lines)
    except RecordingError:
        return
    assert (report.first_difference is None) == all(c.compared == c.equal for c in report.columns().values())
