"""What must hold of a heap of Go 1.21 to 1.27 after every command, at three price levels (both/invariants.py)."""

from typing import Final

from gomem_core.both.invariants import (
    Invariants,
    Level,
    books_not_negative,
    check_all,
    equal,
    heap_sys_adds_up,
    pages_in_use_counted,
    require,
    tiny_block_sane,
    tiny_refs_match,
)
from gomem_core.both.slots import MSPAN_IN_USE, MSPAN_MANUAL
from gomem_core.go.amd64 import PAGE_SHIFT, PTR_SIZE
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mbitmap import may_hold_pointer
from gomem_core.modern.mspan import MSpan
from gomem_core.modern.pallocbits import CHUNK_PAGES, CHUNK_SHIFT, merge, summarize


def check(heap: Heap, level: Level = "full") -> list[str]:
    """Check all invariants up to `level`; returns the names of those that hold.  Raises InvariantError at the first violation."""
    return check_all(_INVARIANTS, heap, level)


# --- cheap ------------------------------------------------------------------------------------------------------------


def arenas_hold_the_heap(heap: Heap) -> None:
    """What is mapped lies within the arenas that are reserved."""
    h = heap.mheap
    require(h.grown_to <= h.arena_end or not h.pages.free, "arenas_hold_the_heap", f"{h.grown_to:#x} beyond {h.arena_end:#x}")


def sweep_phase_sane(heap: Heap) -> None:
    """sweepgen is even between commands, and the work buffers are given back when sweeping is done."""
    h = heap.mheap
    equal(h.sweepgen % 2, 0, "sweep_phase_sane", "sweepgen modulo 2")
    require(not (h.sweepdone and h.work_buffer is not None), "sweep_phase_sane", "work buffers stay although sweeping is done")


# --- lists ------------------------------------------------------------------------------------------------------------


def queues_right(heap: Heap) -> None:
    """Queues of swept spans hold swept ones of their class, with room or without; every one that waits stands in one, once."""
    h = heap.mheap
    seen: set[int] = set()
    for c in heap.central:
        for queue, is_full in ((c.partial_swept, False), (c.full_swept, True)):
            for s in queue:
                right = s.state == MSPAN_IN_USE and s.spanclass == c.spanclass and s.sweepgen == h.sweepgen
                right = right and (s.alloc_count == s.nelems) == is_full and s.start_addr not in seen
                right = right and queue.at(s.place) is s
                require(right, "queues_right", f"span {s.start_addr:#x}, {s.alloc_count} of {s.nelems} slots taken")
                seen.add(s.start_addr)
        for queue, is_full in ((c.partial_unswept, False), (c.full_unswept, True)):
            waiting = [s for s in queue if c.waits(s)]
            equal(len(queue) - len(waiting), queue.stale, "queues_right", f"stale spans of class {c.spanclass}")
            for s in waiting:
                right = s.spanclass == c.spanclass and (s.alloc_count == s.nelems) == is_full and s.start_addr not in seen
                require(right, "queues_right", f"span {s.start_addr:#x} waits, {s.alloc_count} of {s.nelems} slots taken")
                seen.add(s.start_addr)


def mcaches_own_their_spans(heap: Heap) -> None:
    """A cached span is swept, of its entry's class, and cached by one P only."""
    seen: set[int] = set()
    for c in heap.mcaches:
        for spanclass, s in enumerate(c.alloc):
            require(c.is_by_size(spanclass), "mcaches_own_their_spans", f"P{c.p}: span class {spanclass} by size")
            if s is c.emptymspan:
                continue
            right = s.state == MSPAN_IN_USE and s.spanclass == spanclass and s.sweepgen == heap.mheap.sweepgen + 3
            require(right and s.start_addr not in seen, "mcaches_own_their_spans", f"P{c.p} caches {s.start_addr:#x}")
            require(s.counted <= s.alloc_count <= s.nelems, "mcaches_own_their_spans", f"{s.start_addr:#x}: slots counted")
            seen.add(s.start_addr)


def page_caches_apart(heap: Heap) -> None:
    """Pages in a P's cache are 64 in a row, free to nobody else, and in no other cache."""
    h = heap.mheap
    seen: dict[int, int] = {}
    for p, cache in enumerate(h.page_caches):
        if not cache.free:
            continue
        page = h.pages.find_page(cache.base)
        require(page >= 0 and page % 64 == 0 and cache.free < 1 << 64, "page_caches_apart", f"P{p}: base {cache.base:#x}")
        others = h.pages.free[page >> CHUNK_SHIFT] >> (page & CHUNK_PAGES - 1)
        require(not cache.free & (others | seen.get(page, 0)), "page_caches_apart", f"P{p}: pages of {cache.base:#x} twice free")
        seen[page] = seen.get(page, 0) | cache.free


# --- full -------------------------------------------------------------------------------------------------------------


def pages_accounted(heap: Heap) -> None:
    """Every page is free, in a page cache, in a span, or set aside, and only one of these; given-back pages are HeapReleased."""
    h = heap.mheap
    owned = [0] * len(h.pages.free)
    released = 0
    for s in h.all_spans():
        require(s.state in (MSPAN_IN_USE, MSPAN_MANUAL), "pages_accounted", f"span {s.start_addr:#x}: state {s.state}")
        page = h.pages.page_of(s.start_addr)
        require(h.spans.all_are(page, s.npages, s), "pages_accounted", f"pages of span {s.start_addr:#x} do not point to it")
        _own(owned, page, (1 << s.npages) - 1, f"span {s.start_addr:#x}")
    for p, cache in enumerate(h.page_caches):
        if cache.free:
            _own(owned, h.pages.page_of(cache.base), cache.free, f"the page cache of P{p}")
            released += (cache.free & cache.scavenged).bit_count()
    if h.pages.free and h.padding:
        _own(owned, 0, (1 << h.padding) - 1, "the padding")
        released += h.padding
    for chunk, free in enumerate(h.pages.free):
        everything = (1 << CHUNK_PAGES) - 1 if h.pages.chunk_base(chunk) else 0
        require(not free & owned[chunk], "pages_accounted", f"chunk {chunk}: free pages that belong to something")
        require(free | owned[chunk] == everything, "pages_accounted", f"chunk {chunk}: taken pages that belong to nothing")
        released += (free & h.pages.scavenged[chunk]).bit_count()
    equal(released << PAGE_SHIFT, heap.stats.heap_released, "pages_accounted", "bytes given back against heap_released")
    equal(len(h.all_spans()), h.nspans, "pages_accounted", "spans")


def _own(owned: list[int], page: int, mask: int, who: str) -> None:
    """Note that somebody has these pages, a bit each from `page` on."""
    chunk, shift = page >> CHUNK_SHIFT, page & CHUNK_PAGES - 1
    mask <<= shift
    while mask:
        here = mask & (1 << CHUNK_PAGES) - 1
        require(not owned[chunk] & here, "pages_accounted", f"{who} has pages that something else has, too")
        owned[chunk] |= here
        mask >>= CHUNK_PAGES
        chunk += 1


def summaries_right(heap: Heap) -> None:
    """Each summary of free pages is what its chunk says, or the summaries below it."""
    pages = heap.mheap.pages
    require(pages.levels[0] == [summarize(free) for free in pages.free], "summaries_right", "of chunks")
    for level in range(1, len(pages.levels)):
        below, size = pages.levels[level - 1], CHUNK_PAGES << 3 * (level - 1)
        expected = [merge(below[i : i + 8], size) for i in range(0, len(below), 8)]
        require(pages.levels[level] == expected, "summaries_right", f"level {level}")


def slots_counted(heap: Heap) -> None:
    """allocCount, freeindex, allocCache and the bit sets of each span in use agree."""
    h = heap.mheap
    for s in _in_use(heap):
        at = f"{s.start_addr:#x}"
        allocated = s.allocated_bits()
        waits = s.sweepgen == h.sweepgen - 2
        require(waits or s.sweepgen in (h.sweepgen, h.sweepgen + 3), "slots_counted", f"{at}: sweepgen {s.sweepgen}")
        require(allocated >> s.nelems == 0 and 0 <= s.freeindex <= s.nelems, "slots_counted", f"{at}: bits beyond the slots")
        # A slot that freeindex passed over because it was found full elsewhere counts as taken until the next sweep.
        require(s.alloc_count <= allocated.bit_count(), "slots_counted", f"{at}: allocCount {s.alloc_count}")
        run = (s.run_end - s.free_addr) // s.elemsize
        is_run = 0 <= run <= s.nelems - s.freeindex and not s.alloc_bits >> s.freeindex & (1 << run) - 1
        require(is_run, "slots_counted", f"{at}: slots up to {s.run_end:#x} are not all free")
        marks = s.gcmark_bits
        require(marks & ~allocated == 0, "slots_counted", f"{at}: marked slots that are not allocated")
        require(waits or marks == 0, "slots_counted", f"{at}: mark bits in a swept span")
        kept = marks if waits else allocated
        require(s.root_bits & ~kept == 0, "slots_counted", f"{at}: the program refers to a slot that is free or will be")


def every_span_is_somewhere(heap: Heap) -> None:
    """Every span in use is cached, or stands in a queue; those that wait to be swept are counted."""
    found = {id(s) for c in heap.mcaches for s in c.alloc}
    found |= {id(s) for c in heap.central for queue in (*c.partial, *c.full) for s in queue}
    for s in _in_use(heap):
        require(id(s) in found, "every_span_is_somewhere", f"span {s.start_addr:#x} is in no queue and no mcache")
    waiting = sum([s.sweepgen == heap.mheap.sweepgen - 2 for s in _in_use(heap)])
    equal(heap.mheap.nunswept, waiting, "every_span_is_somewhere", "spans that wait to be swept")


def reachable_is_allocated(heap: Heap) -> None:
    """What the program reaches is allocated, and no sweep will free it; pointers stand only where they may."""
    todo = [(s, i) for s in _in_use(heap) for i in s.pointers or ()]
    for s, i in todo:
        for word, target in (s.pointers or {}).get(i, {}).items():
            may = may_hold_pointer(s, i, word)
            require(may, "reachable_is_allocated", f"{s.start_addr:#x} slot {i} word {word} holds a pointer without its bit")
            if not s.root_bits >> i & 1:
                continue
            t = heap.span_of(target)
            if t is None:
                require(target == heap.zerobase, "reachable_is_allocated", f"pointer to {target:#x}, which is not an object")
                continue
            kept = t.gcmark_bits if t.sweepgen == heap.mheap.sweepgen - 2 else t.allocated_bits()
            free = f"{target:#x} is reachable and free, or will be"
            require(bool(kept >> t.object_index(target) & 1), "reachable_is_allocated", free)


def mem_stats_match_slots(heap: Heap) -> None:
    """HeapAlloc and HeapObjects equal what the slots say, StackInuse and pages what the spans say."""
    in_use = _in_use(heap)
    m = heap.mem_stats()
    equal(m.HeapAlloc, sum([s.alloc_count * s.elemsize for s in in_use]), "mem_stats_match_slots", "HeapAlloc against slots")
    equal(m.HeapObjects, sum([s.alloc_count for s in in_use]), "mem_stats_match_slots", "HeapObjects against slots")
    equal(heap.mheap.pages_in_use, sum([s.npages for s in in_use]), "mem_stats_match_slots", "pages in use")
    for s in in_use:
        whole = s.nelems * s.elemsize <= s.nbytes and s.elemsize % PTR_SIZE == 0
        require(whole, "mem_stats_match_slots", f"{s.start_addr:#x}: {s.nelems} slots of {s.elemsize} bytes")


def _in_use(heap: Heap) -> list[MSpan]:
    return [s for s in heap.mheap.all_spans() if s.state == MSPAN_IN_USE]


_INVARIANTS: Final[Invariants[Heap]] = {
    "cheap": (
        heap_sys_adds_up,
        pages_in_use_counted,
        arenas_hold_the_heap,
        books_not_negative,
        tiny_block_sane,
        sweep_phase_sane,
    ),
    "lists": (queues_right, mcaches_own_their_spans, page_caches_apart),
    "full": (
        pages_accounted,
        summaries_right,
        slots_counted,
        every_span_is_somewhere,
        reachable_is_allocated,
        tiny_refs_match,
        mem_stats_match_slots,
    ),
}
