"""Constants of Go 1.10 on linux/amd64: sizes of pages and words, and where the heap's regions lie.

Mirrors runtime/malloc.go, runtime/sizeclasses.go and runtime/mheap.go.  All sizes are bytes unless a name says otherwise.
"""

from typing import Final

PTR_SIZE: Final = 8  # a word
PAGE_SHIFT: Final = 13
PAGE_SIZE: Final = 1 << PAGE_SHIFT  # a heap page, 8 KB; not the operating system's page
PAGE_MASK: Final = PAGE_SIZE - 1
PHYS_PAGE_SIZE: Final = 4096  # the operating system's page

TINY_SIZE: Final = 16  # a tiny block: maxTinySize
MAX_SMALL_SIZE: Final = 32768  # inclusive: 32768 is small, 32769 is large
SMALL_SIZE_DIV: Final = 8
SMALL_SIZE_MAX: Final = 1024
LARGE_SIZE_DIV: Final = 128

NUM_SIZE_CLASSES: Final = 67  # with class 0, which stands for "large"
NUM_SPAN_CLASSES: Final = NUM_SIZE_CLASSES * 2
TINY_SPAN_CLASS: Final = 5  # size class 2 (16 B), noscan

MAX_MHEAP_LIST: Final = 128  # free[k] holds the free spans of exactly k < 128 pages; larger ones are "large"
HEAP_ALLOC_CHUNK: Final = 1 << 20  # the arena grows by at least 1 MB
GROW_ROUND_PAGES: Final = 8  # ... in multiples of 64 KB

# One reservation, from low to high addresses: spans | bitmap | arena.
SPANS_START: Final = 0xC000000000
SPANS_SIZE: Final = 1 << 29  # 512 MB: 8 bytes a page
BITMAP_START: Final = SPANS_START + SPANS_SIZE
BITMAP_SIZE: Final = 1 << 34  # 16 GB: 2 bits a word; used from its end downwards
ARENA_START: Final = BITMAP_START + BITMAP_SIZE  # 0xc420000000
ARENA_SIZE: Final = 1 << 39  # 512 GB

BITMAP_BYTES_PER_ARENA_BYTE: Final = 32  # one bitmap byte describes 4 words
BITMAP_CHUNK: Final = 8192  # the bitmap is mapped in pieces of 8 KB (256 KB of arena each)

MSPAN_SIZE: Final = 152  # sizeof(mspan) in Go 1.10
FIXALLOC_CHUNK: Final = 16384
MCACHE_SIZE: Final = 1736  # sizeof(mcache) in Go 1.10

U64_MAX: Final = (1 << 64) - 1  # ^uint64(0): "never" for triggers and goals


def round_up(n: int, multiple: int) -> int:
    """The smallest multiple of `multiple` that is at least `n`; Go's round()."""
    return (n + multiple - 1) // multiple * multiple
