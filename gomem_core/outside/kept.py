"""Remembers in which pages of memory a program kept what describes its heap: what moves, mostly moves to where it was before."""

from typing import Final

import numpy as np

from gomem_core.outside.arrays import Ints, distinct
from gomem_core.outside.memory import MEMORY_PAGE, Ranges

_MOST_PAGES: Final = 1024  # of a generation, unless a heap needs more: what works on and on, goes through many


class Kept:
    """Page numbers, those seen last among them: the older of two generations is forgotten when the younger is full."""

    def __init__(self) -> None:
        self._young: Ints = np.zeros(0, np.int64)
        self._old: Ints = self._young

    @property
    def pages(self) -> Ints:
        """Numbers of all of them, in order."""
        return distinct(np.concatenate([self._young, self._old]))

    def add(self, pages: Ints) -> None:
        """Something was in these."""
        more = distinct(np.concatenate([self._young, pages]))
        if len(more) > max(_MOST_PAGES, 2 * len(pages)):
            self._old, more = self._young, distinct(pages)
        self._young = more

    def drop(self, ranges: Ranges) -> None:
        """These could not be read: the program has given them back."""
        first = ranges.start.astype(np.int64) // MEMORY_PAGE
        last = -(-(ranges.start.astype(np.int64) + ranges.size) // MEMORY_PAGE)
        ends = np.stack([first, last], axis=1).ravel()
        self._young, self._old = (each[np.searchsorted(ends, each, "right") % 2 == 0] for each in (self._young, self._old))
