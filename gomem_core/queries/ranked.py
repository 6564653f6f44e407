"""Things that are known by a number, in the order of a key that each of them has: kept in typed arrays, 32 bytes for each.

Equal keys are in the order of the numbers.  Looking up is bisection; putting one elsewhere moves memory without a loop.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Ranked:
    """Numbers with their keys, in the order of the keys, and once more in the order of the numbers."""

    __slots__ = ("_key_of", "_keys", "_numbers", "_sorted")

    def __init__(self, numbers: array[int], keys: array[float], ranked_numbers: array[int], ranked_keys: array[float]) -> None:
        """`numbers` ascend and have `keys`; the other two are the same in the order of the keys."""
        self._sorted, self._key_of = numbers, keys
        self._numbers, self._keys = ranked_numbers, ranked_keys

    def __len__(self) -> int:
        return len(self._numbers)

    def at(self, place: int) -> int:
        """The number in a place."""
        return self._numbers[place]

    def key(self, number: int) -> float | None:
        """The key of a number; None where it is not among them."""
        at = bisect_left(self._sorted, number)
        return self._key_of[at] if at < len(self._sorted) and self._sorted[at] == number else None

    def place(self, number: int, key: float) -> int:
        """The place of a number with this key, whether it is among them or not."""
        first = bisect_left(self._keys, key)
        return bisect_left(self._numbers, number, first, bisect_right(self._keys, key, first))

    def put(self, number: int, key: float | None) -> None:
        """Give a number another key; None: take it out."""
        before = self.key(number)
        if before == key:
            return
        at = bisect_left(self._sorted, number)
        if before is not None:
            place = self.place(number, before)
            del self._numbers[place], self._keys[place], self._sorted[at], self._key_of[at]
        if key is not None:
            self._sorted.insert(at, number)
            self._key_of.insert(at, key)
            place = self.place(number, key)
            self._numbers.insert(place, number)
            self._keys.insert(place, key)


def ranked(rows: Iterable[tuple[int, float]]) -> Ranked:
    """Returns these numbers, which ascend, with their keys."""
    pairs = list(rows)
    order = sorted(pairs, key=lambda pair: pair[1])
    numbers, keys = array("q", [number for number, _ in pairs]), array("d", [key for _, key in pairs])
    return Ranked(numbers, keys, array("q", [number for number, _ in order]), array("d", [key for _, key in order]))
