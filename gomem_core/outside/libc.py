"""Tells the C library what to do with memory of large arrays: a look takes hundreds of MB of it, and most only briefly."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of mallopt
_LARGE: Final = 1 << 20  # bytes
_TRIMMED: Final = 128 << 10  # the threshold of glibc
_MOST: Final = 32 << 20  # bytes of an array that may lie beside others: glibc takes no larger number
_NEVER: Final = 1 << 30

_libc = ctypes.CDLL(None)
_mallopt = getattr(_libc, "mallopt", None)  # another C library has none of these
_malloc_trim = getattr(_libc, "malloc_trim", None)


def give_large_back() -> None:
    """Have memory of large arrays given back as soon as they are gone.

    glibc keeps what lies below blocks that are still used, once one block of that size was freed: with 5 million objects that
    was 160 MB after a few orders of them.
    """
    if _mallopt is not None:
        _mallopt(_M_MMAP_THRESHOLD, _LARGE)


@contextmanager
def used_again() -> Iterator[None]:
    """While the block runs, memory of large arrays that are gone is kept for the next ones; at the end it is given back.

    For the kernel to hand out fresh memory takes as long as all that is done with it.
    """
    if _mallopt is None or _malloc_trim is None:
        yield
        return
    _mallopt(_M_MMAP_THRESHOLD, _MOST)
    _mallopt(_M_TRIM_THRESHOLD, _NEVER)
    try:
        yield
    finally:
        give_large_back()
        _mallopt(_M_TRIM_THRESHOLD, _TRIMMED)
        _malloc_trim(0)
