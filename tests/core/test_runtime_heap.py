"""mheap: which pages are handed out, splitting, merging, growth, and what the spans array says."""

import pytest

from gomem_core.classic.fixalloc import FixAlloc
from gomem_core.classic.image import capture
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mspan import MSPAN_FREE, MSpan
from gomem_core.classic.view import HeapView
from gomem_core.go.events import Event, Grow, Mapped, Picked, SpanMerge, SpanSplit
from gomem_core.session.session import Session
from gomem_core.world.faults import OutOfMemory
from tests.core.facts import ARENA, MB, PAGE
from tests.inside import heap_of


def pages(*counts: int) -> tuple[Heap, list[int]]:
    """A heap with large objects of so many pages, one behind the other."""
    heap = Heap(gcpercent=-1)
    return heap, [heap.mallocgc(n * PAGE) for n in counts]


def free(heap: Heap, *addresses: int) -> None:
    for addr in addresses:
        heap.drop(addr)
    heap.gc.collect()


def told(heap: Heap) -> list[Event]:
    events: list[Event] = []
    heap.set_trace(events.append)
    return events


@pytest.mark.parametrize(
    ("size", "grown", "asked", "bitmap", "spans_len"),
    [
        (1, 128, 8, 32768, 512),
        (32768, 128, 8, 32768, 512),
        (MB, 128, 128, 32768, 512),
        (MB + 1, 136, 136, 40960, 512),  # 129 pages, rounded to 64 KB; 1114112 / 32 = 34816, rounded to 8 KB
        (4 * MB, 512, 512, 131072, 512),
        (4 * MB + 1, 520, 520, 139264, 1024),
        (3 << 30, 393216, 393216, 100663296, 393216),
    ],
)
def test_growth_and_the_metadata_mapped_for_it(size: int, grown: int, asked: int, bitmap: int, spans_len: int) -> None:
    heap = Heap(gcpercent=-1)
    events = told(heap)
    heap.alloc(size)
    grow = next(e for e in events if isinstance(e, Grow))
    assert (grow.base, grow.npages, grow.arena_used) == (ARENA, grown, ARENA + grown * PAGE)
    assert (grow.bitmap_mapped, grow.spans_len, grow.ask_rounded_npages) == (bitmap, spans_len, asked)
    assert [e for e in events if isinstance(e, Mapped)] == [
        Mapped("bitmap", ARENA - bitmap, bitmap),
        Mapped("spans", 0xC000000000, spans_len * 8),
        Mapped("arena", ARENA, grown * PAGE),
    ]
    assert (heap.stats.heap_sys, heap.stats.heap_inuse + heap.stats.heap_idle) == (grown * PAGE, grown * PAGE)


def test_metadata_grows_only_when_it_does_not_suffice() -> None:
    heap = Heap(gcpercent=-1)
    heap.alloc(MB)
    events = told(heap)
    heap.alloc(MB)
    assert [e for e in events if isinstance(e, Mapped)] == [
        Mapped("bitmap", ARENA - 65536, 32768),
        Mapped("arena", ARENA + MB, MB),
    ]


def test_growth_ignores_what_a_free_tail_could_supply_but_merges_with_it() -> None:
    heap, _ = pages(100)  # 28 pages are left of the first megabyte
    events = told(heap)
    addr = heap.mallocgc(130 * PAGE)
    assert addr == ARENA + 100 * PAGE
    assert next(e for e in events if isinstance(e, Grow)).npages == 136
    assert SpanMerge(ARENA + 100 * PAGE, 164, ARENA + 100 * PAGE, 28) in events
    picked = next(e for e in events if isinstance(e, Picked))
    assert (picked.npages, picked.want, picked.from_large) == (164, 130, True)


def test_a_span_that_is_too_long_is_split_and_the_low_part_serves() -> None:
    heap = Heap(gcpercent=-1)
    events = told(heap)
    assert heap.mallocgc(5 * PAGE) == ARENA
    assert SpanSplit(ARENA, 5, ARENA + 5 * PAGE, 123) in events
    assert [s.start_addr for s in heap.mheap.free[123].spans()] == [ARENA + 5 * PAGE]


def test_equal_lengths_are_reused_last_freed_first() -> None:
    heap, objects = pages(5, 6, 5, 6, 5, 6)
    a, _, b, _, c, _ = objects
    free(heap, a, b, c)
    # Sweeping goes from the object allocated last to the first: a was freed last and stands in front.
    assert HeapView(heap).lists.free_list(5) == [a, b, c]
    assert [heap.mallocgc(5 * PAGE) for _ in range(3)] == [a, b, c]


def test_the_sweep_order_turns_round_each_cycle() -> None:
    heap, objects = pages(5, 6, 5, 6, 5, 6)
    a, _, b, _, c, _ = objects
    heap.gc.collect()
    free(heap, a, b, c)
    assert HeapView(heap).lists.free_list(5) == [c, b, a]


def test_an_exact_length_is_preferred_then_the_next_longer_list() -> None:
    heap, objects = pages(9, 6, 5, 6, 7, 60)
    free(heap, objects[0], objects[2], objects[4])
    assert heap.mallocgc(5 * PAGE) == objects[2]
    assert heap.mallocgc(5 * PAGE) == objects[4]  # 7 pages, split
    assert heap.mallocgc(5 * PAGE) == objects[0]  # 9 pages, split; its rest of 4 serves small objects
    assert HeapView(heap).lists.free_lists()[:2] == [(2, 1), (4, 1)]
    assert heap.mallocgc(32768) == objects[0] + 5 * PAGE


def test_a_rest_inherits_age_and_dirt() -> None:
    heap, objects = pages(9, 6)
    heap.set_now(7)
    free(heap, objects[0])
    heap.set_now(99)
    heap.mallocgc(5 * PAGE)
    rest = heap.mheap.spans.get(5)
    assert rest is not None
    assert (rest.npages, rest.unusedsince, rest.needzero, rest.state) == (4, 7, 1, MSPAN_FREE)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1)])
def test_free_neighbours_merge_whatever_comes_first(order: tuple[int, ...]) -> None:
    heap, objects = pages(5, 7, 9, 6)
    for i in order:
        free(heap, objects[i])
    assert HeapView(heap).lists.free_list(21) == [ARENA]
    assert heap.mheap.span_of(ARENA) is None
    assert [s.npages for s in heap.mheap.all_spans()] == [21, 6, 101]


def test_merging_takes_the_span_before_first_and_gives_its_struct_back_first() -> None:
    heap, objects = pages(5, 7, 9, 6)
    free(heap, objects[0])
    free(heap, objects[2])
    before, after = heap.mheap.spans.get(0), heap.mheap.spans.get(12)
    middle = heap.mheap.spans.get(5)
    events = told(heap)
    free(heap, objects[1])
    assert [e for e in events if isinstance(e, SpanMerge)] == [
        SpanMerge(ARENA, 12, ARENA, 5),
        SpanMerge(ARENA, 21, ARENA + 12 * PAGE, 9),
    ]
    assert heap.mheap.spans.get(0) is middle
    assert heap.mheap.spanalloc.alloc() is after
    assert heap.mheap.spanalloc.alloc() is before


def test_the_spans_array_is_valid_at_the_ends_of_a_free_span_only() -> None:
    heap, _ = pages(5, 7, 9, 6)
    world = HeapView(heap)
    assert all(world.spans.entry(page) == (ARENA + 5 * PAGE, True) for page in range(5, 12))
    free(heap, ARENA, ARENA + 5 * PAGE, ARENA + 12 * PAGE)
    valid = [page for page in range(21) if world.spans.entry(page)[1]]
    assert valid == [0, 20]
    assert world.spans.entry(0) == world.spans.entry(20) == (ARENA, True)
    assert world.spans.entry(1 << 20) == (0, False)


def test_released_pages_count_as_back_in_use_even_if_only_a_part_is_taken() -> None:
    heap, objects = pages(9, 6)
    free(heap, objects[0])
    heap.free_os_memory()
    assert heap.stats.heap_released == (9 + 113) * PAGE
    heap.mallocgc(5 * PAGE)
    assert heap.stats.heap_released == 113 * PAGE
    rest = heap.mheap.spans.get(5)
    assert rest is not None
    assert rest.npreleased == 0


ALMOST_ALL = (1 << 39) - MB  # of the arena


@pytest.mark.parametrize(("size", "ask"), [(100 * PAGE, 104 * PAGE), (5 * MB + 1, 5 * MB + 65536), (1 << 38, 1 << 38)])
def test_out_of_address_space_is_told_in_the_runtime_s_words(size: int, ask: int) -> None:
    heap = Heap(gcpercent=-1)
    heap.mallocgc(ALMOST_ALL)
    heap.mallocgc(5 * PAGE)  # takes the last megabyte; 123 pages of it are free
    heap.mallocgc(90 * PAGE)
    with pytest.raises(OutOfMemory) as error:
        heap.mallocgc(size)
    expected = f"runtime: out of memory: cannot allocate {ask}-byte block ({1 << 39} in use)\nfatal error: out of memory"
    assert str(error.value) == expected
    assert (heap.mheap.arena_used, heap.stats.heap_sys) == (ARENA + (1 << 39), 1 << 39)
    assert heap.mallocgc(33 * PAGE) == ARENA + (1 << 39) - 33 * PAGE, "what is free can still be had"


@pytest.mark.parametrize("left", [65536, 15 * 65536])
def test_growth_by_less_than_a_megabyte_at_the_end_is_out_of_memory_too(left: int) -> None:
    """The arena grows by what is asked, but only the large free spans are searched again: the runtime then dies."""
    session = Session()
    assert session.submit(f"alloc {(1 << 39) - left}").ok
    before = capture(heap_of(session))
    outcome = session.submit("alloc 40960")
    assert outcome.error is not None
    assert outcome.error.message.endswith("fatal error: out of memory")
    assert capture(heap_of(session)) == before


def test_structs_come_from_chunks_of_107_and_the_last_freed_goes_first() -> None:
    chunks = iter([0x1000000, 0x2000000, 0x3000000])
    fix = FixAlloc(lambda _: next(chunks))
    structs = [fix.alloc() for _ in range(215)]
    assert [s.ptr for s in structs[:107]] == [0x1000000 + 152 * i for i in range(107)]
    assert [s.ptr for s in structs[107:214]] == [0x2000000 + 152 * i for i in range(107)]
    assert structs[214].ptr == 0x3000000
    assert (fix.chunks, fix.inuse) == (3, 215 * 152)
    for s in (structs[5], structs[100], structs[7]):
        fix.free(s)
    assert [fix.alloc() for _ in range(3)] == [structs[7], structs[100], structs[5]]
    assert fix.inuse == 215 * 152


def test_a_split_takes_a_struct_and_a_merge_gives_it_back() -> None:
    heap = Heap(gcpercent=-1)
    addr = heap.mallocgc(5 * PAGE)
    assert heap.mheap.spanalloc.inuse == 2 * 152
    free(heap, addr)
    assert heap.mheap.spanalloc.inuse == 152
    only: list[MSpan] = heap.mheap.all_spans()
    assert [s.npages for s in only] == [128]
    assert heap.mheap.freelarge.spans() == only
