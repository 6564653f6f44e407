"""Slots: the part of an mspan that is the same in every version of Go (runtime/mheap.go, runtime/mbitmap.go)."""

from array import array
from typing import Final, Literal, NoReturn

from gomem_core.world.faults import Throw

MSPAN_DEAD: Final = 0  # the struct is unused
MSPAN_IN_USE: Final = 1  # holds objects
MSPAN_MANUAL: Final = 2  # holds a goroutine stack or the collector's work buffers

CACHE_MASK: Final = (1 << 64) - 1


def throw(invariant: str, detail: str) -> NoReturn:
    """Stop loudly: an impossible state is never repaired."""
    raise Throw(f"{invariant}: {detail}")


def ptr_words_code(spanclass: int) -> Literal["h", "q"]:
    """The type of the numbers in `ptr_words`: a large object may have more words than 16 bits can count."""
    return "h" if spanclass > 1 else "q"


class Slots:
    """`npages` pages from `start_addr`, cut into `nelems` slots of `elemsize` bytes: what every mspan has.

    Bit sets are ints: bit i stands for slot i.  `alloc_bits` is fixed between sweeps; `freeindex` says how far allocation has
    come since.  Instead of the runtime's allocCache, 64 bits in which it looks for the next free slot, `run_end` says up to which
    slot all are free from freeindex on: to take a slot is then to add one (allocCache is made when it is asked for).

    Not the runtime's own: `root_bits` (slots that the program refers to), `pointers` (slot → word → pointer stored there),
    `tiny_refs` (for each slot to how many tiny objects in it the program refers), and `ptr_words` (for each slot how many of its
    words, from the first, may hold pointers).  Every slot that is taken is referred to from then on: those from `rooted_to` to
    freeindex are, though their bits are not set yet.  The objects of a span are alike, mostly: as long as they are, there is no
    list of them, but `alike`, for all slots before `alike_to`; -1: of this span nothing is kept.
    """

    __slots__ = (
        "_root_bits",
        "_words",
        "alike",
        "alike_to",
        "alloc_bits",
        "alloc_count",
        "elemsize",
        "freeindex",
        "gcmark_bits",
        "needzero",
        "nelems",
        "npages",
        "pointers",
        "rooted_to",
        "run_end",
        "spanclass",
        "start_addr",
        "state",
        "sweepgen",
        "tiny_refs",
    )

    pointers: dict[int, dict[int, int]] | None
    tiny_refs: bytearray | None
    _words: "array[int] | None"

    def __init__(self, base: int, npages: int) -> None:
        self.sweepgen = 0  # not set by describe: a struct that is used again keeps its old one until it is allocated
        self.describe(base, npages)

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
        self.run_end = 0
        self.nelems = 0
        self.alloc_bits = 0
        self.gcmark_bits = 0
        self._root_bits = 0
        self.rooted_to = 0
        self.pointers = None
        self.tiny_refs = None
        self.keep_words(False)

    def init_slots(self, nelems: int) -> None:
        """Cut a fresh span into `nelems` free slots."""
        self.clear_slots()
        self.cut(nelems)

    def cut(self, nelems: int) -> None:
        """The same of a span that never had any."""
        self.nelems = nelems
        self.run_end = nelems

    # --- Taking slots -----------------------------------------------------------------------------------------------------

    def next_free_index(self) -> int:
        """Take the next free slot at or after freeindex; nelems when there is none ((*mspan).nextFreeIndex)."""
        index = self.freeindex
        if index < self.run_end:
            self.freeindex = index + 1
            return index
        return self.next_run()

    def next_run(self) -> int:
        """Take the first slot of the next run of free ones; nelems when there is none."""
        nelems, index = self.nelems, self.freeindex
        if index == nelems:
            return nelems
        self._note_roots()
        free = ~(self.alloc_bits >> index) & ((1 << nelems - index) - 1)
        if not free:
            self.freeindex = self.run_end = self.rooted_to = nelems
            return nelems
        index += (free & -free).bit_length() - 1
        rest = self.alloc_bits >> index
        self.run_end = index + (rest & -rest).bit_length() - 1 if rest else nelems
        self.rooted_to = index
        self.freeindex = index + 1
        return index

    def take_run(self, most: int) -> int:
        """Take up to `most` of the slots that are free in a row from freeindex on; returns how many."""
        n = min(most, self.run_end - self.freeindex)
        self.freeindex += n
        self.alloc_count += n
        return n

    def is_exhausted(self) -> bool:
        """Whether no slot is free at or after freeindex."""
        return not ~(self.alloc_bits >> self.freeindex) & ((1 << self.nelems - self.freeindex) - 1)

    def put_back(self, index: int) -> None:
        """The slot that was taken last, `index`, is free again: it was only looked for."""
        self.freeindex = index

    def place_at(self, freeindex: int) -> None:
        """Set freeindex as it was found elsewhere; which slots are free is looked for when one is taken."""
        self.freeindex = self.run_end = freeindex

    def sweep_to(self, marks: int) -> None:
        """Let mark bits become allocation bits (the middle of (*mspan).sweep)."""
        self._note_roots()
        self.freeindex = self.run_end = self.rooted_to = 0
        self.alloc_bits = marks
        self.gcmark_bits = 0

    @property
    def alloc_cache(self) -> int:
        """Returns the 64 bits that Go's allocCache has: 1 is free, the lowest is slot freeindex."""
        first = self.freeindex & ~63
        return (~(self.alloc_bits >> first) & CACHE_MASK) >> (self.freeindex & 63)

    # --- Which words may hold pointers --------------------------------------------------------------------------------------

    def keep_words(self, keeps: bool) -> None:
        """Forget which words of objects may hold pointers, and keep it from now on, or nothing."""
        self._words = None
        self.alike = 0
        self.alike_to = 0 if keeps else -1

    @property
    def keeps_words(self) -> bool:
        """Returns whether it is kept of each slot which words may hold pointers."""
        return self.alike_to >= 0

    def set_words(self, index: int, n: int, words: int) -> None:
        """Describe the objects in `n` slots from `index` on: `words` words of each may hold pointers; see go/heapbits.py."""
        upto = self.alike_to
        if self._words is None and index <= upto and (words == self.alike or not upto):
            self.alike = words
            self.alike_to = max(upto, index + n)
        elif upto >= 0:
            runs = self.ptr_words
            assert runs is not None  # since something is kept
            if n == 1:
                runs[index] = words
            else:
                runs[index : index + n] = array(runs.typecode, (words,)) * n

    @property
    def ptr_words(self) -> "array[int] | None":
        """Returns for each slot how many of its words may hold pointers, which can be changed; None where nothing is kept."""
        if self._words is None and self.alike_to >= 0:
            self._words = self.words_now()
            self.alike_to = self.nelems  # there is a list: no slot can go on with those before it
        return self._words

    @ptr_words.setter
    def ptr_words(self, runs: "array[int] | None") -> None:
        self.keep_words(runs is not None)
        self._words = runs
        if runs is not None:
            self.alike_to = self.nelems

    def words_of(self, index: int) -> int:
        """The entry of slot `index` in `ptr_words`; something must be kept."""
        if self._words is None:
            return self.alike if index < self.alike_to else 0
        return self._words[index]

    def words_now(self) -> "array[int] | None":
        """The same to be looked at, which does not make a list in the span where there is none."""
        if self._words is not None or self.alike_to < 0:
            return self._words
        runs = array(ptr_words_code(self.spanclass), (self.alike,)) * self.alike_to
        runs.extend(array(runs.typecode, (0,)) * (self.nelems - self.alike_to))
        return runs

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
        if self.rooted_to != self.freeindex:
            self._note_roots()
        return self._root_bits

    @root_bits.setter
    def root_bits(self, bits: int) -> None:
        self._root_bits = bits
        self.rooted_to = self.freeindex

    def unroot(self, index: int, n: int) -> bool:
        """Let the program forget the objects in `n` slots from `index` on; False where it does not refer to all of them."""
        if index == self.rooted_to and index + n <= self.freeindex:  # in the order of their birth: their bits were never set
            self.rooted_to = index + n
            return True
        roots = self.root_bits
        bits = (1 << n) - 1 << index
        if roots & bits != bits:
            return False
        self.root_bits = roots ^ bits
        return True

    def _note_roots(self) -> None:
        """Set the bits of slots that were taken since this was done last."""
        count = self.freeindex - self.rooted_to
        self._root_bits |= (1 << count) - 1 << self.rooted_to
        self.rooted_to = self.freeindex

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
