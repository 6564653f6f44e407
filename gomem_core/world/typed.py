"""Sums of a heap by type, of worlds that have them at hand: others are counted object by object (queries/amounts.py)."""

from typing import NamedTuple, Protocol


class TypeSum(NamedTuple):
    """What there is of one type, in bytes of slots; of unknown type, of one sort of slots."""

    name: str
    objects: int
    nbytes: int
    alloc_objects: int  # with those that were freed since
    alloc_bytes: int
    age: int | None  # of those that are there, ns on average; None: there are none
    rate: float | None  # bytes a second that were allocated; None: no time has passed


class Typed(Protocol):
    """Counts by type."""

    def by_type(self) -> list[TypeSum]:
        """Every type that there ever was, in no particular order."""
        ...
