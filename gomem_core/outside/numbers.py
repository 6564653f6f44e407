"""Numbers of spans by the addresses of their mspans: lists and caches point to those."""

from typing import Final

import numpy as np

from gomem_core.outside.arrays import Ints, Words
from gomem_core.outside.memory import MEMORY_PAGE

_MOST_PAGES: Final = 1 << 20  # of memory, from that of the first mspan to that of the last: 4 GB
_PLACES: Final = MEMORY_PAGE // 8  # of a page, at which an mspan may begin


class Numbers:
    """Which number a span has, by the address of its mspan: a table of the pages with any, where they lie close together."""

    def __init__(self, ptr: Words) -> None:
        pages = ptr // np.uint64(MEMORY_PAGE)
        self._least = pages.min(initial=np.uint64(1 << 51))
        apart = int(pages.max(initial=self._least) - self._least) + 1
        self._order: Ints | None = None
        if apart <= _MOST_PAGES:
            has_any = np.zeros(apart + 1, np.bool_)
            has_any[(pages - self._least).astype(np.int64)] = True
            count = int(has_any.sum())
            self._row = np.where(has_any, np.cumsum(has_any) - 1, count)  # one more: that of all other addresses
            self._table = np.full((count + 1) * _PLACES, -1, np.int32)
            self._table[self._places(ptr)] = np.arange(len(ptr), dtype=np.int32)
        else:
            self._order = np.argsort(ptr, kind="stable")
            self._sorted = ptr[self._order]

    def _places(self, pointers: Words) -> Ints:
        """Where each stands in the table."""
        page = np.minimum(pointers // np.uint64(MEMORY_PAGE) - self._least, np.uint64(len(self._row) - 1))
        found: Ints = self._row[page.astype(np.int64)] * _PLACES + (pointers % np.uint64(MEMORY_PAGE) // np.uint64(8)).astype(
            np.int64
        )
        return found

    def of(self, pointers: Words) -> Ints:
        """The number of each, -1: it points to no span in use."""
        if self._order is None:
            return np.where(pointers & np.uint64(7) == 0, self._table[self._places(pointers)], -1).astype(np.int64)
        place = np.minimum(np.searchsorted(self._sorted, pointers), len(self._sorted) - 1)
        return np.where(self._sorted[place] == pointers, self._order[place], -1)
