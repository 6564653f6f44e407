"""Listens to the heap while steps are done: what each of them tells, touches and changes.

From the same events account and links are kept.  A step that only leads elsewhere is passed by: nothing is kept of what it tells.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from gomem_core.go.events import Event, LockTaken, PointerWritten, SlotTaken, Sweep
from gomem_core.go.pageevents import SpanSwept
from gomem_core.queries.account import Account
from gomem_core.queries.figures import Figures, figures
from gomem_core.queries.links import LinkIndex
from gomem_core.session.engine import Engine
from gomem_core.session.told import EVENTS_KEPT, Told
from gomem_core.world.changes import CHANGES_SPANS, Stale, Touched, looks_otherwise
from gomem_core.world.interrupt import StopRequest
from gomem_core.world.objectinfo import Objects
from gomem_core.world.world import NotKnown


class _Halfway(Exception):
    """The requested number of events was reached."""


class Narration:
    """What one step told: its events, what it touched, and the spans it changed."""

    __slots__ = ("before", "stale", "told", "touched")

    def __init__(self, before: Figures | None = None) -> None:
        """`before` are the sums before it, where they were taken."""
        self.before = before
        self.told = Told()
        self.touched = Touched()
        self.stale = Stale()

    def undone(self) -> "Narration":
        """The same of a step that was put right: what it told stays, and it changed nothing."""
        left = Narration(self.before)
        left.told = self.told
        return left


class Passed:
    """What steps left behind that were passed by: the spans they changed, and which step touched each of them last.

    `stirred` is set by each event that is more than a free slot taken.
    """

    __slots__ = ("_touched", "number", "stale", "stirred", "touched_at")

    def __init__(self) -> None:
        self.number = 0  # of the step that is being done
        self.stale = Stale()
        self.stirred = False
        self.touched_at: dict[int, int] = {}
        self._touched = Touched()

    def begin(self, number: int) -> None:
        """The step of this number begins."""
        if self.stirred:
            self.end()
        self.number = number

    def end(self) -> None:
        """The step is done."""
        touched = self._touched
        if touched.spans:
            self.touched_at.update(dict.fromkeys(touched.spans, self.number))
            touched.forget()
        self.stirred = touched.marked = False

    def follow(self, event: Event) -> None:
        """Take one event in."""
        self.stale.follow(event)
        self._touched.follow(event)

    def swept(self, base: int, nalloc: int, nfreed: int) -> None:
        """Take in that a span was swept: the same as `follow` does, in a tenth of the time."""
        self.stirred = True
        if not self.stale.all:
            self.stale.bases.add(base)
        if looks_otherwise(nalloc, nfreed, self._touched.marked):
            self.touched_at[base] = self.number


class Narrator:
    """Hears one heap, `always` or only within `listening`.

    `account` and `links` are right as long as it always listens.
    """

    def __init__(self, engine: Engine, objects: Objects, stop: StopRequest, always: bool) -> None:
        self.always = always
        self.account = Account(engine.world, objects)
        self.links = LinkIndex(
            engine.world,
            complete=engine.world.kind == "session" and not len(objects),  # where nothing is allocated, nothing is stored
        )
        self.step = Narration()  # what the step tells that is being done, or that was done last
        self.passed = Passed()  # what was heard of steps that were passed by, until it is taken
        self._engine = engine
        self._keep_up = engine.follow
        self._stop = stop
        self._listens = always
        self._passes = False  # it hears as little as it can
        self._counts = False  # of a step that tells more than is kept, it only counts what repeats
        self._limit = -1  # events after which to stop; -1: none
        self._hear()

    def begin(self) -> None:
        """A step begins."""
        self.step = Narration(self._figures() if self.always else None)
        if self._passes or self._counts:
            self._passes = self._counts = False
            self._hear()

    def _figures(self) -> Figures | None:
        """The sums now; None of a heap of which they are not known."""
        try:
            return figures(self._engine.world, self.account)
        except NotKnown:
            return None

    @property
    def listens(self) -> bool:
        """Whether it hears of steps that are passed by."""
        return self._listens

    def pass_by(self, number: int) -> Passed:
        """The step of this number begins, which only leads elsewhere; returns what is heard of such steps."""
        self.passed.begin(number)
        if not self._passes:
            self._passes, self._counts = True, False
            self._hear()
        return self.passed

    def take_passed(self) -> Passed:
        """What was heard of steps that were passed by since this was asked last; its number is 0 where none were."""
        passed = self.passed
        if passed.number:
            passed.end()
            self.passed = Passed()
        return passed

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Steps tell their events in here, also where they do not otherwise."""
        self._listens = True
        self._hear()
        try:
            yield
        finally:
            self._listens = self.always
            self._hear()

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

    def _hear(self) -> None:
        if self._listens and self._passes:
            self._engine.set_trace(self._overhear, self._overhear_slots, None, self._overhear_sweep)
        else:
            self._engine.set_trace(self.follow if self._listens else None)

    def follow(self, event: Event) -> None:
        """Take one event in.  Raises Stopped when that was requested, and halfway where `at_most` says so."""
        step, kind = self.step, type(event)
        if kind in CHANGES_SPANS:  # most events are not
            self._keep_up(event)
            self.account.follow(event)
            self.links.follow(event)
            step.touched.follow(event)
            step.stale.follow(event)
        elif kind is LockTaken:
            step.touched.follow(event)
        step.told.follow(event)
        if (type(event) is Sweep or type(event) is SpanSwept) and event.nfreed:
            step.touched.freed.setdefault(event.base, self.account.taken_when_read(event.base))
        if step.told.total == self._limit:
            raise _Halfway
        if self._stop.asked:
            self._stop.heed()
        if not self._counts and self._limit < 0 and step.told.total >= EVENTS_KEPT:
            self._counts = True
            self._engine.set_trace(self.follow, None, self._follow_repeated)

    def _follow_repeated(self, base: int, slot: int, n: int) -> None:
        """Take in that slots were taken by objects that were born with the very events of the one before them."""
        step, info = self.step, self._engine.world.spans.at(base)
        assert info is not None  # it is where slots were taken
        self.account.take(base, slot, n)
        step.touched.spans.add(base)
        step.touched.slots.update(range(base + slot * info.elemsize, base + (slot + n) * info.elemsize, info.elemsize))
        step.stale.bases.add(base)
        step.told.repeat(n)
        if self._stop.asked:
            self._stop.heed()

    def _overhear(self, event: Event) -> None:
        """Take in what lasts of an event of a step that is passed by: most events leave nothing behind."""
        kind = type(event)
        if kind not in CHANGES_SPANS:
            return
        if type(event) is SlotTaken:
            self._overhear_slots(event.base, event.slot, 1)
            return
        self.passed.stirred = True
        self._keep_up(event)
        self.account.follow(event)
        if kind is PointerWritten:
            self.links.follow(event)
        self.passed.follow(event)
        if self._stop.asked:
            self._stop.heed()

    def _overhear_sweep(self, base: int, nalloc: int, nfreed: int) -> None:
        """Take in that a span was swept: a collection tells thousands of them."""
        self.account.look_at_slots(base)
        self.passed.swept(base, nalloc, nfreed)
        if self._stop.asked:
            self._stop.heed()

    def _overhear_slots(self, base: int, slot: int, n: int) -> None:
        """Take in that slots were taken: all there is to hear of most objects; their events would take half a step."""
        self.account.take(base, slot, n)
        passed = self.passed
        passed.stale.bases.add(base)
        passed.touched_at[base] = passed.number
