"""The page cache of a P: up to 64 pages from which it cuts spans without the heap's lock (runtime/mpagecache.go).

See malloc.py for the overview.
"""

from typing import Final

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.modern.pallocbits import find_run

CACHE_PAGES: Final = 64  # pageCachePages


class PageCache:
    """The free pages among 64 from `base` on; bit i is page i.  Without a free page it stands for nothing (Go's pageCache)."""

    __slots__ = ("base", "free", "scavenged")

    def __init__(self, base: int = 0, free: int = 0, scavenged: int = 0) -> None:
        self.base = base
        self.free = free
        self.scavenged = scavenged  # given back to the operating system

    def alloc(self, npages: int) -> tuple[int, int]:
        """Take the lowest run of `npages`: its address, 0 when there is none, and how many of them were given back."""
        at = find_run(self.free, npages)
        if at < 0:
            return 0, 0
        mask = (1 << npages) - 1 << at
        returned = (self.scavenged & mask).bit_count()
        self.free &= ~mask
        self.scavenged &= ~mask
        return self.base + (at << PAGE_SHIFT), returned

    def clear(self) -> None:
        """Let it stand for nothing."""
        self.base = self.free = self.scavenged = 0
