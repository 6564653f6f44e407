"""Slots: the part of an mspan that is the same in every version of Go (runtime/mheap.go, runtime/mbitmap.go)."""

from array import array
from collections.abc import Sequence
from typing import Final, Literal, NoReturn

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.world.faults import Throw

MSPAN_DEAD: Final = 0  # the struct is unused
MSPAN_IN_USE: Final = 1  # holds objects
MSPAN_MANUAL: Final = 2  # holds a goroutine stack or the collector's work buffers

NO_HEADER: Final = 512  # in no version of Go has an object in a slot of so many bytes a header
CACHE_MASK: Final = (1 << 64) - 1
_NOT_ALIKE: Final = -1  # as many bytes of pointers has no object


def throw(invariant: str, detail: str) -> NoReturn:
    """Stop loudly: an impossible state is never repaired."""
    raise Throw(f"{invariant}: {detail}")


def ptr_words_code(spanclass: int) -> Literal["h", "q"]:
    """The type of the numbers in `ptr_words`: a large object may have more words than 16 bits can count."""
    return "h" if spanclass > 1 else "q"


class Slots:
    """`npages` pages from `start_addr`, cut into `nelems` slots of `elemsize` bytes: what every mspan has.

    Bit sets are ints: bit i stands for slot i.  `alloc_bits` is fixed between sweeps; `freeindex` says how far allocation has
    come since.  To take a slot is to add its size to one number: `free_addr` is where slot freeindex begins, and all slots from
    there to `run_end` are free; `free_behind` says how many more are, behind that run.  What the runtime counts beside these
    (freeindex, allocCount, and allocCache, 64 bits in which it looks for the next free slot) is worked out when it is asked for.

    Not the runtime's own: `root_bits` (slots that the program refers to), `pointers` (slot → word → pointer stored there),
    `tiny_refs` (for each slot to how many tiny objects in it the program refers), and `ptr_words` (for each slot how many of its
    words, from the first, may hold pointers).  Every slot that is taken is referred to from then on: those from the one at
    `rooted_addr` to freeindex are, though their bits are not set yet.  The objects of a span are alike, mostly: as long as they
    are, there is no list of them, but `alike`, the bytes of pointers that each begins with; see set_words.
    """

    __slots__ = (
        "_root_bits",
        "_words",
        "alike",
        "alike_to",
        "alloc_bits",
        "counted",
        "elemsize",
        "free_addr",
        "free_behind",
        "gcmark_bits",
        "needzero",
        "nelems",
        "npages",
        "pointers",
        "rooted_addr",
        "run_end",
        "spanclass",
        "start_addr",
        "state",
        "sweepgen",
        "tiny_refs",
    )

    sweepgen: int  # not set by describe: a struct that is used again keeps its old one until it is allocated
    pointers: dict[int, dict[int, int]] | None
    tiny_refs: bytearray | None
    _words: "array[int] | None"
    alike_to: int

    def describe(self, base: int, npages: int) -> None:
        """Make it stand for `npages` pages at `base`, without slots, bits, and what the program stored."""
        self.start_addr = self.free_addr = self.run_end = self.rooted_addr = base
        self.npages = npages
        self.counted = 0  # slots of alloc_count that the books know of already, see AnyMCache.count
        self.spanclass = 0
        self.elemsize = 0
        self.state = MSPAN_DEAD
        self.needzero = 0
        self.free_behind = 0
        self.nelems = 0
        self.alloc_bits = 0
        self.gcmark_bits = 0
        self._root_bits = 0
        self.pointers = None
        self.tiny_refs = None
        self._words = None  # as keep_words(False) has it
        self.alike = PTR_SIZE
        self.alike_to = -1

    def cut(self, nelems: int) -> None:
        """Cut a span without slots into `nelems` free ones, whose size is set."""
        self.nelems = nelems
        self.run_end = self.start_addr + nelems * self.elemsize

    # --- Taking slots -----------------------------------------------------------------------------------------------------

    def next_slot(self) -> int:
        """Take the next free slot at or after freeindex; returns its address, 0 when there is none ((*mspan).nextFreeIndex)."""
        addr = self.free_addr
        if addr < self.run_end:
            self.free_addr = addr + self.elemsize
            return addr
        return self.next_run()

    def next_run(self) -> int:
        """Take the first slot of the next run of free ones; returns its address, 0 when there is none."""
        nelems, size = self.nelems, self.elemsize
        at = self.free_addr - self.start_addr
        if at == nelems * size:
            return 0
        index = at // size
        if self.rooted_addr != self.free_addr:
            self._note_roots()
        free = ~(self.alloc_bits >> index) & ((1 << nelems - index) - 1)
        if not free:
            self.free_addr = self.run_end = self.rooted_addr = self.start_addr + nelems * size
            return 0
        index += (free & -free).bit_length() - 1
        rest = self.alloc_bits >> index
        count = (rest & -rest).bit_length() - 1 if rest else nelems - index
        addr = self.rooted_addr = self.start_addr + index * size
        self.free_addr = addr + size
        self.run_end = addr + count * size
        self.free_behind -= count
        return addr

    def take_run(self, most: int) -> int:
        """Take up to `most` of the slots that are free in a row from freeindex on; returns how many."""
        if self.free_addr == self.run_end:
            return 0
        n = min(most, (self.run_end - self.free_addr) // self.elemsize)
        self.free_addr += n * self.elemsize
        return n

    def is_full(self) -> bool:
        """Whether all slots count as taken: allocCount says so."""
        return self.free_addr == self.run_end and not self.free_behind

    def has_room(self) -> bool:
        """Whether a slot can be taken: allocCount and freeindex say so."""
        if self.free_addr < self.run_end:
            return True
        return self.free_behind > 0 and self.free_addr != self.start_addr + self.nelems * self.elemsize

    def is_exhausted(self) -> bool:
        """Whether no slot is free at or after freeindex."""
        index = self.freeindex
        return not ~(self.alloc_bits >> index) & ((1 << self.nelems - index) - 1)

    def put_back(self, addr: int) -> None:
        """The slot that was taken last, at `addr`, is free again: it was only looked for."""
        self.free_addr = addr

    def place_at(self, freeindex: int, alloc_count: int) -> None:
        """Set these as they were found elsewhere; which slots are free is looked for when one is taken."""
        self.free_addr = self.run_end = self.rooted_addr = self.start_addr + freeindex * self.elemsize
        self.free_behind = self.nelems - alloc_count

    def sweep_to(self, marks: int, count: int) -> None:
        """Let mark bits, of which `count` are set, become allocation bits (the middle of (*mspan).sweep)."""
        if self.rooted_addr != self.free_addr:
            self._note_roots()
        if self.alike != _NOT_ALIKE and self.alike_to >= 0:  # up to which slot they were alike
            self.alike_to = max(self.alike_to, self.freeindex)
        self.free_addr = self.run_end = self.rooted_addr = self.start_addr
        self.free_behind = self.nelems - count
        self.alloc_bits = marks
        self.gcmark_bits = 0

    @property
    def freeindex(self) -> int:
        """Returns up to which slot all are taken (Go's freeindex)."""
        at = self.free_addr - self.start_addr
        return at // self.elemsize if at else 0

    @property
    def alloc_count(self) -> int:
        """Returns how many slots are taken (Go's allocCount)."""
        run = self.run_end - self.free_addr
        return self.nelems - self.free_behind - (run // self.elemsize if run else 0)

    @property
    def alloc_cache(self) -> int:
        """Returns the 64 bits that Go's allocCache has: 1 is free, the lowest is slot freeindex."""
        index = self.freeindex
        return (~(self.alloc_bits >> (index & ~63)) & CACHE_MASK) >> (index & 63)

    # --- Which words may hold pointers --------------------------------------------------------------------------------------

    def keep_words(self, keeps: bool) -> None:
        """Forget which words of objects may hold pointers, and keep it from now on; or nothing: each is a pointer then."""
        self._words = None
        self.alike = _NOT_ALIKE if keeps else PTR_SIZE
        self.alike_to = 0 if keeps else -1

    @property
    def keeps_words(self) -> bool:
        """Returns whether it is kept of each slot which words may hold pointers."""
        return self.alike_to >= 0

    def set_words(self, index: int, n: int, words: int) -> None:
        """Describe the objects in the `n` slots from `index` on, taken last: `words` words of each may hold pointers.

        See go/heapbits.py.  Of objects that are as `alike` says nobody need tell: they are as long as that does not change.
        """
        ptrdata = words * PTR_SIZE
        if ptrdata == self.alike or self.alike_to < 0:
            return
        if self._words is None and not index and not self.alike_to:
            self.alike = ptrdata
            return
        runs = self._words if self._words is not None else self._listed(index)
        if n == 1:
            runs[index] = words
        else:
            runs[index : index + n] = array(runs.typecode, (words,)) * n

    @property
    def ptr_words(self) -> "array[int] | None":
        """Returns for each slot how many of its words may hold pointers, which can be changed; None where nothing is kept."""
        return self._listed(self.freeindex) if self.alike_to >= 0 else None

    @ptr_words.setter
    def ptr_words(self, runs: "array[int] | None") -> None:
        self.keep_words(runs is not None)
        self._words = runs

    def list_words(self) -> None:
        """Keep a list from now on: what there is, or will be, is not alike."""
        if self.alike_to >= 0:
            self._listed(self.freeindex)

    def _listed(self, taken: int) -> "array[int]":
        """Returns the list; the first `taken` slots, at least, are as `alike` says if there was no list yet."""
        if self._words is None:
            self._words = self._list(taken)
            self.alike = _NOT_ALIKE
        return self._words

    def _list(self, taken: int) -> "array[int]":
        upto = 0 if self.alike == _NOT_ALIKE else max(self.alike_to, taken)
        runs = array(ptr_words_code(self.spanclass), (self.alike // PTR_SIZE,)) * upto
        runs.extend(array(runs.typecode, (0,)) * (self.nelems - upto))
        return runs

    def words_of(self, index: int) -> int:
        """The entry of slot `index` in `ptr_words`; something must be kept."""
        if self._words is not None:
            return self._words[index]
        return self.alike // PTR_SIZE if self.alike != _NOT_ALIKE and index < max(self.alike_to, self.freeindex) else 0

    def words_now(self) -> "array[int] | None":
        """The same to be looked at, which does not make a list in the span where there is none."""
        if self._words is not None or self.alike_to < 0:
            return self._words
        return self._list(self.freeindex)

    # --- Tiny objects -----------------------------------------------------------------------------------------------------

    def tiny_refs_of(self, index: int) -> int:
        """To how many tiny objects in slot `index` the program refers."""
        return 0 if self.tiny_refs is None else self.tiny_refs[index]

    def set_tiny_refs(self, index: int, n: int, refs: int) -> None:
        """Note that the program refers to so many tiny objects in each of `n` slots from `index` on."""
        if self.tiny_refs is None:
            self.tiny_refs = bytearray(self.nelems)
        if n == 1:
            self.tiny_refs[index] = refs
        else:
            self.tiny_refs[index : index + n] = bytes((refs,)) * n

    # --- What the program refers to -----------------------------------------------------------------------------------------

    @property
    def root_bits(self) -> int:
        """Returns the slots that the program refers to."""
        if self.rooted_addr != self.free_addr:
            self._note_roots()
        return self._root_bits

    @root_bits.setter
    def root_bits(self, bits: int) -> None:
        self._root_bits = bits
        self.rooted_addr = self.free_addr

    def unroot(self, index: int, n: int) -> bool:
        """Let the program forget the objects in `n` slots from `index` on; False where it does not refer to all of them."""
        begins = self.start_addr + index * self.elemsize
        ends = begins + n * self.elemsize
        if begins == self.rooted_addr and ends <= self.free_addr:  # in the order of their birth: their bits were never set
            self.rooted_addr = ends
            return True
        if self.rooted_addr != self.free_addr:
            self._note_roots()
        bits = (1 << n) - 1 << index
        if self._root_bits & bits != bits:
            return False
        self._root_bits ^= bits
        return True

    def _note_roots(self) -> None:
        """Set the bits of slots that were taken since this was done last, of which there are some."""
        first = (self.rooted_addr - self.start_addr) // self.elemsize
        count = (self.free_addr - self.rooted_addr) // self.elemsize
        self._root_bits |= (1 << count) - 1 << first
        self.rooted_addr = self.free_addr

    # --- Looking ------------------------------------------------------------------------------------------------------------

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


def alloc_counts(structs: Sequence[Slots]) -> list[int]:
    """Returns allocCount of each.

    `is_full` is written out: most are, and then it need not be worked out how many slots are taken.
    """
    return [s.alloc_count if s.free_addr != s.run_end or s.free_behind else s.nelems for s in structs]
