"""Slots inside a span: which one is next, against a search bit by bit; the fast path against the slow one."""

from hypothesis import given
from hypothesis import strategies as st

from gomem_core.classic.image import capture
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mspan import MSpan

BITS = st.integers(1, 1024).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, (1 << n) - 1)))
DENSE = st.tuples(st.sampled_from([1, 63, 64, 65, 127, 128, 129, 512, 1024]), st.sets(st.integers(0, 1023), max_size=9))


def swept_span(nelems: int, alloc_bits: int) -> MSpan:
    """A span as a sweep leaves it."""
    s = MSpan(0)
    s.init(0xC420000000, 1)
    s.elemsize = 8
    s.cut(nelems)
    s.sweep_to(alloc_bits, alloc_bits.bit_count())
    return s


def take_all(s: MSpan) -> None:
    """Take slots until none is left; each must be the lowest that is free."""
    free = [i for i in range(s.nelems) if not s.alloc_bits >> i & 1]
    for expected in free:
        assert s.next_slot() == s.start_addr + expected * s.elemsize
        assert s.alloc_count == s.alloc_bits.bit_count() + free.index(expected) + 1
        assert s.freeindex == expected + 1
        window = s.freeindex // 64 * 64
        live = ~(s.alloc_bits >> s.freeindex) & ((1 << max(0, min(window + 64, s.nelems) - s.freeindex)) - 1)
        assert s.alloc_cache & ((1 << max(0, min(window + 64, s.nelems) - s.freeindex)) - 1) == live
        assert s.is_allocated(expected)
    assert s.next_slot() == 0
    assert s.is_full()
    assert s.freeindex == s.nelems
    assert s.allocated_bits() == (1 << s.nelems) - 1


@given(case=BITS)
def test_slots_are_taken_in_address_order_whatever_is_taken_already(case: tuple[int, int]) -> None:
    take_all(swept_span(*case))


@given(case=DENSE)
def test_nearly_full_spans_too_across_every_64_boundary(case: tuple[int, set[int]]) -> None:
    nelems, holes = case
    bits = (1 << nelems) - 1
    for hole in holes:
        bits &= ~(1 << hole)
    take_all(swept_span(nelems, bits))


@given(case=BITS, steps=st.integers(0, 70))
def test_a_slot_is_allocated_below_freeindex_or_by_its_bit(case: tuple[int, int], steps: int) -> None:
    s = swept_span(*case)
    taken = {i for i in range(s.nelems) if s.alloc_bits >> i & 1}
    for _ in range(steps):
        if addr := s.next_slot():
            taken.add(s.object_index(addr))
    taken |= set(range(s.freeindex))
    assert {i for i in range(s.nelems) if s.is_allocated(i)} == taken
    assert s.allocated_bits() == sum(1 << i for i in taken)


SIZES = st.lists(st.tuples(st.sampled_from([16, 48, 64, 1017, 8192, 9000]), st.sampled_from([0, 8, -1])), max_size=300)


@given(objects=SIZES)
def test_the_fast_path_does_what_the_narrated_one_does(objects: list[tuple[int, int]]) -> None:
    """mallocgc without a sink takes nextFreeFast, alloc never does: the heaps must be the same to the bit."""
    heaps = Heap(), Heap(), Heap()
    heaps[2].set_trace(lambda _: None)
    for number, (wanted, pointers) in enumerate(objects):
        size = wanted & ~7
        ptrdata = size if pointers < 0 else pointers
        got = heaps[0].mallocgc(size, ptrdata), heaps[1].alloc(size, ptrdata).addr, heaps[2].mallocgc(size, ptrdata)
        assert len(set(got)) == 1
        if number % 3:
            for heap in heaps:
                heap.drop(got[0])
        if number % 50 == 49:
            for heap in heaps:
                heap.gc.collect()
    assert capture(heaps[0]) == capture(heaps[1]) == capture(heaps[2])


def test_a_freed_slot_is_reused_only_after_its_span_was_swept() -> None:
    heap = Heap(gcpercent=-1)
    addresses = [heap.mallocgc(64) for _ in range(10)]
    heap.drop(addresses[3])
    assert heap.mallocgc(64) == addresses[9] + 64
    heap.gc.start(3)
    s = heap.mheap.span_of(addresses[0])
    assert s is not None
    assert s.is_allocated(3)
    heap.sweeper.sweepone()
    assert not s.is_allocated(3)
    assert [heap.mallocgc(64) for _ in range(2)] == [addresses[3], addresses[9] + 128]
