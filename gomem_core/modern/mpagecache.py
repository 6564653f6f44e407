"""The page cache of a P: up to 64 pages from which it cuts spans without the heap's lock (runtime/mpagecache.go).

See malloc.py for the overview.
"""

from typing import Final

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.modern.pallocbits import find_run

CACHE_PAGES: Final = 64  # pageCachePages


class PageCache:
    """The free pages among 64 from `base` on; bit i is page i.  Without a free page it stands for nothing (Go's pageCache).

    As with the slots of a span, to take pages is most often to add to a number: those of the first run of free ones, which is
    from `_first` to `_run_end`, are taken up to `_next`.  The bits are made to say so when they are asked for.
    """

    __slots__ = ("_first", "_free", "_next", "_run_end", "_scavenged", "base")

    def __init__(self, base: int = 0, free: int = 0, scavenged: int = 0) -> None:
        self.base = base
        self._set(free, scavenged)

    def _set(self, free: int, scavenged: int) -> None:
        self._free = free
        self._scavenged = scavenged
        self._first = self._next = (free & -free).bit_length() - 1
        taken = ~free >> self._first if free else 0
        self._run_end = self._first + (taken & -taken).bit_length() - 1 if free else self._first

    @property
    def free(self) -> int:
        """Its free pages, as a bit set."""
        self._note_taken()
        return self._free

    @property
    def scavenged(self) -> int:
        """Those that were given back to the operating system, free or not."""
        self._note_taken()
        return self._scavenged

    def _note_taken(self) -> None:
        count = self._next - self._first
        if count:
            mask = (1 << count) - 1 << self._first
            self._free &= ~mask
            self._scavenged &= ~mask
            self._first = self._next

    def is_empty(self) -> bool:
        """Whether it has no free page."""
        return self._next == self._run_end and not self.free

    def alloc(self, npages: int) -> tuple[int, int]:
        """Take the lowest run of `npages`: its address, 0 when there is none, and how many of them were given back."""
        at = self._next
        if at + npages <= self._run_end:
            self._next = at + npages
            if not self._scavenged:
                return self.base + (at << PAGE_SHIFT), 0
            returned = self._scavenged >> at & (1 << npages) - 1
            return self.base + (at << PAGE_SHIFT), returned if npages == 1 else returned.bit_count()
        free, scavenged = self.free, self._scavenged
        at = find_run(free, npages)
        if at < 0:
            return 0, 0
        mask = (1 << npages) - 1 << at
        self._set(free & ~mask, scavenged & ~mask)
        return self.base + (at << PAGE_SHIFT), (scavenged & mask).bit_count()

    def alloc_row(self, npages: int, most: int) -> tuple[int, int, int]:
        """Take up to `most` runs of `npages` that lie one after the other, as so many calls of `alloc` would.

        Returns the address of the first, how many, and which of their pages were given back, as a bit set; none where `alloc` has
        to look further.
        """
        at = self._next
        count = min(most, (self._run_end - at) // npages)
        if count <= 0:
            return 0, 0, 0
        self._next = at + count * npages
        returned = self._scavenged >> at & (1 << count * npages) - 1 if self._scavenged else 0
        return self.base + (at << PAGE_SHIFT), count, returned

    def clear(self) -> None:
        """Let it stand for nothing."""
        self.base = 0
        self._set(0, 0)
