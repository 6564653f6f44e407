"""mcache: what one P allocates from without any lock: a span for each span class, and a half-used tiny block.

See malloc.py for the overview.  Mirrors Go's runtime/mcache.go.
"""

from gomem_core.both.slots import throw
from gomem_core.classic.mcentral import MCentral
from gomem_core.classic.mspan import MSpan
from gomem_core.go.amd64 import NUM_SPAN_CLASSES


class MCache:
    """The cache of P number `p`: `alloc[spanclass]`, even numbers with pointers (scan), odd ones without (noscan).

    An entry that caches nothing is `emptymspan`, which is always full, so that the fast path need not ask.
    """

    __slots__ = ("alloc", "emptymspan", "p", "tiny", "tinyoffset")

    def __init__(self, p: int) -> None:
        self.p = p
        self.emptymspan = MSpan(0)
        self.alloc = [self.emptymspan] * NUM_SPAN_CLASSES
        self.tiny = 0  # address of the tiny block, 0: none
        self.tinyoffset = 0  # bytes of it that are taken

    def refill(self, central: MCentral) -> MSpan:
        """Replace the full span of central's class by one with room ((*mcache).refill).

        The old one just stops being cached: it is in central's `empty` list already.  Raises OutOfMemory.
        """
        spanclass = central.spanclass
        s = self.alloc[spanclass]
        if s.alloc_count != s.nelems:
            throw("refilled_span_full", f"span {s.start_addr:#x} is replaced with {s.nelems - s.alloc_count} free slots")
        s.incache = False
        self.alloc[spanclass] = self.emptymspan  # should there be no memory, the old one is not cached twice
        s = central.cache_span()
        self.alloc[spanclass] = s
        return s

    def release_all(self, central: list[MCentral]) -> None:
        """Give every span back and forget the tiny block ((*mcache).releaseAll)."""
        for spanclass, s in enumerate(self.alloc):
            if s is not self.emptymspan:
                central[spanclass].uncache_span(s)
                self.alloc[spanclass] = self.emptymspan
        self.tiny = 0
        self.tinyoffset = 0
