"""The scavenger: gives free pages back to the operating system (runtime/mgcscavenge.go).

See malloc.py for the overview.  The addresses stay free; which pages are handed out next does not depend on it.
"""

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.events import Scavenged, SysUnused
from gomem_core.modern.mheap import MHeap
from gomem_core.modern.pallocbits import CHUNK_SHIFT


def scavenge_all(h: MHeap) -> int:
    """Give every free page back, the highest first, a run of a chunk at a time; returns the bytes ((*pageAlloc).scavengeAll).

    Pages in the Ps' caches stay.
    """
    pages = h.pages
    released = 0
    for chunk in range(len(pages.free) - 1, -1, -1):
        left = pages.free[chunk] & ~pages.scavenged[chunk]
        while left:
            end = left.bit_length()
            below = ~left & ((1 << end) - 1)  # what is not to be released, up to there
            begin = below.bit_length()
            release(h, (chunk << CHUNK_SHIFT) + begin, end - begin)
            released += end - begin
            left &= (1 << begin) - 1
    released <<= PAGE_SHIFT
    if h.trace is not None:
        h.trace(Scavenged(released, h.stats.heap_released))
    return released


def release(h: MHeap, page: int, npages: int) -> None:
    """Give a run of free pages of one chunk back ((*pageAlloc).scavengeOne)."""
    h.pages.scavenge_range(page, npages)
    h.stats.heap_released += npages << PAGE_SHIFT
    h.stats.nos_release += 1
    h.touch(page, npages)
    if h.trace is not None:
        h.trace(SysUnused(h.pages.address(page), npages))
