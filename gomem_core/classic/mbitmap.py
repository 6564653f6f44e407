"""The heap bitmap: two bits for each word of the arena, which say where pointers may be (runtime/mbitmap.go).

See malloc.py for the overview.  The bitmap byte of word w lies at bitmap_end - w/4 - 1: one byte holds four words, and the
region is used backwards.  In a byte the low four bits are the pointer bits, the high four the scan bits; what they mean stands
in go/heapbits.py.

They say nothing about which objects exist or are marked: since Go 1.7 that stands in each span's allocBits and gcmarkBits.

gomem keeps the bitmap as runs: for each slot how many of its words, from the first, were described as pointers when it was
written last (`MSpan.ptr_words`), negative where only every fourth of these was.  The bits are made from that when somebody reads
them, so that a slot costs two bytes, and a large object, however large, eight.
"""

from gomem_core.classic.mspan import MSpan
from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.heapbits import FILLED, span_bits
from gomem_core.go.sizeclasses import is_noscan


def init_bits(s: MSpan) -> None:
    """Clear the bitmap of a fresh span, whose slots are cut (the bitmap part of heapBits.initSpan).

    Spans without pointers have no description.  Nor have those of one-word objects: each of their words is a pointer, and
    initSpan has said so once and for all.
    """
    s.keep_words(not is_noscan(s.spanclass) and s.elemsize != PTR_SIZE)


def bitmap_fill(s: MSpan) -> int:
    """The byte that initSpan fills the span's bitmap with: 0xff where every word is an object of its own."""
    return 0xFF if s.elemsize == PTR_SIZE else 0


def heap_bits_set_type(s: MSpan, index: int, ptr_words: int) -> None:
    """Describe the object in slot `index`: its first `ptr_words` words may hold pointers, the others do not (heapBitsSetType).

    Negative: of so many words only every fourth may.
    """
    s.set_words(index, 1, ptr_words)


def read_bits(s: MSpan, first_word: int, count: int) -> list[int]:
    """The digits (1 pointer, 2 scan, 3 both, 0 dead) of `count` words of span `s` from its word `first_word`."""
    runs = s.words_now()
    if runs is None:
        return [FILLED if bitmap_fill(s) else 0] * count
    return span_bits(runs, s.elemsize, first_word, count)
