"""Which lifetime each object of a moment has; objects are numbered in address order.

Those of a page that is looked at are found in a fraction of the time that all of them take, so that all are brought into order
only where more is asked for.
"""

from functools import cached_property
from typing import Final

import numpy as np

from gomem_core.film.columns import upto
from gomem_core.film.film import Film
from gomem_core.formats.gotrace.decode import Ints

_PAGE: Final = 64  # objects that are found together, at least
_TOGETHER: Final = 1 << 16  # lifetimes that are looked at together: as many as the processor's cache holds
_FEW: Final = 8  # spans: up to so many it is quicker to look for one after the other


class Residents:
    """The objects in the spans of a moment."""

    def __init__(self, film: Film, event: int, spans: Ints, counts: Ints) -> None:
        """`spans` and `counts`: the span of each row, -1: none, and how many objects are in it."""
        self._film, self._event, self._spans = film, event, spans
        self.before: Final[Ints] = np.concatenate([[0], np.cumsum(counts)])  # how many lie before each row, and in all
        self._page: tuple[int, Ints] | None = None  # the first of those that were found, and their lifetimes

    def one(self, oid: int) -> int:
        """The number of its lifetime in the film."""
        if self._page is None:
            first = int(np.searchsorted(self.before, oid, side="right")) - 1
            last = int(np.searchsorted(self.before, oid + _PAGE))
            self._page = int(self.before[first]), self._in_rows(first, last)
        start, page = self._page
        return int(page[oid - start]) if 0 <= oid - start < len(page) else int(self._all[oid])

    def some(self, start: int, stop: int) -> Ints:
        """The same of objects number start to stop."""
        return self._all[start:stop]

    def _in_rows(self, first: int, last: int) -> Ints:
        """The lifetimes of the objects in these rows, in address order."""
        lives = self._film.tables.lives
        spans = self._spans[first:last]
        spans = spans[spans >= 0].astype(np.uint32)
        born = upto(lives["born"], self._event)
        span, freed = lives["span"][:born], lives["freed"][:born]
        found = [np.zeros(0, np.int64)]
        for start in range(0, born, _TOGETHER):
            part = slice(start, start + _TOGETHER)
            mine = np.flatnonzero(np.isin(span[part], spans, kind="sort" if len(spans) <= _FEW else "table"))
            found.append(mine[freed[part][mine] > self._event] + start)
        there = np.concatenate(found)
        row = np.zeros(len(self._film.tables.spans), np.int64)
        row[spans] = np.arange(len(spans))
        return there[np.lexsort((lives["slot"][there], row[span[there]]))]

    @cached_property
    def _all(self) -> Ints:
        taken = self._film.checkpoints.taken(self._event)
        lives, there = self._film.tables.lives, self._film.lives_at(self._event)
        first = np.zeros(len(self._film.tables.spans), np.int64)
        first[taken.spans] = taken.first[:-1] << 3
        in_slot = np.zeros(len(taken.bits) << 3, np.uint32)
        in_slot[first[lives["span"][there]] + lives["slot"][there]] = there
        found: Ints = in_slot[np.unpackbits(taken.bits, bitorder="little").view(bool)].astype(np.int64)
        return found
