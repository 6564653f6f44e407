"""The scavenger: gives free pages that nobody wanted for long back to the operating system (runtime/mheap.go, scavenge).

See malloc.py for the overview.  The address space stays: such pages remain free spans, and come back on first use.
"""

from gomem_core.classic.mheap import MHeap
from gomem_core.classic.mspan import MSpan
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.events import Scavenged, SysUnused

FORCE_NOW = (1 << 64) - 1  # FreeOSMemory pretends that it is the end of time


def scavenge(h: MHeap, now: int, limit: int) -> int:
    """Give back every free span that has been free for more than `limit` ns at `now`; returns the bytes given back.

    In order of length, then the large ones in their container's order ((*mheap).scavenge).
    """
    h.lock()
    released = 0
    for free in h.free:
        if free.first is not None:
            for s in free.spans():
                released += _scavenge_span(h, s, now, limit)
    for s in h.freelarge.spans():
        released += _scavenge_span(h, s, now, limit)
    if h.trace is not None:
        h.trace(Scavenged(released, h.stats.heap_released))
    return released


def _scavenge_span(h: MHeap, s: MSpan, now: int, limit: int) -> int:
    if now - s.unusedsince <= limit or s.npreleased == s.npages:
        return 0
    released = (s.npages - s.npreleased) << PAGE_SHIFT
    s.npreleased = s.npages
    h.stats.heap_released += released
    h.stats.nos_release += 1
    if h.trace is not None:
        h.trace(SysUnused(s.start_addr, s.npages))
    return released
