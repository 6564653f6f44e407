"""What a heap keeps that nothing asks for: kept beside a still, and put into a heap that goes on from one."""

from array import array
from collections.abc import Mapping

from gomem_core.both.slots import MSPAN_IN_USE
from gomem_core.classic.fixalloc import consecutive_chunk
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mspan import MSpan
from gomem_core.go.amd64 import FIXALLOC_CHUNK, MSPAN_SIZE
from gomem_core.world.unseen import Unseen


def unseen_of(heap: Heap) -> Unseen:
    """What a heap keeps, in time proportional to its spans."""
    h, alloc = heap.mheap, heap.mheap.spanalloc
    free = alloc.free_list
    return Unseen(
        swept=_order(h.swept_spans(), h.sweepgen),
        unswept=_order(h.unswept_spans(), h.sweepgen - 2),
        structs=array("q", [s.ptr for s in free]),
        described=array("q", [s.start_addr for s in free]),
        sweepgens=array("q", [s.sweepgen for s in free]),
        chunk=(alloc.chunk, alloc.nchunk, alloc.chunks),
        pages_swept=h.pages_swept,
        pages_swept_basis=h.pages_swept_basis,
        sweep_heap_live_basis=h.sweep_heap_live_basis,
        sweep_pages_per_byte=h.sweep_pages_per_byte,
        now=h.now,
    )


def _order(stack: list[MSpan], sweepgen: int) -> "array[int]":
    """Bases of the spans in use on a stack that will be swept from there; of one that is there twice, the upper place counts."""
    found: dict[int, None] = {}
    for s in reversed(stack):
        if s.state == MSPAN_IN_USE and s.sweepgen == sweepgen:
            found.setdefault(s.start_addr)
    return array("q", reversed(found))


def line_up(heap: Heap, spans: Mapping[int, MSpan], unseen: Unseen | None) -> None:
    """Put spans, by base, on the stacks from which they are swept, and free mspan structs where they are used from.

    Where it is not known how they lie there, spans lie by address, no struct is free, and nothing is swept as payment.
    """
    h, alloc = heap.mheap, heap.mheap.spanalloc
    alloc.inuse = len(spans) * MSPAN_SIZE
    if unseen is None:
        in_use = [s for _, s in sorted(spans.items()) if s.state == MSPAN_IN_USE]
        h.swept_spans()[:] = [s for s in in_use if s.sweepgen == h.sweepgen]
        h.unswept_spans()[:] = [s for s in in_use if s.sweepgen != h.sweepgen]
        lowest = min((s.ptr for s in spans.values()), default=consecutive_chunk(0))
        alloc.chunks = max(0, (consecutive_chunk(0) - lowest) // FIXALLOC_CHUNK + 1)  # below all that are in use
        return
    h.swept_spans()[:] = [spans[base] for base in unseen.swept]
    h.unswept_spans()[:] = [spans[base] for base in unseen.unswept]
    for ptr, base, sweepgen in zip(unseen.structs, unseen.described, unseen.sweepgens, strict=True):
        s = MSpan(ptr)
        s.init(base, 0)
        s.sweepgen = sweepgen
        alloc.free_list.append(s)
    alloc.chunk, alloc.nchunk, alloc.chunks = unseen.chunk
    h.pages_swept, h.pages_swept_basis = unseen.pages_swept, unseen.pages_swept_basis
    h.sweep_heap_live_basis, h.sweep_pages_per_byte = unseen.sweep_heap_live_basis, unseen.sweep_pages_per_byte
    h.now = unseen.now
