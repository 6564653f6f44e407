"""Tells the C library what to do with memory of large arrays: a look takes hundreds of MB of it, and most only briefly."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3  # of mallopt
_HUGEPAGE, _NOHUGEPAGE = 14, 15  # MADV_…
_PAGE: Final = 4096
_LARGE: Final = 1 << 20  # bytes
_TRIMMED: Final = 128 << 10  # the threshold of glibc, and by how much more than is asked for its heap grows
_MOST: Final = 32 << 20  # bytes of an array that may lie beside others: glibc takes no larger number
_NEVER: Final = 1 << 30
_ROOM: Final = 160 << 20  # bytes by which the heap grows at once for a look: of what is not used there is no memory

_libc = ctypes.CDLL(None)
_mallopt = getattr(_libc, "mallopt", None)  # another C library has none of these
_malloc_trim = getattr(_libc, "malloc_trim", None)
if _malloc_trim is not None:
    for _function, _takes in ((_libc.malloc, ctypes.c_size_t), (_libc.free, ctypes.c_void_p), (_libc.sbrk, ctypes.c_long)):
        _function.argtypes, _function.restype = [_takes], ctypes.c_void_p
    _libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


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

    For the kernel to hand out fresh memory takes as long as all that is done with it: it does so in huge pages, if it can.
    """
    if _mallopt is None or _malloc_trim is None:
        yield
        return
    _mallopt(_M_MMAP_THRESHOLD, _MOST)
    _mallopt(_M_TRIM_THRESHOLD, _NEVER)
    start, size = _roomy()
    _libc.madvise(start, size, _HUGEPAGE)
    try:
        yield
    finally:
        give_large_back()
        _mallopt(_M_TRIM_THRESHOLD, _TRIMMED)
        _malloc_trim(0)
        _libc.madvise(start, max(min(size, (_libc.sbrk(0) & -_PAGE) - start), 0), _NOHUGEPAGE)


def _roomy() -> tuple[int, int]:
    """Let the heap of the C library grow, and return where, and by how much; only the main thread has it."""
    if _mallopt is None:
        return 0, 0
    start = -(-_libc.sbrk(0) // _PAGE) * _PAGE
    _mallopt(_M_TOP_PAD, _ROOM)
    _libc.free(_libc.malloc(_MOST // 2))
    _mallopt(_M_TOP_PAD, _TRIMMED)
    return start, max((_libc.sbrk(0) & -_PAGE) - start, 0)
