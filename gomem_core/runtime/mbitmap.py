"""The heap bitmap: two bits for each word of the arena, which say where pointers may be (runtime/mbitmap.go).

See malloc.py for the overview.  The bitmap byte of word w lies at bitmap_end - w/4 - 1: one byte holds four words, and the
region is used backwards.  In a byte the low four bits are the pointer bits, the high four the scan bits:

* pointer bit 1: the word may hold a pointer.
* scan bit 1: the description goes on; 0: from here to the object's end there are no pointers.  The second word's scan bit is
  something else (the checkmark bit, 0 in normal operation), and so an object of three pointers reads 3 1 3, not 3 3 3.

They say nothing about which objects exist or are marked: since Go 1.7 that stands in each span's allocBits and gcmarkBits.

Each span keeps its part of the bitmap in forward order, made when it is first written: what no one wrote reads as the value
that initSpan filled it with, and a large object's part is one number (`ptr_words`), however large the object.
"""

from functools import cache

from gomem_core.arch import BITMAP_BYTES_PER_ARENA_BYTE, PAGE_SIZE, PTR_SIZE
from gomem_core.runtime.mspan import MSpan
from gomem_core.sizeclasses import is_noscan

BITMAP_BYTES_PER_PAGE = PAGE_SIZE // BITMAP_BYTES_PER_ARENA_BYTE

# A half byte describes two words: 0 and 1 in its low half, 2 and 3 in its high half (pointer and scan bits of both).
_LOW_HALF = 0x33
_HIGH_HALF = 0xCC


def bitmap_fill(s: MSpan) -> int:
    """The byte that initSpan fills the span's bitmap with: 0xff where every word is an object of its own."""
    return 0xFF if s.elemsize == PTR_SIZE else 0


def word_bits(word: int, ptr_words: int) -> int:
    """Pointer bit (1) and scan bit (2) of word `word` in an object whose first `ptr_words` words may hold pointers."""
    if word >= ptr_words:
        return 0
    return 1 if word == 1 else 3


def _pack(digits: list[int]) -> bytes:
    """Four digits a byte: pointer bits low, scan bits high; the last byte is filled up with 0."""
    digits += [0] * (-len(digits) % 4)
    packed = bytearray()
    for i in range(0, len(digits), 4):
        byte = 0
        for shift in range(4):
            digit = digits[i + shift]
            byte |= (digit & 1) << shift | (digit >> 1) << (shift + 4)
        packed.append(byte)
    return bytes(packed)


@cache
def _pattern(words: int, ptr_words: int) -> tuple[bytes, bytes]:
    """The bitmap bytes of a slot of `words` words: when it starts a byte, and when it starts in the middle of one."""
    digits = [word_bits(w, ptr_words) for w in range(words)]
    return _pack(list(digits)), _pack([0, 0, *digits])


def heap_bits_set_type(s: MSpan, index: int, ptr_words: int) -> None:
    """Describe the object in slot `index`: its first `ptr_words` words may hold pointers, the others do not.

    Go's heapBitsSetType.  One-word objects need nothing (initSpan has said it all), large ones become a run.
    """
    words = s.elemsize >> 3
    if words == 1:
        return
    if s.spanclass < 2:
        s.ptr_words = ptr_words
        return
    bits = s.heap_bits
    if bits is None:
        bits = s.heap_bits = bytearray(s.npages * BITMAP_BYTES_PER_PAGE)
    pattern = _pattern(words, ptr_words)
    first = index * words
    at = first >> 2
    # Slots are multiples of 16 bytes, so a slot starts or ends a byte or half a byte; the other half is a neighbour's.
    if first & 2:
        run = pattern[1]
        keep = bits[at] & _LOW_HALF
        if words & 2:
            bits[at : at + len(run)] = run
        else:
            end = at + len(run) - 1
            keep_end = bits[end] & _HIGH_HALF
            bits[at : end + 1] = run
            bits[end] |= keep_end
        bits[at] |= keep
    else:
        run = pattern[0]
        if words & 2:
            end = at + len(run) - 1
            keep_end = bits[end] & _HIGH_HALF
            bits[at : end + 1] = run
            bits[end] |= keep_end
        else:
            bits[at : at + len(run)] = run


def read_bits(s: MSpan, first_word: int, count: int) -> list[int]:
    """The digits (1 pointer, 2 scan, 3 both, 0 dead) of `count` words of span `s` from its word `first_word`."""
    if s.spanclass < 2:
        return [word_bits(w, s.ptr_words) for w in range(first_word, first_word + count)]
    bits = s.heap_bits
    if bits is None or is_noscan(s.spanclass):
        fill = bitmap_fill(s)
        return [fill & 1 | (fill >> 3) & 2] * count
    digits: list[int] = []
    for word in range(first_word, first_word + count):
        byte = bits[word >> 2] >> (word & 3)
        digits.append(byte & 1 | (byte >> 3) & 2)
    return digits
