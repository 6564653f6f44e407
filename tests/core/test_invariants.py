"""Each invariant is broken on purpose, and must say so by its own name."""

from collections.abc import Callable

import pytest

from gomem_core.both.slots import MSPAN_DEAD, MSPAN_IN_USE, MSPAN_MANUAL
from gomem_core.classic.invariants import check
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mspan import MSPAN_FREE, MSpan
from gomem_core.session.session import Session
from gomem_core.world.faults import InvariantError
from tests.inside import heap_of

SCRIPT = """
alloc 48 scan as a times 200
alloc 5 as t
alloc 16 as n times 3
alloc 100
alloc 40960 as big times 3
alloc 2M as huge
alloc 3M as gone
alloc 32768 as full times 2
link a.1.0 a.2
link a.3.0 t
drop a.2 a.150..a.160 gone
gc
scavenge 0
alloc 48 scan as c
alloc 7 as u
alloc 24
"""
FREED = 157  # slot of a.158 in the first span of 48-byte objects


def heap_after(script: str) -> Heap:
    session = Session()
    for line in script.strip().splitlines():
        assert session.submit(line).ok, line
    return heap_of(session)


def span_of(heap: Heap, spanclass: int) -> MSpan:
    return next(s for s in heap.mheap.all_spans() if s.state == MSPAN_IN_USE and s.spanclass == spanclass)


def free_span(heap: Heap, large: bool = False) -> MSpan:
    return next(s for s in heap.mheap.all_spans() if s.state == MSPAN_FREE and (s.npages >= 128) == large)


def cached_span(heap: Heap) -> MSpan:
    return next(s for s in heap.mcache.alloc if s is not heap.mcache.emptymspan)


def add(owner: object, name: str, n: int) -> None:
    setattr(owner, name, getattr(owner, name) + n)


def move(heap: Heap, s: MSpan) -> None:
    """Hang a span on a list where it does not belong."""
    if s.in_list is not None:
        s.in_list.remove(s)
    heap.central[40].nonempty.insert(s)


def break_link_back(heap: Heap) -> None:
    s = heap.mheap.busy[5].last
    assert s is not None
    s.prev = None


def cut_list_short(heap: Heap) -> None:
    s = heap.mheap.busy[5].first
    assert s is not None
    s.next = None


def point_to_free_memory(heap: Heap) -> None:
    s = span_of(heap, 8)
    assert s.pointers is not None
    s.pointers[0][1] = s.start_addr + s.elemsize * FREED


def point_from_a_dead_word(heap: Heap) -> None:
    s = span_of(heap, 8)
    assert s.ptr_words is not None
    s.ptr_words[0] = 0


def point_outside(heap: Heap) -> None:
    s = span_of(heap, 8)
    assert s.pointers is not None
    s.pointers[0][1] = 0x1234


def unlink_free_large(heap: Heap) -> None:
    heap.mheap.freelarge.remove_span(free_span(heap, large=True))


def cache_twice(heap: Heap) -> None:
    heap.procs(2)
    s = cached_span(heap)
    heap.mcaches[1].put(s.spanclass, s)


def split_silently(heap: Heap) -> None:
    """Two free spans side by side that should be one."""
    h = heap.mheap
    s = free_span(heap, large=True)
    h.freelarge.remove_span(s)
    t = h.spanalloc.alloc()
    t.init(s.start_addr + (8192 << 2), s.npages - 4)
    s.npages = 4
    t.state = MSPAN_FREE
    t.npreleased = s.npreleased - 4 if s.npreleased else 0
    s.npreleased = min(s.npreleased, 4)
    h.free[4].insert(s)
    if t.npages >= 128:
        h.freelarge.insert(t)
    else:
        h.free[t.npages].insert(t)
    h.spans.set(h.page_of(s.start_addr) + 3, s)
    h.spans.set(h.page_of(t.start_addr), t)
    h.spans.set(h.page_of(t.start_addr) + t.npages - 1, t)


def stale_entry(heap: Heap) -> None:
    s = span_of(heap, 1)
    heap.mheap.spans.set(heap.mheap.page_of(s.start_addr) + 2, span_of(heap, 5))


def disown_entry(heap: Heap) -> None:
    s = free_span(heap, large=True)
    heap.mheap.spans.set(heap.mheap.page_of(s.start_addr) + s.npages - 1, MSpan(0))


def sweep_debt_left(heap: Heap) -> None:
    heap.mheap.unswept_spans().append(span_of(heap, 8))


def take_a_dead_span(heap: Heap) -> None:
    heap.mheap.alloc_span_locked(1).state = MSPAN_DEAD
    add(heap.stats, "heap_sys", -8192)


def forget_a_page(heap: Heap) -> None:
    add(heap.mheap, "pages_in_use", -1)
    add(heap.stats, "heap_inuse", -8192)
    add(heap.stats, "heap_sys", -8192)


def count_more_than_the_arena(heap: Heap) -> None:
    add(heap.stats, "heap_sys", 1 << 40)
    add(heap.stats, "heap_idle", 1 << 40)


BROKEN: list[tuple[str, str, Callable[[Heap], object]]] = [
    ("heap_sys_adds_up", "idle is lost", lambda h: add(h.stats, "heap_idle", -8192)),
    ("heap_sys_adds_up", "more released than idle", lambda h: setattr(h.stats, "heap_released", h.stats.heap_idle + 1)),
    ("metadata_covers_arena", "more than the arena", count_more_than_the_arena),
    ("pages_in_use_counted", "a page is lost", lambda h: add(h.mheap, "pages_in_use", -1)),
    ("metadata_covers_arena", "bitmap too short", lambda h: add(h.mheap, "bitmap_mapped", -h.mheap.bitmap_mapped)),
    ("metadata_covers_arena", "spans too short", lambda h: setattr(h.mheap, "spans_len", 5)),
    ("metadata_covers_arena", "arena beyond its end", lambda h: setattr(h.mheap, "arena_end", h.mheap.arena_used - 1)),
    ("books_not_negative", "heap_live", lambda h: setattr(h.stats, "heap_live", -1)),
    ("books_not_negative", "heap_marked", lambda h: setattr(h.stats, "heap_marked", -1)),
    ("books_not_negative", "frees", lambda h: add(h.stats, "nlargefree", 10_000)),
    ("books_not_negative", "alloc", lambda h: add(h.stats, "largefree", 1 << 40)),
    ("mspan_structs_whole", "half a struct", lambda h: add(h.mheap.spanalloc, "inuse", 1)),
    ("tiny_block_sane", "not aligned", lambda h: add(h.mcache, "tiny", 8)),
    ("tiny_block_sane", "too full", lambda h: setattr(h.mcache, "tinyoffset", 17)),
    ("tiny_block_sane", "offset without block", lambda h: setattr(h.mcache, "tiny", 0)),
    ("sweep_phase_sane", "odd sweepgen", lambda h: add(h.mheap, "sweepgen", 1)),
    ("sweep_phase_sane", "something waits", sweep_debt_left),
    ("list_links", "prev", break_link_back),
    ("list_links", "next", cut_list_short),
    ("list_links", "count", lambda h: add(h.mheap.busy[5], "count", 1)),
    ("list_links", "fewer than there are", lambda h: add(h.mheap.busy[5], "count", -1)),
    ("list_links", "another list", lambda h: setattr(h.mheap.busy[5].first, "in_list", h.mheap.busy[6])),
    ("free_lists_sorted", "not free", lambda h: setattr(free_span(h, large=True), "state", MSPAN_MANUAL)),
    ("free_lists_sorted", "missing", unlink_free_large),
    ("free_lists_sorted", "given back", lambda h: add(free_span(h, large=True), "npreleased", -1)),
    ("free_lists_sorted", "wrong list", lambda h: h.mheap.free[9].insert(h.mheap.spanalloc.alloc())),
    ("busy_lists_large", "not in use", lambda h: setattr(h.mheap.busy[5].first, "state", MSPAN_MANUAL)),
    ("busy_lists_large", "not large", lambda h: setattr(h.mheap.busy[5].first, "spanclass", 8)),
    ("busy_lists_large", "wrong length", lambda h: setattr(h.mheap.busy[5].first, "npages", 6)),
    ("busy_lists_large", "short among the long", lambda h: setattr(h.mheap.busylarge.first, "npages", 127)),
    ("mcentral_lists_right", "wrong class", lambda h: move(h, span_of(h, 133))),
    ("mcentral_lists_right", "room, but in empty", lambda h: setattr(cached_span(h), "incache", False)),
    ("mcentral_lists_right", "full, but in nonempty", lambda h: setattr(h.central[17].nonempty.first, "free_behind", 0)),
    ("mcentral_lists_right", "cached, but in nonempty", lambda h: setattr(h.central[17].nonempty.first, "incache", True)),
    ("mcaches_own_their_spans", "says it is not cached", lambda h: h.mcache.put(9, span_of(h, 8))),
    ("mcaches_own_their_spans", "twice", cache_twice),
    ("mcaches_own_their_spans", "forgotten", lambda h: h.mcache.put(8, h.mcache.emptymspan)),
    ("mcaches_own_their_spans", "not by size", lambda h: h.mcache.noscan.__setitem__(40, cached_span(h))),
    ("mcaches_own_their_spans", "not swept", lambda h: add(cached_span(h), "sweepgen", -2)),
    ("spans_cover_arena", "free neighbours", split_silently),
    ("spans_cover_arena", "dead span", take_a_dead_span),
    ("spans_cover_arena", "left-over entry", stale_entry),
    ("spans_cover_arena", "entry at the end", disown_entry),
    ("spans_cover_arena", "a struct too many", lambda h: add(h.mheap.spanalloc, "inuse", 152)),
    ("spans_cover_arena", "pages miscounted", forget_a_page),
    ("slots_counted", "sweepgen", lambda h: add(span_of(h, 133), "sweepgen", -4)),
    ("slots_counted", "beyond the slots", lambda h: setattr(span_of(h, 133), "alloc_bits", 2)),
    ("slots_counted", "too many", lambda h: add(span_of(h, 1), "free_behind", -1)),
    ("slots_counted", "run", lambda h: add(cached_span(h), "run_end", 1 << 12)),
    ("slots_counted", "marked and free", lambda h: setattr(cached_span(h), "gcmark_bits", 1 << (cached_span(h).nelems - 1))),
    ("slots_counted", "marked and swept", lambda h: setattr(span_of(h, 133), "gcmark_bits", 1)),
    ("slots_counted", "root of nothing", lambda h: setattr(cached_span(h), "root_bits", 1 << (cached_span(h).nelems - 1))),
    ("sweep_stacks_complete", "missing", lambda h: h.mheap.swept_spans().pop()),
    ("sweep_stacks_complete", "twice", lambda h: h.mheap.swept_spans().append(h.mheap.swept_spans()[-1])),
    ("reachable_is_allocated", "free", point_to_free_memory),
    ("reachable_is_allocated", "no pointer bit", point_from_a_dead_word),
    ("reachable_is_allocated", "no object", point_outside),
    ("tiny_refs_match", "no tiny span", lambda h: span_of(h, 133).set_tiny_refs(0, 1, 1)),
    ("tiny_refs_match", "no such block", lambda h: span_of(h, 5).set_tiny_refs(span_of(h, 5).nelems - 1, 1, 1)),
    ("tiny_refs_match", "too many", lambda h: span_of(h, 5).set_tiny_refs(0, 1, 17)),
    ("mem_stats_match_slots", "bytes", lambda h: add(h.stats, "largealloc", 8192)),
    ("mem_stats_match_slots", "objects", lambda h: add(h.stats, "nlargealloc", 1)),
]


@pytest.mark.parametrize(("name", "how", "breakage"), BROKEN, ids=[f"{name}: {how}" for name, how, _ in BROKEN])
def test_a_broken_heap_is_reported_by_the_invariants_name(name: str, how: str, breakage: Callable[[Heap], object]) -> None:
    heap = heap_after(SCRIPT)
    check(heap)
    breakage(heap)
    with pytest.raises(InvariantError) as error:
        check(heap)
    assert error.value.name == name, how
    assert str(error.value).startswith(f"invariant {name}: ")


def test_every_invariant_is_shown_to_fail() -> None:
    shown = {name for name, _, _ in BROKEN}
    assert set(check(heap_after(SCRIPT))) | {"list_links"} == shown


def test_levels_include_each_other() -> None:
    heap = heap_after(SCRIPT)
    cheap, lists, full = check(heap, "cheap"), check(heap, "lists"), check(heap, "full")
    assert len(cheap) == 7
    assert lists[: len(cheap)] == cheap
    assert full[: len(lists)] == lists
    assert len(full) > len(lists) > len(cheap)


def test_unswept_spans_are_checked_against_their_marks() -> None:
    heap = heap_after(SCRIPT + "gc mark")
    check(heap)
    s = span_of(heap, 8)
    s.root_bits |= 1 << FREED  # dropped, collected: no mark
    with pytest.raises(InvariantError, match="the program refers to a slot that is free or will be"):
        check(heap)


@pytest.mark.parametrize("size", [32768, 40960])
def test_a_span_swept_without_garbage_may_stand_in_front_of_unswept_ones(size: int) -> None:
    check(heap_after(f"alloc {size} times 3\ngc\ngc mark\ngc sweep 1"))
