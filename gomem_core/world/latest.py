"""Which of many entries with a key came last, as seen from any moment: of the objects at an address, or those of a name.

Entries are numbered as they come.  At a moment only the first so many of them are shown.  Each knows the entry with its key that
came before and the one that came after it, and a key knows one of its entries, whichever was found last; from there one walks.
So going to another moment costs nothing; to look up a million keys anew took a third of a second.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)

NONE: Final = -1  # as the number of an entry
NEVER: Final = (1 << 31) - 1  # ... of one that comes after all others


class Latest(Generic[K]):
    """Finds the last entry of a key."""

    __slots__ = ("_after", "_before", "_known")

    def __init__(self) -> None:
        self._known: dict[K, int] = {}  # one of the entries of a key
        self._before = array("i")
        self._after = array("i")

    def append(self, key: K) -> None:
        """Enter one more."""
        number, before = len(self._before), NONE
        if key in self._known:  # most are new
            before = self.find(key, number)
            self._after[before] = number
        self._before.append(before)
        self._after.append(NEVER)
        self._known[key] = number

    def append_each(self, keys: Sequence[K]) -> None:
        """Enter many more."""
        for key in keys:
            self.append(key)

    def cut(self, shown: int, keys: Iterable[K]) -> None:
        """Forget all but the first `shown` entries; the others have these keys."""
        for key, before in zip(keys, self._before[shown:], strict=True):
            if before == NONE:
                del self._known[key]
            elif before < shown:
                self._known[key] = before
                self._after[before] = NEVER
        del self._before[shown:], self._after[shown:]

    def find(self, key: K, shown: int) -> int:
        """The last of the first `shown` entries that has the key; NONE: none has it."""
        found = self._known.get(key, NONE)
        if found == NONE:
            return NONE
        number = found
        while number >= shown:
            number = self._before[number]
        if number == found:
            while (after := self._after[number]) < shown:
                number = after
        if NONE != number != found:
            self._known[key] = number
        return number

    def find_all(self, keys: Sequence[K], shown: int) -> list[int]:
        """The same of many keys, without a loop in Python where all of them were looked up at this moment."""
        try:
            found = [*map(self._known.__getitem__, keys)]
        except KeyError:
            found = []
        if found and max(found) < shown and min(map(self._after.__getitem__, found)) >= shown:
            return found
        return [self.find(key, shown) for key in keys]

    def back(self, key: K, shown: int) -> Iterator[int]:
        """Each of the first `shown` entries that have the key, the last one first."""
        number = self.find(key, shown)
        while number != NONE:
            yield number
            number = self._before[number]

    def knows_any(self, keys: Sequence[K]) -> bool:
        """Whether any of these keys has an entry, shown or not."""
        return not self._known.keys().isdisjoint(keys)

    def each(self, shown: int) -> Iterator[tuple[K, int]]:
        """Every key of the first `shown` entries with its last one, in the order in which keys came first."""
        found = ((key, self.find(key, shown)) for key in self._known)
        return (one for one in found if one[1] != NONE)
