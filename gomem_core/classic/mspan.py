"""mspan: a run of pages cut into slots of one size, and the doubly linked list that spans hang on.

See malloc.py for the overview.  Mirrors the mspan part of Go's runtime/mheap.go and runtime/mbitmap.go.
"""

from array import array
from typing import Final, NoReturn

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.world.faults import Throw

MSPAN_DEAD: Final = 0  # the struct is unused
MSPAN_IN_USE: Final = 1  # holds objects
MSPAN_MANUAL: Final = 2  # holds a goroutine stack or the collector's work buffers
MSPAN_FREE: Final = 3  # free pages

_CACHE_MASK: Final = (1 << 64) - 1


def throw(invariant: str, detail: str) -> NoReturn:
    """Stop loudly: an impossible state is never repaired."""
    raise Throw(f"{invariant}: {detail}")


class MSpan:
    """A span: `npages` pages from `start_addr`, in use for objects, for a stack, or free (Go's mspan).

    Bit sets are ints: bit i stands for slot i.  `alloc_bits` is fixed between sweeps; `freeindex` says how far allocation has
    come since; `alloc_cache` holds the complement of 64 bits of alloc_bits, shifted so that its lowest bit is slot freeindex.
    Not the runtime's own: `root_bits` (slots that the program refers to), `pointers` (slot → word → pointer stored there),
    and `ptr_words` (this span's part of the heap bitmap as runs, one a slot, see mbitmap.py).
    """

    __slots__ = (
        "alloc_bits",
        "alloc_cache",
        "alloc_count",
        "elemsize",
        "freeindex",
        "gcmark_bits",
        "in_list",
        "incache",
        "limit",
        "needzero",
        "nelems",
        "next",
        "npages",
        "npreleased",
        "pointers",
        "prev",
        "ptr",
        "ptr_words",
        "root_bits",
        "spanclass",
        "start_addr",
        "state",
        "sweepgen",
        "unusedsince",
    )

    next: "MSpan | None"
    prev: "MSpan | None"
    in_list: "MSpanList | None"
    pointers: dict[int, dict[int, int]] | None
    ptr_words: "array[int] | None"

    def __init__(self, ptr: int) -> None:
        self.ptr = ptr  # address of this struct: identity, and the tie-break of the treap
        self.sweepgen = 0  # not set by init: a struct that is used again keeps its old one until it is allocated
        self.init(0, 0)

    def init(self, base: int, npages: int) -> None:
        """Make it describe `npages` pages at `base`, in no list, without slots ((*mspan).init)."""
        self.next = None
        self.prev = None
        self.in_list = None
        self.start_addr = base
        self.npages = npages
        self.alloc_count = 0
        self.spanclass = 0
        self.incache = False
        self.elemsize = 0
        self.state = MSPAN_DEAD
        self.unusedsince = 0
        self.npreleased = 0
        self.needzero = 0
        self.limit = 0
        self.clear_slots()

    def clear_slots(self) -> None:
        """Forget slots, bits and what the program stored: the span holds no objects (any more)."""
        self.freeindex = 0
        self.nelems = 0
        self.alloc_bits = 0
        self.gcmark_bits = 0
        self.alloc_cache = 0
        self.root_bits = 0
        self.pointers = None
        self.ptr_words = None

    def init_slots(self, nelems: int) -> None:
        """Cut a fresh span into `nelems` free slots (the mark-bit part of heapBits.initSpan)."""
        self.clear_slots()
        self.nelems = nelems
        self.alloc_cache = _CACHE_MASK

    def layout(self) -> int:
        """Number of whole slots that fit ((*mspan).layout)."""
        return (self.npages << PAGE_SHIFT) // self.elemsize

    def refill_alloc_cache(self, first: int) -> None:
        """Load the 64 slots from `first`, a multiple of 64, complemented: 1 is free ((*mspan).refillAllocCache)."""
        self.alloc_cache = ~(self.alloc_bits >> first) & _CACHE_MASK

    def next_free_index(self) -> int:
        """Take the next free slot at or after freeindex; nelems when there is none ((*mspan).nextFreeIndex)."""
        freeindex = self.freeindex
        nelems = self.nelems
        if freeindex == nelems:
            return nelems
        cache = self.alloc_cache
        while cache == 0:  # nothing left in these 64: look at the next
            freeindex = (freeindex + 64) & ~63
            if freeindex >= nelems:
                self.freeindex = nelems
                return nelems
            self.refill_alloc_cache(freeindex)
            cache = self.alloc_cache
        bit = (cache & -cache).bit_length() - 1
        result = freeindex + bit
        if result >= nelems:  # the cache may hold ones beyond the last slot
            self.freeindex = nelems
            return nelems
        self.alloc_cache = cache >> (bit + 1)
        freeindex = result + 1
        if freeindex & 63 == 0 and freeindex != nelems:
            self.refill_alloc_cache(freeindex)
        self.freeindex = freeindex
        return result

    def is_allocated(self, index: int) -> bool:
        """Whether slot `index` is taken, as far as sweeping has come."""
        return index < self.freeindex or self.alloc_bits >> index & 1 == 1

    def allocated_bits(self) -> int:
        """The taken slots as a bit set: all below freeindex, and those that alloc_bits holds."""
        return self.alloc_bits | ((1 << self.freeindex) - 1)

    def object_index(self, addr: int) -> int:
        """The slot that the address lies in ((*mspan).objIndex)."""
        return (addr - self.start_addr) // self.elemsize


class MSpanList:
    """A doubly linked list of spans with a name for messages (Go's mSpanList).  A span is in one list at most."""

    __slots__ = ("count", "first", "last", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.first: MSpan | None = None
        self.last: MSpan | None = None
        self.count = 0  # not Go's: so that nobody walks a list to know how long it is

    def insert(self, s: MSpan) -> None:
        """Put `s` in front."""
        self._claim(s)
        s.next = self.first
        if self.first is None:
            self.last = s
        else:
            self.first.prev = s
        self.first = s

    def insert_back(self, s: MSpan) -> None:
        """Put `s` at the end."""
        self._claim(s)
        s.prev = self.last
        if self.last is None:
            self.first = s
        else:
            self.last.next = s
        self.last = s

    def remove(self, s: MSpan) -> None:
        """Take `s` out; throws when it is in another list."""
        if s.in_list is not self:
            throw("span_list_membership", f"span {s.start_addr:#x} is not in {self.name}")
        if s.prev is None:
            self.first = s.next
        else:
            s.prev.next = s.next
        if s.next is None:
            self.last = s.prev
        else:
            s.next.prev = s.prev
        s.next = s.prev = None
        s.in_list = None
        self.count -= 1

    def _claim(self, s: MSpan) -> None:
        if s.in_list is not None:
            throw("span_list_membership", f"span {s.start_addr:#x} is already in {s.in_list.name}")
        s.in_list = self
        self.count += 1

    def spans(self) -> list[MSpan]:
        """The spans front to back, as a new list."""
        found: list[MSpan] = []
        s = self.first
        while s is not None:
            found.append(s)
            s = s.next
        return found
