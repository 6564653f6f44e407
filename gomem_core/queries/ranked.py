"""Things that are known by a number, in the order of a key that each of them has: kept in typed arrays, 32 bytes for each.

Equal keys are in the order of the numbers.  Looking up is bisection; putting one elsewhere moves memory without a loop.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any


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
        at = bisect_left(self._sorted, number)
        before = self._key_of[at] if at < len(self._sorted) and self._sorted[at] == number else None
        if before == key:
            return
        if before is None:
            if key is not None:
                self._add(at, number, key)
            return
        place = self.place(number, before)
        if key is None:
            del self._numbers[place], self._keys[place], self._sorted[at], self._key_of[at]
            return
        to = self.place(number, key)
        to -= to > place
        _move(self._numbers, place, to)
        _move(self._keys, place, to)
        self._keys[to] = self._key_of[at] = key

    def _add(self, at: int, number: int, key: float) -> None:
        place = self.place(number, key)
        self._sorted.insert(at, number)
        self._key_of.insert(at, key)
        self._numbers.insert(place, number)
        self._keys.insert(place, key)


def _move(column: array[Any], place: int, to: int) -> None:
    """Take one value to another place; only those between are moved."""
    value = column[place]
    if place < to:
        column[place:to] = column[place + 1 : to + 1]
    else:
        column[to + 1 : place + 1] = column[to:place]
    column[to] = value


def ranked(rows: Iterable[tuple[int, float]]) -> Ranked:
    """Returns these numbers, which ascend, with their keys."""
    pairs = list(rows)
    order = sorted(pairs, key=lambda pair: pair[1])
    numbers, keys = array("q", [number for number, _ in pairs]), array("d", [key for _, key in pairs])
    return Ranked(numbers, keys, array("q", [number for number, _ in order]), array("d", [key for _, key in order]))
