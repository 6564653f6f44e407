"""Listens to the heap while steps are done: what each of them tells, touches and changes.

From the same events account and links are kept.  A step that only leads elsewhere is passed by: nothing is kept of what it tells.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from gomem_core.go.events import Event, Sweep
from gomem_core.queries.account import Account
from gomem_core.queries.figures import Figures, figures
from gomem_core.queries.links import LinkIndex
from gomem_core.session.engine import Engine
from gomem_core.session.told import Told
from gomem_core.world.changes import Stale, Touched
from gomem_core.world.interrupt import StopRequest
from gomem_core.world.objects import ObjectTable


class _Halfway(Exception):
    """The requested number of events was reached."""


class Narration:
    """What one step told: its events, what it touched, and the spans it changed."""

    __slots__ = ("before", "passed", "stale", "told", "touched")

    def __init__(self, passed: bool = False, before: Figures | None = None) -> None:
        """`passed`: the step only leads elsewhere; `before` are the sums before it, where they were taken."""
        self.passed = passed
        self.before = before
        self.told = Told()
        self.touched = Touched()
        self.stale = Stale()

    def undone(self) -> "Narration":
        """The same of a step that was put right: what it told stays, and it changed nothing."""
        left = Narration(self.passed, self.before)
        left.told = self.told
        return left


class Narrator:
    """Hears one heap, `always` or only within `listening`; `step` is of the step that is being done, or was done last.

    `account` and `links` are right as long as it always listens.
    """

    def __init__(self, engine: Engine, objects: ObjectTable, stop: StopRequest, always: bool) -> None:
        self.always = always
        self.account = Account(engine.world, objects)
        self.links = LinkIndex(engine.world, complete=not len(objects))  # where nothing is allocated, nothing is stored
        self.step = Narration()
        self._engine = engine
        self._stop = stop
        self._limit = -1  # events after which to stop; -1: none
        self._hear(always)

    def begin(self, passed: bool) -> None:
        """A step begins, which may be one that only leads elsewhere."""
        before = figures(self._engine.world, self.account) if self.always and not passed else None
        self.step = Narration(passed, before)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Steps tell their events in here, also where they do not otherwise."""
        self._hear(True)
        try:
            yield
        finally:
            self._hear(self.always)

    @contextmanager
    def at_most(self, events: int) -> Iterator[None]:
        """What is done in here stops after so many events (-1: never): the heap is halfway then."""
        self._limit = events
        try:
            yield
        except _Halfway:
            pass
        finally:
            self._limit = -1

    def look_again(self, stale: Stale) -> None:
        """These spans changed without having told it."""
        self.account.look_again(stale)

    def _hear(self, events: bool) -> None:
        self._engine.set_trace(self.follow if events else None)

    def follow(self, event: Event) -> None:
        """Take one event in.  Raises Stopped when that was requested, and halfway where `at_most` says so."""
        step = self.step
        self._engine.follow(event)
        self.account.follow(event)
        self.links.follow(event)
        step.touched.follow(event)
        step.stale.follow(event)
        if not step.passed:
            step.told.follow(event)
            if type(event) is Sweep and event.nfreed:
                step.touched.freed.setdefault(event.base, self.account.taken_when_read(event.base))
            if step.told.total == self._limit:
                raise _Halfway
        if self._stop.asked:
            self._stop.heed()
