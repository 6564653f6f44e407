"""Many refills of one span class at once, where each of them would cut a fresh span from the P's page cache.

See malloc.py for the overview.
"""

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.modern.mcache import MCache
from gomem_core.modern.mcentral import MCentral
from gomem_core.modern.mgcpacer import Pacer
from gomem_core.modern.mgcsweep import SpanSweeper
from gomem_core.modern.mheaprows import alloc_row
from gomem_core.modern.mspan import MSpan


def refill_row(cache: MCache, central: MCentral, sweeper: SpanSweeper, pacer: Pacer, most: int, p: int) -> list[MSpan]:
    """Let the P have up to `most` fresh spans in turn, and take all of their slots.

    Returns none where the next refill is to be done by itself: the P's span has room, a span is there already or can be swept,
    somebody has to pay, a collection starts, the page cache is to be filled, or each step is narrated.
    """
    h = cache.heap
    nbytes = central.npages << PAGE_SHIFT
    s = cache.alloc[central.spanclass]
    if h.trace is not None or not s.is_full() or not h.sweepdone or not central.partial_swept.is_empty():
        return []
    count = min(most, pacer.room() // nbytes)
    if count < 1 or not sweeper.pays_nothing(count * nbytes):
        return []
    row = alloc_row(h, central.spanclass, central.npages, central.nelems, count, p)
    if row:
        cache.take_row(central, row, p)
    return row
