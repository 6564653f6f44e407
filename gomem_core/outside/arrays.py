"""Types of arrays, and pieces of arrays side by side: bits of 100,000 spans are put together and counted without a loop."""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

_LOW: Final = np.array([(1 << k) - 1 for k in range(65)], np.uint64)  # a word whose lowest k bits are set
_DENSE: Final = 8  # so many numbers, of which one is there, take the memory of one
_SLICE: Final = 1 << 20  # bytes or words that are copied at a time: their indices are larger


def joined(buffer: Bytes, start: Ints, size: Ints) -> tuple[Bytes, Ints]:
    """Pieces of a buffer, one directly after the other, and where each begins (one entry more than there are pieces)."""
    ends = ends_of(size)
    out = np.empty(int(ends[-1]), np.uint8)
    copy_pieces(out, ends[:-1], buffer, start, size)
    return out, ends


def ends_of(size: Ints) -> Ints:
    """Where pieces of these sizes begin when they lie one behind the other, and at last where they all end."""
    ends = np.zeros(len(size) + 1, np.int64)
    np.cumsum(size, out=ends[1:])
    return ends


def copy_pieces(out: Bytes, to: Ints, buffer: Bytes, start: Ints, size: Ints) -> None:
    """Copies pieces of `size` bytes from `start` in one buffer to `to` in another; whole words, if all of them are."""
    unit = 8 if not np.any((to | start | size) & 7) and not len(out) & 7 and not len(buffer) & 7 else 1
    if unit > 1:
        out, buffer = out.view(np.uint64), buffer.view(np.uint64)
        to, start, size = to // unit, start // unit, size // unit
    ends = ends_of(size)
    one = int(size[0]) if len(size) else 0
    if one and ends[-1] == one * len(size) == len(out) and not np.any(size - one) and not np.any(start % one):
        out.reshape(-1, one)[to // one] = buffer[: len(buffer) // one * one].reshape(-1, one)[start // one]
        return
    gapless = np.array_equal(to, ends[:-1] + to[:1].sum())  # as in `joined`: then the places in `out` are a slice
    cuts = np.searchsorted(ends, np.arange(0, int(ends[-1]) + _SLICE, _SLICE))
    for first, last in pairwise(np.minimum(cuts, len(size)).tolist()):
        nth = np.arange(int(ends[first]), int(ends[last]))
        each = size[first:last]
        from_there = np.repeat(start[first:last] - ends[first:last], each) + nth
        if gapless:
            out[to[first] + nth[0] - ends[first] :][: len(nth)] = buffer[from_there]
        else:
            out[np.repeat(to[first:last] - ends[first:last], each) + nth] = buffer[from_there]


def distinct(values: Ints) -> Ints:
    """The values in order, each of them once.

    The first call of numpy's own unique imports all of numpy.ma, 10 ms of a first picture (findings/).
    """
    if len(values) and int(values.max()) - int(values.min()) < _DENSE * len(values):  # to sort them takes thirty times as long
        low = int(values.min())
        there = np.zeros(int(values.max()) - low + 1, np.bool_)
        there[values - low] = True
        return np.flatnonzero(there) + low
    found: Ints = np.sort(values)
    first = np.ones(len(found), np.bool_)
    np.not_equal(found[1:], found[:-1], out=first[1:])
    return found[first]


def counted(words: Words, start: Ints) -> Ints:
    """The number of bits that are set in pieces of whole words; piece number i is words start[i] to start[i + 1]."""
    sums = np.zeros(len(words) + 1, np.int64)
    np.cumsum(np.bitwise_count(words), out=sums[1:], dtype=np.int64)
    return sums[start[1:]] - sums[start[:-1]]


def low_bits(count: Ints, start: Ints) -> Words:
    """Pieces of whole words with `count` low bits set in each, all of them where there are no more."""
    end = start[:-1] * 64 + np.minimum(count, np.diff(start) * 64)
    room = np.clip(np.repeat(end, np.diff(start)) - np.arange(0, int(start[-1]) * 64, 64), 0, 64)
    return _LOW[room]
