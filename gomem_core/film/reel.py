"""A film as a strip: every event leads to another still, which is made when somebody looks at it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, overload

from gomem_core.film.film import Film
from gomem_core.film.moment import Moment
from gomem_core.film.story import Stories
from gomem_core.film.types import TypeSums
from gomem_core.film.way import Way
from gomem_core.world.reel import Curve, Reel, Told
from gomem_core.world.still import Still

_KEPT: Final = 4  # moments that were looked at last


class FilmReel(Reel):
    """Stands at an event of a film; `at` is its number."""

    def __init__(self, film: Film, keep: Callable[[bool], object] | None = None) -> None:
        """`keep` is called when the film was read: with whether to its end, and nothing went wrong."""
        self.film = film
        self._keep = keep
        self._moments: dict[int, Moment] = {}
        self._is_other = False  # what is shown, though the event is the same
        self._steps: Iterator[None] = film.steps()
        self._stories, self._way, self._types = Stories(film), Way(film), TypeSums(film)
        super().__init__(Moments(film, self.moment))

    def moment(self, event: int) -> Moment:
        """The heap after an event."""
        found = self._moments.pop(event, None) or Moment(self.film, event, self._types)
        self._moments[event] = found
        while len(self._moments) > _KEPT:
            del self._moments[next(iter(self._moments))]
        return found

    @property
    def shown(self) -> Still:
        """The still that is shown."""
        return self.moment(self.at)

    @property
    def events(self) -> int:
        """How many events there are, as far as the film was read."""
        return self.film.events

    @property
    def done(self) -> float:
        """How much of it was read, 0 … 1."""
        return self.film.done

    def read_on(self) -> bool:
        """Read a generation of the trace."""
        before = self.film.events
        try:
            there = next(self._steps, self) is None
        except OSError as e:
            there = False
            self.film.give_up(e)
        if not there:
            self.film.tables.flush()  # what waited to be written would be written by each process that is forked from this one
        if not there and self._keep is not None:
            keep, self._keep = self._keep, None
            keep(not self.film.gave_up)
        if not before:  # the beginning is known only now
            self._moments.clear()
            self._is_other = True
        return there

    def take_exchanged(self) -> bool:
        """Whether another moment is shown than when this was asked last."""
        other, self._is_other = self._is_other, False
        return super().take_exchanged() or other

    def time(self, event: int) -> int:
        """When an event was, ns."""
        return self.film.time(event)

    def event_at(self, ns: int) -> int:
        """The last event that was not after this time."""
        return self.film.event_at(ns)

    def told(self, event: int) -> Told:
        """What happened there."""
        return self._stories.told(event)

    def line(self, event: int) -> str:
        """The same in a few words."""
        return self._stories.line(event)

    def allocation(self, event: int, direction: int) -> int | None:
        """The next event in which an object was allocated or freed, or the one before."""
        return self._way.allocation(event, direction)

    def landmark(self, event: int, direction: int) -> int | None:
        """The same of a span, a collection, a stop of the world, or a region of the program."""
        return self._way.landmark(event, direction)

    def until(self, quantity: str, op: str, value: int, after: int) -> int | None:
        """The first event after another one at which a quantity compares so.  Raises NotKnown."""
        return self._way.until(quantity, op, value, after)

    def until_type(self, name: str, op: str, value: int, after: int) -> int | None:
        """The same of the bytes of all objects of a type.  Raises NotKnown."""
        return self._way.until_type(name, op, value, after)

    def curve(self, cells: int) -> Curve:
        """The film in so many cells."""
        return self._way.curve(cells)

    def content(self) -> bytes:
        """The trace that it was read from."""
        return self.film.content()


class Moments(Sequence[Still]):
    """The still before the first event, and that after each one; made when it is asked for."""

    def __init__(self, film: Film, make: Callable[[int], Moment]) -> None:
        self._film, self._make = film, make

    def __len__(self) -> int:
        return self._film.events + 1

    @overload
    def __getitem__(self, index: int) -> Still: ...

    @overload
    def __getitem__(self, index: slice) -> list[Still]: ...

    def __getitem__(self, index: int | slice) -> Still | list[Still]:
        found = range(len(self))[index]
        return self._make(found) if isinstance(found, int) else [self._make(event) for event in found]
