"""What the next allocation would find, without doing it.  HeapView hands this out as `ahead`.

Where sweeping decides, and only sweeping could tell what it leaves, the answer is "sweeping".
"""

from typing import Final

from gomem_core.both.tiny import tiny_offset
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mcentral import MCentral
from gomem_core.classic.mspan import MSPAN_FREE, MSpan
from gomem_core.go.amd64 import GROW_ROUND_PAGES, MAX_MHEAP_LIST, PAGE_SHIFT, TINY_SIZE, round_up
from gomem_core.world.records import Pages, Place, Sweeping

_LOOKED_AT: Final = 2_000  # spans of a list, while looking for one that waits to be swept: this is asked at each key


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
        return self._place(self._heap.mcache.alloc[spanclass])

    def tiny_block(self, size: int) -> int:
        """The P's half-used tiny block, if a tiny object of `size` bytes fits into it; else 0."""
        c = self._heap.mcache
        return c.tiny if c.tiny and tiny_offset(c.tinyoffset, size) + size <= TINY_SIZE else 0

    def central(self, spanclass: int) -> Place | Sweeping | None:
        """What mcentral would give, asked for a span of this class (see MCentral.cache_span); None: it has none."""
        c = self._heap.central[spanclass]
        if self._heap.sweeper.owes(c.npages << PAGE_SHIFT, 0) and self._may_wait(c):
            return "sweeping"  # to pay the debt may bring any of them to the front
        s = c.nonempty.first
        if s is not None:
            return self._place(s)
        s = c.empty.first
        if s is None or not self._waits(s):
            return None
        return self._place(s) or "sweeping"  # still full when swept: then the next is looked at

    def pages(self, npages: int) -> Pages | Sweeping | None:
        """Where mheap would take `npages` pages from; None: the arena is at its end."""
        h = self._heap.mheap
        if not h.sweepdone:
            return "sweeping"
        s = h.find_free_span(npages)
        if s is not None:
            return Pages(s.start_addr, s.npages, 0)
        room = h.arena_end - h.arena_used
        grows = h.growth(npages)
        if grows > room:
            grows = round_up(npages, GROW_ROUND_PAGES) << PAGE_SHIFT
        tail = h.spans.get(h.page_of(h.arena_used) - 1) if h.arena_used > h.arena_start else None
        free = tail.npages if tail is not None and tail.state == MSPAN_FREE else 0
        total = free + (grows >> PAGE_SHIFT)
        if grows > room or total < MAX_MHEAP_LIST:  # a shorter one is not looked for once it has grown
            return None
        return Pages(h.arena_used - (free << PAGE_SHIFT), total, grows)

    def _waits(self, s: MSpan) -> bool:
        return s.sweepgen != self._heap.mheap.sweepgen

    def _may_wait(self, c: MCentral) -> bool:
        """Whether a span of its lists waits to be swept, or there are too many of them to know at once."""
        if c.nonempty.count + c.empty.count > _LOOKED_AT:
            return True
        return any(self._waits(s) for spans in (c.nonempty, c.empty) for s in spans.spans())

    def _place(self, s: MSpan) -> Place | None:
        waits = s.nelems > 0 and self._waits(s)
        taken = s.gcmark_bits if waits else s.allocated_bits()
        free = ~taken & ((1 << s.nelems) - 1)
        return Place(s.start_addr, (free & -free).bit_length() - 1, free.bit_count(), waits) if free else None
