"""Turns what was read into a Snapshot: columns of fields, bits side by side, lists as numbers of spans.

The program runs on by then, so that nobody waits; still there is no loop over spans, of which there may be 100,000.
"""

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
from gomem_core.outside.arrays import Bools, Bytes, Ints, Words, copy_pieces, ends_of, joined, low_bits
from gomem_core.outside.memory import Gathered
from gomem_core.outside.numbers import Numbers
from gomem_core.outside.pacing import Pacing, Sweeping
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
    Central,
    Chunks,
    HeapStats,
    PointerBits,
    Ps,
    SlotBits,
    Spans,
)

_MARKS: Final = 64  # of a spanInlineMarkBits: where the 63 bytes of marks begin
_MOST_HINTS: Final = 4096


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
        told_count=np.where(used, structs.column(at["mspan.allocCountBeforeCache"], "<u2"), 0).astype(np.int64),
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
    slots = np.where(table.state == IN_USE, table.nelems, 0)
    start = ends_of((slots + 63) // 64)
    alloc_at, mark_at = raw.bits.part(0, count), raw.bits.part(count, 2 * count)
    alloc = _words(start, alloc_at.buffer, alloc_at.start, alloc_at.ok)
    inside = raw.tails.buffer, raw.tails.start + raw.tail_size - INLINE_MARKS + _MARKS, inline & raw.tails.ok
    outside = mark_at.buffer, mark_at.start, ~inline & mark_at.ok
    mark = _words(start, *outside)
    if inline.any():
        mark |= _words(start, *inside)
    there = low_bits(slots, start)
    mark &= there  # behind its marks a page has other things
    taken = (alloc | low_bits(np.minimum(table.freeindex, slots), start)) & there
    unread = (slots > 0) & ~(alloc_at.ok & np.where(inline, raw.tails.ok, mark_at.ok))
    return SlotBits(start, alloc, mark, taken, (slots + 7) // 8, unread)


def _words(start: Ints, buffer: Bytes, where: Ints, there: Bools) -> Words:
    """Pieces of a buffer side by side, whole words each; zeros for those that are not there."""
    out = np.zeros(int(start[-1]), np.uint64)
    rows = np.flatnonzero(there & (np.diff(start) > 0))
    copy_pieces(out.view(np.uint8), start[rows] * 8, buffer, where[rows], (start[rows + 1] - start[rows]) * 8)
    return out


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
    rows = np.flatnonzero(size)
    bits, _ = joined(raw.tails.buffer, where[rows], size[rows])
    return PointerBits(ends_of(size), bits)


def central_of(raw: Raw, numbers: Numbers) -> tuple[Central, Ints]:
    """The spans on the sets, and how many entries of swept sets point to no span in use of the class, by span class.

    An entry of an unswept set counts only while its span still waits: others swept it meanwhile, and left it there.
    """
    if not len(raw.spans):
        none = np.zeros(0, np.uint8)
        return Central(none, none, np.zeros(0, np.int64)), np.zeros(SPAN_CLASSES, np.int64)
    swept = heap_sweepgen(raw) // 2 % 2  # the second of two sets, or the first
    listed = np.array([PARTIAL_UNSWEPT, PARTIAL_UNSWEPT, FULL_UNSWEPT, FULL_UNSWEPT])
    listed[swept], listed[2 + swept] = PARTIAL_SWEPT, FULL_SWEPT
    of_block = raw.sets.number // 4 * 4 + listed[raw.sets.number % 4]
    order = np.argsort(of_block, kind="stable")  # blocks of a set stay in queue order
    where, there = raw.set_spans.start[order], raw.set_spans.ok[order]
    words, start = joined(raw.set_spans.buffer, where, np.where(there, raw.sets.count[order] * 8, 0))
    of_set = np.repeat(of_block[order], np.diff(start) // 8)
    pointers = words.view(np.uint64)
    if not pointers.all():  # an entry that was taken meanwhile
        of_set, pointers = of_set[pointers > 0], pointers[pointers > 0]
    span, spanclass, listed = numbers.of(pointers), of_set >> 2, of_set & 3
    is_swept = (listed == PARTIAL_SWEPT) | (listed == FULL_SWEPT)
    table, age = raw.spans, ages_of(raw)[span]
    fits = (span >= 0) & (table.state[span] == IN_USE) & (table.spanclass[span] == spanclass)
    lost = np.bincount(spanclass[is_swept & ~fits], minlength=SPAN_CLASSES)
    kept = fits & (is_swept | (age == UNSWEPT) | (age == SWEEPING))
    return Central(spanclass[kept].astype(np.uint8), listed[kept].astype(np.uint8), span[kept]), lost


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
        tiny_allocs=caches.column(at["mcache.tinyAllocs"], "<u8").astype(np.int64),
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


def pacing_of(raw: Raw) -> Pacing | None:
    """What the pacer has decided, where its place is known."""
    if raw.program.controller is None:
        return None
    return Pacing.of(raw.roots.piece(4, raw.program.at["gcControllerState"]), raw.program.at)


def sweeping_of(raw: Raw) -> Sweeping:
    """How far sweeping has come."""
    at = raw.program.at
    return Sweeping.of(raw.roots.piece(0, at["mheap"]), at)


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
