"""Columns of rows of which nobody may ever ask for most."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any


class LazyColumn(Sequence[Any]):
    """A column whose entries are made when they are asked for, and that is equal to one with the same entries."""

    def __init__(self, count: int, make: Callable[[int], Any]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:  # Any: a number or a slice, as for any sequence
        if isinstance(index, slice):
            return tuple(map(self._make, range(*index.indices(self._count))))
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._make(index % self._count)

    def __iter__(self) -> Iterator[Any]:
        return map(self._make, range(self._count))

    def __eq__(self, other: object) -> bool:
        return _are_equal(self, other)

    __hash__ = None  # type: ignore[assignment]  # as for other columns


class WordColumn(Sequence[Any]):
    """A column of few different values, kept as their numbers, and equal to one with the same entries."""

    def __init__(self, numbers: memoryview, words: Sequence[Any]) -> None:
        """`numbers` has a place in `words` for each row."""
        self._numbers, self._words = numbers, words

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: Any) -> Any:  # Any: a number or a slice, as for any sequence
        if isinstance(index, slice):
            return tuple(map(self._words.__getitem__, self._numbers[index]))
        return self._words[self._numbers[index]]

    def __iter__(self) -> Iterator[Any]:
        return map(self._words.__getitem__, self._numbers)

    def distinct(self) -> set[Any]:
        """Returns the values that occur."""
        return {self._words[number] for number in {*self._numbers}}

    def coded(self, code: Callable[[Any], int]) -> array[int]:
        """The column with a number for each value."""
        codes = [code(word) for word in self._words]
        return array("q", map(codes.__getitem__, self._numbers))

    def __eq__(self, other: object) -> bool:
        return _are_equal(self, other)

    __hash__ = None  # type: ignore[assignment]  # as for other columns


def _are_equal(one: Sequence[Any], other: object) -> bool:
    return isinstance(other, Sequence) and len(other) == len(one) and all(a == b for a, b in zip(one, other, strict=True))
