"""What a heap keeps that nothing asks for: kept beside a still, and put into a heap that goes on from one."""

from array import array
from collections.abc import Mapping

from gomem_core.both.slots import MSPAN_IN_USE
from gomem_core.go.amd64 import U64_MAX
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mgcpacer import NEVER
from gomem_core.modern.mheap import MHeap
from gomem_core.modern.mspan import MSpan
from gomem_core.world.unseen import ModernUnseen


def unseen_of(heap: Heap) -> ModernUnseen:
    """What a heap keeps, in time proportional to its spans."""
    h = heap.mheap
    trigger = heap.gc.pacer.trigger
    return ModernUnseen(
        zeroed_base={number * h.arena_bytes: used - number * h.arena_bytes for number, used in sorted(h.zeroed_base.items())},
        cur_arena=(h.grown_to, h.arena_end),
        smallalloc=array("q", heap.small_allocs()),
        page_marks=array("q", [s.start_addr for s in h.all_spans() if s.page_mark and _waits(s, h)]),
        pages_swept=h.pages_swept,
        swept_basis=h.swept_basis,
        sweep_heap_live_basis=h.sweep_heap_live_basis,
        sweep_pages_per_byte=h.sweep_pages_per_byte,
        reclaim_index=h.reclaim_index,
        reclaim_credit=h.reclaim_credit,
        trigger=U64_MAX if trigger == NEVER else trigger,
    )


def _waits(s: MSpan, h: MHeap) -> bool:
    return s.state == MSPAN_IN_USE and s.sweepgen in (h.sweepgen - 2, h.sweepgen + 1)


def take_over(heap: Heap, spans: Mapping[int, MSpan], unseen: ModernUnseen | None) -> None:
    """Put it into a heap with these spans, by base; all arenas are reclaimed from that are there now.

    Where it is not known, all below the last page in use of an arena was handed out, spans with marks have the page mark, and
    nothing is swept as payment.
    """
    h = heap.mheap
    h.sweep_arenas = h.arenas()
    if unseen is None:
        for s in spans.values():
            h.note_use(s.start_addr, s.start_addr + s.nbytes)
            s.page_mark = s.gcmark_bits != 0
            if s.state == MSPAN_IN_USE and s.spanclass > 1:
                h.nsmallalloc[s.spanclass >> 1] += s.alloc_count
        h.nsmallalloc = [n + freed for n, freed in zip(h.nsmallalloc, heap.stats.nsmallfree, strict=True)]
        return
    h.zeroed_base = {base // h.arena_bytes: base + offset for base, offset in unseen.zeroed_base.items()}
    h.grown_to, h.arena_end = unseen.cur_arena
    h.nsmallalloc = [*unseen.smallalloc]
    for base in unseen.page_marks:
        if base in spans:
            spans[base].page_mark = True
    h.pages_swept, h.swept_basis = unseen.pages_swept, unseen.swept_basis
    h.sweep_heap_live_basis, h.sweep_pages_per_byte = unseen.sweep_heap_live_basis, unseen.sweep_pages_per_byte
    h.reclaim_index, h.reclaim_credit = unseen.reclaim_index, unseen.reclaim_credit
    if heap.gc.pacer.gcpercent >= 0 and unseen.trigger < U64_MAX:
        heap.gc.pacer.trigger = unseen.trigger
