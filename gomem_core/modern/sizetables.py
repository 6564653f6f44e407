"""Look-up tables from a request to its size class, made once for each version's classes (runtime/sizeclasses.go)."""

from functools import cache
from typing import Final

from gomem_core.go.amd64 import LARGE_SIZE_DIV, MAX_SMALL_SIZE, SMALL_SIZE_DIV, SMALL_SIZE_MAX
from gomem_core.go.sizeclasses import SizeClass

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
