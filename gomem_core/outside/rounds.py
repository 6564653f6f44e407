"""Reads what describes a heap, while its program stands still: round after round, since each says where the next has to look.

mheap first; then the tables that it points to; then structs of spans, Ps, chunks and lists; then bits and caches; at last the
types of objects.  Nothing is parsed here but what the next round needs: the rest is done when the program runs on (parse.py).
"""

from typing import Final

import numpy as np

from gomem_core.frozen import bundle
from gomem_core.go.structs import (
    ARENA_BASE,
    ARENA_SIZE,
    CENTRAL_STRIDE,
    CHUNK_SIZE,
    CHUNKS_L2,
    HEAP_BITS,
    INLINE_MARKS,
    MOST_WITHOUT_HEADER,
    PAGE_SIZE,
    PALLOC_DATA,
    SET_BLOCK,
    SPAN_CLASSES,
)
from gomem_core.outside.arrays import Bools, Bytes, Ints, Words
from gomem_core.outside.errors import Damaged
from gomem_core.outside.memory import GAP, Gathered, Memory
from gomem_core.outside.program import MOST_PS, Program
from gomem_core.outside.snapshot import IN_USE, MANUAL

_MOST_SPANS: Final = 1 << 26
_MOST_RANGES: Final = 1 << 16
_MOST_ARENAS: Final = 1 << 22
_MOST_CHUNKS: Final = 1 << 22
_MOST_TYPED: Final = 1 << 16  # objects whose types are read: each costs a microsecond, in which the program stands still
_MOST_POINTER_BITS: Final = 64 << 20  # bytes of pointer bits before Go 1.22, which has them for objects of any size
HINTS: Final = 64 * 24  # bytes before and behind the first hint in which the others lie
P_BYTES: Final = 96  # of a p, as far as its page cache


@bundle
class Table:
    """The fields of spans by which the next rounds are led; spans in use, in address order."""

    structs: Gathered  # the mspans
    ptr: Words
    base: Ints
    npages: Ints
    state: Bytes
    spanclass: Bytes
    elemsize: Ints
    nelems: Ints
    freeindex: Ints

    def __len__(self) -> int:
        return len(self.base)


@bundle
class Sets:
    """The parts of blocks of span sets that are read, in queue order."""

    number: Ints  # of the set: 4 a span class; partial[0], partial[1], full[0], full[1]
    block: Words  # address of the block
    first: Ints  # entry of the block that comes first
    count: Ints


@bundle
class Raw:
    """What was read, round by round."""

    program: Program
    roots: Gathered  # mheap, memstats, the slice allp, gcphase, gcController
    hints: Gathered  # the memory before and behind the first hint
    ranges: Words  # (range, 2)
    spans: Table
    all_spans: int  # entries of the table of spans, dead ones too
    ps: Gathered
    p_addrs: Words
    chunk: Ints  # numbers of the chunks
    chunks: Gathered
    sets: Sets
    set_spans: Gathered
    arena: Ints  # numbers of the arenas
    arenas: Gathered  # from pageInUse to zeroedBase
    mcaches: Gathered
    page_map: Gathered  # the entry of the first page of each span
    bits: Gathered  # allocBits of all spans, then gcmarkBits of all spans
    tails: Gathered  # the ends of pages of small objects, or before Go 1.22 the bitmap of each span
    tail_size: Ints
    typed: Ints  # addresses of slots that begin with their type
    type_words: Gathered
    types_cut: bool
    after: Gathered  # mheap.sweepgen and the number of spans, at last


def read_raw(memory: Memory, program: Program) -> Raw:
    """All rounds; raises Damaged where the numbers that lead them cannot be."""
    at = program.at
    # --- mheap
    addrs = [program.mheap, program.memstats, program.allp, (program.gcphase or program.allp) & -8]
    sizes = [at["mheap"], at["mstats.numgc"] + 8, 24, 8]
    if program.controller is not None:
        addrs, sizes = [*addrs, program.controller], [*sizes, at["gcControllerState"]]
    roots = memory.gather(np.array(addrs, np.uint64), np.array(sizes))
    if not roots.ok.all():
        raise Damaged(f"the heap of {program.source.title} cannot be read")
    mheap = roots.piece(0, at["mheap"]).view(np.uint64)
    # --- its tables
    count_spans = _length(program, mheap, at["mheap.allspans"], _MOST_SPANS, "spans")
    in_use = at["mheap.pages"] + at["pageAlloc.inUse"]
    count_ranges = _length(program, mheap, in_use, _MOST_RANGES, "address ranges")
    list_of_arenas = at.get("mheap.heapArenas", at.get("mheap.allArenas", 0))
    count_arenas = _length(program, mheap, list_of_arenas, _MOST_ARENAS, "arenas")
    allp = roots.piece(2, 24).view(np.uint64)
    count_ps = int(allp[1])
    if count_ps > MOST_PS:
        raise Damaged(f"{program.source.title} has {count_ps} Ps, which no program has")
    sets, spine, spine_size = _spines(mheap, at["mheap.central"])
    pointers = [mheap[at["mheap.allspans"] // 8], mheap[in_use // 8], mheap[list_of_arenas // 8], allp[0]]
    hint = int(mheap[at["mheap.arenaHints"] // 8])
    near = np.array([max(hint - HINTS, 0), hint], np.uint64)
    sizes = [count_spans * 8, count_ranges * 16, count_arenas * 8, count_ps * 8, HINTS, HINTS + 24]
    tables = memory.gather(np.concatenate([np.array(pointers), near, spine]), np.concatenate([np.array(sizes), spine_size]))
    if not tables.ok[:4][np.array(sizes[:4]) > 0].all():
        raise Damaged(f"the tables of the heap of {program.source.title} cannot be read")
    span_ptr, ranges, arena_number, p_addrs = (tables.piece(i, sizes[i]).view(np.uint64) for i in range(4))
    ranges = ranges.reshape(-1, 2)
    # --- structs
    chunk, chunk_addr = _chunks(program, mheap[(at["mheap.pages"] + at["pageAlloc.chunks"]) // 8 :], ranges)
    blocks = _blocks(sets, tables.part(6, len(tables)))
    level2 = mheap[at["mheap.arenas"] // 8] + np.uint64(8) * arena_number
    mspans, ps, arena_ptr = _together(memory, [(span_ptr, at["mspan"]), (p_addrs, P_BYTES), (level2, 8)])
    parts: list[tuple[Words, int | Ints]] = [
        (chunk_addr, PALLOC_DATA),
        (blocks.block + np.uint64(at["spanSetBlock.spans"]) + np.uint64(8) * blocks.first.astype(np.uint64), blocks.count * 8),
    ]
    chunks, set_spans = _together(memory, parts, leads=False)
    spans = _table(program, span_ptr, mspans)
    # --- bits
    arenas_at: Words = arena_ptr.column(0, "<u8")
    number, page = np.divmod(spans.base - ARENA_BASE, ARENA_SIZE)
    page //= PAGE_SIZE
    own = _arena_of(number, arena_number.astype(np.int64), arenas_at)
    bit_bytes = np.where(spans.state == IN_USE, (spans.nelems + 63) // 64 * 8, 0)
    parts = [
        (ps.column(at["p.mcache"], "<u8"), at["mcache"]),
        (arenas_at + np.uint64(at["heapArena.pageInUse"]), at["heapArena.zeroedBase"] + 8 - at["heapArena.pageInUse"]),
        (np.where(own > 0, own + np.uint64(at["heapArena.spans"]) + page.astype(np.uint64) * np.uint64(8), np.uint64(0)), 8),
        (spans.structs.column(at["mspan.allocBits"], "<u8"), bit_bytes),
        (spans.structs.column(at["mspan.gcmarkBits"], "<u8"), bit_bytes),
    ]
    mcaches, arenas, page_map, alloc, marks = _together(memory, parts)
    bits = Gathered(alloc.buffer, np.concatenate([alloc.start, marks.start]), np.concatenate([alloc.ok, marks.ok]))
    tail_addr, tail_size = _tails(program, spans, own, page)
    in_heap = program.profile.heap_bits != "arena"
    tails = memory.gather(tail_addr, tail_size, gap=0 if in_heap else GAP, leads=False)
    typed, cut = _typed(program, spans, alloc)
    type_words = memory.gather(typed.astype(np.uint64), np.full(len(typed), 8, np.int64), gap=0, leads=False)
    after = memory.gather(np.array([program.mheap + at["mheap.sweepgen"]], np.uint64), np.array([24]), leads=False)
    return Raw(
        program=program,
        roots=roots,
        hints=tables.part(4, 6),
        ranges=ranges,
        spans=spans,
        all_spans=count_spans,
        ps=ps,
        p_addrs=p_addrs,
        chunk=chunk,
        chunks=chunks,
        sets=blocks,
        set_spans=set_spans,
        arena=arena_number.astype(np.int64),
        arenas=arenas,
        mcaches=mcaches,
        page_map=page_map,
        bits=bits,
        tails=tails,
        tail_size=tail_size,
        typed=typed,
        type_words=type_words,
        types_cut=cut,
        after=after,
    )


def _length(program: Program, mheap: Words, offset: int, most: int, of_what: str) -> int:
    """The length of a slice in mheap, capped: it is the target's word."""
    length = int(mheap[offset // 8 + 1])
    if length > most:
        raise Damaged(f"the heap of {program.source.title} has {length} {of_what}, which no heap has")
    return length


def _together(memory: Memory, parts: list[tuple[Words, int | Ints]], *, leads: bool = True) -> list[Gathered]:
    """Several groups of pieces, asked for in one question."""
    sizes = [np.full(len(addrs), size, np.int64) if isinstance(size, int) else size for addrs, size in parts]
    found = memory.gather(np.concatenate([addrs for addrs, _ in parts]), np.concatenate(sizes), leads=leads)
    ends = np.cumsum([len(addrs) for addrs, _ in parts]).tolist()
    return [found.part(first, last) for first, last in zip([0, *ends], ends, strict=False)]


def spines_of(roots: Gathered, program: Program) -> Words:
    """Where the spines of all span sets begin that have one, whether or not anything is on them."""
    at = program.at
    sets = _span_sets(roots.piece(0, at["mheap"]).view(np.uint64), at["mheap.central"])
    found: Words = sets[sets[:, 1] > 0, 1]
    return found


def _span_sets(mheap: Words, central: int) -> Words:
    words = mheap[central // 8 :][: SPAN_CLASSES * CENTRAL_STRIDE // 8].reshape(SPAN_CLASSES, -1)
    return words[:, 1:21].reshape(-1, 5)  # behind the span class: four spanSets of 5 words


def _spines(mheap: Words, central: int) -> tuple[Sets, Words, Ints]:
    """The span sets that are not empty, and the parts of their spines with the blocks that are in use; head and tail of each set.

    A Sets whose `block` is not known yet: `first` and `count` are of the whole queue.
    """
    sets = _span_sets(mheap, central)
    head, tail = (sets[:, 4] >> np.uint64(32)).astype(np.int64), (sets[:, 4] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    tail = np.minimum(tail, sets[:, 2].astype(np.int64) * SET_BLOCK)
    used = np.flatnonzero((tail > head) & (sets[:, 1] > 0))
    head, tail = head[used], tail[used]
    first = head // SET_BLOCK
    size = ((tail + SET_BLOCK - 1) // SET_BLOCK - first) * 8
    return Sets(used, sets[used, 1], head, tail - head), sets[used, 1] + first.astype(np.uint64) * np.uint64(8), size


def _blocks(sets: Sets, spines: Gathered) -> Sets:
    """Every block of every set, in queue order."""
    begin = sets.first // SET_BLOCK
    end = (sets.first + sets.count + SET_BLOCK - 1) // SET_BLOCK
    each = end - begin
    which = np.repeat(np.arange(len(each)), each)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(each) - each, each)  # block of its set, from the first that is in use
    ptr = Gathered(spines.buffer, spines.start[which] + nth * 8, spines.ok[which]).column(0, "<u8")
    low = (begin[which] + nth) * SET_BLOCK
    first = np.maximum(sets.first[which], low)
    last = np.minimum((sets.first + sets.count)[which], low + SET_BLOCK)
    return Sets(sets.number[which], ptr, first - low, np.where(ptr > 0, last - first, 0))


def _chunks(program: Program, level1: Words, ranges: Words) -> tuple[Ints, Words]:
    """Numbers of the chunks of which the page allocator knows, and where their bitmaps are."""
    low, high = (ranges[:, i].astype(np.int64) - ARENA_BASE for i in range(2))
    first = low // CHUNK_SIZE
    each = np.maximum((high + CHUNK_SIZE - 1) // CHUNK_SIZE - first, 0)
    if np.any(low < 0) or np.any(high > 1 << 48) or int(each.sum()) > _MOST_CHUNKS:
        raise Damaged(f"the page allocator of {program.source.title} has impossible address ranges")
    number = np.repeat(first - (np.cumsum(each) - each), each) + np.arange(int(each.sum()))
    pieces = level1[number // CHUNKS_L2]
    return number, np.where(pieces > 0, pieces + (number % CHUNKS_L2 * PALLOC_DATA).astype(np.uint64), np.uint64(0))


def _table(program: Program, ptr: Words, mspans: Gathered) -> Table:
    """The spans in use, in address order; descriptors that are dead or cannot be spans are left out."""
    at = program.at
    state = mspans.column(at["mspan.state"], "u1")
    base = mspans.column(at["mspan.startAddr"], "<u8")
    npages = mspans.column(at["mspan.npages"], "<u8")
    possible = (base % PAGE_SIZE == 0) & (base > 0) & (base < 1 << 47) & (npages > 0) & (npages < 1 << 34)
    rows = np.flatnonzero(((state == IN_USE) | (state == MANUAL)) & possible)
    rows = rows[np.argsort(base[rows], kind="stable")]
    structs = Gathered(mspans.buffer, mspans.start[rows], mspans.ok[rows])
    count = "<u8" if at["mspan.nelems"] % 8 == 0 else "<u2"
    pages = npages[rows].astype(np.int64)
    used = state[rows] == IN_USE
    elemsize = np.where(used, structs.column(at["mspan.elemsize"], "<u8"), 0)
    nelems = np.where(used, structs.column(at["mspan.nelems"], count), 0)
    room = (pages * PAGE_SIZE).astype(np.uint64)
    fits = (elemsize >= 8) & (elemsize <= room) & (nelems <= room // np.maximum(elemsize, 8).astype(np.uint64))
    elemsize, nelems = (np.where(fits, column, 0).astype(np.int64) for column in (elemsize, nelems))
    freeindex = np.where(used, structs.column(at["mspan.freeindex"], count), 0).astype(np.uint64)
    return Table(
        structs,
        ptr[rows],
        base[rows].astype(np.int64),
        pages,
        state[rows],
        structs.column(at["mspan.spanclass"], "u1"),
        elemsize,
        nelems,
        np.minimum(freeindex, 1 << 32).astype(np.int64),
    )


def _arena_of(number: Ints, numbers: Ints, arenas_at: Words) -> Words:
    """Address of the heapArena of each span, 0: none."""
    if not len(numbers):
        return np.zeros(len(number), np.uint64)
    order = np.argsort(numbers, kind="stable")
    place = np.minimum(np.searchsorted(numbers[order], number), len(numbers) - 1)
    return np.where(numbers[order][place] == number, arenas_at[order][place], np.uint64(0))


def _tails(program: Program, spans: Table, own: Words, page: Ints) -> tuple[Words, Ints]:
    """Where pointer bits and inline marks lie, and how many bytes; none of spans without them."""
    at = program.at
    scan = (spans.state == IN_USE) & (spans.spanclass & 1 == 0) & (spans.nelems > 0)
    if program.profile.heap_bits == "arena":
        pages = np.minimum(spans.npages, ARENA_SIZE // PAGE_SIZE - page)
        size = np.where(scan & (own > 0), pages * HEAP_BITS, 0)
        size[np.cumsum(size) > _MOST_POINTER_BITS] = 0
        return own + np.uint64(at["heapArena.bitmap"]) + page.astype(np.uint64) * np.uint64(HEAP_BITS), size
    small = (spans.elemsize <= MOST_WITHOUT_HEADER) & (spans.npages == 1) & (spans.nelems > 0)
    inline = small & (spans.elemsize >= 16) if program.profile.inline_marks else np.zeros(len(spans), np.bool_)
    size = np.where(small & scan, HEAP_BITS, 0) + np.where(inline, INLINE_MARKS, 0)
    return (spans.base + PAGE_SIZE - size).astype(np.uint64), size


def _typed(program: Program, spans: Table, alloc: Gathered) -> tuple[Ints, bool]:
    """Addresses of allocated slots that begin with their type, at most _MOST_TYPED; and whether there are more."""
    if program.profile.heap_bits == "arena":
        return np.zeros(0, np.int64), False
    kind = (spans.state == IN_USE) & (spans.spanclass & 1 == 0) & (spans.spanclass > 1)
    rows = np.flatnonzero(kind & (spans.elemsize > MOST_WITHOUT_HEADER) & (spans.nelems > 0) & (spans.nelems <= 64))
    cut = len(rows) > _MOST_TYPED
    rows = rows[:_MOST_TYPED]
    words = Gathered(alloc.buffer, alloc.start[rows], alloc.ok[rows]).column(0, "<u8")
    slot = np.arange(int(spans.nelems[rows].max(initial=0)))
    taken: Bools = (words[:, None] >> slot.astype(np.uint64) & np.uint64(1)).astype(np.bool_)
    taken |= slot < spans.freeindex[rows, None]
    taken &= slot < spans.nelems[rows, None]
    which, number = np.nonzero(taken)
    found = spans.base[rows[which]] + number * spans.elemsize[rows[which]]
    return found[:_MOST_TYPED], cut or len(found) > _MOST_TYPED
