"""Objects one by one and silently: what the fast path leaves to others, and what a refill costs."""

import sys
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.heapbits import Pattern
from gomem_core.go.release import Release
from gomem_core.modern.malloc import Heap
from gomem_core.session.engine import Engine, new_engine
from gomem_core.world.faults import NotAnObject
from tests.versions import VERSIONS, profile_of


def engine_of(version: str) -> Engine:
    engine = new_engine(None, Release(profile_of(version)))
    engine.set_gc_percent(-1)
    return engine


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("size", [-1, -64, -512, -513, -1026, -1027, -(1 << 40)])
def test_no_object_has_less_than_no_bytes(version: str, size: int) -> None:
    engine = engine_of(version)
    for ordinary in range(1, 513):  # each span class has a span with room
        engine.mallocgc(ordinary, 0)
        engine.mallocgc(ordinary & -8, ordinary & -8)
    before = engine.capture()
    for ptrdata in (0, size & -8):
        with pytest.raises(ValueError, match="no object has"):
            engine.mallocgc(size, ptrdata)
    assert engine.capture() == before


@pytest.mark.parametrize("version", VERSIONS)
def test_a_refill_looks_at_what_it_describes(version: str) -> None:
    """The first object of a span is looked at as each other is; 8 KB objects have a span each."""
    for size, ptrdata in ((8192, 8196), (8192, 4), (64, 12), (64, 72), (8192, -8200)):
        with pytest.raises(ValueError, match="no object has"):
            engine_of(version).mallocgc(size, ptrdata)


@pytest.mark.parametrize("trace", [None, lambda _: None])
def test_a_span_cached_since_before_the_last_mark_is_swept_when_it_is_replaced(trace: Callable[[object], object] | None) -> None:
    """As of a P that had nothing to do since, in a heap that was taken up: here its cache is not emptied."""
    heap = Heap(profile_of("1.27"), gcpercent=-1)
    heap.set_trace(trace)
    first = heap.mallocgc(64, 0)
    for _ in range(125):  # a page less 128 bytes of inline marks has 126 slots
        heap.mallocgc(64, 0)
    heap.gc.flip(0)  # nothing was marked
    assert heap.mallocgc(64, 0) == first  # its page is the lowest one that is free again
    assert heap.stats.nswept == 1
    assert heap.stats.nsmallfree[heap.span_class(64, 0) >> 1] == 126


def both_live(one: Engine, other: Engine, born: Callable[[Random], int], seed: int) -> None:
    """Let objects be born in both heaps, which `born` sees to, and half of them be dropped; collections start by themselves."""
    one.set_gc_percent(100)
    other.set_gc_percent(100)
    r = Random(seed)
    objects: list[int] = []
    for _ in range(12_000):
        if objects and r.random() < 0.5:
            addr = objects.pop(r.randrange(len(objects)))
            one.drop(addr)
            other.drop(addr)
        else:
            objects.append(born(r))
    assert one.world.sums.stats.numgc > 3
    assert other.capture() == one.capture()


@pytest.mark.parametrize("version", VERSIONS)
def test_silently_the_same_is_born_as_when_somebody_asks_who_served(version: str) -> None:
    """Half of all is dropped again, so that spans with free slots are cached."""
    asked, silent = engine_of(version), engine_of(version)
    served: Counter[str] = Counter()

    def born(r: Random) -> int:
        size = r.choice((16, 48, 64, 512, 1024, 2048, 8192, 40_000))
        ptrdata = r.choice((0, 8, size))
        one = asked.alloc(size, ptrdata)
        served[one.served] += 1
        assert silent.mallocgc(size, ptrdata) == one.addr
        return one.addr

    both_live(asked, silent, born, 28)
    stats = asked.world.sums.stats
    assert stats.nserved_mcache == served["mcache"] > stats.nserved_central == served["mcentral"] > 100
    assert (stats.nserved_heap + stats.nserved_large, stats.nserved_os) == (served["mheap"], served["os"])


@pytest.mark.parametrize("version", VERSIONS)
def test_of_a_type_the_same_is_born_silently_as_when_each_step_is_told(version: str) -> None:
    """Objects with a pattern of pointers: in small slots, behind headers, and of more than a size class."""
    told, silent = engine_of(version), engine_of(version)
    told.set_trace(lambda _: None)

    def born(r: Random) -> int:
        words = r.choice((1, 3, 6, 64, 65, 128, 1_024, 5_000))
        of = Pattern(0b101 if words % 3 == 0 else 1, 3 if words % 3 == 0 else 1)
        one = told.alloc(words * PTR_SIZE, words * PTR_SIZE, of)
        assert silent.alloc(words * PTR_SIZE, words * PTR_SIZE, of) == one
        return one.addr

    both_live(told, silent, born, 29)


@pytest.mark.parametrize("version", VERSIONS)
def test_pointers_are_stored_in_each_as_one_by_one(version: str) -> None:
    each, one_by_one = engine_of(version), engine_of(version)
    objects = [each.mallocgc(size, size) for size in [48] * 300 + [64, 48, 9_000]]
    assert objects == [one_by_one.mallocgc(size, size) for size in [48] * 300 + [64, 48, 9_000]]
    goals = [*objects[1:], 0]
    each.write_each(objects, 2, goals)
    for obj, goal in zip(objects, goals, strict=True):
        one_by_one.write_pointer(obj, 2, goal)
    assert each.capture() == one_by_one.capture()
    with pytest.raises(NotAnObject):
        each.write_each([objects[0], objects[300] + 64], 2, [0, 0])  # the slot behind is free
    with pytest.raises(ValueError, match="word 6 of the object at 0x"):
        each.write_each(objects[:2], 6, [0, 0])


@pytest.mark.parametrize(("version", "most"), [("1.10", 50), ("1.27", 21)])
def test_a_refill_takes_few_calls(version: str, most: int) -> None:
    """Counted in Python calls, which are the same on every machine; an object of 8 KB fills its span."""
    engine = engine_of(version)
    for _ in range(200):
        engine.mallocgc(8192, 0)
    calls = 0

    def note(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        for _ in range(640):  # ten page caches
            engine.mallocgc(8192, 0)
    finally:
        sys.setprofile(before)
    assert 10 < calls / 640 <= most
