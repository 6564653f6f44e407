"""What must hold of a heap of Go 1.10 after every command, at three price levels (both/invariants.py)."""

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
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mbitmap import read_bits
from gomem_core.classic.mspan import MSPAN_FREE, MSpan, MSpanList
from gomem_core.go.amd64 import (
    BITMAP_BYTES_PER_ARENA_BYTE,
    MAX_MHEAP_LIST,
    MSPAN_SIZE,
    PAGE_SHIFT,
)


def check(heap: Heap, level: Level = "full") -> list[str]:
    """Check all invariants up to `level`; returns the names of those that hold.  Raises InvariantError at the first violation."""
    return check_all(_INVARIANTS, heap, level)


# --- cheap ------------------------------------------------------------------------------------------------------------


def metadata_covers_arena(heap: Heap) -> None:
    """Bitmap and spans are mapped for the whole used arena, which lies within its reservation and holds all of HeapSys."""
    h = heap.mheap
    used = h.arena_used - h.arena_start
    covered = h.bitmap_mapped * BITMAP_BYTES_PER_ARENA_BYTE >= used and h.spans_len << PAGE_SHIFT >= used
    require(covered, "metadata_covers_arena", f"{used} bytes of arena, {h.bitmap_mapped} of bitmap, {h.spans_len} spans")
    require(h.arena_used <= h.arena_end, "metadata_covers_arena", f"arena_used {h.arena_used:#x} beyond its end")
    sys = heap.stats.heap_sys
    require(sys <= used, "metadata_covers_arena", f"heap_sys {sys} exceeds the arena's {used}")


def mspan_structs_whole(heap: Heap) -> None:
    """The memory of mspan structs in use is so many whole structs."""
    equal(heap.mheap.spanalloc.inuse % MSPAN_SIZE, 0, "mspan_structs_whole", "bytes of mspan structs, modulo one")


def sweep_phase_sane(heap: Heap) -> None:
    """sweepgen is even between commands, and nothing waits when sweeping is done."""
    h = heap.mheap
    equal(h.sweepgen % 2, 0, "sweep_phase_sane", "sweepgen modulo 2")
    require(not (h.sweepdone and h.unswept_spans()), "sweep_phase_sane", "spans wait although sweeping is done")


# --- lists ------------------------------------------------------------------------------------------------------------


def _walk(spans: MSpanList) -> list[MSpan]:
    """The spans of a list, checking its links both ways and its count."""
    found: list[MSpan] = []
    before: MSpan | None = None
    s = spans.first
    while s is not None:
        require(s.prev is before, "list_links", f"{spans.name}: prev of {s.start_addr:#x}")
        require(s.in_list is spans, "list_links", f"{spans.name}: {s.start_addr:#x} believes to be elsewhere")
        found.append(s)
        require(len(found) <= spans.count, "list_links", f"{spans.name} has more spans than its count {spans.count}")
        before, s = s, s.next
    require(spans.last is before, "list_links", f"{spans.name}: last")
    equal(len(found), spans.count, "list_links", f"{spans.name}: count")
    return found


def free_lists_sorted(heap: Heap) -> None:
    """free[k] holds free spans of k pages; 128 and more are in the large container; together they are HeapIdle."""
    h = heap.mheap
    pages = released = 0
    for npages, free in enumerate(h.free):
        for s in _walk(free):
            ok = s.state == MSPAN_FREE and s.npages == npages
            require(ok, "free_lists_sorted", f"{s.start_addr:#x}: {s.npages} pages, state {s.state}, in {free.name}")
            pages += s.npages
            released += s.npreleased
    for s in h.freelarge.spans():
        ok = s.state == MSPAN_FREE and s.npages >= MAX_MHEAP_LIST and s.in_list is None
        require(ok, "free_lists_sorted", f"{s.start_addr:#x}: {s.npages} pages, state {s.state}, among the large")
        pages += s.npages
        released += s.npreleased
    equal(pages << PAGE_SHIFT, heap.stats.heap_idle, "free_lists_sorted", "bytes in free spans against heap_idle")
    equal(released << PAGE_SHIFT, heap.stats.heap_released, "free_lists_sorted", "bytes given back against heap_released")


def busy_lists_large(heap: Heap) -> None:
    """busy[k] holds large objects in use of k pages, and nothing else."""
    h = heap.mheap
    for npages, busy in [*enumerate(h.busy), (0, h.busylarge)]:
        for s in _walk(busy):
            fits = s.npages == npages if npages or busy is not h.busylarge else s.npages >= MAX_MHEAP_LIST
            ok = s.state == MSPAN_IN_USE and s.spanclass >> 1 == 0 and fits
            require(ok, "busy_lists_large", f"{s.start_addr:#x}: {s.npages} pages, class {s.spanclass}, in {busy.name}")


def mcentral_lists_right(heap: Heap) -> None:
    """A swept span in `nonempty` has room and is not cached; one in `empty` is full or cached; all are of that class."""
    for c in heap.central:
        for s in _walk(c.nonempty):
            ok = s.state == MSPAN_IN_USE and s.spanclass == c.spanclass and not s.incache and s.alloc_count < s.nelems
            require(ok, "mcentral_lists_right", f"{s.start_addr:#x} in {c.nonempty.name}: {s.alloc_count} of {s.nelems}")
        for s in _walk(c.empty):
            full = s.nelems in (s.alloc_count, s.freeindex) or _no_slot_left(s)
            ok = s.state == MSPAN_IN_USE and s.spanclass == c.spanclass and (s.incache or full)
            require(ok, "mcentral_lists_right", f"{s.start_addr:#x} in {c.empty.name}: {s.alloc_count} of {s.nelems}")


def _no_slot_left(s: MSpan) -> bool:
    return s.allocated_bits().bit_count() == s.nelems


def mcaches_own_their_spans(heap: Heap) -> None:
    """A cached span is swept, of its entry's class, in mcentral's `empty`, and cached by one P only."""
    seen: set[int] = set()
    for c in heap.mcaches:
        for spanclass, s in enumerate(c.alloc):
            require(c.is_by_size(spanclass), "mcaches_own_their_spans", f"P{c.p}: span class {spanclass} by size")
            if s is c.emptymspan:
                continue
            ok = (
                s.incache
                and s.state == MSPAN_IN_USE
                and s.spanclass == spanclass
                and s.sweepgen == heap.mheap.sweepgen
                and s.in_list is heap.central[spanclass].empty
            )
            require(ok, "mcaches_own_their_spans", f"P{c.p} caches {s.start_addr:#x} for class {spanclass}")
            require(s.ptr not in seen, "mcaches_own_their_spans", f"{s.start_addr:#x} is cached twice")
            seen.add(s.ptr)
    cached = sum(s.incache for c in heap.central for s in c.empty.spans())
    equal(len(seen), cached, "mcaches_own_their_spans", "cached spans against those that say so")


# --- full -------------------------------------------------------------------------------------------------------------


def spans_cover_arena(heap: Heap) -> None:
    """Spans tile the arena without gap; no two neighbours are free; entries follow the rule; structs are counted."""
    h = heap.mheap
    spans = h.all_spans()
    before: MSpan | None = None
    for s in spans:
        both_free = before is not None and before.state == MSPAN_FREE and s.state == MSPAN_FREE
        require(not both_free, "spans_cover_arena", f"free span {s.start_addr:#x} was not merged with the one before it")
        require(s.state in (MSPAN_FREE, MSPAN_IN_USE, MSPAN_MANUAL), "spans_cover_arena", f"{s.start_addr:#x}: state {s.state}")
        page = h.page_of(s.start_addr)
        if s.state == MSPAN_FREE:
            entries = h.spans.get(page) is s and h.spans.get(page + s.npages - 1) is s
        else:
            entries = h.spans.all_are(page, s.npages, s)
        require(entries, "spans_cover_arena", f"spans[{page}] … [{page + s.npages - 1}] do not point to {s.start_addr:#x}")
        before = s
    equal(len(spans) * MSPAN_SIZE, h.spanalloc.inuse, "spans_cover_arena", "bytes of mspan structs")
    in_use = sum(s.npages for s in spans if s.state == MSPAN_IN_USE)
    equal(in_use, h.pages_in_use, "spans_cover_arena", "pages in use")


def slots_counted(heap: Heap) -> None:
    """allocCount, freeindex, allocCache and the bit sets of each span in use agree."""
    h = heap.mheap
    for s in _in_use(heap):
        at = f"{s.start_addr:#x}"
        allocated = s.allocated_bits()
        unswept = s.sweepgen == h.sweepgen - 2
        require(unswept or s.sweepgen == h.sweepgen, "slots_counted", f"{at}: sweepgen {s.sweepgen} of {h.sweepgen}")
        require(allocated >> s.nelems == 0 and 0 <= s.freeindex <= s.nelems, "slots_counted", f"{at}: bits beyond the slots")
        # A slot that freeindex passed over because it was found full elsewhere counts as taken until the next sweep.
        require(s.alloc_count <= allocated.bit_count(), "slots_counted", f"{at}: allocCount {s.alloc_count}")
        run = (s.run_end - s.free_addr) // s.elemsize
        is_run = 0 <= run <= s.nelems - s.freeindex and not s.alloc_bits >> s.freeindex & (1 << run) - 1
        require(is_run, "slots_counted", f"{at}: slots up to {s.run_end:#x} are not all free")
        marks = s.gcmark_bits
        require(marks & ~allocated == 0, "slots_counted", f"{at}: marked slots that are not allocated")
        require(unswept or marks == 0, "slots_counted", f"{at}: mark bits in a swept span")
        kept = marks if unswept else allocated
        require(s.root_bits & ~kept == 0, "slots_counted", f"{at}: the program refers to a slot that is free or will be")


def sweep_stacks_complete(heap: Heap) -> None:
    """Every swept span in use stands once on the swept stack, every unswept one once on the other."""
    h = heap.mheap
    for stack, sweepgen in ((h.swept_spans(), h.sweepgen), (h.unswept_spans(), h.sweepgen - 2)):
        listed = [s.ptr for s in stack if s.state == MSPAN_IN_USE and s.sweepgen == sweepgen]
        expected = {s.ptr for s in _in_use(heap) if s.sweepgen == sweepgen}
        require(set(listed) == expected, "sweep_stacks_complete", f"sweepgen {sweepgen}: {len(listed)} of {len(expected)}")
        equal(len(listed), len(expected), "sweep_stacks_complete", "spans on a stack")


def reachable_is_allocated(heap: Heap) -> None:
    """What the program can reach through roots and links lies in allocated slots that no sweep will free."""
    h = heap.mheap
    todo = [(s, i) for s in _in_use(heap) if s.pointers for i in s.pointers if s.root_bits >> i & 1]
    seen = {(s.ptr, i) for s, i in todo}
    while todo:
        s, i = todo.pop()
        words = s.elemsize >> 3
        for word, target in (s.pointers or {}).get(i, {}).items():
            ok = bool(read_bits(s, i * words + word, 1)[0] & 1)
            require(ok, "reachable_is_allocated", f"{s.start_addr:#x} slot {i} word {word} holds a pointer without its bit")
            t = h.span_of(target)
            if t is None:
                require(target == heap.zerobase, "reachable_is_allocated", f"pointer to {target:#x}, which is not an object")
                continue
            at = t.object_index(target)
            kept = t.gcmark_bits if t.sweepgen == h.sweepgen - 2 else t.allocated_bits()
            require(bool(kept >> at & 1), "reachable_is_allocated", f"{target:#x} is reachable and free, or will be")
            if (t.ptr, at) not in seen:
                seen.add((t.ptr, at))
                todo.append((t, at))


def mem_stats_match_slots(heap: Heap) -> None:
    """HeapAlloc and HeapObjects equal what the slots say, with cached spans counted as full."""
    live = objects = 0
    for s in _in_use(heap):
        count = s.nelems if s.incache else s.alloc_count
        live += count * s.elemsize
        objects += count
    m = heap.mem_stats()
    equal(m.HeapAlloc, live, "mem_stats_match_slots", "HeapAlloc against slots")
    equal(m.HeapObjects, objects, "mem_stats_match_slots", "HeapObjects against slots")


def _in_use(heap: Heap) -> list[MSpan]:
    return [s for s in heap.mheap.all_spans() if s.state == MSPAN_IN_USE]


_INVARIANTS: Final[Invariants[Heap]] = {
    "cheap": (
        heap_sys_adds_up,
        pages_in_use_counted,
        metadata_covers_arena,
        mspan_structs_whole,
        books_not_negative,
        tiny_block_sane,
        sweep_phase_sane,
    ),
    "lists": (free_lists_sorted, busy_lists_large, mcentral_lists_right, mcaches_own_their_spans),
    "full": (
        spans_cover_arena,
        slots_counted,
        sweep_stacks_complete,
        reachable_is_allocated,
        tiny_refs_match,
        mem_stats_match_slots,
    ),
}
