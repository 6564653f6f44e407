"""What the next allocation would find, without doing it.  HeapView hands this out as `ahead`.

Where sweeping decides, and only sweeping could tell what it leaves, the answer is "sweeping".
"""

from gomem_core.both.tiny import tiny_offset
from gomem_core.go.amd64 import PAGE_SHIFT, TINY_SIZE
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mheap import MAX_ADDRESS
from gomem_core.modern.mpagecache import CACHE_PAGES
from gomem_core.modern.mspan import MSpan
from gomem_core.modern.pallocbits import CHUNK_PAGES, CHUNK_SHIFT, find_run
from gomem_core.world.records import Pages, Place, Sweeping


class Foresight:
    """Looks at one heap, and never changes it."""

    def __init__(self, heap: Heap) -> None:
        self._heap = heap

    @property
    def p(self) -> int:
        """Number of the P that allocates."""
        return self._heap.mcache.p

    def cached(self, spanclass: int) -> Place | None:
        """What the P's own span has; None when it is full or there is none."""
        s = self._heap.mcache.alloc[spanclass]
        return self._place(s, s.allocated_bits(), False) if s.nelems else None

    def tiny_block(self, size: int) -> int:
        """The P's half-used tiny block, if a tiny object of `size` bytes fits into it; else 0."""
        c = self._heap.mcache
        return c.tiny if c.tiny and tiny_offset(c.tinyoffset, size) + size <= TINY_SIZE else 0

    def central(self, spanclass: int) -> Place | Sweeping | None:
        """What mcentral would give, asked for a span of this class (see MCentral.cache_span); None: it has none."""
        c = self._heap.central[spanclass]
        waiting = self._waits()
        if waiting and self._heap.sweeper.owes(c.npages << PAGE_SHIFT, 0):
            return "sweeping"  # to pay the debt may bring any of them to the front
        for s in c.partial_swept:
            return self._place(s, s.allocated_bits(), False)
        if not waiting:
            return None
        for s in (*c.partial_unswept, *c.full_unswept):
            if c.waits(s):
                return self._place(s, s.gcmark_bits, True) or "sweeping"  # still full when swept: then the next is looked at
        return None

    def pages(self, npages: int) -> Pages | Sweeping | None:
        """Where mheap would take `npages` pages from; None: addresses are at their end."""
        h = self._heap.mheap
        if self._waits():
            return "sweeping"
        if npages < CACHE_PAGES // 4:
            base, free = self._page_cache()
            at = find_run(free, npages)
            if at >= 0:
                return Pages(base + (at << PAGE_SHIFT), npages, 0, "cache")
        page = h.pages.find(npages)
        if page >= 0:
            return Pages(h.pages.address(page), npages, 0, "heap")
        grows = h.growth(npages)
        if h.grown_to + grows > MAX_ADDRESS:
            return None
        return Pages(h.grown_to - self._free_tail(), npages, grows, "heap+grow")

    def _page_cache(self) -> tuple[int, int]:
        """Base and free pages of the P's page cache; where it has none, of what it would be filled with."""
        pages = self._heap.mheap.pages
        cache = self._heap.mheap.page_caches[self.p]
        if cache.free:
            return cache.base, cache.free
        page = pages.find(1)
        if page < 0:
            return 0, 0
        page &= -CACHE_PAGES
        free = pages.free[page >> CHUNK_SHIFT] >> (page & CHUNK_PAGES - 1) & (1 << CACHE_PAGES) - 1
        return pages.address(page), free

    def _free_tail(self) -> int:
        """Bytes of free pages at the end of the heap, to which growth adds."""
        summaries = self._heap.mheap.pages.levels[0]
        free = 0
        for summary in reversed(summaries):
            free += summary.end
            if summary.end < CHUNK_PAGES:
                break
        return free << PAGE_SHIFT

    def _waits(self) -> bool:
        """Whether any span waits to be swept."""
        if self._heap.mheap.sweepdone:
            return False
        return any(c.partial_unswept or c.full_unswept for c in self._heap.central)

    def _place(self, s: MSpan, taken: int, sweeps: bool) -> Place | None:
        free = ~taken & ((1 << s.nelems) - 1)
        return Place(s.start_addr, (free & -free).bit_length() - 1, free.bit_count(), sweeps) if free else None
