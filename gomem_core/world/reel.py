"""A strip whose stills are the moments of a recorded film: every event leads to the next one, and each has its time.

What it is made of is numpy's (gomem_core/film); a session knows it by this, which needs none.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from gomem_core.frozen import frozen
from gomem_core.world.strip import LookFailed, Strip
from gomem_core.world.world import Sums


@frozen
class Told:
    """What there is to be said of an event: a line, more lines, and what it had to do with, by address."""

    line: str
    details: tuple[str, ...] = ()
    spans: frozenset[int] = frozenset()
    slots: frozenset[int] = frozenset()


@frozen
class Curve:
    """A film on one line, a number or a truth for each cell."""

    live: Sequence[int]  # the most bytes in allocated slots
    collected: Sequence[bool]  # a collection began
    stopped: Sequence[bool]  # the world stood still for something else


class Reel(Strip, ABC):
    """Events are numbered from 1; 0 is the beginning.  Times are ns since then."""

    def advance(self) -> None:
        """Raise LookFailed: a film has no looks to be added."""
        raise LookFailed("a film is gone through by its events: forward, back, goto and until lead along it")

    @property
    @abstractmethod
    def events(self) -> int:
        """How many events there are, as far as the film was read."""

    @property
    @abstractmethod
    def done(self) -> float:
        """How much of it was read, 0 … 1."""

    @abstractmethod
    def read_on(self) -> bool:
        """Read some more, about a second of the recording; False: there is no more."""

    @abstractmethod
    def time(self, event: int) -> int:
        """When an event was, ns."""

    @abstractmethod
    def event_at(self, ns: int) -> int:
        """The last event that was not after this time."""

    @abstractmethod
    def told(self, event: int) -> Told:
        """What happened there."""

    @abstractmethod
    def line(self, event: int) -> str:
        """The same in a few words."""

    @abstractmethod
    def allocation(self, event: int, direction: int) -> int | None:
        """The next event in which an object was allocated or freed, or (direction -1) the one before; None: there is none."""

    @abstractmethod
    def landmark(self, event: int, direction: int) -> int | None:
        """The same of a span, a collection, a stop of the world, or a region of the program."""

    @abstractmethod
    def until(self, quantity: str, op: str, value: int, after: int) -> int | None:
        """The first event after another one at which a quantity compares so; None: there is none.  Raises NotKnown."""

    @abstractmethod
    def until_type(self, name: str, op: str, value: int, after: int) -> int | None:
        """The same of the bytes of all objects of a type.  Raises NotKnown: the film has no such type."""

    @abstractmethod
    def curve(self, cells: int) -> Curve:
        """The film in so many cells."""

    @abstractmethod
    def content(self) -> bytes:
        """The trace that it was read from."""


class Scenes(Strip):
    """A film as a session file shows it: a step leads to a moment, not to the next event; `at` is the number of its event."""

    def __init__(self, reel: Reel) -> None:
        super().__init__(reel.stills)
        self.reel = reel

    def trend(self, most: int) -> list[Sums]:  # noqa: ARG002 -- no look is the one before another
        """Nothing: moments are no looks in a row."""
        return []


def ends_before(reel: Reel, ns: int) -> str:
    """That a film has no such time, since it ends before; "" where it has."""
    end = reel.time(reel.events)
    if ns <= end:
        return ""
    so_far = "the film ends at" if reel.done == 1 else "the film was read only up to"
    return f"{so_far} {time_text(end)}, before {time_text(ns)}"


def time_text(ns: int) -> str:
    """A time for people, in µs: 1.500000 s."""
    return f"{ns / 1e9:.6f} s"
