"""A heap's whole state as one immutable value: to go back to it, and to tell whether two heaps are the same to the bit.

Columns of machine integers are `array`s, one entry a span, in address order.  Bit sets are ints, which Python shares between heap
and image for nothing.  Spans are numbered by address; a queue may also hold some that were freed since: -1.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from typing import Any, Final

from gomem_core.both.image import (
    BIT_SETS,
    NONE,
    Pointers,
    bit_sets_of,
    columns_of,
    pointers_of,
    ptr_words_of,
    store_pointers,
    store_ptr_words,
    store_tiny_refs,
    tiny_refs_of,
)
from gomem_core.both.spantable import SpanTable
from gomem_core.frozen import frozen
from gomem_core.go.heapbits import Mask
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mcache import MCache
from gomem_core.modern.mpagecache import PageCache
from gomem_core.modern.mspan import MSpan, SpanSet
from gomem_core.world.counters import Counters

_COLUMNS: Final = {  # names of fields -> the type codes of their arrays
    "freeindex": "H",
    "alloc_count": "H",
    "start_addr": "Q",
    "npages": "I",
    "nelems": "H",
    "counted": "H",
    "sweepgen": "I",
    "spanclass": "B",
    "state": "B",
    "needzero": "B",
    "page_mark": "B",
    "elemsize": "Q",
    "alike": "q",
    "alike_to": "h",
}
_NUMBER: Final = "i"  # of a span
_MHEAP: Final = (
    "grown_to",
    "arena_end",
    "padding",
    "sweepgen",
    "sweepdone",
    "nspans",
    "nmanual",
    "nunswept",
    "pages_in_use",
    "pages_swept",
    "swept_basis",
    "sweep_heap_live_basis",
    "sweep_pages_per_byte",
    "reclaim_index",
    "reclaim_credit",
)
_STATS: Final = tuple(name for name in Counters.__annotations__ if name != "nsmallfree")  # a compiled MStats has no __slots__
_EMPTY: Final = array(_NUMBER)  # most of the 544 queues of a heap are


@frozen
class Image:
    """State of a heap; equal images mean heaps that are the same to the bit."""

    columns: tuple[array[int], ...]
    bit_sets: tuple[tuple[int, ...], ...]
    ptr_words: bytes  # the lists of all spans that have one, one after the other
    ptr_words_lengths: array[int]  # bytes of each span's list, -1: it has none
    ptr_masks: dict[int, dict[int, Mask]]  # of the spans, by number, that have any
    pointers: Pointers
    queues: tuple[array[int], ...]  # partial, partial, full, full of each span class
    pages: tuple[tuple[int, ...], tuple[int, ...]]  # free and scavenged, of each chunk
    stretches: tuple[tuple[int, int], ...]  # where chunks begin that touch each other, and how many there are before
    zeroed_base: dict[int, int]
    sweep_arenas: tuple[int, ...]
    mheap: tuple[Any, ...]
    stats: tuple[Any, ...]
    nsmallfree: array[int]
    nsmallalloc: array[int]
    cursor: int  # of the sweeper
    pacer: tuple[int, int, int]  # gcpercent, heapminimum, trigger
    work_buffer: int  # number of its span
    mcaches: tuple[tuple[int, int, array[int]], ...]  # tiny, tinyoffset, span cached for each span class
    page_caches: tuple[tuple[int, int, int], ...]
    p: int
    tiny_refs: dict[int, bytes]  # of each span that has some, by its number: of each slot

    @property
    def nbytes(self) -> int:
        """Memory it takes, roughly: as if the heap had changed all its bit sets since."""
        tables = (*self.columns, *self.queues, self.nsmallfree, self.ptr_words_lengths, *self.pointers)
        numbers = sum([len(table) * table.itemsize + 80 for table in tables if table])
        slots = sum(self.columns[[*_COLUMNS].index("nelems")])
        bit_sets = len(BIT_SETS) * (40 * len(self.columns[0]) + slots // 7)
        chunks = 2 * 100 * len(self.pages[0])
        return numbers + bit_sets + chunks + len(self.ptr_words) + sum(map(len, self.tiny_refs.values())) + 5_000


def capture(heap: Heap) -> Image:
    """The heap's state now, in time proportional to its spans."""
    heap.count()
    h, pacer = heap.mheap, heap.gc.pacer
    spans = h.all_spans()
    numbers = {id(s): i for i, s in enumerate(spans)}
    ptr_words, ptr_words_lengths = ptr_words_of(spans)
    return Image(
        columns=columns_of(spans, _COLUMNS),
        bit_sets=bit_sets_of(spans),
        ptr_words=ptr_words,
        ptr_words_lengths=ptr_words_lengths,
        ptr_masks={i: dict(s.ptr_masks) for i, s in enumerate(spans) if s.ptr_masks},
        pointers=pointers_of(spans),
        queues=tuple(
            array(_NUMBER, [numbers.get(id(s), NONE) for s in queue]) if len(queue) else _EMPTY for queue in _all_queues(heap)
        ),
        pages=(tuple(h.pages.free), tuple(h.pages.scavenged)),
        stretches=h.pages.layout(),
        zeroed_base=dict(h.zeroed_base),
        sweep_arenas=tuple(h.sweep_arenas),
        mheap=tuple(getattr(h, name) for name in _MHEAP),
        stats=tuple(getattr(heap.stats, name) for name in _STATS),
        nsmallfree=array("q", heap.stats.nsmallfree),
        nsmallalloc=array("q", h.nsmallalloc),
        cursor=heap.sweeper.cursor,
        pacer=(pacer.gcpercent, pacer.heapminimum, pacer.trigger),
        work_buffer=NONE if h.work_buffer is None else numbers[id(h.work_buffer)],
        mcaches=tuple((c.tiny, c.tinyoffset, array(_NUMBER, [numbers.get(id(s), NONE) for s in c.alloc])) for c in heap.mcaches),
        page_caches=tuple((c.base, c.free, c.scavenged) for c in h.page_caches),
        p=heap.mcache.p,
        tiny_refs=tiny_refs_of(spans),
    )


def _all_queues(heap: Heap) -> list[SpanSet]:
    return [queue for c in heap.central for queue in (*c.partial, *c.full)]


def restore(heap: Heap, image: Image) -> None:
    """Put the heap back into the image's state; its sink stays."""
    heap.forget_near()
    h, pacer = heap.mheap, heap.gc.pacer
    for name, value in zip(_MHEAP, image.mheap, strict=True):
        setattr(h, name, value)
    for name, value in zip(_STATS, image.stats, strict=True):
        setattr(heap.stats, name, value)
    heap.stats.nsmallfree = list(image.nsmallfree)
    h.nsmallalloc = list(image.nsmallalloc)
    h.zeroed_base = dict(image.zeroed_base)
    h.sweep_arenas = list(image.sweep_arenas)
    h.pages.rebuild(image.stretches, image.pages)
    spans = _restore_spans(image)
    h.spans = SpanTable()
    for s in spans:
        h.spans.set_range(h.pages.page_of(s.start_addr), s.npages, s)
    for queue, numbers in zip(_all_queues(heap), image.queues, strict=True):
        queue.clear()
        for n in numbers:
            queue.push(spans[n] if n >= 0 else MSpan(0, 0))
    for c in heap.central:
        for queue in (c.partial_swept, c.full_swept):
            queue.number()  # a span that was swept out of its turn still stands in another queue, too
        for queue in (c.partial_unswept, c.full_unswept):
            queue.stale = sum([not c.waits(s) for s in queue])
    h.work_buffer = spans[image.work_buffer] if image.work_buffer >= 0 else None
    heap.sweeper.cursor = image.cursor
    pacer.gcpercent, pacer.heapminimum, pacer.trigger = image.pacer
    heap.mcaches[:] = [_restore_mcache(heap, p, cached, spans) for p, cached in enumerate(image.mcaches)]
    h.page_caches[:] = [PageCache(*cache) for cache in image.page_caches]
    heap.use_p(image.p)
    h.touch_all()


def _restore_spans(image: Image) -> list[MSpan]:
    spans: list[MSpan] = []
    fields = (*_COLUMNS, *BIT_SETS)[2:]
    for number, (freeindex, alloc_count, *values) in enumerate(zip(*image.columns, *image.bit_sets, strict=True)):
        s = MSpan(values[0], values[1])
        for name, value in zip(fields, values, strict=True):
            setattr(s, name, value == 1 if name == "page_mark" else value)  # a compiled span tells bools from numbers
        s.place_at(freeindex, alloc_count)
        masks = image.ptr_masks.get(number)
        s.ptr_masks = None if masks is None else dict(masks)
        spans.append(s)
    store_ptr_words(spans, image.ptr_words, image.ptr_words_lengths)
    store_pointers(spans, image.pointers)
    store_tiny_refs(spans, image.tiny_refs)
    return spans


def _restore_mcache(heap: Heap, p: int, cached: tuple[int, int, array[int]], spans: list[MSpan]) -> MCache:
    c = MCache(p, heap.mheap)
    c.tiny, c.tinyoffset = cached[:2]
    for spanclass, n in enumerate(cached[2]):
        if n >= 0:
            c.put(spanclass, spans[n])
    return c
