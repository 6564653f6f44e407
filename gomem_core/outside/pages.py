"""The pages of a real heap as rows: its spans, and between them the pages that belong to none.

The page allocator has two bits a page, taken and given back; a P's page cache has taken pages out of those bits.  What neither a
span nor a cache has taken is free; on a heap that begins anywhere the first pages of all are taken by nobody, its padding.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.frozen import bundle
from gomem_core.go.amd64 import PAGE_SHIFT, PAGE_SIZE
from gomem_core.outside.arrays import Bools, Ints
from gomem_core.outside.snapshot import Snapshot
from gomem_core.world.arenas import Arena, Arenas

Codes = NDArray[np.int32]  # of a page: the number of its span, or one of those below
FREE: Final = -1
GIVEN_BACK: Final = -2
PADDING: Final = -3
NOBODY: Final = -4  # taken, and nobody has it: a contradiction
_CACHED: Final = -8  # less twice the place of the P that has it in its page cache; one less: given back

_CHUNK_PAGES: Final = 512
_END: Final = 1 << 47  # of the addresses that a program can have


@bundle
class Rows:
    """Stretches of pages of one sort, in address order."""

    base: Ints
    npages: Ints
    code: Ints  # see above

    def given_back(self) -> Bools:
        """Which of them are free or padding, and given back to the operating system."""
        cached = (self.code <= _CACHED) & ((_CACHED - self.code) % 2 == 1)
        found: Bools = (self.code == GIVEN_BACK) | (self.code == PADDING) | cached
        return found

    def cache(self) -> Ints:
        """The place of the P in whose page cache they are; -1: in none."""
        return np.where(self.code <= _CACHED, (_CACHED - self.code) // 2, -1)


def arenas_of(snapshot: Snapshot, arena_bytes: int) -> Arenas:
    """Where spans can lie: address ranges in which the page allocator has pages, up to the ends of their arenas."""
    ends: list[tuple[int, int]] = []
    for start, limit in sorted(snapshot.in_use_ranges.tolist()):
        start, limit = start & -PAGE_SIZE, limit & -PAGE_SIZE
        if not 0 <= start < limit <= _END or (ends and start < ends[-1][1]):
            continue
        if ends and start == ends[-1][1]:
            ends[-1] = ends[-1][0], limit
        else:
            ends.append((start, limit))
    found: list[Arena] = []
    for number, (start, limit) in enumerate(ends):
        border = -(-limit // arena_bytes) * arena_bytes
        if number + 1 < len(ends):
            border = max(limit, min(border, ends[number + 1][0] - PAGE_SIZE))
        found.append(Arena(start, limit, border))
    return Arenas(found or [Arena(0, 0, 0)])


def rows_of(snapshot: Snapshot, arenas: Arenas, has_padding: bool) -> Rows:
    """All pages of the arenas."""
    places = _Places(arenas)
    code = _page_bits(snapshot, places)
    _put_caches(snapshot, places, code)
    _put_spans(snapshot, places, code)
    if has_padding:
        head = code[:_CHUNK_PAGES] == NOBODY
        code[: len(head) if head.all() else int(head.argmin())] = PADDING
    begins = np.ones(len(code), bool)
    begins[1:] = code[1:] != code[:-1]
    begins[places.first[places.first < len(code)]] = True
    at = np.flatnonzero(begins)
    return Rows(places.address(at), np.diff(np.append(at, len(code))), code[at].astype(np.int64))


class _Places:
    """The pages of all arenas, numbered in address order."""

    def __init__(self, arenas: Arenas) -> None:
        used = [arena for arena in arenas.parts if arena.pages]
        self.start = np.array([arena.start for arena in used], np.int64)
        self.end = np.array([arena.used for arena in used], np.int64)
        pages = (self.end - self.start) >> PAGE_SHIFT
        self.first = np.cumsum(pages) - pages  # number of the first page of each
        self.count = int(pages.sum())

    def number(self, addr: Ints) -> Ints:
        """The numbers of the pages at these addresses; -1 outside the arenas."""
        if not len(self.start):
            return np.full(len(addr), -1, np.int64)
        arena = np.searchsorted(self.start, addr, "right") - 1
        inside = (arena >= 0) & (addr < self.end[arena])
        return np.where(inside, self.first[arena] + ((addr - self.start[arena]) >> PAGE_SHIFT), -1)

    def address(self, number: Ints) -> Ints:
        """Where these pages begin."""
        if not len(self.start):
            return np.zeros(len(number), np.int64)
        arena = np.searchsorted(self.first, number, "right") - 1
        found: Ints = self.start[arena] + ((number - self.first[arena]) << PAGE_SHIFT)
        return found


def _page_bits(snapshot: Snapshot, places: _Places) -> Codes:
    """What the page allocator's bits say of each page; pages of which it has none are free."""
    code = np.full(places.count, FREE, np.int32)
    chunks = snapshot.chunks
    first = places.number(chunks.base)
    whole = (first >= 0) & (first + _CHUNK_PAGES <= places.count)
    taken, back = (
        np.unpackbits(bits[whole].astype("<u8").view(np.uint8).reshape(-1, _CHUNK_PAGES // 8), axis=1, bitorder="little")
        for bits in (chunks.alloc, chunks.scavenged)
    )
    values = np.where(taken == 1, NOBODY, np.where(back == 1, GIVEN_BACK, FREE)).astype(np.int32)
    pages = first[whole][:, None] + np.arange(_CHUNK_PAGES)
    code[pages.ravel()] = values.ravel()
    return code


def _put_caches(snapshot: Snapshot, places: _Places, code: Codes) -> None:
    """Enter the pages that Ps have in their page caches."""
    for p, (base, free, back) in enumerate(zip(*(column.tolist() for column in _caches(snapshot)), strict=True)):
        if not free or base >= _END:
            continue
        pages = np.array([i for i in range(64) if free >> i & 1], np.int64)
        numbers = places.number(base + (pages << PAGE_SHIFT))
        given = np.array([back >> int(i) & 1 for i in pages], np.int32)
        there = numbers >= 0
        code[numbers[there]] = _CACHED - 2 * p - given[there]


def _caches(snapshot: Snapshot) -> tuple[NDArray[np.uint64], ...]:
    return snapshot.ps.page_base, snapshot.ps.page_free, snapshot.ps.page_scav


def _put_spans(snapshot: Snapshot, places: _Places, code: Codes) -> None:
    """Enter the spans; of two that overlap the second, and what lies outside the arenas, is left out."""
    spans = snapshot.spans
    first = places.number(spans.base)
    last = places.number(spans.base + (np.maximum(spans.npages, 1) << PAGE_SHIFT) - 1)
    fits = (first >= 0) & (spans.npages > 0) & (last - first + 1 == spans.npages)
    end = np.maximum.accumulate(np.where(fits, last, -1)) if len(first) else last
    fits[1:] &= first[1:] > end[:-1]
    numbers = np.flatnonzero(fits)
    code[_ranges(first[fits], spans.npages[fits])] = np.repeat(numbers, spans.npages[fits])


def _ranges(first: Ints, count: Ints) -> Ints:
    """The numbers first … first + count - 1 of each, joined."""
    before = np.cumsum(count) - count
    return np.repeat(first - before, count) + np.arange(int(count.sum()))
