"""How append lets a slice grow (runtime.growslice), since Go 1.21."""

from typing import Final

from gomem_core.go.amd64 import PAGE_MASK
from gomem_core.go.versions import Profile

_DOUBLING: Final = 256  # capacity from which on it grows by less than twice


def grown(profile: Profile, capacity: int, length: int, size: int, noscan: bool) -> int:
    """The capacity after an append that needs room for `length` elements of `size` bytes (growslice, nextslicecap)."""
    if length <= capacity:
        return capacity
    if size == 0:
        return length
    return rounded(profile, _wanted(capacity, length) * size, noscan) // size


def rounded(profile: Profile, size: int, noscan: bool) -> int:
    """The bytes asked for so that the slot is filled: `size` rounded up to a class, less the header (roundupsize)."""
    if size > profile.small_limit:
        return (size + PAGE_MASK) & ~PAGE_MASK
    header = profile.header(size, noscan)
    return profile.classes[profile.size_class(size, noscan)].size - header if size else 0


def _wanted(capacity: int, length: int) -> int:
    """The capacity before it is rounded up."""
    if length > 2 * capacity:
        return length
    if capacity < _DOUBLING:
        return 2 * capacity
    while capacity < length:
        capacity += (capacity + 3 * _DOUBLING) >> 2
    return capacity
