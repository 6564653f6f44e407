"""Many refills of one span class at once, where each of them would cut a fresh span from the P's page cache.

See malloc.py for the overview.
"""

from gomem_core.both.rows import Rows
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.modern.mbitmap import heap_set_types, init_bits
from gomem_core.modern.mcache import MCache
from gomem_core.modern.mcentral import MCentral
from gomem_core.modern.mgcpacer import Pacer
from gomem_core.modern.mgcsweep import SpanSweeper
from gomem_core.modern.mheap import MHeap
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


def note_row(row: list[MSpan], h: MHeap, ptrdata: int, served: dict[str, int]) -> None:
    """Describe the objects in all slots of these spans, and count who served them: the heap the first of each span."""
    nelems = row[0].nelems
    if ptrdata:
        for s in row:
            init_bits(s, h.profile)
            heap_set_types(s, 0, nelems, ptrdata >> 3)
    hits = len(row) * (nelems - 1)
    h.stats.nserved_heap += len(row)
    h.stats.nserved_counted += hits
    served["mheap"] = served.get("mheap", 0) + len(row)
    if hits:
        served["mcache"] = served.get("mcache", 0) + hits


def tell_row(row: list[MSpan], header: int, rows: Rows) -> None:
    """Add where the objects of these spans lie, which lie one after the other, to `rows`."""
    first, elemsize, nelems, nbytes = row[0].start_addr + header, row[0].elemsize, row[0].nelems, row[0].nbytes
    if nelems * elemsize == nbytes:
        rows.add(first, elemsize, len(row) * nelems)
    else:
        for addr in range(first, first + len(row) * nbytes, nbytes):
            rows.add(addr, elemsize, nelems)
