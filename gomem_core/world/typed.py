"""Sums of a heap by type, of worlds that have them at hand: others are counted object by object (queries/amounts.py)."""

from typing import Protocol

from gomem_core.named import NamedTuple


class TypeSum(NamedTuple):
    """What there is of one type, in bytes of slots; of unknown type, of one sort of slots."""

    name: str
    objects: int
    nbytes: int
    alloc_objects: int  # with those that were freed since
    alloc_bytes: int
    age: int | None  # of those that are there, ns on average; None: there are none
    rate: float | None  # bytes a second that were allocated; None: no time has passed


class Course(NamedTuple):
    """How much there was of each type at some moments in a row."""

    times: list[int]  # ns since the beginning
    nbytes: dict[str, list[int]]  # by name: bytes of slots, at each of them


class Typed(Protocol):
    """Counts by type."""

    def by_type(self) -> list[TypeSum]:
        """Every type that there ever was, in no particular order."""
        ...

    def course(self, first: int, last: int | None, count: int) -> Course | None:
        """The same over time, at `count` moments from step `first` to `last` (None: the end); None: not known, or not yet."""
        ...
