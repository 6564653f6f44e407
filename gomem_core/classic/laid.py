"""Puts spans that were made elsewhere into an empty heap: what every seed of one needs."""

from collections.abc import Iterable

from gomem_core.classic.malloc import Heap
from gomem_core.classic.mspan import MSPAN_FREE, MSpan, MSpanList
from gomem_core.go.amd64 import PAGE_SHIFT


def cover(heap: Heap, spans: Iterable[MSpan]) -> None:
    """Enter spans in the table of pages.

    Raises ValueError unless they lie side by side from the arena's start to the end of what is used of it.
    """
    addr = heap.mheap.arena_start
    for s in sorted(spans, key=lambda s: s.start_addr):
        if s.start_addr != addr:
            raise ValueError(f"a span begins at {s.start_addr:#x} where {addr:#x} was expected")
        addr += s.npages << PAGE_SHIFT
        page = heap.mheap.page_of(s.start_addr)
        if s.state == MSPAN_FREE:
            heap.mheap.spans.set(page, s)
            heap.mheap.spans.set(page + s.npages - 1, s)
        else:
            heap.mheap.spans.set_range(page, s.npages, s)
    if addr != heap.mheap.arena_used:
        raise ValueError(f"the spans end at {addr:#x}, the used arena at {heap.mheap.arena_used:#x}")


def hang(on: MSpanList, spans: Iterable[MSpan]) -> None:
    """Hang spans on a list, front to back."""
    for s in spans:
        on.insert_back(s)
