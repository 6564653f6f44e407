"""Memory of another program: how it is asked for, and what comes back.

A `Gathered` is what one question brought: many pieces, wherever they lie, in one buffer.  Fields are taken out of it later, a
column at a time, so that nothing has to be copied or parsed while a program stands still.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gomem_core.named import NamedTuple
from gomem_core.outside.arrays import Bools, Bytes, Ints, Words, distinct
from gomem_core.outside.errors import Damaged

TOP: Final = 1 << 47  # where the addresses of programs end on linux/amd64
MOST_BYTES: Final = 4 << 30  # of one question: what asks for more was led there by damaged numbers
GAP: Final = 1024  # bytes between pieces that are cheaper to read than to leave out
MEMORY_PAGE: Final = 4096  # bytes: all of a page can be read, or nothing


class Unreadable(Exception):
    """These bytes are not there, or cannot be read."""

    def __init__(self, addr: int, size: int) -> None:
        super().__init__(f"{size} bytes at {addr:#x} cannot be read")


@dataclass(frozen=True, eq=False)
class Gathered:
    """Pieces of memory; a piece that could not be read has `ok` false, and reads as zeros."""

    buffer: Bytes  # whole words
    start: Ints  # where each piece begins in it, a multiple of 8
    ok: Bools
    _words: dict[int, Words] = field(default_factory=dict, init=False, repr=False)  # columns of words that were taken, by offset

    def __len__(self) -> int:
        return len(self.start)

    def column(self, offset: int, dtype: str) -> NDArray[Any]:
        """A field of each piece: `dtype` at `offset`, which is a multiple of its size."""
        word = offset // 8
        if word not in self._words:  # several fields lie in a word, and it is far from one struct to the next
            self._words[word] = self._word(word)
        words = self._words[word].view(dtype)
        each = 8 // words.itemsize
        return words[offset % 8 // words.itemsize :: each]

    def _word(self, number: int) -> Words:
        """This word of each piece."""
        words = self.buffer.view("<u8")[number:]
        if not len(words):
            return np.zeros(len(self.start), np.uint64)
        found = words.take(self._first, mode="clip")
        if not self.ok.all():
            found[~self.ok] = 0
        return found

    @cached_property
    def _first(self) -> Ints:
        """The number of each piece's first word in the buffer."""
        return self.start >> 3

    def table(self, offset: int, count: int) -> Words:
        """`count` words from `offset` of each piece: (piece, count)."""
        words = self.buffer.view("<u8")
        if not len(words) or not count:
            return np.zeros((len(self.start), count), np.uint64)
        found = words.take(((self.start + offset) // 8)[:, None] + np.arange(count), mode="clip")
        found[~self.ok] = 0
        return found

    def piece(self, number: int, size: int) -> Bytes:
        """The first `size` bytes of one piece; zeros where it could not be read."""
        if not self.ok[number]:
            return np.zeros(size, np.uint8)
        at = int(self.start[number])
        return self.buffer[at : at + size]

    def moved(self, buffer: Bytes) -> "Gathered":
        """The same pieces, in a buffer with the same content."""
        found = Gathered(buffer, self.start, self.ok)
        found._words.update(self._words)
        return found

    def part(self, first: int, last: int) -> "Gathered":
        """The pieces number `first` to `last`, in the same buffer."""
        return Gathered(self.buffer, self.start[first:last], self.ok[first:last])


class Memory(Protocol):
    """What can be read of a program."""

    def read(self, addr: int, size: int) -> bytes:
        """`size` bytes at `addr`; raises Unreadable unless all of them are there."""
        ...

    def gather(self, addrs: Words, sizes: Ints, gap: int = GAP, *, leads: bool = True) -> Gathered:
        """Pieces of `sizes` bytes at `addrs`, in this order; addresses and sizes are multiples of 8, others cannot be read.

        Bytes between pieces are read along where they are at most `gap`.  What `leads` to no other question, may be left for
        later by who only finds out what to ask (again.py).  Raises Damaged where it is more than anyone would want.
        """
        ...


class Ranges(NamedTuple):
    """Pieces merged to ranges, and where each piece lies in the buffer that these make one after the other."""

    start: Words
    size: Ints
    at: Ints  # of each range in the buffer
    of: Ints  # the range of each piece
    piece_at: Ints  # of each piece in the buffer
    wanted: Bools  # whether the piece can be asked for at all
    exact: bool = False  # nothing but the pieces is in them

    def those(self, chosen: Bools) -> "Ranges":
        """Some of the ranges, each a piece."""
        return ranges_of(self.start[chosen], self.size[chosen])


def askable(addrs: Words, sizes: Ints) -> Bools:
    """Which pieces can be asked for at all: whole words, where programs have memory."""
    wanted: Bools = (addrs & np.uint64(7) == 0) & (addrs > 0) & (addrs < TOP)
    wanted &= (sizes > 0) & (sizes & 7 == 0) & (sizes <= MOST_BYTES)
    return wanted


def ranges_of(start: Words, size: Ints) -> Ranges:
    """Pieces that are ranges already."""
    at = np.cumsum(size) - size
    return Ranges(start, size, at, np.arange(len(start)), at, askable(start, size))


def merged(addrs: Words, sizes: Ints, gap: int) -> Ranges:
    """Sorts and merges pieces; raises Damaged where they are more than MOST_BYTES."""
    wanted = askable(addrs, sizes)
    start = np.where(wanted, addrs, 0).astype(np.int64)  # the unwanted become pieces of nothing at 0
    size = np.where(wanted, sizes, 0)
    # stable: made of runs, as what is asked for is, it takes a fraction of what another sort does
    order = np.argsort(start, kind="stable") if len(start) > 1 and np.any(start[1:] < start[:-1]) else np.arange(len(start))
    sorted_start = start[order]
    end = np.maximum.accumulate(sorted_start + size[order]) if len(order) else sorted_start
    begins = np.empty(len(order), np.bool_)
    begins[:1] = True
    begins[1:] = sorted_start[1:] > end[:-1] + gap
    first = np.flatnonzero(begins)
    last = np.empty_like(first)
    last[:-1], last[-1:] = first[1:] - 1, len(order) - 1
    range_start = sorted_start[first]
    range_size = end[last] - range_start
    of = np.empty(len(order), np.int64)
    of[order] = np.cumsum(begins) - 1
    return _ranges(range_start, range_size, of, start, wanted, exact=not gap)


def in_pages(addrs: Words, sizes: Ints) -> Ranges:
    """Merges the pages of memory in which pieces lie; raises Damaged where they are more than MOST_BYTES.

    Many pieces lie in few pages, and to sort these takes a fraction of what it takes to sort all.
    """
    wanted = askable(addrs, sizes)
    start = np.where(wanted, addrs, 0).astype(np.int64)
    pages = pages_in(start[wanted], sizes[wanted])
    begins = np.ones(len(pages), np.bool_)
    begins[1:] = np.diff(pages) > 1
    first = np.flatnonzero(begins)
    count = np.diff(np.append(first, len(pages)))
    if not len(first):
        pages, first, count = np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64)  # nothing at 0
    range_start = pages[first] * MEMORY_PAGE
    of = np.maximum(np.searchsorted(range_start, start, "right") - 1, 0)
    return _ranges(range_start, count * MEMORY_PAGE, of, np.where(wanted, start, range_start[of]), wanted)


def pages_in(start: Ints, size: Ints) -> Ints:
    """The numbers of the pages in which pieces lie, in order, each of them once; raises Damaged where they are too many."""
    first, last = start // MEMORY_PAGE, (start + size - 1) // MEMORY_PAGE
    more = np.flatnonzero(last > first)  # mostly few
    each = last[more] - first[more]
    if int(each.sum()) * MEMORY_PAGE > MOST_BYTES:
        raise Damaged(_too_many(int(each.sum()) * MEMORY_PAGE))
    behind = np.repeat(first[more] + each - np.cumsum(each), each) + np.arange(1, int(each.sum()) + 1)
    return distinct(np.concatenate([first, behind]))


def _too_many(nbytes: int) -> str:
    return f"its structs lead to {nbytes >> 30} GB of metadata, which no heap has"


def _ranges(start: Ints, size: Ints, of: Ints, pieces: Ints, wanted: Bools, *, exact: bool = False) -> Ranges:
    """Ranges one behind the other, and the place of each piece, of which one knows in which range it lies."""
    total = int(size.sum())
    if total > MOST_BYTES:
        raise Damaged(_too_many(total))
    at = np.cumsum(size) - size
    return Ranges(start.astype(np.uint64), size, at, of, at[of] + pieces - start[of], wanted, exact)
