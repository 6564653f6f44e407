"""How Go 1.10 describes the words of objects: two bits a word (runtime/mbitmap.go).

Pointer bit 1: the word may hold a pointer.  Scan bit 1: the description goes on; 0: from here to the object's end there are no
pointers.  The second word's scan bit is something else (the checkmark bit, 0 in normal operation), and so an object of three
pointers reads 3 1 3, not 3 3 3.  gomem keeps them as runs: for each slot, how many of its words may hold pointers, from the
first on.  A negative run says that of so many words only every fourth, from the first on, may hold a pointer.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.named import NamedTuple

FILLED: Final = 3  # pointer and scan bit of every word
_KEPT: Final = 4096  # words of an object, whose bit set may be wanted again
AGAIN: Final = "+"  # begins the name of a word beyond the end of its type, where the type's pointer mask is read once more
SPARSE: Final = 4  # words from one pointer to the next in objects that have one in every fourth word


class Pattern(NamedTuple):
    """Which words of each element of an object hold pointers: a bit set of the words of one, and how many words one has.

    What is no array is one element.  Some versions of Go repeat the pattern to the slot's end, others to the object's.
    """

    bits: int
    period: int


class Mask(NamedTuple):
    """Which of an object's words hold pointers: so many words, over which a pattern repeats; the rest hold none.

    It is as small for an object of a billion words as for one of ten.
    """

    pattern: Pattern
    words: int


def mask_of_bits(bits: int) -> Mask:
    """What is known word by word, as a mask."""
    words = bits.bit_length() or 1
    return Mask(Pattern(bits, words), words)


def bits_of(mask: Mask) -> int:
    """All its words as a bit set."""
    return _small(mask.pattern, mask.words) if mask.words <= _KEPT else _repeated(mask.pattern, mask.words)


def count_of(mask: Mask) -> int:
    """How many of its words hold pointers."""
    (bits, period), words = mask
    times, more = divmod(words, period)
    return times * bits.bit_count() + (bits & (1 << more) - 1).bit_count()


def has_pointer(mask: Mask, word: int) -> bool:
    """Whether word `word` holds a pointer."""
    (bits, period), words = mask
    return 0 <= word < words and bits >> word % period & 1 == 1


def _repeated(pattern: Pattern, words: int) -> int:
    bits, have = pattern
    if not bits:
        return 0
    while have < words:  # doubled until there are enough: an object may have millions of words
        bits |= bits << have
        have *= 2
    return bits & (1 << words) - 1


_small: Final = lru_cache(256)(_repeated)
masked: Final = lru_cache(256)(Mask)  # one for all objects of a type


def sparse_ptrdata(size: int) -> int:
    """What mallocgc is told of an object of `size` bytes that has a pointer in every fourth word: see `pointer_words`."""
    last = (size // PTR_SIZE - 1) // SPARSE * SPARSE
    return -PTR_SIZE * (last + 1)


def pointer_words(ptrdata: int) -> range:
    """The numbers of the words that hold pointers in an object, from what mallocgc is told of it.

    `ptrdata` are bytes up to the end of the last pointer, as in Go's types, where every word up to there is one; the same number
    negative where only every fourth is, from the first on ([][4]T, of each four the first a pointer).
    """
    return range(ptrdata // PTR_SIZE) if ptrdata >= 0 else range(0, -ptrdata // PTR_SIZE, SPARSE)


def word_bits(word: int, ptr_words: int) -> int:
    """Pointer bit (1) and scan bit (2) of word `word` in an object with this run of pointers."""
    if word >= abs(ptr_words):
        return 0
    scan = 0 if word == 1 else 2
    return scan if ptr_words < 0 and word % SPARSE else scan | 1


def span_bits(runs: Sequence[int], elemsize: int, first_word: int, count: int) -> list[int]:
    """The digits (1 pointer, 2 scan, 3 both, 0 dead) of `count` words of a span from its word `first_word`, one run a slot."""
    words = elemsize // PTR_SIZE
    digits: list[int] = []
    for word in range(first_word, first_word + count):
        slot, in_slot = divmod(word, words)
        digits.append(word_bits(in_slot, runs[slot]) if slot < len(runs) else 0)
    return digits
