"""Many objects at once are born as one after the other: the same addresses, the same heap, the same who served them."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.go.events import Event, SlotTaken
from gomem_core.go.heapbits import sparse_ptrdata
from gomem_core.go.release import Release
from gomem_core.session.engine import Engine, new_engine
from gomem_core.world.blocks import AddressRow
from gomem_core.world.faults import NotAnObject
from gomem_core.world.objects import ObjectTable
from gomem_core.world.still import Place, Still
from tests.effort import effort
from tests.versions import VERSIONS, profile_of

R = st.randoms(use_true_random=False)
SIZES = (0, 1, 2, 3, 4, 5, 8, 9, 12, 13, 15, 16, 24, 48, 64, 100, 512, 520, 1024, 3000, 8192, 20000, 32760, 40000)


def prepared(version: str, seed: float) -> Engine:
    """A heap with some life behind it."""
    r = Random(seed)
    engine = new_engine(None, Release(profile_of(version)))
    objects: list[int] = []
    for _ in range(r.randint(0, 60)):
        size = r.choice(SIZES)
        objects.append(engine.mallocgc(size, r.choice((0, size)) if size % 8 == 0 else 0))
        if r.random() < 0.4:
            engine.drop(objects.pop(r.randrange(len(objects))))
        if r.random() < 0.1:
            r.choice((engine.collect, engine.mark, engine.flush, lambda: engine.scavenge(0)))()
    if r.random() < 0.2:
        engine.flush()  # spans with room lie in the mcentrals
    return engine


def heap_of(engine: Engine) -> object:
    stats = engine.world.sums.stats
    counted = {name: getattr(stats, name) for name in dir(stats) if name[0] != "_"}
    still = Still.of(engine.world, ObjectTable(), Place("", 0), engine.unseen())
    return engine.capture(), still, engine.counters(), {name: n for name, n in counted.items() if isinstance(n, int)}


class Overheard:
    """The slots that were taken while steps are passed by."""

    def __init__(self) -> None:
        self.slots: set[tuple[int, int]] = set()

    def follow(self, event: Event) -> None:
        if isinstance(event, SlotTaken):
            self.take(event.base, event.slot, 1)

    def take(self, base: int, slot: int, n: int) -> None:
        self.slots.update((base, each) for each in range(slot, slot + n))


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=effort(30, 500), deadline=None)
@given(r=R)
def test_many_at_once_are_as_many_one_by_one(version: str, r: Random) -> None:
    seed = r.random()
    at_once, one_by_one = prepared(version, seed), prepared(version, seed)
    for _ in range(r.randint(1, 4)):
        size = r.choice(SIZES)
        ptrdata = r.choice((0, size, 8, sparse_ptrdata(size))) if size and size % 8 == 0 else 0
        times = r.choice((1, 2, 3, 10, 200, 700))
        overheard = (Overheard(), Overheard())
        if passes := r.random() < 0.5:  # it only leads elsewhere: slots are told, and nothing else of most objects
            at_once.set_trace(overheard[0].follow, overheard[0].take)
            one_by_one.set_trace(overheard[1].follow, overheard[1].take)
        addrs: list[AddressRow] = []
        heard: list[int] = []
        many = at_once.alloc_many(size, ptrdata, times, addrs, heard.append)
        if passes:
            assert [addr for each in addrs for addr in each] == [one_by_one.mallocgc(size, ptrdata) for _ in range(times)]
            assert overheard[0].slots == overheard[1].slots
        else:
            ones = [one_by_one.alloc(size, ptrdata) for _ in range(times)]
            assert [addr for each in addrs for addr in each] == [one.addr for one in ones]
            assert many.served == Counter(one.served for one in ones)
            assert (many.first, many.last) == (ones[0], ones[-1])
            assert many.collections == sum(one.gc_started for one in ones)
        assert sum(heard) == times
        for engine in (at_once, one_by_one):
            engine.set_trace(None)
        assert heap_of(at_once) == heap_of(one_by_one)
        at_once.check("full")


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=effort(30, 500), deadline=None)
@given(r=R)
def test_the_way_that_is_quick_leads_to_the_same_heap(version: str, r: Random) -> None:
    """mallocgc does silently what it can, and alloc does it all; many are dropped at once, or one after the other.

    Somebody hears of each span that the slow one sweeps.
    """
    seed = r.random()
    quick, slow = prepared(version, seed), prepared(version, seed)
    slow.set_trace(lambda _: None)
    held: list[int] = []
    for _ in range(r.randint(1, 40)):
        size = r.choice(SIZES)
        ptrdata = r.choice((0, size, 8, sparse_ptrdata(size))) if size and size % 8 == 0 else 0
        for _ in range(r.choice((1, 2, 30))):
            held.append(quick.mallocgc(size, ptrdata))
            assert slow.alloc(size, ptrdata).addr == held[-1]
        if r.random() < 0.4:
            start, step = r.randrange(len(held)), r.choice((1, 1, 1, 2, 3))
            dropped = held[start::step]
            del held[start::step]
            quick.drop_many(dropped)
            for addr in dropped:
                slow.drop(addr)
        if r.random() < 0.1:
            for engine in (quick, slow):
                engine.collect()
    assert heap_of(quick) == heap_of(slow)
    quick.check("full")


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_not_there_cannot_be_dropped_among_many(version: str) -> None:
    engine = new_engine(None, Release(profile_of(version)))
    addrs: list[AddressRow] = []
    engine.alloc_many(64, 0, 10, addrs)
    (row,) = addrs
    assert isinstance(row, range)
    engine.drop(row[4])
    with pytest.raises(NotAnObject, match=f"does not refer to an object at {row[4]:#x}"):
        engine.drop_many(row)
    for addr in row[5:]:  # those after it are there still
        engine.drop(addr)
    with pytest.raises(NotAnObject):
        engine.drop(row[0])
    shifted = range(row.start + 8, row.stop, row.step)
    with pytest.raises(NotAnObject):
        engine.drop_many(shifted)


@pytest.mark.parametrize("version", VERSIONS)
def test_slots_in_a_row_are_one_range(version: str) -> None:
    engine = new_engine(None, Release(profile_of(version)))
    engine.set_gc_percent(-1)
    addrs: list[AddressRow] = []
    engine.alloc_many(64, 0, 100_000, addrs)
    assert sum(map(len, addrs)) == 100_000
    assert len(addrs) < 1000, "a span each, where its end is not for objects"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("size", "each"), [(3, 5), (5, 3), (6, 2), (7, 2)])
def test_tiny_objects_that_do_not_fill_their_blocks_are_few_rows_too(version: str, size: int, each: int) -> None:
    engine = new_engine(None, Release(profile_of(version)))
    engine.set_gc_percent(-1)
    addrs: list[AddressRow] = []
    engine.alloc_many(size, 0, 10_000, addrs)
    assert len(addrs) < 6 * (10_000 / each / 512 + 1), "some at each end of a span of 512 blocks"
    base, blocks = addrs[0][0], 504 if version == "1.27" else 512  # of a span
    expected = [base + n // (blocks * each) * 8192 + n // each % blocks * 16 + n % each * size for n in range(10_000)]
    assert [addr for row in addrs for addr in row] == expected
    for row in addrs:
        engine.drop_many(row)
    engine.check("full")
    with pytest.raises(NotAnObject):
        engine.drop(addrs[-1][0])


@pytest.mark.parametrize("version", VERSIONS)
def test_spans_with_room_are_filled_before_fresh_ones(version: str) -> None:
    engine = new_engine(None, Release(profile_of(version)))
    engine.set_gc_percent(-1)
    old = [engine.mallocgc(3000, 0) for _ in range(80)]  # eight of 3072 B in each span of three pages
    for addr in old[::2]:
        engine.drop(addr)
    engine.collect()
    addrs: list[AddressRow] = []
    many = engine.alloc_many(3000, 0, 80, addrs)
    assert sorted([addr for row in addrs for addr in row][:40]) == old[::2]
    assert many.served == {"mcentral": 10, "mheap": 5, "mcache": 65}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_drop_is_one_in_the_heap_as_it_is_now(version: str) -> None:
    """The span of the drop before is looked at first, but not where the heap went back, or has freed it."""
    engine = new_engine(None, Release(profile_of(version)))
    engine.set_gc_percent(-1)
    addrs = [engine.mallocgc(64, 0) for _ in range(10)]
    before = engine.capture()
    for addr in addrs[:3]:
        engine.drop(addr)
    dropped = engine.capture()
    engine.restore(before)
    assert engine.capture() == before
    for addr in addrs[:3]:
        engine.drop(addr)
    assert engine.capture() == dropped
    for addr in addrs[3:]:
        engine.drop(addr)
    engine.collect()
    with pytest.raises(NotAnObject, match=f"there is no object at {addrs[9]:#x}"):
        engine.drop(addrs[9])
