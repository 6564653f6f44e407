"""mcentral: which span is cached next, list orders, preserve, and sweeping as payment."""

import pytest

from gomem_core.classic.malloc import Heap
from gomem_core.classic.view import HeapView
from gomem_core.go.events import CacheSpan, CentralMiss, CentralPick, Event, Reclaim, SpanFree, Sweep
from tests.core.facts import ARENA, PAGE

SLOTS = 4  # of 2048 bytes in a page: class 37
NOSCAN = 75


def filled(spans: int, gcpercent: int = -1) -> tuple[Heap, list[int]]:
    """A heap with so many full spans of four 2048-byte objects."""
    heap = Heap(gcpercent=gcpercent)
    return heap, [heap.mallocgc(2048) for _ in range(spans * SLOTS)]


def drop(heap: Heap, *addresses: int) -> None:
    for addr in addresses:
        heap.drop(addr)


def told(heap: Heap) -> list[Event]:
    events: list[Event] = []
    heap.set_trace(events.append)
    return events


def chains(heap: Heap) -> tuple[list[int], list[int]]:
    """Page numbers of the spans in nonempty and in empty, front to back."""
    world = HeapView(heap)
    nonempty, empty = world.lists.chain(NOSCAN, "nonempty"), world.lists.chain(NOSCAN, "empty")
    return [(base - ARENA) // PAGE for base in nonempty], [(base - ARENA) // PAGE for base in empty]


def test_a_cached_span_sits_at_the_back_of_empty_from_the_start() -> None:
    heap, _ = filled(2)
    assert chains(heap) == ([], [0, 1])
    heap.mallocgc(2048)
    assert chains(heap) == ([], [0, 1, 2])


def test_a_flush_puts_spans_with_room_in_front_of_nonempty_and_leaves_full_ones() -> None:
    heap, _ = filled(2)
    heap.flush()
    assert chains(heap) == ([], [0, 1])
    heap.mallocgc(2048)
    heap.flush()
    assert chains(heap) == ([2], [0, 1])


def test_after_a_flush_alone_the_span_goes_on_at_its_old_freeindex() -> None:
    heap = Heap(gcpercent=-1)
    first = heap.mallocgc(2048)
    heap.drop(first)
    heap.flush()
    assert heap.mallocgc(2048) == first + 2048


def test_the_span_uncached_last_is_cached_first() -> None:
    heap = Heap(gcpercent=-1)
    heap.procs(3)
    for p in range(3):
        heap.use_p(p)
        heap.mallocgc(2048)
    heap.flush()
    assert chains(heap) == ([2, 1, 0], [])
    heap.use_p(0)
    assert heap.mallocgc(2048) == ARENA + 2 * PAGE + 2048


def test_after_a_collection_the_formerly_full_span_swept_last_is_used_first() -> None:
    heap, objects = filled(3)
    drop(heap, objects[1], objects[10])  # in spans 0 and 2
    heap.gc.collect()
    assert chains(heap) == ([0, 2], [1])  # swept in the order 2, 1, 0
    assert [heap.mallocgc(2048) for _ in range(3)] == [objects[1], objects[10], ARENA + 3 * PAGE]


def test_formerly_full_spans_come_before_the_one_flushed_from_the_cache() -> None:
    heap, objects = filled(2)
    heap.mallocgc(2048)  # span 2 is cached with room
    drop(heap, objects[2])
    heap.gc.collect()
    assert chains(heap) == ([0, 2], [1])


def test_a_span_that_was_in_nonempty_already_is_not_moved() -> None:
    heap, objects = filled(3)
    drop(heap, objects[1], objects[10])
    heap.gc.collect()
    drop(heap, objects[9])  # span 2 loses another object
    heap.gc.collect()
    assert chains(heap) == ([0, 2], [1])


def test_a_span_swept_empty_goes_back_to_the_heap() -> None:
    heap, objects = filled(3)
    drop(heap, *objects[4:8])
    events = told(heap)
    heap.gc.collect()
    assert [e.base for e in events if isinstance(e, SpanFree)] == [ARENA + PAGE]
    assert chains(heap) == ([], [0, 2])
    assert HeapView(heap).lists.free_list(1) == [ARENA + PAGE]


def test_a_span_swept_by_the_one_who_wants_it_is_kept_even_if_all_died() -> None:
    heap = Heap()  # GOGC=100: one span is no debt
    first = heap.mallocgc(2048)
    heap.drop(first)
    heap.gc.start(3)
    events = told(heap)
    assert heap.mallocgc(2048) == first
    assert [e for e in events if isinstance(e, Sweep)] == [Sweep(ARENA, 1, NOSCAN, 1, 1, 0, 1)]
    assert not [e for e in events if isinstance(e, SpanFree)]
    assert CentralPick(NOSCAN, ARENA, "nonempty", True) in events


def test_without_gogc_the_first_refill_sweeps_everything_first() -> None:
    heap, objects = filled(2)
    drop(heap, *objects[:4])
    heap.mallocgc(64)
    heap.gc.start(3)
    events = told(heap)
    heap.mallocgc(64)
    sweeps = [(e.base - ARENA) // PAGE for e in events if isinstance(e, Sweep)]
    assert sweeps == [2, 1, 0]
    assert [e.base for e in events if isinstance(e, SpanFree)] == [ARENA]


def test_unswept_spans_of_empty_are_swept_from_the_front_until_one_has_room() -> None:
    heap, objects = filled(3, gcpercent=100)
    drop(heap, objects[6])  # slot 2 of span 1
    heap.gc.start(3)
    assert chains(heap) == ([], [0, 1, 2])
    events = told(heap)
    assert heap.mallocgc(2048) == objects[6]
    assert [(e.base - ARENA) // PAGE for e in events if isinstance(e, Sweep)] == [0, 1]
    assert CentralPick(NOSCAN, ARENA + PAGE, "empty", True) in events
    assert chains(heap) == ([], [2, 0, 1])
    cached = next(e for e in events if isinstance(e, CacheSpan))
    assert (cached.base, cached.nfree, cached.freeindex, cached.alloc_count) == (ARENA + PAGE, 1, 2, 3)


def test_when_nothing_has_room_the_heap_is_asked_and_reclaims_first() -> None:
    heap, _ = filled(2, gcpercent=100)
    heap.gc.start(3)
    events = told(heap)
    assert heap.mallocgc(2048) == ARENA + 2 * PAGE
    miss = events.index(CentralMiss(NOSCAN, 0, 2))
    assert events.index(Reclaim(1)) > miss
    assert heap.mheap.sweepdone


def test_heap_live_counts_cached_spans_as_full_and_a_flush_takes_that_back() -> None:
    heap = Heap(gcpercent=-1)
    heap.mallocgc(48)
    assert heap.stats.heap_live == PAGE  # the tail too
    heap.flush()
    assert heap.stats.heap_live == PAGE - 169 * 48
    heap.mallocgc(48)
    assert heap.stats.heap_live == PAGE - 169 * 48 + PAGE - 48


def test_sweeping_goes_from_the_span_pushed_last_and_turns_round() -> None:
    heap, _ = filled(4)
    orders = []
    for _ in range(3):
        heap.gc.start(3)
        events = told(heap)
        while heap.sweeper.sweepone() >= 0:
            pass
        orders.append([(e.base - ARENA) // PAGE for e in events if isinstance(e, Sweep)])
    assert orders == [[3, 2, 1, 0], [0, 1, 2, 3], [3, 2, 1, 0]]


def test_sweepone_tells_pages_freed_and_when_nothing_is_left() -> None:
    heap, objects = filled(2)
    drop(heap, *objects[:4])
    assert heap.sweeper.sweepone() == -1
    heap.gc.start(3)
    assert [heap.sweeper.sweepone() for _ in range(3)] == [0, 1, -1]
    assert heap.mheap.sweepdone


@pytest.mark.parametrize(
    ("ratio", "payments", "swept"),
    [
        (3 / 8192, [(8192, 0), (8192, 0)], [3, 3]),  # the basis does not move: the same bytes owe the same pages
        (3 / 8192, [(8192, 0), (16384, 1)], [3, 5]),  # 6 owed, less the 1 that the caller sweeps itself
        (0.9 / 8192, [(8192, 0), (16384, 0)], [0, 1]),  # whole pages only
        (0.0, [(1 << 30, 0)], [0]),  # no debt
        (1.0, [(1 << 20, 0)], [20]),  # more than there is: all of it
    ],
)
def test_an_allocation_pays_by_sweeping(ratio: float, payments: list[tuple[int, int]], swept: list[int]) -> None:
    heap, _ = filled(20)
    heap.gc.start(3)
    heap.mheap.sweep_pages_per_byte = ratio
    done = []
    for nbytes, caller in payments:
        heap.sweeper.deduct_sweep_credit(nbytes, caller)
        done.append(heap.mheap.pages_swept)
    assert done == swept
    if swept[-1] == 20:
        assert heap.mheap.sweep_pages_per_byte == 0.0


def test_the_sweep_speed_after_a_mark() -> None:
    heap = Heap()
    for _ in range(100):
        heap.mallocgc(8192, 8)
    heap.gc.start(3)
    # trigger 4 MB, live 819200, 1 MB of margin: 100 pages in 2326528 bytes
    assert heap.stats.gc_trigger == 4194304
    assert heap.mheap.sweep_pages_per_byte == 100 / 2326528
    assert (heap.mheap.sweep_heap_live_basis, heap.mheap.pages_swept_basis) == (819200, 0)


@pytest.mark.parametrize("large", [5, 8, 130])
def test_reclaim_sweeps_the_large_objects_of_that_length_first(large: int) -> None:
    heap = Heap()
    first, keep, second = heap.mallocgc(large * PAGE), heap.mallocgc(200), heap.mallocgc(large * PAGE)
    drop(heap, first, second)
    heap.gc.start(3)
    events = told(heap)
    assert heap.mallocgc(large * PAGE) == first
    sweeps = [e.base for e in events if isinstance(e, Sweep)]
    assert sweeps == [first], "the front of its busy list, and no more than needed"
    assert keep


def test_reclaim_looks_at_longer_then_at_shorter_large_objects_then_sweeps_on() -> None:
    heap = Heap()
    longer, shorter, small = heap.mallocgc(9 * PAGE), heap.mallocgc(6 * PAGE), heap.mallocgc(8192)
    drop(heap, longer, shorter, small)
    heap.gc.start(3)
    events = told(heap)
    heap.mallocgc(7 * PAGE)
    assert [e.base for e in events if isinstance(e, Sweep)] == [longer]
    events.clear()
    heap.mallocgc(7 * PAGE)
    assert [e.base for e in events if isinstance(e, Sweep)] == [shorter, small]
