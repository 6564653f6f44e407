"""Spans in a row: many that lie one after the other are taken or freed together, as one by one in mheap.py.

Only where nobody is told of each of them.  See malloc.py for the overview.
"""

from gomem_core.both.slots import MSPAN_IN_USE
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.modern.mheap import NO_P, MHeap
from gomem_core.modern.mspan import MSpan


def alloc_row(h: MHeap, spanclass: int, npages: int, nelems: int, most: int, p: int) -> list[MSpan]:
    """Up to `most` spans for small objects from the P's page cache, all slots taken and counted; nothing waits to be swept.

    None where the next one cannot be cut from the run of pages that the P goes on with: then MHeap.alloc looks further.
    """
    if p == NO_P:
        return []
    base, count, scavenged = h.page_caches[p].alloc_row(npages, most)
    if not count:
        return []
    nbytes, elemsize, whole = npages << PAGE_SHIFT, h.elemsizes[spanclass >> 1], (1 << npages) - 1
    used = h.note_use(base, base + count * nbytes)
    sweepgen, addr = h.sweepgen, base
    row: list[MSpan] = []
    for n in range(count):
        s = MSpan(addr, npages)
        s.state = MSPAN_IN_USE
        s.spanclass = spanclass
        s.elemsize = elemsize
        s.sweepgen = sweepgen
        s.cut(nelems)
        s.free_addr = s.run_end
        s.counted = nelems
        if addr < used and not (scavenged and h.profile.scavenged_is_zero and scavenged >> n * npages & whole == whole):
            s.needzero = 1
        row.append(s)
        addr += nbytes
    page = h.pages.page_of(base)
    h.spans.set_row(page, npages, row)
    h.nspans += count
    h.pages_in_use += count * npages
    h.pages_from = "cache"
    stats = h.stats
    stats.nheap_alloc += count
    stats.heap_inuse += count * nbytes
    stats.heap_idle -= count * nbytes
    if scavenged:
        stats.heap_released -= scavenged.bit_count() << PAGE_SHIFT
    h.touch_row(page, npages, count)
    return row


def free_rows(h: MHeap, spans: list[MSpan]) -> None:
    """Take the pages of spans without objects back, those that lie one after the other together."""
    start = 0
    while start < len(spans):
        first = spans[start].start_addr
        page = h.pages.page_of(first)
        end, stop = first, start
        while stop < len(spans):
            s = spans[stop]
            if s.start_addr != end:
                break
            h.touch(page + ((end - first) >> PAGE_SHIFT), s.npages)
            end += s.npages << PAGE_SHIFT
            s.describe(s.start_addr, s.npages)
            stop += 1
        npages = (end - first) >> PAGE_SHIFT
        h.pages.free_range(page, npages)
        h.spans.clear_range(page, npages)
        h.nspans -= stop - start
        h.pages_in_use -= npages
        h.stats.heap_inuse -= end - first
        h.stats.heap_idle += end - first
        start = stop
