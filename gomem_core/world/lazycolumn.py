"""A column of rows of which nobody may ever ask for most."""

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
        return isinstance(other, Sequence) and len(other) == self._count and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as for other columns
