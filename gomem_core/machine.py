"""A heap that goes through time: it does steps, remembers itself now and then, and gets back to where it was.

It knows one line of steps, those it did since the heap was empty; session.py keeps the list and the other futures.  Getting to a
step means to take the nearest image before it (checkpoints.py) and to do from there again what was done the first time.
"""

import re
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from gomem_core.account import Account
from gomem_core.arch import MSPAN_SIZE
from gomem_core.checkpoints import Checkpoint, Checkpoints
from gomem_core.events import Event
from gomem_core.execute import EXECUTE, LOOKS, CommandError, World, cost
from gomem_core.image import capture, restore
from gomem_core.lang import ParseError
from gomem_core.lang.commands import Invariants
from gomem_core.links import LinkIndex
from gomem_core.news import Stale, Touched
from gomem_core.objects import ObjectTable
from gomem_core.outcome import Outcome
from gomem_core.report import Result
from gomem_core.runtime.malloc import Heap
from gomem_core.runtime.mheap import OutOfMemory
from gomem_core.step import Step
from gomem_core.stepmarks import counters, step_mark
from gomem_core.view import HeapView

SECOND: Final = 1_000_000_000  # ns
EVENTS_KEPT: Final = 20_000  # of one command; the rest is only counted
_EVERY: Final = 300  # work between two images of a small heap
_NEAR: Final = 500  # steps before a place that is gone to, where images lie closer, for who goes on backwards from there
_EVENT_BYTES: Final = 150
_TOUCHED_BYTES: Final = 80
_TELL_EVERY: Final = 10_000  # work, a third of a second


class Stopped(Exception):
    """Somebody asked to stop (`Machine.stop`); the machine stands where the last whole step left it."""


class _Halfway(Exception):
    """So many events were told as were asked for."""


class _Memory(NamedTuple):
    """What a checkpoint remembers besides the heap."""

    outcome: Outcome | None
    touched_at: dict[int, int]


class Machine:
    """One heap, its objects, and what its steps left behind.

    `step_of` gives a step by its number, from 1.  With `narrate` each outcome carries the events its command caused.
    """

    def __init__(self, step_of: Callable[[int], Step], narrate: bool) -> None:
        self.heap = Heap()
        self.view = HeapView(self.heap)
        self.objects = ObjectTable()
        self.account = Account(self.view, self.objects)  # to be read in sessions that narrate
        self.links = LinkIndex(self.view, complete=True)  # the same
        self.at = 0  # steps done
        self.outcome: Outcome | None = None  # of the step done last, if it is known
        self.on_the_way: Callable[[int], None] | None = None  # told where it stands while steps are done that never were
        self.stop = False  # set by others, also from another thread: whatever takes long raises Stopped then
        self.stale = Stale()  # spans that may have changed since somebody took this
        self.heap_live = array("q", [0])  # bytes, after each step that was done on this line
        self.marks = bytearray(1)  # what each of them did, see stepmarks.py
        self.touched_at: dict[int, int] = {}  # span -> step that touched it last
        self._world = World(self.heap, self.view, self.objects)
        self._step_of = step_of
        self._narrates = narrate
        self._told = -_TELL_EVERY  # work when that was told last
        self._failed: dict[int, ParseError] = {}  # steps for which there was not enough memory
        self._work = 0  # see checkpoints.py
        self._half = False  # the heap is halfway in a step
        self._trying = False  # a step that was typed, so that what was done behind this place is about to be forgotten
        self._limit = -1  # events after which to stop; -1: none
        self._events: list[Event] = []
        self._events_total = 0
        self._touched = Touched()
        self._news = Stale()  # of the step that is being done
        self._since = Stale()  # spans that changed since the step `_since_step`, where there is or was a checkpoint
        self._since_step = 0
        self._since_work = 0
        self._checkpoints = Checkpoints(Checkpoint(0, 0, capture(self.heap), _Memory(None, {}), 0, True))
        self.heap.set_trace(self._listen if narrate else None)

    @property
    def recorded(self) -> int:
        """Steps that were done on this line; `at` or more."""
        return len(self.heap_live) - 1

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Outcomes carry events in here, also those of a machine that does not narrate otherwise."""
        self.heap.set_trace(self._listen)
        try:
            yield
        finally:
            self.heap.set_trace(self._listen if self._narrates else None)

    @contextmanager
    def only_looking(self) -> Iterator[None]:
        """Nobody is told where it stands in here, since it comes back."""
        told, self.on_the_way = self.on_the_way, None
        try:
            yield
        finally:
            self.on_the_way = told

    # --- Doing steps ----------------------------------------------------------------------------------------------------

    def do(self, step: Step, look: bool = True) -> Outcome:
        """Do the next step, one of the list: one that fails counts as well, and changes nothing but the clock.

        Without `look`, commands that only look are not done.  Raises KeyboardInterrupt and Stopped, with nothing changed.
        """
        number = self.at + 1
        before = counters(self.heap)
        if number > self.recorded:
            self._tell(step)
        outcome = self._execute(step, look)
        if number > self.recorded:
            self.heap_live.append(self.heap.stats.heap_live)
            self.marks.append(step_mark(before, counters(self.heap)) if outcome.ok else 0)
        self._done(number, outcome)
        return outcome

    def try_new(self, step: Step) -> Outcome:
        """Do a step that somebody typed: from here the line is another one.  One that fails is none, and changes nothing."""
        now = self.heap.mheap.now
        before = counters(self.heap)
        self._tell(step)
        self._trying = True
        self.objects.diverges = self.at < self.recorded
        try:
            outcome = self._execute(step, True)
        finally:
            self._trying = self.objects.diverges = False
        if not outcome.ok:
            self._failed.pop(self.at + 1, None)
            self.heap.set_now(now)
            return outcome
        self.cut()
        self.heap_live.append(self.heap.stats.heap_live)
        self.marks.append(step_mark(before, counters(self.heap)))
        self._done(self.at + 1, outcome)
        return outcome

    def _tell(self, step: Step) -> None:
        """Tell where it stands: at the very first step, before a heavy one, and now and then."""
        if self.on_the_way is not None and abs(self._work - self._told) + cost(self._world, step.command) >= _TELL_EVERY:
            self._told = self._work
            self.on_the_way(self.at)

    def look(self, step: Step, at: int) -> Outcome:
        """Do a command that only looks, as no step."""
        try:
            if self._half and isinstance(step.command, Invariants):
                raise CommandError("in the middle of a command the invariants need not hold; back leads out of it")
            result = EXECUTE[type(step.command)](self._world, step.command)
        except CommandError as e:
            return Outcome(step.line, step.command, at, error=located(e, step.line))
        return Outcome(step.line, step.command, at, result)

    def cut(self) -> None:
        """Forget what was done behind this place."""
        self.objects.cut()
        self._checkpoints.forget_after(self.at)
        del self.heap_live[self.at + 1 :], self.marks[self.at + 1 :]
        self._failed = {step: error for step, error in self._failed.items() if step <= self.at}

    def _done(self, number: int, outcome: Outcome) -> None:
        self.at = number
        self.outcome = outcome
        self.touched_at.update(dict.fromkeys(self._touched.spans, number))
        self._checkpoints.before(number - 1).stale.add(self._news)
        self.stale.add(self._news)
        self._since.add(self._news)

    def _execute(self, step: Step, look: bool) -> Outcome:
        """Let the command change the heap.  Whatever stops it halfway, the heap is then as it was."""
        number = self.at + 1
        self._prepare(step)
        result, error = None, step.error if self._trying else self._failed.get(number) or step.error
        try:
            if error is None and step.command is not None and (look or type(step.command) not in LOOKS):
                result = EXECUTE[type(step.command)](self._world, step.command)
        except CommandError as e:
            error = located(e, step.line)
        except OutOfMemory as e:
            error = self._failed[number] = located(CommandError(str(e)), step.line)
            told = self._events, self._events_total
            self._rebuild()
            self._events, self._events_total = told
            self._touched, self._news = Touched(), Stale()
            self.heap.set_now(number * SECOND)
        except (KeyboardInterrupt, Stopped):
            self._rebuild()
            raise
        return self._outcome(step, number, result, error)

    @property
    def _spans(self) -> int:
        return self.heap.mheap.spanalloc.inuse // MSPAN_SIZE

    @property
    def _dear(self) -> int:
        """Work that takes about as long as to remember the heap."""
        return max(_EVERY, self._spans // 20)

    def _prepare(self, step: Step) -> None:
        number = self.at + 1
        work = cost(self._world, step.command)
        last = self._checkpoints.before(self.at)
        if self.at >= self.recorded or self.objects.diverges:
            most, dear = max(_EVERY, self._spans // 3), self._dear
            if not self._narrates:  # a program's, which seldom goes back
                most, dear = 8 * most, 8 * most
            behind = self._work - last.work
            if last.step < self.at and (behind + work >= most or min(behind, work) >= dear):
                self.remember()
        self._work += work
        self._events, self._events_total, self._touched, self._news = [], 0, Touched(), Stale()
        self._world.step = number
        self.heap.set_now(number * SECOND)

    def _outcome(self, step: Step, number: int, result: Result | None, error: ParseError | None) -> Outcome:
        said = step if len(step.source) != len(step.line) else None
        told = (self._events, self._events_total, self._touched)
        return Outcome(step.line, step.command, number, result, error, *told, said)

    def _listen(self, event: Event) -> None:
        self._events_total += 1
        self.view.follow(event)
        self.account.follow(event)
        self.links.follow(event)
        self._touched.follow(event)
        self._news.follow(event)
        if self._events_total <= EVENTS_KEPT:
            self._events.append(event)
        if self._events_total == self._limit:
            raise _Halfway
        if self.stop:
            raise Stopped

    # --- Going elsewhere ------------------------------------------------------------------------------------------------

    def reach(self, step: int) -> None:
        """Stand behind a step, by the shortest way.  Raises KeyboardInterrupt and Stopped, after a whole step on the way."""
        known = self._checkpoints.before(step)
        if self._half or not known.step <= self.at <= step:
            self._restore(known)
        dear = self._dear
        while self.at < step:
            if self.stop:
                self.stop = False
                raise Stopped
            if step - self.at <= _NEAR and self._work - self._since_work >= dear:
                self.remember()
            self.do(self._step_of(self.at + 1), look=False)

    def knows(self, step: int) -> bool:
        """Whether step is remembered with its outcome."""
        known = self._checkpoints.before(step)
        return known.step == step and known.tells

    def remember(self) -> None:
        """Keep an image of the heap as it is here."""
        if self._checkpoints.before(self.at).step == self.at:
            return
        known = self.outcome if self.outcome is not None and self.outcome.result is not None else None
        memory = _Memory(known, dict(self.touched_at))
        nbytes = _TOUCHED_BYTES * len(self.touched_at) + (_EVENT_BYTES * len(known.events) if known is not None else 0)
        checkpoint = Checkpoint(self.at, self._work, capture(self.heap), memory, nbytes, known is not None)
        self._checkpoints.add(checkpoint, self._work, inside=self.at < self.recorded)
        self._since, self._since_step, self._since_work = Stale(), self.at, self._work

    def _restore(self, known: Checkpoint) -> None:
        if self._half and self.at == self.recorded:  # the objects of the half step are no traces to be kept
            self.objects.go(self.at)
            self.objects.cut()
        self._half = True
        image, memory = known.contents()
        restore(self.heap, image)
        self.view.exchanged(image.bases)
        self.objects.go(known.step)
        if known.step == self._since_step:
            self._changed(self._since)
        else:
            for stretch in self._checkpoints.between(known.step, self.at):
                self._changed(stretch.stale)
        self._changed(self._news)
        self._since, self._since_step, self._since_work = Stale(), known.step, known.work
        self.at = known.step
        self.outcome = memory.outcome
        self.touched_at = dict(memory.touched_at)
        self._work = known.work
        self._half = False

    def _changed(self, stale: Stale) -> None:
        self.stale.add(stale)
        self.account.look_again(stale)

    def _rebuild(self) -> None:
        """A step was stopped halfway: be as before it."""
        self.stop = self.objects.diverges = False
        self._half = True
        trying, self._trying = self._trying, False
        self.reach(self.at)
        if trying:  # some of what was done behind this place may be forgotten already
            self.cut()

    # --- Halfway --------------------------------------------------------------------------------------------------------

    def look_ahead(self) -> Outcome:
        """What the next step will tell; the machine stays where it is."""
        whole = self.part(-1)
        self.reach(self.at)
        return whole

    def part(self, events: int) -> Outcome:
        """Do the next step until so many events are told.  The heap is halfway then: only to be looked at, and to be left."""
        self.reach(self.at)
        self.remember()
        step = self._step_of(self.at + 1)
        self._prepare(step)
        self._limit = events
        self._half = True
        result = error = None
        try:
            if step.command is not None:
                result = EXECUTE[type(step.command)](self._world, step.command)
        except _Halfway:
            pass
        except (CommandError, OutOfMemory) as e:
            error = located(e if isinstance(e, CommandError) else CommandError(str(e)), step.line)
        except (KeyboardInterrupt, Stopped):
            self._rebuild()
            raise
        finally:
            self._limit = -1
        return self._outcome(step, self.at + 1, result, error)


def located(e: CommandError, line: str) -> ParseError:
    """The same complaint with the place in the line that is to blame, the whole line where none is."""
    whole_word = rf"(?<![\w.-]){re.escape(e.word)}(?![\w-])" if e.word[:1] != "." else re.escape(e.word)
    place = re.search(whole_word, line) if e.word else None
    if place is None:
        text = line.partition("#")[0].rstrip()
        start = len(text) - len(text.lstrip())
        return ParseError(start + 1, len(text) - start, e.message, (), e.suggestion)
    return ParseError(place.start() + 1, len(e.word), e.message, (), e.suggestion)
