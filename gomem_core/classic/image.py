"""A heap's whole state as one immutable value: to go back to it, and to tell whether two heaps are the same to the bit.

Columns of machine integers are `array`s, one entry a struct, as narrow as their values allow: half of the memory of 64 bits each,
and of the time to pack them.  Bit sets are ints, which Python shares between heap and image for nothing.  An image consists of
few Python objects, however large the heap is, so that Python's garbage collector has little to look at.  mspan structs are
numbered: first the spans of the arena in address order, then the free structs in the order of fixalloc's list.  Only heaps with
best fit, those of typed sessions, have images.
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
from gomem_core.both.mstats import MStats
from gomem_core.both.spantable import SpanTable
from gomem_core.classic.freelarge import BestFit
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mcache import MCache
from gomem_core.classic.mspan import MSPAN_FREE, MSpan, MSpanList
from gomem_core.frozen import frozen
from gomem_core.world.counters import Counters

_COLUMNS: Final = {  # names of fields -> the type codes of their arrays
    "start_addr": "Q",
    "npages": "I",
    "freeindex": "H",
    "nelems": "H",
    "alloc_count": "H",
    "sweepgen": "I",
    "spanclass": "B",
    "state": "B",
    "needzero": "B",
    "unusedsince": "q",
    "npreleased": "I",
    "limit": "Q",
    "elemsize": "Q",
    "alike": "q",
    "alike_to": "h",
    "ptr": "Q",
}
_NUMBER: Final = "i"  # of a struct
_MHEAP: Final = (
    "arena_start",
    "arena_used",
    "arena_end",
    "bitmap_mapped",
    "spans_len",
    "now",
    "sweepgen",
    "sweepdone",
    "pages_in_use",
    "pages_swept",
    "pages_swept_basis",
    "sweep_heap_live_basis",
    "sweep_pages_per_byte",
)
_SPANALLOC: Final = ("chunk", "nchunk", "inuse", "chunks")
_STATS: Final = tuple(name for name in Counters.__annotations__ if name != "nsmallfree")  # a compiled MStats has no __slots__
_EMPTY: Final = array(_NUMBER)  # most of the 500 lists of a heap are


@frozen
class Image:
    """State of a heap; equal images mean heaps that are the same to the bit."""

    columns: tuple[array[int], ...]
    incache: bytes
    bit_sets: tuple[tuple[int, ...], ...]
    ptr_words: bytes  # the lists of all structs that have one, one after the other
    ptr_words_lengths: array[int]  # bytes of each struct's list, -1: it has none
    pointers: Pointers
    arena_spans: int  # so many structs describe spans of the arena, the others are free
    lists: tuple[array[int], ...]  # in the order of _all_lists
    sweep_spans: tuple[array[int], array[int]]
    leaves: dict[int, int | array[int]]  # of the spans array
    mheap: tuple[Any, ...]
    spanalloc: tuple[Any, ...]
    stats: tuple[Any, ...]
    nsmallfree: array[int]
    central: array[int]  # nmalloc, nlock of each
    gc: tuple[int, int]  # gcpercent, heapminimum
    mcaches: tuple[tuple[int, int, array[int]], ...]  # tiny, tinyoffset, struct cached for each span class
    p: int
    tiny_refs: dict[int, bytes]  # of each struct that has some, by its number: of each slot

    @property
    def bases(self) -> array[int]:
        """Where the spans of the arena begin, in address order."""
        return array("q", self.columns[0][: self.arena_spans].tobytes())

    @property
    def nbytes(self) -> int:
        """Memory it takes, roughly: as if the heap had changed all its bit sets since."""
        leaves = (leaf for leaf in self.leaves.values() if not isinstance(leaf, int))
        tables = (*self.columns, *self.lists, *self.sweep_spans, self.nsmallfree, self.central, *leaves)
        numbers = sum(len(table) * table.itemsize + 80 for table in (*tables, self.ptr_words_lengths, *self.pointers) if table)
        slots = sum(self.columns[[*_COLUMNS].index("nelems")])
        bit_sets = len(BIT_SETS) * (40 * len(self.incache) + slots // 7)
        return numbers + bit_sets + len(self.incache) + len(self.ptr_words) + sum(map(len, self.tiny_refs.values())) + 5_000


def capture(heap: Heap) -> Image:
    """The heap's state now, in time proportional to its spans.  Raises TypeError when it chooses large spans by treap."""
    h = heap.mheap
    if not isinstance(h.freelarge, BestFit):
        raise TypeError("only heaps that choose large free spans by best fit have images")
    heap.count()
    arena = h.all_spans()
    structs = arena + h.spanalloc.free_list
    numbers = {id(s): i for i, s in enumerate(structs)}

    def number(s: MSpan | None) -> int:
        return NONE if s is None else numbers[id(s)]

    ptr_words, ptr_words_lengths = ptr_words_of(structs)
    return Image(
        columns=columns_of(structs, _COLUMNS),
        incache=bytes([s.incache for s in structs]),
        bit_sets=bit_sets_of(structs),
        ptr_words=ptr_words,
        ptr_words_lengths=ptr_words_lengths,
        pointers=pointers_of(structs),
        arena_spans=len(arena),
        lists=tuple(
            _EMPTY if spans.first is None else array(_NUMBER, [numbers[id(s)] for s in spans.spans()])
            for spans in _all_lists(heap)
        ),
        sweep_spans=(
            array(_NUMBER, [numbers[id(s)] for s in h.sweep_spans[0]]),
            array(_NUMBER, [numbers[id(s)] for s in h.sweep_spans[1]]),
        ),
        leaves={
            n: array(_NUMBER, map(number, leaf)) if isinstance(leaf, list) else number(leaf) for n, leaf in h.spans.leaves.items()
        },
        mheap=tuple(getattr(h, name) for name in _MHEAP),
        spanalloc=tuple(getattr(h.spanalloc, name) for name in _SPANALLOC),
        stats=tuple(getattr(heap.stats, name) for name in _STATS),
        nsmallfree=array("q", heap.stats.nsmallfree),
        central=array("q", [n for c in heap.central for n in (c.nmalloc, c.nlock)]),
        gc=(heap.gc.gcpercent, heap.gc.heapminimum),
        mcaches=tuple(
            (c.tiny, c.tinyoffset, array(_NUMBER, [NONE if s is c.emptymspan else numbers[id(s)] for s in c.alloc]))
            for c in heap.mcaches
        ),
        p=heap.mcache.p,
        tiny_refs=tiny_refs_of(structs),
    )


def restore(heap: Heap, image: Image) -> None:
    """Put the heap back into the image's state; its sink stays."""
    heap.forget_near()
    h = heap.mheap
    structs = _restore_structs(image, _structs_of(heap))
    for name, value in zip(_MHEAP, image.mheap, strict=True):
        setattr(h, name, value)
    for name, value in zip(_SPANALLOC, image.spanalloc, strict=True):
        setattr(h.spanalloc, name, value)
    for name, value in zip(_STATS, image.stats, strict=True):
        setattr(heap.stats, name, value)
    heap.stats.nsmallfree = list(image.nsmallfree)
    h.spanalloc.free_list = structs[image.arena_spans :]
    for spans, numbers in zip(_all_lists(heap), image.lists, strict=True):
        spans.first = spans.last = None
        spans.count = 0
        for n in numbers:
            spans.insert_back(structs[n])
    h.sweep_spans = [[structs[n] for n in stack] for stack in image.sweep_spans]
    h.freelarge = BestFit()
    for s in structs[: image.arena_spans]:
        if s.state == MSPAN_FREE and s.in_list is None:
            h.freelarge.insert(s)
    h.spans = SpanTable()
    for n, leaf in image.leaves.items():
        if isinstance(leaf, int):
            h.spans.leaves[n] = structs[leaf]
        else:
            h.spans.leaves[n] = [None if i == NONE else structs[i] for i in leaf]
    counts = iter(image.central)
    for c in heap.central:
        c.nmalloc, c.nlock = next(counts), next(counts)
    heap.gc.gcpercent, heap.gc.heapminimum = image.gc
    heap.mcaches[:] = [_restore_mcache(p, heap.stats, cached, structs) for p, cached in enumerate(image.mcaches)]
    heap.use_p(image.p)
    h.version += 1  # whoever remembers span borders must look again


def _structs_of(heap: Heap) -> dict[int, MSpan]:
    """The structs that can be found in a heap, which may be halfway in a command, by their addresses."""
    leaves = heap.mheap.spans.leaves.values()
    found: set[MSpan | None] = {leaf for leaf in leaves if not isinstance(leaf, list)}  # tens of thousands, at worst
    found.update(*(leaf for leaf in leaves if isinstance(leaf, list)))
    return {s.ptr: s for s in (*found, *heap.mheap.spanalloc.free_list) if s is not None}


def _restore_structs(image: Image, there: dict[int, MSpan]) -> list[MSpan]:
    """The structs with the image's contents; written out field by field, since this is most of the time of a step back.

    Those that are `there` are used again: thousands of new ones would call Python's garbage collector, which takes longer.
    """
    structs: list[MSpan] = []
    columns = zip(*image.columns, image.incache, *image.bit_sets, strict=True)
    # The names of _COLUMNS, then those of the other columns.
    for (
        start_addr,
        npages,
        freeindex,
        nelems,
        alloc_count,
        sweepgen,
        spanclass,
        state,
        needzero,
        unusedsince,
        npreleased,
        limit,
        elemsize,
        alike,
        alike_to,
        ptr,
        incache,
        alloc_bits,
        gcmark_bits,
        root_bits,
    ) in columns:
        s = there.get(ptr) or MSpan.__new__(MSpan, ptr)  # type: ignore[call-arg] # which a compiled class asks for
        s.next = s.prev = s.in_list = s.pointers = None
        s.start_addr = start_addr
        s.npages = npages
        s.free_addr = s.run_end = s.rooted_addr = start_addr + freeindex * elemsize  # place_at
        s.nelems = nelems
        s.free_behind = nelems - alloc_count
        s.counted = alloc_count
        s.sweepgen = sweepgen
        s.spanclass = spanclass
        s.state = state
        s.needzero = needzero
        s.unusedsince = unusedsince
        s.npreleased = npreleased
        s.limit = limit
        s.elemsize = elemsize
        s.ptr = ptr
        s.incache = incache == 1
        s.alloc_bits = alloc_bits
        s.gcmark_bits = gcmark_bits
        s._root_bits = root_bits
        s.alike = alike
        s.alike_to = alike_to
        s.tiny_refs = None
        structs.append(s)
    store_ptr_words(structs, image.ptr_words, image.ptr_words_lengths)
    store_pointers(structs, image.pointers)
    store_tiny_refs(structs, image.tiny_refs)
    return structs


def _restore_mcache(p: int, stats: MStats, cached: tuple[int, int, array[int]], structs: list[MSpan]) -> MCache:
    c = MCache(p, stats)
    c.tiny, c.tinyoffset, numbers = cached
    for spanclass, n in enumerate(numbers):
        if n != NONE:
            c.put(spanclass, structs[n])
    return c


def _all_lists(heap: Heap) -> list[MSpanList]:
    h = heap.mheap
    central = [spans for c in heap.central for spans in (c.nonempty, c.empty)]
    return [*h.free, *h.busy, h.busylarge, *central]
