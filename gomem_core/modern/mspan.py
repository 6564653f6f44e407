"""mspan: a run of pages cut into slots of one size, and the queues that spans wait in (runtime/mheap.go, runtime/mspanset.go).

See malloc.py for the overview.
"""

from collections import deque

from gomem_core.both.slots import CACHE_MASK, Slots
from gomem_core.go.amd64 import PAGE_SHIFT

SpanSet = deque["MSpan"]  # spans are pushed at its end and popped at its front (Go's spanSet)


class MSpan(Slots):
    """A span in use for objects, or for a stack or work buffers (Go's mspan).  Free pages are no spans: only bits tell of them.

    Its sweepgen, h being the heap's: h swept, h - 2 waits to be swept, h + 3 swept and cached, h + 1 cached since before the last
    mark, so that it waits, too.
    """

    __slots__ = ("counted", "page_mark", "ptr_masks")

    ptr_masks: dict[int, int] | None

    def __init__(self, base: int, npages: int) -> None:
        super().__init__()
        self.describe(base, npages)
        self.counted = 0  # slots of alloc_count that the books know of already (allocCountBeforeCache)
        self.page_mark = False  # its bit in the arena's pageMarks: reclaiming passes it by
        self.ptr_masks = None  # slots whose pointers are no run: slot → its words as a bit set

    def cut(self, nelems: int) -> None:
        """Cut a fresh span into `nelems` free slots."""
        self.nelems = nelems
        self.alloc_cache = CACHE_MASK

    @property
    def nbytes(self) -> int:
        """Its length in bytes."""
        return self.npages << PAGE_SHIFT

    @property
    def limit(self) -> int:
        """The end of its last slot."""
        return self.start_addr + self.nelems * self.elemsize
