"""Objects one by one and silently: what the fast path leaves to others, and what a refill costs."""

import sys
from collections import Counter
from random import Random

import pytest

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.heapbits import Pattern
from gomem_core.go.release import Release
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


@pytest.mark.parametrize("version", VERSIONS)
def test_silently_the_same_is_born_as_when_somebody_asks_who_served(version: str) -> None:
    """Half of all is dropped again, so that spans with free slots are cached, and collections start by themselves."""
    asked, silent, r = engine_of(version), engine_of(version), Random(28)
    asked.set_gc_percent(100)
    silent.set_gc_percent(100)
    served: Counter[str] = Counter()
    objects: list[int] = []
    for _ in range(12_000):
        if objects and r.random() < 0.5:
            addr = objects.pop(r.randrange(len(objects)))
            asked.drop(addr)
            silent.drop(addr)
            continue
        size = r.choice((16, 48, 64, 512, 1024, 2048, 8192, 40_000))
        ptrdata = r.choice((0, 8, size))
        born = asked.alloc(size, ptrdata)
        served[born.served] += 1
        assert silent.mallocgc(size, ptrdata) == born.addr
        objects.append(born.addr)
    stats = asked.world.sums.stats
    assert stats.numgc > 3
    assert stats.nserved_mcache == served["mcache"] > stats.nserved_central == served["mcentral"] > 100
    assert (stats.nserved_heap + stats.nserved_large, stats.nserved_os) == (served["mheap"], served["os"])
    assert silent.capture() == asked.capture()


@pytest.mark.parametrize("version", VERSIONS)
def test_of_a_type_the_same_is_born_silently_as_when_each_step_is_told(version: str) -> None:
    """Objects with a pattern of pointers: in tiny slots, behind headers, and of more than a size class."""
    told, silent, r = engine_of(version), engine_of(version), Random(29)
    told.set_gc_percent(100)
    silent.set_gc_percent(100)
    told.set_trace(lambda _: None)
    objects: list[int] = []
    for _ in range(4_000):
        if objects and r.random() < 0.4:
            addr = objects.pop(r.randrange(len(objects)))
            told.drop(addr)
            silent.drop(addr)
            continue
        words = r.choice((1, 3, 6, 64, 65, 128, 1_024, 5_000))
        of = Pattern(0b101 if words % 3 == 0 else 1, 3 if words % 3 == 0 else 1)
        born = told.alloc(words * PTR_SIZE, words * PTR_SIZE, of)
        assert silent.alloc(words * PTR_SIZE, words * PTR_SIZE, of) == born
        objects.append(born.addr)
    told.set_trace(None)
    assert told.world.sums.stats.numgc > 3
    assert silent.capture() == told.capture()


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


@pytest.mark.parametrize(("version", "most"), [("1.10", 50), ("1.27", 26)])
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
