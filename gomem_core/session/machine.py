"""A heap that goes through time: it does steps, remembers itself now and then, and gets back to where it was.

It knows one line of steps, those it did since the heap was empty; session.py keeps the list and the other branches.  Getting to a
step means to take the nearest image before it (checkpoints.py) and to do from there again what was done the first time.
"""

import re
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from gomem_core.classic.image import capture, restore
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mheap import OutOfMemory
from gomem_core.classic.view import HeapView
from gomem_core.files.step import Step
from gomem_core.go.amd64 import MSPAN_SIZE
from gomem_core.go.events import Event, Sweep
from gomem_core.lang import Command, ParseError
from gomem_core.lang.commands import Alloc, Drop, Invariants
from gomem_core.queries.account import Account
from gomem_core.queries.figures import Figures, figures
from gomem_core.queries.links import LinkIndex
from gomem_core.report import Result
from gomem_core.session.checkpoints import Checkpoint, Checkpoints
from gomem_core.session.commands import CHECK, EXECUTE, LOOKS, CommandError, Context, cost, foresee_drop
from gomem_core.session.outcome import Outcome
from gomem_core.session.stepmarks import counters, step_mark
from gomem_core.session.told import Told
from gomem_core.world.changes import Stale, Touched
from gomem_core.world.interrupt import Progress, Stopped, StopRequest
from gomem_core.world.objects import ObjectTable

SECOND: Final = 1_000_000_000  # ns
_EVERY: Final = 300  # work between two images of a small heap
_NEAR: Final = 500  # steps before a place that is gone to, where images lie closer, for who goes on backwards from there
_EVENT_BYTES: Final = 150
_TOUCHED_BYTES: Final = 80
_FIGURES_BYTES: Final = 8_000
_SUMS_FROM: Final = 100  # work from which the sums before a step cost little beside it
_CHECKED: Final = 20_000  # objects, or new names, up to which a line is checked while it is typed
_TELL_EVERY: Final = 10_000  # work, a third of a second


class _Halfway(Exception):
    """The requested number of events was reached."""


class _Memory(NamedTuple):
    """What a checkpoint remembers besides the heap."""

    outcome: Outcome | None
    touched_at: dict[int, int]


class Machine:
    """One heap, its objects, and what its steps left behind.

    `step_of` gives a step by its number, from 1.  With `narrate` each outcome carries the events its command caused.
    """

    def __init__(
        self,
        step_of: Callable[[int], Step],
        narrate: bool,
        stop: StopRequest | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.heap = Heap()
        self.world = HeapView(self.heap)
        self.objects = ObjectTable()
        self.account = Account(self.world, self.objects)  # kept where the heap narrates; Session guards it
        self.links = LinkIndex(self.world, complete=True)  # likewise
        self.at = 0  # steps done
        self.outcome: Outcome | None = None  # of the step done last, if it is known
        # Called while steps are done for the first time: where it stands, and which long command that was typed is tried next.
        self.on_the_way: Callable[[int, str], None] | None = None
        self.stop = StopRequest() if stop is None else stop  # whatever takes long raises Stopped then
        self.stale = Stale()  # spans that may have changed since somebody took this
        self.heap_live = array("q", [0])  # bytes, after each step that was done on this line
        self.marks = bytearray(1)  # what each of them did, see stepmarks.py
        self.touched_at: dict[int, int] = {}  # span -> step that touched it last
        self.progress = Progress() if progress is None else progress  # of the command that is being done
        links = self.links if narrate else None
        self._context = Context(self.heap, self.world, self.objects, progress=self.progress, links=links, stop=self.stop)
        self._step_of = step_of
        self.narrates = narrate
        self._told_at = -_TELL_EVERY  # work when it told last where it stands
        self._failed: dict[int, Outcome] = {}  # of steps for which there was not enough memory
        self._work = 0  # see checkpoints.py
        self._half = False  # the heap is halfway in a step
        self._deaf = False  # nobody can stop it: it puts right what was stopped
        self._limit = -1  # events after which to stop; -1: none
        self._passes = False  # the step that is being done, or was done last, only leads elsewhere: what it tells is not kept
        self._told = Told()  # by the step that is being done
        self._touched = Touched()
        self._sums: Figures | None = None  # before the step that is being done
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
            self.heap.set_trace(self._listen if self.narrates else None)

    @contextmanager
    def only_looking(self) -> Iterator[None]:
        """Suppresses progress reports: the machine will come back."""
        told, self.on_the_way = self.on_the_way, None
        try:
            yield
        finally:
            self.on_the_way = told

    # --- Doing steps ----------------------------------------------------------------------------------------------------

    def do(self, step: Step, look: bool = True) -> Outcome:
        """Do the next step, one of the list: one that fails counts as well, and changes nothing but the clock.

        Without `look`, commands that only look are not done, and the outcome tells neither events nor the sums before, save of
        heavy steps.  Raises KeyboardInterrupt and Stopped, with nothing changed.
        """
        number = self.at + 1
        before = counters(self.heap)
        if number > self.recorded:
            self._tell(step)
        outcome = self._attempt(step, look, self._failed.get(number))
        if number > self.recorded:
            self.heap_live.append(self.heap.stats.heap_live)
            self.marks.append(step_mark(before, counters(self.heap)) if outcome.ok else 0)
        self._done(number, outcome)
        return outcome

    def try_new(self, step: Step) -> Outcome:
        """Do a step that somebody typed: from here the line is another one.  One that fails is none, and changes nothing.

        Raises as `do` does.
        """
        number, now, work = self.at + 1, self.heap.mheap.now, self._work
        known_to_fail = self._failed.pop(number, None)
        before = counters(self.heap)
        self._tell(step, step.source)
        if self.at < self.recorded:
            self.objects.diverge()
        outcome = None
        try:
            outcome = self._attempt(step, True, None)
        finally:
            if outcome is None or not outcome.ok:
                self.objects.put_back()
                self.heap.set_now(now)
                self._work = work
                self._failed.pop(number, None)
                if known_to_fail is not None:
                    self._failed[number] = known_to_fail
        if not outcome.ok:
            return outcome
        self.cut()
        self.heap_live.append(self.heap.stats.heap_live)
        self.marks.append(step_mark(before, counters(self.heap)))
        self._done(number, outcome)
        return outcome

    def _tell(self, step: Step, typed: str = "") -> None:
        """Tell where it stands: at the very first step, before a heavy one, and now and then; and which heavy one is typed."""
        if self.on_the_way is None:
            return
        work = cost(self._context, step.command)
        if abs(self._work - self._told_at) + work >= _TELL_EVERY:
            self._told_at = self._work
            self.on_the_way(self.at, typed if work >= _TELL_EVERY else "")

    def look(self, step: Step, at: int) -> Outcome:
        """Do a command that only looks, as no step."""
        try:
            if self._half and isinstance(step.command, Invariants):
                raise CommandError("in the middle of a command the invariants need not hold; back leads out of it")
            result = EXECUTE[type(step.command)](self._context, step.command)
        except CommandError as e:
            return Outcome(step.line, step.command, at, error=located(e, step.line))
        return Outcome(step.line, step.command, at, result)

    def foresee(self, command: Drop) -> str:
        """What a command would drop here, in a line; nothing where that takes long to find out."""
        return foresee_drop(self._context, command)

    def fault(self, command: Command, line: str) -> ParseError | None:
        """What is wrong with a command here, without doing it; None too where that takes long to find out."""
        check = CHECK.get(type(command))
        many = isinstance(command, Alloc) and command.times > _CHECKED
        if check is None or many or self.objects.alive > _CHECKED:
            return None
        try:
            check(self._context, command)
        except CommandError as e:
            return located(e, line)
        return None

    def cut(self) -> None:
        """Forget what was done after this place."""
        self.objects.cut()
        self._checkpoints.forget_after(self.at)
        del self.heap_live[self.at + 1 :], self.marks[self.at + 1 :]
        self._failed = {step: outcome for step, outcome in self._failed.items() if step <= self.at}

    def _done(self, number: int, outcome: Outcome) -> None:
        self.at = number
        self.outcome = outcome
        self.touched_at.update(dict.fromkeys(self._touched.spans, number))
        self._checkpoints.before(number - 1).stale.add(self._news)
        self.stale.add(self._news)
        self._since.add(self._news)

    def _attempt(self, step: Step, look: bool, known_to_fail: Outcome | None) -> Outcome:
        """Let the command change the heap.  Whatever stops it halfway, the heap is then as it was."""
        number = self.at + 1
        self._prepare(step, look)
        if known_to_fail is not None:
            return known_to_fail
        try:
            result, error, ran_out = self._run(step, look)
        except (KeyboardInterrupt, Stopped):
            self._undo()
            raise
        if ran_out and self._passes:  # what is remembered of it has to tell all
            self._undo()
            return self._attempt(step, True, None)
        if ran_out:
            told = self._told, self._sums
            self._undo()
            self._told, self._sums = told
            self._touched, self._news = Touched(), Stale()
            self.heap.set_now(number * SECOND)
        outcome = self._outcome(step, number, result, error)
        if ran_out:
            self._failed[number] = outcome
        return outcome

    def _run(self, step: Step, look: bool) -> tuple[Result | None, ParseError | None, bool]:
        """Do the command: its result, or what is wrong with it, and whether memory ran out halfway.

        Commands complain (CommandError) before they change anything.  Raises KeyboardInterrupt, Stopped and _Halfway.
        """
        command = step.command
        if step.error is not None or command is None or (not look and type(command) in LOOKS):
            return None, step.error, False
        try:
            return EXECUTE[type(command)](self._context, command), None, False
        except CommandError as e:
            return None, located(e, step.line), False
        except OutOfMemory as e:
            return None, located(CommandError(str(e)), step.line), True

    @property
    def _spans(self) -> int:
        return self.heap.mheap.spanalloc.inuse // MSPAN_SIZE

    @property
    def _dear(self) -> int:
        """Work that takes about as long as to remember the heap."""
        return max(_EVERY, self._spans // 20)

    def _prepare(self, step: Step, look: bool) -> None:
        number = self.at + 1
        work = cost(self._context, step.command)
        last = self._checkpoints.before(self.at)
        if self.at >= self.recorded or self.objects.diverges:
            most, dear = max(_EVERY, self._spans // 3), self._dear
            if not self.narrates:  # a program's, which seldom goes back
                most, dear = 8 * most, 8 * most
            behind = self._work - last.work
            if last.step < self.at and (behind + work >= most or min(behind, work) >= dear):
                self.remember()
        self._work += work
        seen = look or work >= _SUMS_FROM  # a heavy step is remembered with all it told, also when it is done on the way
        self._sums = figures(self.world, self.account) if seen and self.narrates else None
        self._told, self._touched, self._news = Told(), Touched(), Stale()
        self._passes = not seen
        self._context.step = number
        self.heap.set_now(number * SECOND)

    def _outcome(self, step: Step, number: int, result: Result | None, error: ParseError | None) -> Outcome:
        said = step if len(step.source) != len(step.line) else None
        return Outcome(step.line, step.command, number, result, error, self._told, self._touched, said, self._sums)

    def _listen(self, event: Event) -> None:
        self.world.follow(event)
        self.account.follow(event)
        self.links.follow(event)
        self._touched.follow(event)
        self._news.follow(event)
        if not self._passes:
            self._told.follow(event)
            if type(event) is Sweep and event.nfreed:
                self._touched.freed.setdefault(event.base, self.account.taken_when_read(event.base))
            if self._told.total == self._limit:
                raise _Halfway
        if self.stop.asked and not self._deaf:
            self.stop.heed()

    # --- Going elsewhere ------------------------------------------------------------------------------------------------

    def reach(self, step: int) -> None:
        """Stand after a step, by the shortest way.  Raises KeyboardInterrupt and Stopped, after a whole step on the way."""
        known = self._checkpoints.before(step)
        if self._half or not known.step <= self.at <= step:
            self._restore(known)
        dear = self._dear
        while self.at < step:
            if not self._deaf:
                self.stop.heed()
            if step - self.at <= _NEAR and self._work - self._since_work >= dear:
                self.remember()
            self.do(self._step_of(self.at + 1), look=False)

    def look_again(self) -> None:
        """Do the last step again if it only led here: this was not meant to be the end, and its outcome is to tell all.

        Is never stopped.
        """
        if not self.at or not self.narrates or (self.outcome is not None and not self._passes):
            return
        step = self.at
        self._deaf = True
        try:
            self.reach(step - 1)
            self.do(self._step_of(step))
        finally:
            self._deaf = False

    def knows(self, step: int) -> bool:
        """Whether step is remembered with its outcome."""
        known = self._checkpoints.before(step)
        return known.step == step and known.tells

    def remember(self) -> None:
        """Keep an image of the heap as it is here."""
        if self._checkpoints.before(self.at).step == self.at:
            return
        known = self.outcome if self.outcome is not None and self.outcome.result is not None else None
        if self.narrates and known is not None and known.before is None:
            known = None  # it was done on the way: who stands here does it again, and sees what it changed
        memory = _Memory(known, dict(self.touched_at))
        nbytes = _TOUCHED_BYTES * len(self.touched_at) + (
            _FIGURES_BYTES + _EVENT_BYTES * len(known.events) if known is not None else 0
        )
        checkpoint = Checkpoint(self.at, self._work, capture(self.heap), memory, nbytes, known is not None)
        self._checkpoints.add(checkpoint, self._work, inside=self.at < self.recorded)
        self._since, self._since_step, self._since_work = Stale(), self.at, self._work

    def _restore(self, known: Checkpoint) -> None:
        if self._half:
            self.objects.go(self.at)
            self.objects.put_back()
            if self.at == self.recorded:  # the objects of a step that was never completed leave no traces
                self.objects.cut()
        self._half = True
        image, memory = known.contents()
        restore(self.heap, image)
        self.world.exchanged(image.bases)
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

    def _undo(self) -> None:
        """A step was stopped halfway: be as before it.  That is never stopped itself."""
        self._half = self._deaf = True
        try:
            self.reach(self.at)
        finally:
            self._deaf = self.stop.asked = False

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
        number = self.at + 1
        step = self._step_of(number)
        self._prepare(step, look=True)
        self._limit = events
        self._half = True
        if number in self._failed:  # what lies hidden there are objects of later steps
            self.objects.diverge()
        result = error = None
        try:
            result, error, _ = self._run(step, True)
        except _Halfway:
            pass
        except (KeyboardInterrupt, Stopped):
            self._undo()
            raise
        finally:
            self._limit = -1
        self.stale.add(self._news)
        return self._outcome(step, number, result, error)


def located(e: CommandError, line: str) -> ParseError:
    """The same complaint with the place in the line that is to blame, the whole line where none is."""
    whole_word = rf"(?<![\w.-]){re.escape(e.word)}(?![\w-])" if e.word[:1] != "." else re.escape(e.word)
    place = re.search(whole_word, line) if e.word else None
    if place is None:
        text = line.partition("#")[0].rstrip()
        start = len(text) - len(text.lstrip())
        return ParseError(start + 1, len(text) - start, e.message, (), e.suggestion)
    return ParseError(place.start() + 1, len(e.word), e.message, (), e.suggestion)
