"""mcache: what one P allocates from without any lock: a span for each span class, and a half-used tiny block.

See malloc.py for the overview.  Mirrors Go's runtime/mcache.go.
"""

from gomem_core.both.mcache import AnyMCache
from gomem_core.both.mstats import MStats
from gomem_core.both.slots import throw
from gomem_core.classic.mcentral import MCentral
from gomem_core.classic.mspan import MSpan
from gomem_core.go.sizeclasses import CLASS_TO_SIZE
from gomem_core.world.faults import OutOfMemory
from gomem_core.world.records import ServedBy


class MCache(AnyMCache[MSpan]):
    """The mcache of one P."""

    __slots__ = ()

    def __init__(self, p: int, stats: MStats) -> None:
        super().__init__(p, MSpan(0), stats, CLASS_TO_SIZE)

    def refill(self, central: MCentral) -> tuple[MSpan, ServedBy]:
        """Replace the full span of central's class by one with room, and tell who had that ((*mcache).refill).

        The old one just stops being cached: it is in central's `empty` list already.  Raises OutOfMemory.
        """
        spanclass, stats = central.spanclass, self._stats
        grown, handed_out = stats.nheap_grow, stats.nheap_alloc
        s = self.alloc[spanclass]
        if s.free_addr != s.run_end or s.free_behind:  # Slots.is_full, written out: it is asked for at each refill
            throw("refilled_span_full", f"span {s.start_addr:#x} is replaced with {s.nelems - s.alloc_count} free slots")
        s.incache = False
        stats.nserved_counted += s.nelems - s.counted  # AnyMCache.count, written out for a full span
        s.counted = s.nelems
        try:
            s = central.cache_span()
        except OutOfMemory:
            self.put(spanclass, self.emptymspan)  # the old one is not cached twice
            raise
        self.put(spanclass, s)
        stats.nserved_counted -= 1  # the slot that this is done for: it will be counted with the others of the span
        if stats.nheap_grow != grown:
            stats.nserved_os += 1
            return s, "os"
        if stats.nheap_alloc != handed_out:
            stats.nserved_heap += 1
            return s, "mheap"
        stats.nserved_central += 1
        return s, "mcentral"

    def release_all(self, central: list[MCentral]) -> None:
        """Give every span back and forget the tiny block ((*mcache).releaseAll)."""
        for spanclass, s in enumerate(self.alloc):
            if s is not self.emptymspan:
                self.count(s)
                central[spanclass].uncache_span(s)
                self.put(spanclass, self.emptymspan)
        self.forget_tiny()
