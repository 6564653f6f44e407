"""Small frozen records of what can be seen of a heap: what a `World` returns.

Addresses and sizes are bytes; pages are numbered through all arenas (arenas.py).
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, get_args

from gomem_core.go.amd64 import PAGE_SHIFT

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

    A column of which something is not known is a tuple in which None stands for that.
    """

    base: array[int]
    npages: array[int]
    state: tuple[State, ...]
    spanclass: array[int]
    elemsize: array[int]
    nelems: array[int]
    alloc_count: array[int]
    freeindex: array[int] | tuple[int | None, ...]
    sweepgen: array[int] | tuple[int | None, ...]
    swept: tuple[bool | None, ...]
    cached_by: array[int] | tuple[int | None, ...]
    list_name: tuple[str | None, ...]
    next_base: array[int] | tuple[int | None, ...]
    prev_base: array[int] | tuple[int | None, ...]
    needzero: tuple[bool | None, ...]
    npreleased: array[int] | tuple[int | None, ...]
    unusedsince: array[int] | tuple[int | None, ...]
    ptr: array[int] | tuple[int | None, ...]


class SlotInfo(NamedTuple):
    """One slot of a span in use.  The two facts of an object: `allocated` (allocBits, freeindex) and `marked` (gcmarkBits)."""

    slot: int  # its number in the span
    addr: int
    state: SlotState  # "dead": allocated, but the last mark did not reach it and its span is not swept yet
    allocated: bool
    alloc_bit: bool  # its bit in allocBits, which holds the marks of the cycle swept last
    marked: bool  # its bit in gcmarkBits: set by a mark, until the span is swept
    rooted: bool  # the program refers to it


class SlotColumns(NamedTuple):
    """What lies in all spans, an entry each in address order; bit i of a bit set is slot i; 0 where there are no slots."""

    alloc_bits: tuple[int, ...]
    alloc_cache: tuple[int, ...]  # bit i is slot freeindex + i
    gcmark_bits: tuple[int, ...]
    root_bits: tuple[int, ...]  # slots to which the program itself refers
    ptr_words: tuple[Sequence[int] | bool, ...]  # of each slot, how many words may hold pointers; a bool: all words, or none


class WordInfo(NamedTuple):
    """One word of the arena with its two bits of the heap bitmap."""

    addr: int
    pointer: bool
    scan: bool
    byte_addr: int  # of the bitmap byte that describes it
    shift: int  # bit of the pointer bit in that byte; the scan bit is 4 higher
    value: int  # the pointer stored there, 0: none


class CentralInfo(NamedTuple):
    """One mcentral."""

    spanclass: int
    lengths: tuple[int, ...]  # of its lists, in the order of the profile's central_lists
    nmalloc: int
    nlock: int


class McacheInfo(NamedTuple):
    """One P's mcache."""

    p: int
    current: bool
    tiny: int  # address of the tiny block, 0: none
    tinyoffset: int
    cached: tuple[tuple[int, int, int], ...]  # (spanclass, base of the span, free slots)


class Region(NamedTuple):
    """A part of the process's address space; [used_start, used_end) is in use, and grows in direction `grows`."""

    name: str
    start: int
    end: int
    used_start: int
    used_end: int
    grows: Literal["up", "down", ""]
    note: str


class MemStats(NamedTuple):
    """What runtime.ReadMemStats tells, field names as in Go's runtime.MemStats; bytes and counts."""

    Alloc: int  # bytes of objects allocated and not yet swept away; the same as HeapAlloc
    TotalAlloc: int
    Mallocs: int
    Frees: int
    HeapAlloc: int
    HeapSys: int
    HeapIdle: int
    HeapInuse: int
    HeapReleased: int
    HeapObjects: int
    StackInuse: int
    MSpanInuse: int
    MCacheInuse: int
    NextGC: int
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


class Place(NamedTuple):
    """The slot that would be taken, in the span at `base`; `room`: free slots of that span, with this one."""

    base: int
    slot: int
    room: int
    sweeps: bool  # the span is swept first


class Pages(NamedTuple):
    """The free span at `base`, of `npages`, that would serve; it is there only when the arena has grown by `grows` bytes."""

    base: int
    npages: int
    grows: int
