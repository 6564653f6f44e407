"""How Go 1.10 describes the words of objects: two bits a word (runtime/mbitmap.go).

Pointer bit 1: the word may hold a pointer.  Scan bit 1: the description goes on; 0: from here to the object's end there are no
pointers.  The second word's scan bit is something else (the checkmark bit, 0 in normal operation), and so an object of three
pointers reads 3 1 3, not 3 3 3.  gomem keeps them as runs: for each slot, how many of its words may hold pointers, from the
first on.
"""

from collections.abc import Sequence
from typing import Final

from gomem_core.go.amd64 import PTR_SIZE

FILLED: Final = 3  # pointer and scan bit of every word


def word_bits(word: int, ptr_words: int) -> int:
    """Pointer bit (1) and scan bit (2) of word `word` in an object whose first `ptr_words` words may hold pointers."""
    if word >= ptr_words:
        return 0
    return 1 if word == 1 else FILLED


def span_bits(runs: Sequence[int], elemsize: int, first_word: int, count: int) -> list[int]:
    """The digits (1 pointer, 2 scan, 3 both, 0 dead) of `count` words of a span from its word `first_word`, one run a slot."""
    words = elemsize // PTR_SIZE
    digits: list[int] = []
    for word in range(first_word, first_word + count):
        slot, in_slot = divmod(word, words)
        digits.append(word_bits(in_slot, runs[slot]) if slot < len(runs) else 0)
    return digits
