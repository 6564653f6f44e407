"""The two ways from a generation to the rows of a film: with numpy, and in loops that mypyc compiled, where it did."""

from collections.abc import Iterator
from typing import Final, Protocol

import numpy as np

from gomem_core.film.life import Lives
from gomem_core.film.tables import Tables
from gomem_core.formats.gotrace import events as e
from gomem_core.formats.gotrace.batches import Batch, Buffer
from gomem_core.formats.gotrace.decode import Events, Ints
from gomem_core.formats.gotrace.ordered import Ordered
from gomem_core.go.versions import Profile
from gomem_core.named import NamedTuple


class Frame(NamedTuple):
    """Some events, whose objects and spans stand in the tables; columns of one length."""

    events: Events  # `second` of an object is the film's number of its type
    numbers: Ints  # what tells of things that were there before has the number of the event before it
    total: Ints  # bytes in allocated slots after each


class Frames(Protocol):
    """Goes through generations; `total`, `read` and `faults` are of the one that it is in."""

    @property
    def total(self) -> int:
        """Events that were read, with those that are not kept."""

    @property
    def read(self) -> int:
        """Bytes of them."""

    @property
    def faults(self) -> list[str]:
        """What could not be read, a sentence each."""

    def take(self, batches: list[Batch], types: list[int], most: int) -> Iterator[Frame]:
        """Every frame of these batches; `types` are the film's numbers by those of the trace, `most` the last event's.

        Raises OSError: there is no room for the tables.
        """


class PlainFrames:
    """Made by masks and sums over whole slices."""

    def __init__(self, data: Buffer, tables: Tables, profile: Profile) -> None:
        self.ordered: Final = Ordered(data)
        self._tables = tables
        self.lives: Final = Lives(tables, profile)

    @property
    def total(self) -> int:
        """Events that were read, with those that are not kept."""
        return self.ordered.total

    @property
    def read(self) -> int:
        """Bytes of them."""
        return self.ordered.read

    @property
    def faults(self) -> list[str]:
        """What could not be read, a sentence each."""
        return self.ordered.faults

    def take(self, batches: list[Batch], types: list[int], most: int) -> Iterator[Frame]:
        """Every frame of these batches."""
        known = np.array([*types, 0], np.int64)
        for events in self.ordered.slices(batches):
            numbers = self._tables.events + np.cumsum(~np.isin(events.kind, e.SNAPSHOT))
            end = int(np.searchsorted(numbers, most, side="right"))
            if not end:
                continue
            rows, numbers = events.take(slice(end)), numbers[:end]
            objects = np.flatnonzero((rows.kind == e.OBJECT) | (rows.kind == e.OBJECT_ALLOC))
            rows.second[objects] = known[np.minimum(rows.second[objects], len(types))]
            yield Frame(rows, numbers, self.lives.add(rows, numbers))
