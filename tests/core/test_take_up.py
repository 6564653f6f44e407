"""A heap that was read goes on: from a still, allocations are those of the heap that it was taken of."""

import gzip
import json
from array import array
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.classic.engine import ClassicEngine
from gomem_core.classic.image import capture
from gomem_core.classic.malloc import Heap
from gomem_core.classic.seed import heap_of
from gomem_core.classic.unseen import unseen_of
from gomem_core.classic.view import HeapView
from gomem_core.files.stillfile import FieldError, read_still, still_bytes
from gomem_core.recordings import classic
from gomem_core.recordings.format import Record
from gomem_core.recordings.seed import Inputs, heap_from_snapshot, heap_snapshot
from gomem_core.recordings.verify import verify
from gomem_core.session.engine import lacking
from gomem_core.world.facts import Fact
from gomem_core.world.faults import CannotTakeUp
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.objects import ObjectTable
from gomem_core.world.still import Place, Still
from tests.core.lines import ANYTHING
from tests.core.test_diff import SCRIPTS, played
from tests.core.test_still import still_of
from tests.core.test_stillfile import LIVELY, VALUES, damaged, places
from tests.effort import effort
from tests.madeup import made_up
from tests.poor import poor

RECORDINGS = sorted((Path(__file__).parent.parent / "recordings").glob("*.jsonl.gz"))
# In these the real runtime chose among large free spans by random numbers, and a session takes the one that fits best.
BY_CHANCE = {"04_large", "05_growth", "13_large_random_1"}
LONG = {"10_natural", "13_large_random_1", "09b_random_nogc"}  # these take seconds


def name_of(path: Path) -> str:
    return path.name.split(".")[0]


def some(*without: str) -> list[Any]:
    """The recordings; those that take long are for thorough runs."""
    paths = [path for path in RECORDINGS if name_of(path) not in without]
    return [pytest.param(path, marks=pytest.mark.thorough if name_of(path) in LONG else ()) for path in paths]


def still_of_heap(heap: Heap, whole: bool = True) -> Still:
    return Still.of(HeapView(heap), ObjectTable(), Place("a recording", 0), unseen_of(heap) if whole else None)


@pytest.mark.parametrize("path", some(*BY_CHANCE), ids=name_of)
def test_allocations_are_those_of_the_real_runtime(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first snapshot becomes a still, which is written, read and taken up; then all goes on as the real runtime did."""

    def taken_up(snapshot: Record, inputs: Inputs) -> Heap:
        real = heap_from_snapshot(snapshot, inputs)
        heap = heap_of(read_still(gzip.decompress(still_bytes(still_of_heap(real)))))
        heap.mheap.spanalloc.new_chunk = inputs.chunk  # where structs lie is no matter of the heap
        there, here = heap_snapshot(real), heap_snapshot(heap)
        assert {**there, "freelarge_preorder": None} == {**here, "freelarge_preorder": None}
        return heap

    monkeypatch.setattr(classic, "heap_from_snapshot", taken_up)
    report = verify(path)
    for name in ("addresses", "events", "heapbits", "memstats"):
        column = report.columns()[name]
        assert column.equal == column.compared, (name, report.first_difference)
    assert report.addresses.compared
    assert report.events.compared


@pytest.mark.parametrize("path", some(), ids=name_of)
def test_without_what_is_unseen_the_first_allocations_are_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real heap does not tell in which order its spans will be swept: until a collection that does not matter."""
    taken: list[ClassicEngine] = []

    def taken_up(snapshot: Record, inputs: Inputs) -> Heap:
        taken.append(heap_of(still_of_heap(heap_from_snapshot(snapshot, inputs), whole=False)))
        assert taken[0].mheap.sweep_pages_per_byte == 0.0
        return taken[0]

    monkeypatch.setattr(classic, "heap_from_snapshot", taken_up)
    report = verify(path)
    assert report.addresses.equal
    if name_of(path) not in BY_CHANCE:
        assert report.addresses.equal == report.addresses.compared, report.first_difference


# --- Stills of sessions --------------------------------------------------------------------------------------------------------

MORE = st.lists(st.sampled_from([*ANYTHING, "alloc 3000 times 9", "alloc 40000", "alloc 2M", "alloc 8 scan"]), max_size=8)


def whole_still(lines: list[str]) -> tuple[Any, Still]:
    session = played(lines)
    still = Still.of(session.world, session.objects, Place("", session.step), session.unseen())
    return session, read_still(gzip.decompress(still_bytes(still)))


@given(lines=SCRIPTS)
def test_what_is_taken_up_is_the_same_heap_to_the_bit(lines: list[str]) -> None:
    """All that a heap can be put back to: what is seen of it, and what is not."""
    session, still = whole_still(lines)
    heap = heap_of(still)
    assert Still.of(heap.world, session.objects, still.place) == still
    assert heap.unseen() == session.unseen()
    there, here = (capture(one) for one in (session._machine.engine, heap))
    for name in ("central", "gc", "mcaches", "p", "tiny_refs", "stats", "nsmallfree", "pointers", "arena_spans", "lists"):
        assert getattr(here, name) == getattr(there, name), name


def test_spans_that_wait_are_taken_as_they_are_and_not_swept_as_payment_where_nothing_is_known_of_that() -> None:
    session, still = whole_still(["alloc 48 times 5000 as x", "drop x every 2", "gc mark"])
    known, unknown = heap_of(still), heap_of(replace_unseen(still))
    assert (known.mheap.sweep_pages_per_byte, unknown.mheap.sweep_pages_per_byte) == (
        session._machine.engine.mheap.sweep_pages_per_byte,
        0.0,
    )
    assert known.mheap.sweep_pages_per_byte > 0
    assert unknown.world.sums.unswept_count == still.sums.unswept_count > 0
    assert unknown.alloc(48).addr == known.alloc(48).addr == session.world.spans.rows()[29].base + 48, (
        "the span that was not full"
    )


def replace_unseen(still: Still) -> Still:
    return Still(still.place, still.profile, still.facets, still.rows, still.doubts)


# --- What cannot go on ----------------------------------------------------------------------------------------------------


def test_what_is_missing_is_listed() -> None:
    every = "go1.10, go1.21, go1.22, go1.23, go1.24, go1.25, go1.26, go1.27"
    assert lacking(made_up()) == [f"go9.99 is not modelled: only heaps of {every} can go on"]
    still = still_of(played(["alloc 48"]))
    doubts = {**still.doubts, Fact.LIVE: "a collection is marking", Fact.FREEINDEX: "nobody looked", Fact.POINTER: "nobody cares"}
    lacks = ["freeindex: nobody looked", f"{Fact.LIVE}: a collection is marking"]
    doubtful = Still(still.place, still.profile, still.facets, still.rows, doubts)
    assert sorted(lacking(doubtful)) == sorted(lacks)
    with pytest.raises(CannotTakeUp) as raised:
        heap_of(doubtful)
    assert sorted(raised.value.lacks) == sorted(lacks)
    torn = replace_unseen(still)
    torn.spans.disputes[0xC420000000] = "torn"
    assert lacking(torn) == ["spans: of 1 what was read contradicts other things that were read"]
    assert len(lacking(replace_profile(poor()))) > 5


def replace_profile(still: Still) -> Still:
    """The same, as if it were of Go 1.10: then it is told what else is missing."""
    good = still_of(played(["alloc 48"]))
    return Still(still.place, good.profile, still.facets, still.rows, still.doubts)


def test_pacing_that_is_not_known_is_off() -> None:
    still = still_of(played(["alloc 48", "gogc 50"]))
    sums = still.sums
    sums.rest = sums.rest._replace(gcpercent=None)
    heap = heap_of(still)
    assert (heap.gc.gcpercent, heap.stats.gc_trigger) == (-1, (1 << 64) - 1)


def test_a_still_that_contradicts_itself_is_not_taken_up() -> None:
    _, still = whole_still(["alloc 48 times 9", "alloc 3000 scan", "flush"])
    columns = still.spans.columns()
    counts = array("q", columns.alloc_count)
    counts[0] += 1
    wrong = type(still.spans)(columns._replace(alloc_count=counts), [], still.extents.arenas, still.profile)
    with pytest.raises(CannotTakeUp, match="does not fit together"):
        heap_of(Still(still.place, still.profile, still.facets._replace(spans=wrong), still.rows))


def test_objects_go_on_with_their_names_and_numbers() -> None:
    _, still = whole_still(["alloc 48 as a", "alloc 48", "alloc 48 as b times 3", "drop b.2", "drop o1"])
    assert isinstance(still.rows, ObjectColumns)
    table = ObjectTable.going_on(still.rows)
    assert [table.name(oid) for oid in range(len(table))] == ["a", "o1", "b.1", "b.2", "b.3"]
    assert [table.is_alive(oid) for oid in range(5)] == [True, False, True, False, True]
    assert {table.info(oid).born for oid in range(5)} == {0}
    oid = table.add(0xC420000000, 48, 0, 1, None)
    assert table.name(oid) == "o2"
    table.goto(0)
    assert (len(table), table.alive) == (5, 3)
    table.goto(1)
    assert (len(table), table.alive) == (6, 4)


WHOLE = json.loads(gzip.decompress(still_bytes(whole_still([*LIVELY, "alloc 48 as last"])[1])))
PLACES = [place for place in places(WHOLE) if place]


@settings(max_examples=effort(150, 3000))
@given(path=st.sampled_from(PLACES), value=VALUES)
def test_whatever_is_changed_in_a_still_it_is_refused_or_goes_on(path: tuple[Any, ...], value: object) -> None:
    try:
        heap = heap_of(read_still(json.dumps(damaged(WHOLE, path, value)).encode()))
    except (FieldError, CannotTakeUp):
        return
    for size in (8, 48, 3000, 40000, 1 << 20):
        heap.alloc(size)
    heap.collect()
    heap.check("full")
