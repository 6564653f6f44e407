"""Which words of objects may hold pointers, and where that is written (runtime/mbitmap.go).

See malloc.py for the overview.  Objects with pointers of at most 512 bytes have a bit for each word at the end of their span's
page.  Larger ones have the address of their type in the first word of their slot, and large ones in their span.  Go 1.21 still
keeps a bit a word for each arena, outside the heap.

gomem keeps a run for each slot (`MSpan.ptr_words`, see go/heapbits.py), and a mask where that is no run, for what has a type
or was read from a real heap (`MSpan.ptr_masks`).  Words are counted from the object's first on.
"""

from gomem_core.go.amd64 import PAGE_SIZE, PTR_SIZE
from gomem_core.go.heapbits import SPARSE, Pattern, bits_of, count_of, has_pointer, masked
from gomem_core.go.versions import BITS_IN_SPAN, INLINE_MARK_BYTES, INLINE_MARKS, Profile
from gomem_core.modern.mspan import MSpan


def init_bits(s: MSpan, profile: Profile) -> None:
    """Clear the description of a fresh span, whose slots are cut ((*mspan).initHeapBits).

    Where a version says of one-word objects once and for all that each is a pointer, nothing is kept of them.
    """
    s.ptr_masks = None
    s.keep_words(not s.spanclass & 1 and not (profile.preset_one_word and s.elemsize == PTR_SIZE))


def heap_set_type(s: MSpan, index: int, ptr_words: int) -> None:
    """Describe the object in slot `index`: its first `ptr_words` words may hold pointers; negative: every fourth of so many."""
    s.set_words(index, 1, ptr_words)
    if s.ptr_masks is not None:
        s.ptr_masks.pop(index, None)


def heap_set_pattern(s: MSpan, index: int, pattern: Pattern, words: int) -> None:
    """Describe the object in slot `index`, whose type is known: `words` words, in which the pointers of its elements repeat."""
    if s.alike_to < 0:  # nothing is kept of it
        return
    if s.ptr_masks is None:
        s.ptr_masks = {}
        s.list_words()
    s.ptr_masks[index] = masked(pattern, words)


def heap_set_types(s: MSpan, index: int, n: int, ptr_words: int) -> None:
    """Describe the objects in `n` slots from `index` on, which are all alike."""
    s.set_words(index, n, ptr_words)
    if s.ptr_masks is not None:
        for slot in range(index, index + n):
            s.ptr_masks.pop(slot, None)


def mask_of(ptr_words: int) -> int:
    """The bit set of the words that a run stands for."""
    if ptr_words >= 0:
        return (1 << ptr_words) - 1
    found, have = 1, 1  # doubled until there are enough: an object may have millions of words
    while have * SPARSE < -ptr_words:
        found |= found << have * SPARSE
        have *= 2
    return found & ((1 << -ptr_words) - 1)


def object_mask(s: MSpan, index: int) -> int:
    """The words of the object in slot `index` that may hold pointers, as a bit set."""
    if s.ptr_masks is not None and index in s.ptr_masks:
        return bits_of(s.ptr_masks[index])
    if not s.keeps_words:
        return 0 if s.spanclass & 1 else 1
    return mask_of(s.words_of(index))


def pointer_count(s: MSpan, index: int) -> int:
    """How many bits `object_mask` has, without making it: a large object may have billions of words."""
    if s.ptr_masks is not None and index in s.ptr_masks:
        return count_of(s.ptr_masks[index])
    if not s.keeps_words:
        return 0 if s.spanclass & 1 else 1
    run = s.words_of(index)
    return run if run >= 0 else -(run // SPARSE)


def may_hold_pointer(s: MSpan, index: int, word: int) -> bool:
    """Whether `object_mask` has word `word` of the object in slot `index`, without making all of it."""
    if s.ptr_masks is not None and index in s.ptr_masks:
        return has_pointer(s.ptr_masks[index], word)
    if not s.keeps_words:
        return not s.spanclass & 1 and word == 0
    run = s.words_of(index)
    return 0 <= word < run if run >= 0 else 0 <= word < -run and word % SPARSE == 0


def heap_bits(s: MSpan) -> int:
    """The bits at the end of a span of objects with pointers, of at most 512 bytes: bit i is word i of its page."""
    bits, words = 0, s.elemsize // PTR_SIZE
    for index in range(s.nelems - 1, -1, -1):
        bits = bits << words | object_mask(s, index)
    return bits


def pointer_bits(s: MSpan, profile: Profile) -> bytes:
    """The pointer bits that stand in a span, a bit a word of its page; empty where they stand elsewhere."""
    if profile.heap_bits != "span" or s.spanclass & 1 or not 0 < s.elemsize <= BITS_IN_SPAN:
        return b""
    bits = (1 << PAGE_SIZE // PTR_SIZE) - 1 if not s.keeps_words else heap_bits(s)
    return bits.to_bytes(PAGE_SIZE // PTR_SIZE // 8, "little")


def inline_marks(s: MSpan, profile: Profile) -> bytes:
    """The marks at the very end of a span of small slots, 128 bytes; empty where a version has none (spanInlineMarkBits).

    63 bytes for slots that were scanned, one for who owns the span, 63 for slots that are marked, and the span class.  They hold
    something only between a mark and the span's sweep.
    """
    if not profile.inline_marks or s.elemsize not in INLINE_MARKS:
        return b""
    half = INLINE_MARK_BYTES // 2 - 1
    marks = s.gcmark_bits.to_bytes(half, "little")
    return (bytes(half) if s.spanclass & 1 else marks) + b"\0" + marks + bytes([s.spanclass])
