"""mcentral: for one span class, the spans that still have free slots and those that have none or are cached.

See malloc.py for the overview.  Mirrors Go's runtime/mcentral.go.
"""

from gomem_core.both.slots import throw
from gomem_core.classic.mbitmap import bitmap_fill, init_bits
from gomem_core.classic.mheap import MHeap
from gomem_core.classic.mspan import MSpan, MSpanList
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.events import BitsCleared, CacheSpan, CentralMiss, CentralPick, LockTaken, UncacheSpan
from gomem_core.go.sizeclasses import CLASS_TO_ALLOCNPAGES


class MCentral:
    """The shared spans of one span class (Go's mcentral).

    A cached span stays in `empty`: to everyone else it has no free slot.  Swept spans are at the back of `empty`.
    """

    __slots__ = ("empty", "heap", "nlock", "nmalloc", "nonempty", "npages", "spanclass")

    def __init__(self, spanclass: int, heap: MHeap) -> None:
        self.spanclass = spanclass
        self.npages = CLASS_TO_ALLOCNPAGES[spanclass >> 1]
        self.heap = heap
        self.nonempty = MSpanList(f"mcentral[{spanclass}].nonempty")
        self.empty = MSpanList(f"mcentral[{spanclass}].empty")
        self.nmalloc = 0  # objects allocated, a cached span counted as fully used
        self.nlock = 0

    def cache_span(self) -> MSpan:
        """A span with a free slot for an mcache, at the back of `empty` ((*mcentral).cacheSpan).

        Pays sweep debt first, then prefers a span it has over a new one.  Raises OutOfMemory.
        """
        if self.heap.sweep_pages_per_byte:
            self.heap.sweeper.deduct_sweep_credit(self.npages << PAGE_SHIFT, 0)
        s = self._from_lists() or self._grow()
        s.counted = count = s.alloc_count
        nfree = s.nelems - count
        if s.free_addr == s.run_end and not s.has_room():
            throw("cached_span_has_room", f"span {s.start_addr:#x} is cached without a free slot")
        self.nmalloc += nfree
        used_bytes = count * s.elemsize
        stats = self.heap.stats
        stats.heap_live += (s.npages << PAGE_SHIFT) - used_bytes
        s.incache = True
        if self.heap.trace is not None:
            self.heap.trace(CacheSpan(self.spanclass, s.start_addr, nfree, s.freeindex, s.alloc_count, stats.heap_live))
        return s

    def _from_lists(self) -> MSpan | None:
        """The first span with room, from `nonempty`, else from the unswept front of `empty`; None when there is none."""
        sweepgen = self.heap.sweepgen
        self.lock()
        s = self.nonempty.first
        if s is not None:
            self.nonempty.remove(s)
            self.empty.insert_back(s)
            unswept = s.sweepgen == sweepgen - 2
            if unswept:
                s.sweepgen = sweepgen - 1
                self.heap.sweeper.sweep(s, True)
            self._picked(s, "nonempty", unswept)
            return s
        while (s := self.empty.first) is not None and s.sweepgen == sweepgen - 2:
            s.sweepgen = sweepgen - 1
            self.empty.remove(s)
            self.empty.insert_back(s)
            self.heap.sweeper.sweep(s, True)
            if addr := s.next_slot():
                s.put_back(addr)
                self._picked(s, "empty", True)
                return s
            self.lock()  # still full: look at the next
        return None

    def _picked(self, s: MSpan, where: str, swept_now: bool) -> None:
        if self.heap.trace is not None:
            self.heap.trace(CentralPick(self.spanclass, s.start_addr, where, swept_now))

    def _grow(self) -> MSpan:
        """A fresh span from the heap, cut into slots ((*mcentral).grow)."""
        if self.heap.details is not None:
            self.heap.details(CentralMiss(self.spanclass, self.nonempty.count, self.empty.count))
        s = self.heap.alloc(self.npages, self.spanclass, False, True)
        s.cut((self.npages << PAGE_SHIFT) // s.elemsize)
        s.limit = s.run_end
        if not self.spanclass & 1:
            init_bits(s)
        if self.heap.details is not None:
            self.heap.details(BitsCleared(s.start_addr, s.npages, bitmap_fill(s)))
        self.lock()
        self.empty.insert_back(s)
        return s

    def uncache_span(self, s: MSpan) -> None:
        """Take a span back from an mcache; with free slots it goes to the front of `nonempty` ((*mcentral).uncacheSpan)."""
        self.lock()
        s.incache = False
        count = s.alloc_count
        if count == 0:
            throw("uncached_span_used", f"span {s.start_addr:#x} is uncached without an object")
        nfree = s.nelems - count
        if nfree > 0:
            self.empty.remove(s)
            self.nonempty.insert(s)
            self.heap.stats.heap_live -= nfree * s.elemsize
            self.nmalloc -= nfree
        if self.heap.trace is not None:
            self.heap.trace(UncacheSpan(self.spanclass, s.start_addr, nfree, s.freeindex, s.alloc_count))

    def free_span(self, s: MSpan, preserve: bool, was_full: bool) -> bool:
        """Called by sweep when it freed objects of `s`; True when the span went back to the heap ((*mcentral).freeSpan)."""
        if s.incache:
            throw("swept_span_uncached", f"span {s.start_addr:#x} is swept while cached")
        s.needzero = 1
        if preserve:  # whoever swept it means to use it: leave it where it is
            s.sweepgen = self.heap.sweepgen
            return False
        self.lock()
        if was_full:
            self.empty.remove(s)
            self.nonempty.insert(s)
        s.sweepgen = self.heap.sweepgen
        if s.alloc_count != 0:
            return False
        self.nonempty.remove(s)
        self.heap.free_span(s, False)
        return True

    def lock(self) -> None:
        """Count a taking of this mcentral's lock."""
        self.nlock += 1
        if self.heap.details is not None:
            self.heap.details(LockTaken("mcentral", self.spanclass))
