"""Slots: the part of an mspan that is the same in every version of Go (runtime/mheap.go, runtime/mbitmap.go)."""

from array import array
from typing import Final, NoReturn

from gomem_core.world.faults import Throw

MSPAN_DEAD: Final = 0  # the struct is unused
MSPAN_IN_USE: Final = 1  # holds objects
MSPAN_MANUAL: Final = 2  # holds a goroutine stack or the collector's work buffers

CACHE_MASK: Final = (1 << 64) - 1


def throw(invariant: str, detail: str) -> NoReturn:
    """Stop loudly: an impossible state is never repaired."""
    raise Throw(f"{invariant}: {detail}")


class Slots:
    """`npages` pages from `start_addr`, cut into `nelems` slots of `elemsize` bytes: what every mspan has.

    Bit sets are ints: bit i stands for slot i.  `alloc_bits` is fixed between sweeps; `freeindex` says how far allocation has
    come since; `alloc_cache` holds the complement of 64 bits of alloc_bits, shifted so that its lowest bit is slot freeindex.
    Not the runtime's own: `root_bits` (slots that the program refers to), `pointers` (slot → word → pointer stored there),
    and `ptr_words` (for each slot how many of its words, from the first, may hold pointers).
    """

    __slots__ = (
        "alloc_bits",
        "alloc_cache",
        "alloc_count",
        "elemsize",
        "freeindex",
        "gcmark_bits",
        "needzero",
        "nelems",
        "npages",
        "pointers",
        "ptr_words",
        "root_bits",
        "spanclass",
        "start_addr",
        "state",
        "sweepgen",
    )

    pointers: dict[int, dict[int, int]] | None
    ptr_words: "array[int] | None"

    def __init__(self) -> None:
        self.sweepgen = 0  # not set by init: a struct that is used again keeps its old one until it is allocated
        self.describe(0, 0)

    def describe(self, base: int, npages: int) -> None:
        """Make it stand for `npages` pages at `base`, without slots."""
        self.start_addr = base
        self.npages = npages
        self.alloc_count = 0
        self.spanclass = 0
        self.elemsize = 0
        self.state = MSPAN_DEAD
        self.needzero = 0
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
        """Cut a fresh span into `nelems` free slots."""
        self.clear_slots()
        self.nelems = nelems
        self.alloc_cache = CACHE_MASK

    def refill_alloc_cache(self, first: int) -> None:
        """Load the 64 slots from `first`, a multiple of 64, complemented: 1 is free ((*mspan).refillAllocCache)."""
        self.alloc_cache = ~(self.alloc_bits >> first) & CACHE_MASK

    def load_alloc_cache(self) -> None:
        """Load the slots around freeindex, so that the lowest bit is slot freeindex, as a cached span has them."""
        self.refill_alloc_cache(self.freeindex & ~63)
        self.alloc_cache >>= self.freeindex & 63

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

    def drop_swept(self) -> None:
        """Forget what was stored in slots that the last mark did not reach."""
        if self.pointers is not None:
            marks = self.gcmark_bits
            self.pointers = {index: words for index, words in self.pointers.items() if marks >> index & 1} or None
