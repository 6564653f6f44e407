"""mcache: what one P allocates from without any lock: a span for each span class, and a half-used tiny block (runtime/mcache.go).

See malloc.py for the overview.
"""

from gomem_core.both.mcache import AnyMCache
from gomem_core.both.slots import throw
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.pageevents import SpanCached
from gomem_core.modern.mbitmap import init_bits
from gomem_core.modern.mcentral import MCentral
from gomem_core.modern.mheap import MHeap
from gomem_core.modern.mspan import MSpan
from gomem_core.world.faults import OutOfMemory
from gomem_core.world.records import ServedBy


class MCache(AnyMCache[MSpan]):
    """The mcache of one P."""

    __slots__ = ("heap",)

    def __init__(self, p: int, heap: MHeap) -> None:
        super().__init__(p, MSpan(0, 0), heap.stats, heap.elemsizes)
        self.heap = heap

    def refill(self, central: MCentral, p: int) -> tuple[MSpan, ServedBy]:
        """Replace the full span of central's class by one with room, and tell who had that ((*mcache).refill).

        `p` is NO_P while the process has no Ps.  Raises OutOfMemory.
        """
        spanclass, h = central.spanclass, self.heap
        stats = h.stats
        grown = stats.nheap_grow
        s = self.alloc[spanclass]
        if s.free_addr != s.run_end or s.free_behind:  # Slots.is_full, written out: it is asked for at each refill
            throw("refilled_span_full", f"span {s.start_addr:#x} is replaced with {s.nelems - s.alloc_count} free slots")
        if s is not self.emptymspan:
            self.alloc[spanclass] = self.emptymspan  # no slot is taken before another one is put there
            taken, sizeclass = s.nelems - s.counted, spanclass >> 1  # `count`, written out for a span whose slots are all taken
            s.counted = s.nelems
            stats.nserved_counted += taken
            h.nsmallalloc[sizeclass] = h.nsmallalloc[sizeclass] + taken
            if s.sweepgen == h.sweepgen + 3 and h.trace is None:  # uncache_span, written out for one cached since the last mark
                s.sweepgen = h.sweepgen
                central.full[h.sweepgen >> 1 & 1].push(s)
            else:
                central.uncache_span(s, p)
        try:
            s, src = central.cache_span(p)
        except OutOfMemory:
            self.put(spanclass, self.emptymspan)
            raise
        s.sweepgen = h.sweepgen + 3
        stats.nserved_counted -= 1  # the slot that this is done for: it will be counted with the others of the span
        served: ServedBy
        if src != "grow":
            s.counted = s.alloc_count
            stats.heap_live += s.nbytes - s.counted * s.elemsize
            stats.nserved_central += 1
            served = "mcentral"
        else:
            if not spanclass & 1:
                init_bits(s, h.profile)
            stats.heap_live += s.npages << PAGE_SHIFT
            if stats.nheap_grow == grown:
                stats.nserved_heap += 1
                served = "mheap"
            else:
                stats.nserved_os += 1
                served = "os"
        self.put(spanclass, s)
        if h.trace is not None:
            h.trace(SpanCached(p, spanclass, s.start_addr, s.freeindex, s.alloc_count, src))
        return s, served

    def take_row(self, central: MCentral, row: list[MSpan], p: int) -> None:
        """Let the P have had all spans of a row in turn, in place of a full one: fresh ones whose slots are all taken."""
        s = self.alloc[central.spanclass]
        if s is not self.emptymspan:
            self.count(s)
            central.uncache_span(s, p)
        h, last = self.heap, row[-1]
        central.full_swept.push_all(row[:-1])
        last.sweepgen = h.sweepgen + 3
        self.put(central.spanclass, last)
        sizeclass = central.spanclass >> 1
        h.nsmallalloc[sizeclass] = h.nsmallalloc[sizeclass] + len(row) * last.nelems
        h.stats.heap_live += len(row) * last.nbytes

    def release_all(self, central: list[MCentral], by: int) -> None:
        """Give every span back and forget the tiny block, which P number `by` does for it ((*mcache).releaseAll)."""
        h = self.heap
        stale = h.sweepgen + 1
        for spanclass, s in enumerate(self.alloc):
            if s is not self.emptymspan:
                self.count(s)
                if s.sweepgen != stale:  # a mark has set heap_live anew, without its free slots
                    h.stats.heap_live -= (s.nelems - s.counted) * s.elemsize
                self.put(spanclass, self.emptymspan)
                central[spanclass].uncache_span(s, by)
        self.forget_tiny()

    def count(self, s: MSpan) -> None:
        """Tell the books as AnyMCache does, and those of the size class."""
        count = s.alloc_count
        taken = count - s.counted
        s.counted = count
        h, sizeclass = self.heap, s.spanclass >> 1
        h.stats.nserved_counted += taken
        h.nsmallalloc[sizeclass] = h.nsmallalloc[sizeclass] + taken  # compiled, += of an item adds as Python does
