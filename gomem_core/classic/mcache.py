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


class MCache(AnyMCache[MSpan]):
    """The mcache of one P."""

    __slots__ = ()

    def __init__(self, p: int, stats: MStats) -> None:
        super().__init__(p, MSpan(0), stats, CLASS_TO_SIZE)

    def refill(self, central: MCentral) -> MSpan:
        """Replace the full span of central's class by one with room ((*mcache).refill).

        The old one just stops being cached: it is in central's `empty` list already.  Raises OutOfMemory.
        """
        spanclass = central.spanclass
        s = self.alloc[spanclass]
        if not s.is_full():
            throw("refilled_span_full", f"span {s.start_addr:#x} is replaced with {s.nelems - s.alloc_count} free slots")
        s.incache = False
        self.count(s)
        try:
            s = central.cache_span()
        except OutOfMemory:
            self.put(spanclass, self.emptymspan)  # the old one is not cached twice
            raise
        s.counted = s.alloc_count
        self.put(spanclass, s)
        return s

    def release_all(self, central: list[MCentral]) -> None:
        """Give every span back and forget the tiny block ((*mcache).releaseAll)."""
        for spanclass, s in enumerate(self.alloc):
            if s is not self.emptymspan:
                self.count(s)
                central[spanclass].uncache_span(s)
                self.put(spanclass, self.emptymspan)
        self.forget_tiny()
