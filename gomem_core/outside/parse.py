"""Turns what was read into a Snapshot: columns of fields, bits side by side, lists as numbers of spans.

The program runs on by then, so that nobody waits; still there is no loop over spans, of which there may be 100,000.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.go.structs import (
    ARENA_BASE,
    ARENA_SIZE,
    CHUNK_SIZE,
    HEAP_BITS,
    INLINE_MARKS,
    MOST_WITHOUT_HEADER,
    PAGE_SIZE,
    SIZE_CLASSES,
    SPAN_CLASSES,
)
from gomem_core.outside.memory import Gathered, joined
from gomem_core.outside.rounds import HINTS, Raw
from gomem_core.outside.snapshot import (
    FULL_SWEPT,
    FULL_UNSWEPT,
    IN_USE,
    NOWHERE,
    PARTIAL_SWEPT,
    PARTIAL_UNSWEPT,
    SWEEPING,
    UNSWEPT,
    ArenaTable,
    Bools,
    Bytes,
    Central,
    Chunks,
    HeapStats,
    Ints,
    PointerBits,
    Ps,
    SlotBits,
    Spans,
    Words,
)

_MARKS: Final = 64  # of a spanInlineMarkBits: where the 63 bytes of marks begin
_SLICE: Final = 1 << 22  # bytes of bits that are worked on at a time
_LOW: Final = np.array([(1 << k) - 1 for k in range(9)], np.uint8)  # a byte whose lowest k bits are set
_MOST_HINTS: Final = 4096


def bytes_of(spans: Ints) -> Ints:
    """Bytes of the bits of so many slots."""
    return (spans + 7) // 8


class Numbers:
    """Which number a span has, by the address of its mspan."""

    def __init__(self, ptr: Words) -> None:
        self._order = np.argsort(ptr, kind="stable")
        self._sorted = ptr[self._order]

    def of(self, pointers: Words) -> Ints:
        """The number of each, -1: it points to no span in use."""
        if not len(self._sorted):
            return np.full(pointers.shape, -1, np.int64)
        place = np.minimum(np.searchsorted(self._sorted, pointers), len(self._sorted) - 1)
        return np.where(self._sorted[place] == pointers, self._order[place], -1)


def heap_sweepgen(raw: Raw) -> int:
    """mheap.sweepgen, as it was read first."""
    return int(_mheap(raw, "mheap.sweepgen", "<u4")[0])


def _mheap(raw: Raw, name: str, dtype: str, count: int = 1) -> NDArray[Any]:
    at = raw.program.at
    start = at[name]
    return raw.roots.piece(0, at["mheap"])[start : start + np.dtype(dtype).itemsize * count].view(dtype)


def ages_of(raw: Raw) -> Ints:
    """The sweepgen of each span less that of the heap, as Go compares them: it may have wrapped."""
    sweepgen = raw.spans.structs.column(raw.program.at["mspan.sweepgen"], "<u4")
    return (sweepgen - np.uint32(heap_sweepgen(raw))).astype(np.int32).astype(np.int64)


def spans_of(raw: Raw, ps: Ps, central: Central) -> Spans:
    """The table of spans; nothing is disputed yet (checks.py)."""
    at, table = raw.program.at, raw.spans
    structs = table.structs
    cached_by, listed = np.full(len(table), -1, np.int64), np.full(len(table), NOWHERE, np.int64)
    owner, _ = np.nonzero(ps.cached >= 0)
    cached_by[ps.cached[ps.cached >= 0]] = owner
    listed[central.span] = central.listed
    used = table.state == IN_USE
    large = structs.column(at["mspan.largeType"], "<u8") if "mspan.largeType" in at else np.zeros(len(table), np.uint64)
    return Spans(
        ptr=table.ptr.astype(np.int64),
        base=table.base,
        npages=table.npages,
        state=table.state,
        spanclass=np.where(used, table.spanclass, 0).astype(np.uint8),
        elemsize=table.elemsize,
        nelems=table.nelems,
        freeindex=table.freeindex,
        alloc_count=np.where(used, structs.column(at["mspan.allocCount"], "<u2"), 0).astype(np.int64),
        age=ages_of(raw),
        sweepgen=structs.column(at["mspan.sweepgen"], "<u4").astype(np.int64),
        needzero=structs.column(at["mspan.needzero"], "u1") > 0,
        large_type=np.where(used & (table.spanclass == 0), large, np.uint64(0)),
        alloc_bits=structs.column(at["mspan.allocBits"], "<u8"),
        gcmark_bits=structs.column(at["mspan.gcmarkBits"], "<u8"),
        specials=structs.column(at["mspan.specials"], "<u8"),
        user_arena=structs.column(at["mspan.isUserArenaChunk"], "u1") > 0,
        inline_marks=inline_marks_of(raw),
        cached_by=cached_by,
        listed=listed,
        disputed=np.zeros(len(table), np.bool_),
    )


def inline_marks_of(raw: Raw) -> Bools:
    """Which spans keep their marks in their page: the bit in the arena says so."""
    table = raw.spans
    if not raw.program.profile.inline_marks or not len(raw.arena):
        return np.zeros(len(table), np.bool_)
    at = raw.program.at
    order = np.argsort(raw.arena, kind="stable")
    arena, page = np.divmod(table.base - ARENA_BASE, ARENA_SIZE)
    page //= PAGE_SIZE
    place = np.minimum(np.searchsorted(raw.arena[order], arena), len(order) - 1)
    row = order[place]
    first = at["heapArena.pageUseSpanInlineMarkBits"] - at["heapArena.pageInUse"]
    byte = raw.arenas.buffer.take(raw.arenas.start[row] + first + page // 8, mode="clip")
    known: Bools = (raw.arena[row] == arena) & raw.arenas.ok[row] & (byte >> (page % 8).astype(np.uint8) & 1 == 1)
    known &= (table.state == IN_USE) & (raw.tail_size >= INLINE_MARKS)
    return known


def bits_of(raw: Raw, inline: Bools) -> SlotBits:
    """The bits of all slots; marks from the page where they are there."""
    table, count = raw.spans, len(raw.spans)
    size = np.where(table.state == IN_USE, bytes_of(table.nelems), 0)
    alloc_at, mark_at = raw.bits.part(0, count), raw.bits.part(count, 2 * count)
    alloc, start = joined(alloc_at.buffer, alloc_at.start, np.where(alloc_at.ok, size, 0))
    unread = (size > 0) & ~(alloc_at.ok & np.where(inline, raw.tails.ok, mark_at.ok))
    if unread.any():  # seldom: leave room for what could not be read
        alloc, start = _spread(alloc, start, size)
    buffer = np.concatenate([mark_at.buffer, raw.tails.buffer]) if inline.any() else mark_at.buffer
    inside = len(mark_at.buffer) + raw.tails.start + raw.tail_size - INLINE_MARKS + _MARKS
    where = np.where(inline, inside, mark_at.start)
    mark, marks_start = joined(buffer, where, np.where(np.where(inline, raw.tails.ok, mark_at.ok), size, 0))
    if unread.any():
        mark, _ = _spread(mark, marks_start, size)
    return SlotBits(start, alloc, mark, _taken(alloc, start, table.freeindex, table.nelems), unread)


def _spread(data: Bytes, start: Ints, size: Ints) -> tuple[Bytes, Ints]:
    """The same pieces with `size` bytes of room for each: zeros for those that have none."""
    has = np.diff(start) > 0
    ends = np.zeros(len(size) + 1, np.int64)
    np.cumsum(size, out=ends[1:])
    out = np.zeros(int(ends[-1]), np.uint8)
    out[np.repeat(has, size)] = data
    return out, ends


def slices(start: Ints) -> Iterator[tuple[int, int]]:
    """Spans number first to last, so that they have few bytes of bits at a time."""
    total = int(start[-1])
    cuts = [*np.searchsorted(start, np.arange(0, total, _SLICE)).tolist(), len(start) - 1]
    return ((first, last) for first, last in pairwise(cuts) if first < last)


def _taken(alloc: Bytes, start: Ints, freeindex: Ints, nelems: Ints) -> Bytes:
    """The slots below freeindex, and those with a bit; no bits behind the last slot."""
    out = np.empty_like(alloc)
    for first, last in slices(start):
        begin, end = int(start[first]), int(start[last])
        each = np.diff(start[first : last + 1])
        slot = (np.arange(begin, end) - np.repeat(start[first:last], each)) * 8  # the first of each byte
        below = _LOW[np.clip(np.repeat(freeindex[first:last], each) - slot, 0, 8)]
        there = _LOW[np.clip(np.repeat(nelems[first:last], each) - slot, 0, 8)]
        out[begin:end] = (alloc[begin:end] | below) & there
    return out


def counted(bits: Bytes, start: Ints) -> Ints:
    """The number of bits that are set, a span each."""
    sums = np.zeros(len(bits) + 1, np.int64)
    np.cumsum(np.bitwise_count(bits), out=sums[1:], dtype=np.int64)
    return sums[start[1:]] - sums[start[:-1]]


def pointers_of(raw: Raw, inline: Bools) -> PointerBits:
    """Pointer bits of all spans that have them."""
    table = raw.spans
    scan = (table.state == IN_USE) & (table.spanclass & 1 == 0) & raw.tails.ok
    if raw.program.profile.heap_bits == "arena":
        return _pointer_bits(raw, raw.tails.start, np.where(scan, raw.tail_size, 0))
    size = np.where(scan & (table.elemsize <= MOST_WITHOUT_HEADER) & (raw.tail_size >= HEAP_BITS), HEAP_BITS, 0)
    end = raw.tails.start + raw.tail_size - np.where(inline, INLINE_MARKS, 0)
    return _pointer_bits(raw, end - HEAP_BITS, size)


def _pointer_bits(raw: Raw, where: Ints, size: Ints) -> PointerBits:
    bits, start = joined(raw.tails.buffer, where, size)
    return PointerBits(start, bits)


def central_of(raw: Raw, numbers: Numbers) -> tuple[Central, Ints]:
    """The spans on the sets, and how many entries of swept sets point to no span in use of the class, by span class.

    An entry of an unswept set counts only while its span still waits: others swept it meanwhile, and left it there.
    """
    sizes = raw.sets.count * 8
    words, start = joined(raw.set_spans.buffer, raw.set_spans.start, np.where(raw.set_spans.ok, sizes, 0))
    of_set = np.repeat(raw.sets.number, np.diff(start) // 8)
    pointers = words.view(np.uint64)
    there = pointers > 0
    of_set, span = of_set[there], numbers.of(pointers[there])
    spanclass, which = of_set // 4, of_set % 4
    swept = which % 2 == heap_sweepgen(raw) // 2 % 2
    listed = np.where(which < 2, np.where(swept, PARTIAL_SWEPT, PARTIAL_UNSWEPT), np.where(swept, FULL_SWEPT, FULL_UNSWEPT))
    table, age = raw.spans, ages_of(raw)
    fits = (span >= 0) & (table.state[span] == IN_USE) & (table.spanclass[span] == spanclass) if len(table) else span >= 0
    waits = (age[span] == UNSWEPT) | (age[span] == SWEEPING) if len(table) else fits
    lost = np.bincount(spanclass[swept & ~fits], minlength=SPAN_CLASSES)
    kept = np.flatnonzero(fits & (swept | waits))
    order = kept[np.argsort(spanclass[kept] * 4 + listed[kept], kind="stable")]
    return Central(spanclass[order].astype(np.uint8), listed[order].astype(np.uint8), span[order]), lost


def ps_of(raw: Raw, numbers: Numbers) -> Ps:
    """The Ps, their mcaches and page caches."""
    at, caches = raw.program.at, raw.mcaches
    cached = numbers.of(caches.table(at["mcache.alloc"], SPAN_CLASSES).reshape(-1)).reshape(-1, SPAN_CLASSES)
    pages = raw.ps.table(at["p.pcache"], 3)
    return Ps(
        id=raw.ps.column(at["p.id"], "<i4").astype(np.int64),
        status=raw.ps.column(at["p.status"], "<u4").astype(np.int64),
        mcache=raw.ps.column(at["p.mcache"], "<u8"),
        cached=cached,
        tiny=caches.column(at["mcache.tiny"], "<u8"),
        tinyoffset=caches.column(at["mcache.tinyoffset"], "<u8").astype(np.int64),
        flush_gen=caches.column(at["mcache.flushGen"], "<u4").astype(np.int64),
        page_base=pages[:, 0],
        page_free=pages[:, 1],
        page_scav=pages[:, 2],
    )


def chunks_of(raw: Raw) -> Chunks:
    """The page bitmaps."""
    words = raw.chunks.table(0, 16)
    return Chunks(raw.chunk * CHUNK_SIZE + ARENA_BASE, words[:, :8], words[:, 8:])


def arenas_of(raw: Raw) -> ArenaTable:
    """The arenas, in address order."""
    at = raw.program.at
    first = at["heapArena.pageInUse"]
    order = np.argsort(raw.arena, kind="stable")
    part = Gathered(raw.arenas.buffer, raw.arenas.start[order], raw.arenas.ok[order])
    marks = at["heapArena.pageMarks"] - first
    return ArenaTable(
        base=raw.arena[order] * ARENA_SIZE + ARENA_BASE,
        in_use=part.table(0, 128).view(np.uint8),
        page_marks=part.table(marks, 128).view(np.uint8),
        zeroed_base=part.column(at["heapArena.zeroedBase"] - first, "<u8").astype(np.int64),
    )


def hints_of(raw: Raw) -> tuple[Ints, Bools]:
    """Where the heap grows next, in order: the list is followed in the memory around its first hint."""
    hint = int(_mheap(raw, "mheap.arenaHints", "<u8")[0])
    before, behind = (raw.hints.piece(i, HINTS + 24 * i).view(np.uint64) for i in range(2))
    base, words = max(hint - HINTS, 0), np.concatenate([before, behind])
    found: list[tuple[int, bool]] = []
    seen: set[int] = set()
    while hint and hint not in seen and 0 <= hint - base <= (len(words) - 3) * 8 and not hint % 8 and len(found) < _MOST_HINTS:
        seen.add(hint)
        addr, down, following = (int(words[(hint - base) // 8 + i]) for i in range(3))
        if not addr or addr >= 1 << 63:
            break
        found.append((addr, bool(down & 0xFF)))
        hint = following
    return np.array([addr for addr, _ in found], np.int64), np.array([down for _, down in found], np.bool_)


def stats_of(raw: Raw) -> HeapStats:
    """The sums of memstats: the three heapStatsDelta together, whichever of them is being written to."""
    at = raw.program.at
    memory = raw.roots.piece(1, at["mstats.numgc"] + 8)
    size = at["heapStatsDelta"]
    deltas = memory[: 3 * size].view(np.int64).reshape(3, -1).sum(axis=0)

    def delta(name: str) -> int:
        return int(deltas[at[f"heapStatsDelta.{name}"] // 8]) if f"heapStatsDelta.{name}" in at else 0

    def small(name: str) -> Ints:
        first = at[f"heapStatsDelta.{name}"] // 8
        counts: Ints = deltas[first : first + SIZE_CLASSES]
        return counts

    def word(name: str) -> int:
        return int(memory[at[f"mstats.{name}"] :][:8].view(np.uint64)[0])

    return HeapStats(
        committed=delta("committed"),
        released=delta("released"),
        in_heap=delta("inHeap"),
        in_stacks=delta("inStacks"),
        in_work_bufs=delta("inWorkBufs"),
        in_ptr_scalar_bits=delta("inPtrScalarBits"),
        tiny_allocs=delta("tinyAllocCount"),
        large_alloc=delta("largeAlloc"),
        large_allocs=delta("largeAllocCount"),
        large_free=delta("largeFree"),
        large_frees=delta("largeFreeCount"),
        small_allocs=small("smallAllocCount"),
        small_frees=small("smallFreeCount"),
        stacks_sys=word("stacks_sys"),
        mspan_sys=word("mspan_sys"),
        mcache_sys=word("mcache_sys"),
        buckhash_sys=word("buckhash_sys"),
        gc_misc_sys=word("gcMiscSys"),
        other_sys=word("other_sys"),
        mspan_inuse=int(_mheap(raw, "mheap.spanalloc", "<u8", 9)[at["fixalloc.inuse"] // 8]),
        mcache_inuse=int(_mheap(raw, "mheap.cachealloc", "<u8", 9)[at["fixalloc.inuse"] // 8]),
        numgc=word("numgc") & 0xFFFFFFFF,
    )


def gcphase_of(raw: Raw) -> int | None:
    """gcphase where its place is known."""
    place = raw.program.gcphase
    return int(raw.roots.piece(3, 8)[place & 7]) if place is not None else None


def cur_arena_of(raw: Raw) -> tuple[int, int]:
    """mheap.curArena: base and end."""
    base, end = _mheap(raw, "mheap.curArena", "<u8", 2)
    return int(base), int(end)


def search_addr_of(raw: Raw) -> int:
    """pageAlloc.searchAddr."""
    at = raw.program.at
    mheap = raw.roots.piece(0, at["mheap"])
    start = at["mheap.pages"] + at["pageAlloc.searchAddr"]
    return int(mheap[start : start + 8].view(np.uint64)[0])
