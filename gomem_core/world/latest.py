"""Which of many entries with a key came last, as seen from any moment.

Entries are numbered as they come.  At a moment only the first so many of them are shown.  Each knows the entry with its key that
came before and the one that came after it, and a key knows one of its entries, whichever was found last; from there one walks.
So going to another moment costs nothing; to look up a million keys anew took a third of a second.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

NONE: Final = -1  # as the number of an entry
NEVER: Final = (1 << 31) - 1  # ... of one that comes after all others

_BLOCK: Final = 5
_IN_BLOCK: Final = (1 << _BLOCK) - 1
_UNKNOWN: Final = array("i", (NONE,)) * (1 << _BLOCK)


class Latest:
    """Finds the last entry of a key, an integer; keys that lie near each other take least memory."""

    __slots__ = ("_after", "_before", "_known")

    def __init__(self) -> None:
        self._known: dict[int, array[int]] = {}  # for 32 keys in a row one entry of each, which takes a tenth of a dict of keys
        self._before = array("i")
        self._after = array("i")

    def append_each(self, keys: Sequence[int]) -> None:
        """Enter so many more."""
        known, first = self._known, len(self._before)
        self._before.extend(array("i", (NONE,)) * len(keys))
        self._after.extend(array("i", (NEVER,)) * len(keys))
        for number, key in enumerate(keys, first):
            block = known.get(key >> _BLOCK)
            if block is None:
                block = known[key >> _BLOCK] = _UNKNOWN[:]
            if block[key & _IN_BLOCK] != NONE:  # most are new
                before = self._before[number] = self.find(key, number)
                self._after[before] = number
            block[key & _IN_BLOCK] = number

    def cut(self, shown: int, keys: Iterable[int]) -> None:
        """Forget all but the first `shown` entries; the others have these keys."""
        for key, before in zip(keys, self._before[shown:], strict=True):
            if before < shown:
                self._known[key >> _BLOCK][key & _IN_BLOCK] = before
            if NONE != before < shown:
                self._after[before] = NEVER
        del self._before[shown:], self._after[shown:]

    def find(self, key: int, shown: int) -> int:
        """The last of the first `shown` entries that has the key; NONE: none has it."""
        block = self._known.get(key >> _BLOCK, _UNKNOWN)
        found = number = block[key & _IN_BLOCK]
        while number >= shown:
            number = self._before[number]
        if number == NONE:
            return NONE
        if number == found:
            while (after := self._after[number]) < shown:
                number = after
        if number != found:
            block[key & _IN_BLOCK] = number
        return number

    def back(self, key: int, shown: int) -> Iterator[int]:
        """Each of the first `shown` entries that have the key, the last one first."""
        number = self.find(key, shown)
        while number != NONE:
            yield number
            number = self._before[number]

    def first_ones(self, shown: int) -> Iterator[int]:
        """Those of the first `shown` entries whose keys came for the first time, in order."""
        return (number for number, before in enumerate(self._before[:shown]) if before == NONE)
