"""Look-up tables from a request to its size class, made once for each version's classes (runtime/sizeclasses.go)."""

from functools import cache
from typing import Final

from gomem_core.go.amd64 import LARGE_SIZE_DIV, MAX_SMALL_SIZE, SMALL_SIZE_DIV, SMALL_SIZE_MAX, TINY_SIZE
from gomem_core.go.sizeclasses import SizeClass
from gomem_core.go.versions import BITS_IN_SPAN

SMALL_LIMIT8: Final = SMALL_SIZE_MAX - 8  # bytes up to which the first table tells


@cache
def size_tables(classes: tuple[SizeClass, ...]) -> tuple[list[int], list[int]]:
    """size_to_class8, whose index is (size + 7) / 8, and size_to_class128, whose index is (size - 1024 + 127) / 128."""

    def smallest(size: int) -> int:
        return next((c.number for c in classes if c.size >= size), 0)

    return (
        [smallest(i * SMALL_SIZE_DIV) for i in range(SMALL_SIZE_MAX // SMALL_SIZE_DIV + 1)],
        [smallest(SMALL_SIZE_MAX + i * LARGE_SIZE_DIV) for i in range((MAX_SMALL_SIZE - SMALL_SIZE_MAX) // LARGE_SIZE_DIV + 1)],
    )


@cache
def hit_classes(classes: tuple[SizeClass, ...]) -> tuple[list[int], list[int]]:
    """The span class of objects of 0 to 512 bytes, without pointers and with them.

    0, of which no P has a span, for those that are not as simple as all others: of no bytes, or tiny.
    """
    of = [(0, 0), *((c << 1 | 1, c << 1) for c in (size_tables(classes)[0][(n + 7) >> 3] for n in range(1, BITS_IN_SPAN + 1)))]
    return [noscan if size >= TINY_SIZE else 0 for size, (noscan, _) in enumerate(of)], [scan for _, scan in of]


# While each step is told: no object is simple.
NO_HITS: Final = [0] * (BITS_IN_SPAN + 1)
