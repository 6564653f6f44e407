"""A heap that does the steps of one line, each as a whole or not at all, and remembers now and then how it stood.

Of a step that is stopped halfway nothing stays: who knows the way back is machine.py.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, cast

from gomem_core.files.step import Step
from gomem_core.go.release import ALWAYS, Release
from gomem_core.lang import ParseError
from gomem_core.report import Result
from gomem_core.session.commands.context import CommandError, Context
from gomem_core.session.commands.cost import cost
from gomem_core.session.declared import GIVEN
from gomem_core.session.engine import Base, new_engine
from gomem_core.session.history import Steps
from gomem_core.session.memory import Memory, Remembered
from gomem_core.session.narrator import Narration, Narrator
from gomem_core.session.outcome import Outcome
from gomem_core.session.passing import SECOND, Passing
from gomem_core.session.trail import Trail, step_mark
from gomem_core.world.changes import Stale
from gomem_core.world.faults import OutOfMemory, Refused
from gomem_core.world.interrupt import Progress, Stopped, StopRequest
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.objects import ObjectTable
from gomem_core.world.reel import Reel
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from gomem_core.world.world import NotKnown

_TELL_EVERY: Final = 10_000  # work, a third of a second


class Stepper:
    """One heap and its objects.

    `steps` has those of its line.  With `narrate` each outcome carries the events its command caused.
    It begins on `base`, or with an empty heap of a `release` of Go.  Where `base` is a strip, the look that is shown stands for
    the heap, and the only step is to go on to the next one.
    """

    def __init__(
        self,
        steps: Steps,
        narrate: bool,
        stop: StopRequest,
        progress: Progress,
        base: Base = None,
        release: Release = ALWAYS,
    ) -> None:
        self.engine = new_engine(base, release)
        self._began = self.engine.now  # ns: the clock of a heap that goes on goes on, too
        strip = base if isinstance(base, Strip) else None
        rows = base.rows if isinstance(base, Still) else None
        first = (
            base if isinstance(base, Still) else strip.stills[0] if strip is not None and not isinstance(strip, Reel) else None
        )
        # By the steps, and before them; of a heap that is read none.
        self._made = ObjectTable.going_on(rows) if isinstance(rows, ObjectColumns) else ObjectTable()
        # Those of a heap that is read are of another kind: every command is refused that would need what only a table can.
        self.objects = self._made if strip is None else cast("ObjectTable", strip.objects)
        self.narrator = Narrator(self.engine, self.objects, stop, narrate)
        self.trail = Trail(0 if base is None or strip is not None else self.engine.world.sums.stats.heap_live)
        self.at = 0  # steps done
        self.outcome: Outcome | None = None  # of the step done last, if it is known
        # Called while steps are done for the first time: where it stands, and which long command that was typed is tried next.
        self.on_the_way: Callable[[int, str], None] | None = None
        self.halfway = False  # the heap is halfway in a step
        links = self.narrator.links if narrate else None
        self.context = Context(
            self.engine, self.engine.world, self.objects, progress=progress, links=links, stop=stop, strip=strip
        )
        self._passing = Passing(self.engine, self._made, self.narrator, self.trail, self._began)
        if first is not None:
            for source in first.declared:
                self.context.declared.add(GIVEN, *source)
        self._stop = stop  # whatever takes long raises Stopped when it is asked for
        self._steps = steps
        self._memory = Memory(self.engine, often=narrate)
        self._stale = Stale()  # spans that may have changed since it was taken
        self._failed: dict[int, Outcome] = {}  # of steps for which there was not enough memory
        self._work = 0  # of all steps up to here, see checkpoints.py
        self._told_at = -_TELL_EVERY  # work when it told last where it stands

    @contextmanager
    def only_looking(self) -> Iterator[None]:
        """Tell nobody in here where it stands: it will come back."""
        told, self.on_the_way = self.on_the_way, None
        try:
            yield
        finally:
            self.on_the_way = told

    def take_stale(self) -> Stale:
        """The spans that may have changed since this was asked last."""
        stale, self._stale = self._stale, Stale()
        return stale

    # --- Doing steps ----------------------------------------------------------------------------------------------------

    def do(self, step: Step) -> Outcome:
        """Do the next step, one of the list: one that fails counts as well, and changes nothing but the clock.

        Raises KeyboardInterrupt and Stopped, with nothing changed.
        """
        number, work = self.at + 1, cost(self.context, step.command)
        is_new = number > self.trail.recorded
        if is_new:
            self._tell(work)
        before = self.engine.counters()
        outcome = self._attempt(step, work, self._failed.get(number))
        if is_new:
            self._record(before, self.engine.counters() if outcome.ok else before)
        self._done(number, outcome)
        return outcome

    def try_new(self, step: Step) -> Outcome:
        """Do a step that was typed: from here the line is another one.  One that fails is none, and changes nothing.

        Raises as `do` does.
        """
        number, now, done = self.at + 1, self.engine.now, self._work
        work = cost(self.context, step.command)
        known_to_fail = self._failed.pop(number, None)
        before = self.engine.counters()
        self._tell(work, step.source)
        if self.at < self.trail.recorded:
            self._made.diverge()
        ok = False
        try:
            outcome = self._attempt(step, work, None)
            ok = outcome.ok
        finally:
            if not ok:
                self._made.put_back()
                self.engine.set_now(now)
                self._work = done
                self._failed.pop(number, None)
                if known_to_fail is not None:
                    self._failed[number] = known_to_fail
        if ok:
            self.cut()
            self._record(before, self.engine.counters())
            self._done(number, outcome)
        return outcome

    def _tell(self, work: int, typed: str = "") -> None:
        """Tell where it stands: at the very first step, before a heavy one, and now and then; and which heavy one is typed."""
        if self.on_the_way is not None and abs(self._work - self._told_at) + work >= _TELL_EVERY:
            self._told_at = self._work
            self.on_the_way(self.at, typed if work >= _TELL_EVERY else "")

    @property
    def _untold(self) -> int:
        """Plain steps that can be done before it has to tell again; one at least."""
        return max(_TELL_EVERY - 1 - abs(self._work - self._told_at), 1)

    def cut(self) -> None:
        """Forget what was done after this place."""
        self._made.cut()
        self._memory.forget_after(self.at)
        self.trail.cut(self.at)
        if self._failed:
            self._failed = {step: outcome for step, outcome in self._failed.items() if step <= self.at}

    def _record(self, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        """Note what the step did that was just done for the first time; `before` and `after`: Engine.counters."""
        read = self.context.strip is not None  # of such a heap nobody knows how its bytes came about
        self.trail.add(0 if read else self.context.world.sums.stats.heap_live, step_mark(before, after))

    def _done(self, number: int, outcome: Outcome) -> None:
        self.at = number
        self.outcome = outcome
        self.trail.touched_at.update(dict.fromkeys(outcome.touched.spans, number))
        self._changed(number - 1, self.narrator.step.stale)
        self._note_exchange()

    def _note_exchange(self) -> None:
        """Where another look is shown now, nothing stays of what was known of the one before."""
        strip = self.context.strip
        if strip is not None and strip.take_exchanged():
            stale = Stale()
            stale.all = stale.lost = True
            self._stale.add(stale)
            self.narrator.look_again(stale)

    def _changed(self, step: int, stale: Stale) -> None:
        """What was done after this step changed these spans."""
        self._memory.changed(step, stale)
        self._stale.add(stale)

    def _attempt(self, step: Step, work: int, known_to_fail: Outcome | None) -> Outcome:
        """Let the command change the heap.  Whatever stops it halfway, the heap is then as it was."""
        number = self.at + 1
        self._begin(work)
        if known_to_fail is not None:
            return known_to_fail
        try:
            result, error, ran_out = self._run(step)
        except (KeyboardInterrupt, Stopped):
            self._undo()
            raise
        narration = self.narrator.step
        if ran_out:
            self._undo()
            narration = self.narrator.step = narration.undone()
            self.engine.set_now(self._began + number * SECOND)
        outcome = outcome_of(step, number, narration, result, error)
        if ran_out:
            self._failed[number] = outcome
        return outcome

    def _begin(self, work: int) -> None:
        """A step begins that takes so much work."""
        number = self.at + 1
        self._take_passed()
        self._remember_if_due(work)
        self._work += work
        self.narrator.begin()
        self.context.step, self.context.passed = number, False
        self.engine.set_now(self._began + number * SECOND)

    def _remember_if_due(self, coming: int) -> None:
        """Keep an image before a step is done for the first time, if it takes long, or many were done since the last one."""
        if coming == 1 and self._work < self._memory.due_from:  # nearly always
            return
        is_new = self.at >= self.trail.recorded or self._made.diverges
        if is_new and self._memory.is_due(self.at, self._work, coming):
            self.remember()

    def _run(self, step: Step) -> tuple[Result | None, ParseError | None, bool]:
        """Do the command: its result, or what is wrong with it, and whether memory ran out halfway.

        Commands complain (CommandError) before they change anything.  Raises KeyboardInterrupt and Stopped.
        """
        from gomem_core.session.commands.table import STEPS  # noqa: PLC0415 -- a first picture does without

        command = step.command
        if step.error is not None or command is None:
            return None, step.error, False
        try:
            return STEPS[type(command)](self.context, command), None, False
        except CommandError as e:
            return None, e.located(step.line), False
        except NotKnown as e:  # of what it was to look at
            return None, CommandError(str(e)).located(step.line), False
        except (OutOfMemory, Refused) as e:
            return None, CommandError(str(e)).located(step.line), True

    def _undo(self) -> None:
        """A step was stopped halfway: be as before it."""
        raise NotImplementedError

    # --- Remembering ----------------------------------------------------------------------------------------------------

    def remember(self) -> None:
        """Keep an image of the heap as it is here."""
        if self._memory.has(self.at):
            return
        self._take_passed()
        outcome = self.outcome if self.outcome is not None and self.outcome.result is not None else None
        kept = Remembered.of(outcome, self.trail.touched_at)
        self._memory.keep(self.at, self._work, kept, inside=self.at < self.trail.recorded)

    def _take_passed(self) -> None:
        """Note what was left behind by the steps that were passed by."""
        passed = self.narrator.take_passed()
        if passed.number:
            self.trail.touched_at.update(passed.touched_at)
            self._changed(max(self.at - 1, 0), passed.stale)


def outcome_of(step: Step, number: int, told: Narration, result: Result | None, error: ParseError | None) -> Outcome:
    """What became of a step, with all that it told."""
    said = step if len(step.source) != len(step.line) else None
    return Outcome(step.line, step.command, number, result, error, told.told, told.touched, said, told.before)
