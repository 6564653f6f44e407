"""mcentral: for one span class, the spans with free slots and those without, swept and waiting (runtime/mcentral.go).

See malloc.py for the overview.  There are four queues; two of them swap roles with the other two whenever a mark ends, so that no
span has to be moved for "all must be swept now".
"""

from typing import Final

from gomem_core.both.slots import MSPAN_IN_USE, throw
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.pageevents import CachedFrom, CentralEmpty, SpanUncached
from gomem_core.modern.mheap import MHeap
from gomem_core.modern.mspan import MSpan, SpanSet

_SPAN_BUDGET: Final = 100  # spans of its own class that an allocation looks at before it takes new pages


class MCentral:
    """The shared spans of one span class (Go's mcentral).  A cached span is in none of its queues."""

    __slots__ = ("full", "heap", "nelems", "npages", "partial", "spanclass")

    def __init__(self, spanclass: int, heap: MHeap) -> None:
        self.spanclass = spanclass
        self.npages = heap.profile.classes[spanclass >> 1].npages
        self.nelems = heap.profile.nelems(spanclass)  # of a span
        self.heap = heap
        self.partial = (SpanSet(), SpanSet())  # with a free slot
        self.full = (SpanSet(), SpanSet())  # without

    # --- Its queues ---------------------------------------------------------------------------------------------------------

    @property
    def partial_swept(self) -> SpanSet:
        """Spans with a free slot."""
        return self.partial[self.heap.sweepgen >> 1 & 1]

    @property
    def partial_unswept(self) -> SpanSet:
        """Those that had one before the last mark; among them some that were swept since."""
        return self.partial[~self.heap.sweepgen >> 1 & 1]

    @property
    def full_swept(self) -> SpanSet:
        """Spans without a free slot, and large objects."""
        return self.full[self.heap.sweepgen >> 1 & 1]

    @property
    def full_unswept(self) -> SpanSet:
        """Those that had none before the last mark; among them some that were swept since."""
        return self.full[~self.heap.sweepgen >> 1 & 1]

    def push_swept(self, s: MSpan, is_full: bool) -> None:
        """Put a swept span at the end of its queue."""
        (self.full_swept if is_full else self.partial_swept).push(s)

    # --- For an mcache --------------------------------------------------------------------------------------------------------

    def cache_span(self, p: int) -> tuple[MSpan, CachedFrom]:
        """A span with a free slot for an mcache, and where it was found ((*mcentral).cacheSpan and grow).

        Pays sweep debt first, then prefers a span it has over a new one.  Raises OutOfMemory.
        """
        h = self.heap
        if h.sweep_pages_per_byte and h.sweep_debt(self.npages << PAGE_SHIFT, 0) > 0:
            h.sweeper.deduct_sweep_credit(self.npages << PAGE_SHIFT, 0)
        s: MSpan | None = None
        src: CachedFrom = "partial_swept"
        partial = self.partial[h.sweepgen >> 1 & 1]  # the swept ones
        if not partial.is_empty():
            s = partial.pop()
        elif not h.sweepdone:
            s, src = self._sweep_one()
        if s is None:
            if h.trace is not None:
                queues = (self.partial_swept, self.partial_unswept, self.full_swept, self.full_unswept)
                h.trace(CentralEmpty(self.spanclass, *map(len, queues)))
            return h.alloc(self.npages, self.spanclass, self.nelems, p), "grow"
        if s.free_addr == s.run_end and not s.has_room():
            throw("cached_span_has_room", f"span {s.start_addr:#x} is cached without a free slot")
        return s, src

    def _sweep_one(self) -> tuple[MSpan | None, CachedFrom]:
        """A span that waits to be swept, swept now, and with a free slot; at most so many are looked at."""
        budget, partial, full = _SPAN_BUDGET, self.partial_unswept, self.full_unswept
        while budget >= 0 and not partial.is_empty():
            s = partial.pop()
            if self.claim(s, partial):
                self.heap.sweeper.sweep(s, True, "")
                return s, "partial_unswept"
            budget -= 1
        while budget >= 0 and not full.is_empty():
            s = full.pop()
            if self.claim(s, full):
                self.heap.sweeper.sweep(s, True, "")
                if addr := s.next_slot():
                    s.put_back(addr)
                    return s, "full_unswept"
                self.push_swept(s, True)
            budget -= 1
        return None, "grow"

    def waits(self, s: MSpan) -> bool:
        """Whether a span in a queue of unswept ones still waits to be swept."""
        return s.state == MSPAN_IN_USE and s.sweepgen == self.heap.sweepgen - 2

    def claim(self, s: MSpan, queue: SpanSet) -> bool:
        """Whether a span that was popped from `queue` still waits to be swept; then it is being swept from now on."""
        if not self.waits(s):
            queue.stale -= 1
            return False
        s.sweepgen = self.heap.sweepgen - 1
        return True

    def uncache_span(self, s: MSpan, p: int) -> None:
        """Take a span back from an mcache; one that was cached before the last mark is swept ((*mcentral).uncacheSpan)."""
        h = self.heap
        stale = s.sweepgen == h.sweepgen + 1
        if h.trace is not None:
            h.trace(SpanUncached(p, self.spanclass, s.start_addr, s.freeindex, s.alloc_count, stale))
        if stale:
            s.sweepgen = h.sweepgen - 1
            h.sweeper.sweep(s, False, "")
        else:
            s.sweepgen = h.sweepgen
            self.push_swept(s, s.is_full())
