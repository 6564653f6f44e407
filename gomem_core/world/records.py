"""Small frozen records of what can be seen of a heap: what a `World` returns.

Addresses and sizes are bytes; pages are numbered through all arenas (arenas.py).
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from collections.abc import Sequence
from typing import Final, Literal, get_args

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.named import NamedTuple
from gomem_core.world.blocks import AddressRow

State = Literal["inuse", "manual", "free"]
SlotState = Literal["allocated", "free", "dead"]
SpanField = Literal[
    "base",
    "npages",
    "state",
    "spanclass",
    "elemsize",
    "nelems",
    "alloc_count",
    "freeindex",
    "sweepgen",
    "swept",
    "cached_by",
    "list_name",
    "next_base",
    "prev_base",
    "needzero",
    "npreleased",
    "unusedsince",
    "ptr",
]
STATES: Final[tuple[State, ...]] = get_args(State)
PtrWords = Sequence[int] | bytes | bool  # see SlotColumns


class SpanInfo(NamedTuple):
    """One span, as Go's mspan describes it; None is what a world does not know, slot fields are 0 for a span without slots."""

    base: int
    npages: int
    state: State
    spanclass: int  # 0 and 1: a large object
    elemsize: int
    nelems: int
    alloc_count: int
    freeindex: int | None
    sweepgen: int | None
    swept: bool | None
    cached_by: int | None  # number of the P whose mcache holds it, -1: none
    list_name: str | None  # the list it hangs on, as the profile names them; "": none
    next_base: int | None  # neighbours on that list, 0: none
    prev_base: int | None
    needzero: bool | None
    npreleased: int | None  # pages of it that are given back to the operating system
    unusedsince: int | None  # ns
    ptr: int | None  # of the mspan struct

    @property
    def waits(self) -> bool:
        """Whether it is known to wait for being swept."""
        return self.swept is False

    @property
    def is_cached(self) -> bool:
        """Whether a P is known to have it in its mcache."""
        return self.cached_by is not None and self.cached_by >= 0

    @property
    def sizeclass(self) -> int:
        """Size class, from 1; 0 for large objects and spans without objects."""
        return self.spanclass >> 1

    @property
    def kind(self) -> str:
        """The words scan and noscan; nothing for a span without objects."""
        if self.state != "inuse":
            return ""
        return "noscan" if self.spanclass & 1 else "scan"

    @property
    def nbytes(self) -> int:
        """Length in bytes."""
        return self.npages << PAGE_SHIFT

    @property
    def used(self) -> float:
        """Taken share of its slots, 0 … 1."""
        return self.alloc_count / self.nelems if self.nelems else 0.0

    @property
    def tail(self) -> int:
        """Bytes after the last slot."""
        return self.nbytes - self.nelems * self.elemsize if self.nelems else 0


class SpanColumns(NamedTuple):
    """All spans in address order, a column for each field of SpanInfo, all of one length; none of them changes.

    Numbers are an array or a memoryview of 8-byte numbers, but where some are not known: for these None stands.
    """

    base: Sequence[int]
    npages: Sequence[int]
    state: Sequence[State]
    spanclass: Sequence[int]
    elemsize: Sequence[int]
    nelems: Sequence[int]
    alloc_count: Sequence[int]
    freeindex: Sequence[int | None]
    sweepgen: Sequence[int | None]
    swept: Sequence[bool | None]
    cached_by: Sequence[int | None]
    list_name: Sequence[str | None]
    next_base: Sequence[int | None]
    prev_base: Sequence[int | None]
    needzero: Sequence[bool | None]
    npreleased: Sequence[int | None]
    unusedsince: Sequence[int | None]
    ptr: Sequence[int | None]


class SlotInfo(NamedTuple):
    """One slot of a span in use.  The two facts of an object: `allocated` (allocBits, freeindex) and `marked` (gcmarkBits)."""

    slot: int  # its number in the span
    addr: int
    state: SlotState  # "dead": allocated, but the last mark did not reach it and its span is not swept yet
    allocated: bool
    alloc_bit: bool  # its bit in allocBits, which holds the marks of the cycle swept last
    marked: bool  # its bit in gcmarkBits: set by a mark, until the span is swept
    rooted: bool | None  # the program refers to it


class SlotColumns(NamedTuple):
    """What lies in all spans, an entry each in address order; bit i of a bit set is slot i; 0 where there are no slots.

    Of the bit sets those are None of which nothing is known.  Which words may hold pointers is told by a number for each slot, of
    so many words from its first on; or by bytes with a bit for each word of the span; or by a bool: all words, or none.
    """

    alloc_bits: Sequence[int]
    alloc_cache: Sequence[int] | None  # bit i is slot freeindex + i
    gcmark_bits: Sequence[int] | None
    root_bits: Sequence[int] | None  # slots to which the program itself refers
    ptr_words: Sequence[PtrWords | None]


class WordInfo(NamedTuple):
    """One word of a span with its bits of the heap bitmap; None is what is not known, or what this version of Go has not."""

    addr: int
    pointer: bool | None
    scan: bool | None
    byte_addr: int | None  # of the byte that has its bits
    shift: int  # bit of the pointer bit in that byte; where there is a scan bit, it is 4 higher
    value: int | None  # the pointer stored there, 0: none


class CentralInfo(NamedTuple):
    """One mcentral."""

    spanclass: int
    lengths: tuple[int, ...]  # of its lists, in the order of the profile's central_lists
    nmalloc: int | None  # None: this version of Go does not count it
    nlock: int | None

    @property
    def asked(self) -> bool:
        """Whether it was ever asked for a span; where that is not counted, whether it has any."""
        return any(self.lengths) if self.nlock is None else self.nlock > 0


class PageCache(NamedTuple):
    """The 64 pages from `base` on of which a P has taken some, to cut spans from without a lock; bit i is page i."""

    base: int
    free: int
    scavenged: int  # given back to the operating system, as far as they are free


class McacheInfo(NamedTuple):
    """One P's mcache."""

    p: int
    current: bool
    tiny: int  # address of the tiny block, 0: none
    tinyoffset: int
    cached: tuple[tuple[int, int, int], ...]  # (spanclass, base of the span, free slots)
    pages: PageCache | None = None  # None: this version of Go has none


class Region(NamedTuple):
    """A part of the process's address space; [used_start, used_end) is in use, and grows in direction `grows`."""

    name: str
    start: int
    end: int
    used_start: int
    used_end: int
    grows: Literal["up", "down", ""]
    note: str
    resident: int | None = None  # bytes of it that are in memory, as the operating system tells; None: not known


class MemStats(NamedTuple):
    """What runtime.ReadMemStats tells, field names as in Go's runtime.MemStats; bytes and counts."""

    Alloc: int  # bytes of objects allocated and not yet swept away; the same as HeapAlloc
    TotalAlloc: int | None
    Mallocs: int | None
    Frees: int | None
    HeapAlloc: int
    HeapSys: int | None
    HeapIdle: int | None
    HeapInuse: int
    HeapReleased: int | None
    HeapObjects: int
    StackInuse: int | None
    MSpanInuse: int | None
    MCacheInuse: int | None
    NextGC: int | None
    NumGC: int
    BySize: tuple[tuple[int, int, int], ...]  # (size, mallocs, frees) of the classes 0 … 60


# --- Allocations: one that was made, and what the next one would find -------------------------------------------------------

ServedBy = Literal["zero", "tiny", "mcache", "mcentral", "mheap", "os"]
Sweeping = Literal["sweeping"]  # what would be found, only sweeping could tell


class Allocated(NamedTuple):
    """What became of one allocation: the object's slot, and who served it."""

    addr: int
    elemsize: int  # bytes of its slot, or whole pages of a large object; 0 for size 0
    spanclass: int
    base: int  # of its span
    served: ServedBy
    tiny_combined: bool  # it shares a block that was there
    shouldhelpgc: bool  # the slow path was taken, so the collector's trigger was looked at
    gc_started: bool


class AllocatedMany(NamedTuple):
    """What became of many allocations of one kind: where the objects lie, in order, and who served how many of them."""

    addrs: list[AddressRow]
    served: dict[str, int]
    first: Allocated
    last: Allocated
    collections: int  # that were started on the way


class Place(NamedTuple):
    """The slot that would be taken, in the span at `base`; `room`: free slots of that span, with this one."""

    base: int
    slot: int
    room: int
    sweeps: bool  # the span is swept first


class Pages(NamedTuple):
    """The free span at `base`, of `npages`, that would serve; it is there only when the arena has grown by `grows` bytes.

    Where free pages are no spans: the pages that would be taken, and where they would be found.
    """

    base: int
    npages: int
    grows: int
    src: Literal["", "cache", "heap", "heap+grow"] = ""  # "cache": the P's page cache
