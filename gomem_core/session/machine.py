"""A heap that goes through time: it does steps (stepper.py), and gets back to where it was.

It knows one line of steps, those it did since the heap was empty; session.py keeps the list and the other branches.  Getting to a
step means to take the nearest image before it (memory.py) and to do from there again what was done the first time.  What a step
tells is heard by narrator.py.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from gomem_core.files.step import Step
from gomem_core.session.checkpoints import Checkpoint
from gomem_core.session.commands.context import CommandError
from gomem_core.session.commands.cost import cost
from gomem_core.session.outcome import Outcome
from gomem_core.session.passing import SECOND
from gomem_core.session.stepper import Stepper, outcome_of
from gomem_core.world.faults import OutOfMemory, Refused
from gomem_core.world.interrupt import Stopped

T = TypeVar("T")
_TOLD_FROM: Final = 20_000  # work from which to tell all costs little beside it


class Machine(Stepper):
    """Stands after any step of its line, or in the middle of one."""

    # --- Going elsewhere ------------------------------------------------------------------------------------------------

    def beside(self, direction: int) -> int:
        """The next step, or the one before."""
        return self.at + direction

    def goto(self, step: int) -> None:
        """Stand after a step, by the shortest way.  Raises KeyboardInterrupt and Stopped, after a whole step on the way."""
        known = self._memory.before(step)
        if self.halfway or not known.step <= self.at <= step:
            self._restore(known)
        stop, memory, near = self._stop, self._memory, self._memory.near(step)
        before: tuple[int, ...] = ()
        try:
            while self.at < step:
                stop.heed()
                if self.at >= near and memory.is_due_near(self._work):
                    self.remember()
                passed = self._pass_row(step if self.at >= near else min(step, near))
                before = () if passed else self._pass(before)
        finally:
            self.context.passed = False
            self._take_passed()
            self._note_exchange()

    def _pass_row(self, goal: int) -> int:
        """Pass by the plain steps that come next, but not beyond a goal; returns how many they were.  Raises as `do` does."""
        number, recorded = self.at + 1, self.trail.recorded
        if self._failed or len(self.context.values) or self._made.diverges or self.context.strip is not None:
            return 0
        is_new = number > recorded
        most = min(goal, self.at + self._memory.due_from - self._work if is_new else recorded) - self.at
        lines = self._steps.plain(number)[: max(most, 0)]
        if not lines:
            return 0
        passing = self._passing
        self.context.passed = True
        if is_new and self.on_the_way is not None:
            lines = lines[: self._untold]
            self._tell(len(lines))
        try:
            (passing.first_time if is_new else passing.again)(number, lines)
        except (OutOfMemory, Refused, KeyboardInterrupt, Stopped) as e:
            self._passed_row(passing.done)
            self._undo()
            if isinstance(e, KeyboardInterrupt | Stopped):
                raise
            return 0
        self._passed_row(passing.done)
        return passing.done

    def _passed_row(self, count: int) -> None:
        self.at += count
        self._work += count
        if count:
            self.context.step, self.outcome = self.at, None

    def _pass(self, before: tuple[int, ...]) -> tuple[int, ...]:
        """Do the next step, which only leads elsewhere: it tells nothing, and what only looks is not done.

        Returns the engine's counters after a step that was done for the first time, as `before` for the next one; else none.
        Heavy ones are done as `do` does for the first time, since to tell all costs little beside them, and they are remembered.
        Raises as `do` does.
        """
        number = self.at + 1
        from gomem_core.session.commands.table import LOOKS, STEPS  # noqa: PLC0415 -- likewise

        command = self._steps.command(number)
        work = cost(self.context, command)
        is_new = number > self.trail.recorded
        if (work >= _TOLD_FROM and is_new) or number in self._failed:
            self.do(self._steps.step(number))
            return ()
        if is_new:
            if self.on_the_way is not None:
                self._tell(work)
            self._remember_if_due(1)
        self._work += work
        self.narrator.pass_by(number)
        self.context.step, self.context.passed = number, True
        self.engine.set_now(self._began + number * SECOND)
        if is_new:
            before = before or self.engine.counters()
        try:
            if command is not None and type(command) not in LOOKS:
                STEPS[type(command)](self.context, command)
        except CommandError:
            pass
        except (OutOfMemory, Refused):  # what is remembered of it has to tell all
            self._undo()
            self.do(self._steps.step(number))
            return ()
        except (KeyboardInterrupt, Stopped):
            self._undo()
            raise
        after: tuple[int, ...] = ()
        if is_new:
            after = self.engine.counters()
            self._record(before, after)
        self.at = number
        self.outcome = None
        if is_new and self._memory.is_dear(work):  # who goes on from here, or comes back to what follows, does not do it again
            self.remember()
        return after

    def look_again(self) -> None:
        """Do the last step again if it only led here: this was not meant to be the end, and its outcome is to tell all.

        Is never stopped.
        """
        if not self.at or not self.narrator.always or self.outcome is not None:
            return
        step = self.at
        with self._stop.deaf():
            self.goto(step - 1)
            self.do(self._steps.step(step))

    def tells(self, step: int) -> bool:
        """Whether step is remembered with its outcome."""
        return self._memory.tells(step)

    def _restore(self, known: Checkpoint) -> None:
        if self.halfway:
            self._made.goto(self.at)
            self._made.put_back()
            if self.at == self.trail.recorded:  # the objects of a step that was never completed leave no traces
                self._made.cut()
        self.halfway = True
        self._take_passed()
        kept = self._memory.restore(known)
        self._made.goto(known.step)
        self.context.declared.goto(known.step)
        self.context.values.goto(known.step)
        for stale in (*self._memory.gone_to(known, self.at), self.narrator.step.stale):
            self._stale.add(stale)
            self.narrator.look_again(stale)
        self.at = known.step
        self.outcome = kept.outcome
        self.trail.touched_at = dict(zip(kept.touched, kept.touched_at, strict=True))
        self._work = known.work
        self.halfway = False

    def _undo(self) -> None:
        """A step was stopped halfway: be as before it.  That is never stopped itself."""
        self.halfway, outcome = True, self.outcome
        try:
            with self._stop.deaf():
                self.goto(self.at)
        finally:
            self._stop.asked = False
        self.outcome = outcome  # the steps on the way told less

    def tried(self, steps: Sequence[Step], look: Callable[[], T]) -> tuple[list[Outcome], T]:
        """Do steps as if they came next, up to one that fails; what became of each, and what `look` finds then.

        The machine stays where it is, and so does all it knows.  Raises KeyboardInterrupt and Stopped, likewise.
        """
        self.goto(self.at)
        self.remember()
        now = self.engine.now
        self._made.diverge()
        self.halfway = True  # so that all of it is left behind
        outcomes: list[Outcome] = []
        try:
            for number, step in enumerate(steps, self.at + 1):
                self.narrator.begin()
                self.context.step, self.context.passed = number, False
                self.engine.set_now(self._began + number * SECOND)
                result, error, _ = self._run(step)
                self._changed(self.at, self.narrator.step.stale)
                outcomes.append(outcome_of(step, number, self.narrator.step, result, error))
                if error is not None:
                    break
            return outcomes, look()
        finally:
            self._undo()
            self.engine.set_now(now)

    # --- Halfway --------------------------------------------------------------------------------------------------------

    def look_ahead(self) -> Outcome:
        """What the next step will tell; the machine stays where it is."""
        whole = self.part(-1)
        self.goto(self.at)
        return whole

    def part(self, events: int) -> Outcome:
        """Do the next step until so many events are told.  The heap is halfway then: only to be looked at, and to be left."""
        self.goto(self.at)
        self.remember()
        number = self.at + 1
        step = self._steps.step(number)
        self._begin(cost(self.context, step.command))
        self.halfway = True
        if number in self._failed:  # what lies hidden there are objects of later steps
            self._made.diverge()
        result = error = None
        try:
            with self.narrator.at_most(events):
                result, error, _ = self._run(step)
        except (KeyboardInterrupt, Stopped):
            self._undo()
            raise
        self._stale.add(self.narrator.step.stale)
        return outcome_of(step, number, self.narrator.step, result, error)
