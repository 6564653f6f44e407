"""A copy of those parts of a program's memory in which it keeps its heap, to be parsed when the program runs on."""

import numpy as np

from gomem_core.named import NamedTuple
from gomem_core.outside.arrays import Bytes, Ints, Words, copy_pieces, distinct, ends_of
from gomem_core.outside.memory import GAP, MEMORY_PAGE, Gathered, Ranges, Unreadable, askable, merged, pages_in, ranges_of


class NotCopied(Exception):
    """What was copied leads to what was not."""


class Copied(NamedTuple):
    """Ranges of memory, one behind the other in a buffer."""

    start: Words
    size: Ints
    buffer: Bytes


class Image:
    """A memory that holds what was copied of another one."""

    def __init__(self, parts: list[Copied]) -> None:
        """Parts may overlap, and each may be in any order: all were copied while nothing moved."""
        ranges = merged(np.concatenate([part.start for part in parts]), np.concatenate([part.size for part in parts]), 0)
        self._start, self._size, self._at = ranges.start.astype(np.int64), ranges.size, ranges.at
        self._buffer = np.empty(int(ranges.size.sum()), np.uint8)
        ends = ends_of(np.array([len(part.start) for part in parts], np.int64)).tolist()
        for part, first, last in zip(parts, ends, ends[1:], strict=False):
            copy_pieces(self._buffer, ranges.piece_at[first:last], part.buffer, ends_of(part.size)[:-1], part.size)
        self.misses = 0  # pieces that were asked for, and are not here
        self.pages = np.zeros(0, np.int64)  # in which all pieces lie that might have been read along

    def gather(self, addrs: Words, sizes: Ints, gap: int = GAP, *, leads: bool = True) -> Gathered:  # noqa: ARG002 -- all is here
        """The pieces; those that are not here cannot be read."""
        wanted = askable(addrs, sizes)
        if gap:
            self.pages = distinct(np.concatenate([self.pages, pages_of([merged(addrs, sizes, gap)])]))
        start = np.where(wanted, addrs, 0).astype(np.int64)
        row = np.maximum(np.searchsorted(self._start, start, "right") - 1, 0)
        into = start - self._start[row]
        ok = wanted & (into >= 0) & (into + sizes <= self._size[row])
        self.misses += int(np.count_nonzero(wanted & ~ok))
        return Gathered(self._buffer, np.where(ok, self._at[row] + into, 0), ok)

    def read(self, addr: int, size: int) -> bytes:
        """Nothing is read byte by byte from what was copied."""
        raise Unreadable(addr, size)


def pages_of(ranges: list[Ranges]) -> Ints:
    """The numbers of the pages of memory in which these lie."""
    start, size = np.concatenate([one.start for one in ranges]).astype(np.int64), np.concatenate([one.size for one in ranges])
    return pages_in(start[size > 0], size[size > 0])


def around(known: list[Ranges], pages: Ints) -> Ranges:
    """What of these pages is in none of the ranges: these all lie in them."""
    whole = _as_one(pages.astype(np.uint64) * np.uint64(MEMORY_PAGE), np.full(len(pages), MEMORY_PAGE, np.int64))
    taken = _as_one(np.concatenate([one.start for one in known]), np.concatenate([one.size for one in known]))
    start = np.sort(np.concatenate([whole.start, taken.start + taken.size.astype(np.uint64)]))
    end = np.sort(np.concatenate([taken.start, whole.start + whole.size.astype(np.uint64)]))
    kept = end > start
    return ranges_of(start[kept], (end - start)[kept].astype(np.int64))


def _as_one(start: Words, size: Ints) -> Ranges:
    return merged(start, size, 0)
