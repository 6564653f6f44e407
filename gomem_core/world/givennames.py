"""The names that users gave to objects, in order: a million of them in some bytes each.

Long sessions number their names: a1, a2 and so on.  What stands before the number is kept once, a stem.  A million such names
took 115 MB in a list and a dictionary, and take 20.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final

from gomem_core.world.latest import NONE, Latest

_DIGITS: Final = 9  # the longest number
_NUMBERS: Final = 30  # bits


class GivenNames:
    """An entry for each time that a name was given; which one came last is told for any moment, as Latest does."""

    def __init__(self) -> None:
        self._stems: list[str] = []
        self._places: dict[str, int] = {}  # of stems
        self._keys = array("q")  # of each entry, see _key
        self._latest = Latest()

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, entry: int) -> str:
        key = self._keys[entry]
        place, number = (key >> _NUMBERS) - 1, key & (1 << _NUMBERS) - 1
        return self._stems[number] if place < 0 else f"{self._stems[place]}{number}"

    def append(self, name: str) -> None:
        """Enter one more."""
        self.append_each((name,))

    def append_each(self, names: Iterable[str]) -> None:
        """Enter many more."""
        places, stems, keys = self._places, self._stems, array("q")
        for name in names:
            stem, number = _parted(name)
            place = places.get(stem, NONE)
            if place == NONE:
                place = places[stem] = len(stems)
                stems.append(stem)
            keys.append(place + 1 << _NUMBERS | number if number else place)
        self._keys.extend(keys)
        self._latest.append_each(keys)

    def cut(self, shown: int) -> list[str]:
        """Forget all but the first so many; returns the others."""
        gone = [self[entry] for entry in range(shown, len(self))]
        self._latest.cut(shown, self._keys[shown:])
        del self._keys[shown:]
        return gone

    def find(self, name: str, shown: int) -> int:
        """The last of the first `shown` entries that is this name; NONE."""
        return self.finder(shown)(name)

    def finder(self, shown: int) -> Callable[[str], int]:
        """Returns what finds many names as `find` does, until one is entered."""
        place_of, latest = self._places.get, self._latest.find

        def found(name: str) -> int:
            stem, number = _parted(name)
            place = place_of(stem, NONE)
            return NONE if place == NONE else latest(place + 1 << _NUMBERS | number if number else place, shown)  # _key

        return found

    def back(self, name: str, shown: int) -> Iterator[int]:
        """Each of the first `shown` entries that are this name, the last one first."""
        stem, number = _parted(name)
        return self._latest.back(_key(self._places[stem], number), shown) if stem in self._places else iter(())

    def each(self, shown: int) -> Iterator[tuple[str, int]]:
        """Every name of the first `shown` entries with its last one, in the order in which they were given first."""
        return ((self[entry], self._latest.find(self._keys[entry], shown)) for entry in self._latest.first_ones(shown))


def _key(place: int, number: int) -> int:
    """A name's number among all names: those of a stem lie in a row, and so do those that are nothing but a stem."""
    return place + 1 << _NUMBERS | number if number else place


@lru_cache(1024)  # a name is looked for before it is given
def _parted(name: str) -> tuple[str, int]:
    """What stands before the number at the end, and the number; 0: there is none that could be put behind it again."""
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    if not digits or digits[0] == "0" or len(digits) > _DIGITS:
        return name, 0
    return stem, int(digits)
