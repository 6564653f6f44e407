"""What was read of a real heap at one moment, as arrays: no object for a span, so that 100,000 spans cost milliseconds.

Addresses and sizes are bytes, pages are 8192 bytes, and all columns of a table have one length.  A bit set is bytes: bit i % 8 of
byte i // 8 stands for i.  Nothing here is trusted: what could not be true was dropped, or is marked as disputed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from gomem_core.frozen import bundle, frozen
from gomem_core.outside.arrays import Bools, Bytes, Ints, Words, counted, ends_of, joined
from gomem_core.outside.pacing import Pacing, Sweeping

IN_USE: Final = 1  # mSpanInUse: a span of objects
MANUAL: Final = 2  # mSpanManual: stacks, work buffers

NOWHERE: Final = -1  # a span on no list
PARTIAL_SWEPT, PARTIAL_UNSWEPT, FULL_SWEPT, FULL_UNSWEPT = range(4)  # the four span sets of an mcentral

UNSWEPT: Final = -2  # Spans.age: its counts are those of before the last collection, and what lives is what is marked
SWEEPING: Final = -1
SWEPT: Final = 0
CACHED_STALE: Final = 1  # in an mcache since before sweeping began: unswept, too
CACHED: Final = 3


@bundle
class Spans:
    """All spans in use, in address order, a column for each field (Go's mspan); those of stacks have no class and no slots."""

    ptr: Ints  # address of the mspan
    base: Ints  # startAddr
    npages: Ints
    state: Bytes  # IN_USE or MANUAL
    spanclass: Bytes  # size class doubled, plus one for objects without pointers; 0 and 1: a large object
    elemsize: Ints  # bytes of a slot; 0 in MANUAL spans
    nelems: Ints  # slots; 0 in MANUAL spans
    freeindex: Ints  # slots below it are taken, or dead
    alloc_count: Ints
    told_count: Ints  # slots that were taken when an mcache took the span: HeapStats count those that were taken since only later
    age: Ints  # sweepgen of the span less that of the heap: UNSWEPT … CACHED
    sweepgen: Ints
    needzero: Bools
    large_type: Words  # address of the type of a large object that holds pointers; 0: none, or before Go 1.22
    alloc_bits: Words  # where its bits were
    gcmark_bits: Words
    specials: Words  # first special record (finalizers, profile …), 0: none
    user_arena: Bools  # isUserArenaChunk
    inline_marks: Bools  # its mark bits lie at the end of its page (Go 1.26 and later)
    cached_by: Ints  # index in `Ps` of the P whose mcache holds it, -1: none
    listed: Ints  # the span set that it is on: PARTIAL_SWEPT … FULL_UNSWEPT, or NOWHERE
    disputed: Bools  # something that was read of it contradicts something else (Snapshot.findings)

    def __len__(self) -> int:
        return len(self.base)


@dataclass(frozen=True, eq=False)
class SlotBits:
    """Bits of the slots of all spans.

    Those of span number i are words word_start[i] to word_start[i + 1], (nelems + 63) // 64 of them; or, without what fills the
    last word, bytes start[i] to start[i + 1], (nelems + 7) // 8 of them, which are made when they are first asked for.
    """

    word_start: Ints  # one longer than the spans
    alloc_words: Words  # allocBits, as they are: slots below freeindex are taken whatever their bit says
    mark_words: Words  # gcmarkBits, wherever they lie
    taken_words: Words  # slots below freeindex, and those whose allocBits bit is set: what allocCount counts
    nbytes: Ints  # (nelems + 7) // 8
    unread: Bools  # one a span: its bits could not be read, so they are 0

    @cached_property
    def start(self) -> Ints:
        """Where the bytes of each span begin; one longer than the spans."""
        return ends_of(self.nbytes)

    @cached_property
    def alloc(self) -> Bytes:
        """The bits of alloc_words, as bytes."""
        return self._bytes(self.alloc_words)

    @cached_property
    def mark(self) -> Bytes:
        """The bits of mark_words, as bytes."""
        return self._bytes(self.mark_words)

    @cached_property
    def taken(self) -> Bytes:
        """The bits of taken_words, as bytes."""
        return self._bytes(self.taken_words)

    @cached_property
    def taken_counts(self) -> Ints:
        """How many slots of each span are taken."""
        return counted(self.taken_words, self.word_start)

    @cached_property
    def mark_counts(self) -> Ints:
        """How many slots of each span are marked."""
        return counted(self.mark_words, self.word_start)

    def _bytes(self, words: Words) -> Bytes:
        return joined(words.view(np.uint8), self.word_start[:-1] * 8, self.nbytes)[0]


@bundle
class PointerBits:
    """Which words hold pointers, as far as Go keeps bits for that.

    Those of span number i are bytes start[i] to start[i + 1]; bit 0 is the first word of the span.  Spans without such bits have
    no bytes: objects without pointers, and from Go 1.22 on slots of more than 512 bytes, which have a type (`Types`).
    """

    start: Ints  # one longer than the spans
    bits: Bytes


@bundle
class Types:
    """Types of objects, from the word before them: objects with pointers in slots of more than 512 bytes, Go 1.22 and later.

    The types of large objects stand in Spans.large_type.
    """

    slot: Ints  # addresses of allocated slots, sorted; the object itself lies 8 bytes further
    type: Words  # address of its type; 0: being allocated
    cut: bool  # there were more of them than are read
    names: Mapping[int, str]  # names of types by address, also of those of large objects; what is missing could not be read


@bundle
class Central:
    """Spans on the span sets of the mcentrals, by span class, then set, then place in the queue: the first to go comes first."""

    spanclass: Bytes
    listed: Bytes  # PARTIAL_SWEPT … FULL_UNSWEPT
    span: Ints  # number of the span


@bundle
class Ps:
    """The Ps with their mcaches and page caches, by number."""

    id: Ints
    status: Ints
    mcache: Words  # 0: none
    cached: Ints  # (P, span class): number of the span that its mcache holds, -1: none
    tiny: Words  # address of the tiny block, 0: none
    tinyoffset: Ints
    tiny_allocs: Ints  # tiny objects that shared a block, and that HeapStats do not count yet
    flush_gen: Ints  # sweepgen when the mcache was last flushed
    page_base: Words  # pageCache: address of its first page
    page_free: Words  # bit i: page i of the cache is free
    page_scav: Words  # ... and given back, where it is free

    def __len__(self) -> int:
        return len(self.id)


@bundle
class Chunks:
    """Page bitmaps: 512 pages (4 MiB) a chunk, those of which the allocator knows, in address order."""

    base: Ints  # address of its first page
    alloc: Words  # (chunk, 8): bit i % 64 of word i // 64 is page i; 1: taken
    scavenged: Words  # (chunk, 8): 1: given back

    def __len__(self) -> int:
        return len(self.base)


@bundle
class ArenaTable:
    """Arenas of 64 MiB, in address order (Go's heapArena)."""

    base: Ints
    in_use: Bytes  # (arena, 1024): pageInUse, a bit for the first page of each span in use
    page_marks: Bytes  # (arena, 1024): pageMarks, a bit for the first page of spans with marked objects
    zeroed_base: Ints  # bytes from its start that were ever handed out

    def __len__(self) -> int:
        return len(self.base)


@bundle
class HeapStats:
    """The sums that Go keeps (heapStatsDelta, all three of them added) and those of memstats; bytes, counts."""

    committed: int
    released: int
    in_heap: int
    in_stacks: int
    in_work_bufs: int
    in_ptr_scalar_bits: int  # 0 from Go 1.25 on, which has none
    tiny_allocs: int
    large_alloc: int  # bytes
    large_allocs: int
    large_free: int  # bytes
    large_frees: int
    small_allocs: Ints  # by size class
    small_frees: Ints
    stacks_sys: int
    mspan_sys: int
    mcache_sys: int
    buckhash_sys: int
    gc_misc_sys: int
    other_sys: int
    mspan_inuse: int
    mcache_inuse: int
    numgc: int


@frozen
class MappedRange:
    """A part of the address space, as the operating system tells it."""

    start: int
    end: int
    perms: str  # r w x p
    name: str  # file, [heap], [stack] …, or empty
    resident: int | None = None  # bytes of it that are in memory; None: not told, as of a core file


@bundle
class Snapshot:
    """One look at a real heap."""

    kind: Literal["process", "core"]
    go: str  # the version as the program says it, such as go1.27.3-X:nogreenteagc
    minor: str  # the version whose structs it has, such as 1.27
    title: str  # what was looked at, for people: a command and its pid, the name of a file
    whole: bool  # all of its memory could be read: of a core file, with the executable
    one_moment: bool  # nothing ran while it was read
    held_ns: int  # how long it was held for that, 0: it was not
    stand_ns: int  # ... of which so long until all its threads stood
    tries: int  # looks that were needed
    spans: Spans
    bits: SlotBits
    pointers: PointerBits
    types: Types
    central: Central
    ps: Ps
    chunks: Chunks
    arenas: ArenaTable
    in_use_ranges: Ints  # (range, 2): base and limit of the address ranges in which the page allocator has chunks
    hints: Ints  # addresses at which the heap grows next, in order (arenaHints)
    hints_down: Bools  # ... and whether it grows downwards there
    cur_arena: tuple[int, int]  # base and end of what the heap grows into first
    search_addr: int  # pageAlloc: no page below it is free
    padding: int  # pages that are taken and belong to no span (random heap base, Go 1.26 and later)
    sweepgen: int
    sweep_done: bool  # no span waits to be swept
    sweeping: Sweeping
    marking: bool  # a collection is marking: the mark bits are half done, so what lives is unknown
    gcphase: int | None  # 0 off, 1 mark, 2 mark termination; None: not found, so `marking` is told by mark bits in swept spans
    stats: HeapStats
    pacing: Pacing | None  # None: not found
    mappings: tuple[MappedRange, ...]
    findings: tuple[str, ...]  # what contradicts itself, a sentence each; empty: all checks hold
