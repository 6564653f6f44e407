"""A session: a list of steps done to one heap, and a cursor that goes back in it as easily as forward.

Same commands, same heap, to the bit: going anywhere is doing them again from an image nearby (machine.py).  A session stands
after a step, or halfway, after some of the events of the next command; a halfway heap is only there to be looked at.

A command that is typed and fails changes nothing: neither heap nor names nor the clock, which is logical and goes one second
further with each step.  A step of a script that fails is a step that changes nothing but the clock.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from gomem_core.files.keeping import with_kept
from gomem_core.files.step import Step, parse_step
from gomem_core.go.release import Release
from gomem_core.gotypes.errors import GoError
from gomem_core.lang import Command, ParseError, parse
from gomem_core.lang.commands import Invariants, Look
from gomem_core.session.commands.context import CommandError, unread
from gomem_core.session.declared import GIVEN
from gomem_core.session.outcome import Outcome
from gomem_core.session.readheap import refusal_of
from gomem_core.session.standing import Standing
from gomem_core.world.faults import InvariantError
from gomem_core.world.interrupt import Stopped
from gomem_core.world.world import NotKnown

__all__ = ["Outcome", "Session", "Stopped"]

T = TypeVar("T")


class Session(Standing):
    """One heap, its objects, and the steps that made them.

    With `narrate` each outcome carries the events its command caused.  The steps of `timeline` wait to be done, as a script's.
    It begins on `base`: an empty heap, of the version of Go that the timeline says, or a still, from which its heap goes on.
    With a strip, that is the heap: it can be looked at, and its steps are looks.  Raises CannotTakeUp.
    """

    # --- Doing ----------------------------------------------------------------------------------------------------------

    def submit(self, source: str) -> Outcome:
        """Do what was typed: one command, which may have directives (script.py).

        Of what is no step nothing is done; else as `do`.  Raises ScriptError too, when several lines are not one step.
        """
        try:
            command = parse(source) if "\n" not in source else parse_step(source).command
        except ParseError as e:
            return Outcome(source, None, self.step, error=e)
        if command is None:
            return Outcome(source, None, self.step)
        from gomem_core.session.commands.table import EXECUTE  # noqa: PLC0415 -- a first picture does without

        if type(command) not in EXECUTE:
            return Outcome(source, command, self.step, error=_no_command(source))
        if self.strip is not None and not isinstance(command, Look):
            return Outcome(source, command, self.step, error=CommandError(refusal_of(self.strip)).located(source))
        try:
            return self.do(with_kept(parse_step(source)))
        except GoError as e:
            return Outcome(source, command, self.step, error=unread(command, e).located(source))

    def do(self, step: Step) -> Outcome:
        """Do a step that was typed.

        An error is in the outcome, and nothing changed.  Where steps lie ahead another branch begins.
        Raises InvariantError and Throw: gomem itself is wrong; KeyboardInterrupt and Stopped, with nothing changed.
        """
        self._leave_half()
        if self._machine.at != self.step:
            raise InvariantError("cursor", f"the session stands at step {self.step}, and its heap at {self._machine.at}")
        ok = False
        try:
            outcome = self._machine.try_new(step)
            ok = outcome.error is None
        finally:
            if not ok:
                self._machine.look_again()  # where it stood halfway before, the last step only led back here
        if not ok:
            return replace(outcome, step=self.step)
        self._whole = None
        self._timeline.put(step.source)
        return outcome

    def look(self, line: str, command: Command) -> Outcome:
        """Do a command that only looks, as no step: nothing changes, and no other branch begins."""
        from gomem_core.session.commands.table import EXECUTE  # noqa: PLC0415 -- likewise

        try:
            if self.event and isinstance(command, Invariants):
                raise CommandError("in the middle of a command the invariants need not hold; back leads out of it")
            result = EXECUTE[type(command)](self._machine.context, command)
        except CommandError as e:
            return Outcome(line, command, self.step, error=e.located(line))
        except NotKnown as e:
            return Outcome(line, command, self.step, error=CommandError(str(e)).located(line))
        return Outcome(line, command, self.step, result)

    def give(self, step: Step) -> Outcome:
        """Declare types of the program whose heap was read: of all its looks, and as no step."""
        context = self._machine.context
        at, context.step = context.step, GIVEN
        try:
            assert step.command is not None
            return self.look(step.line, step.command)
        finally:
            context.step = at

    def forward(self) -> Outcome | None:
        """Do the next step; None at the end."""
        return None if self.at_end else self.goto(self._machine.beside(1))

    def backward(self) -> Outcome | None:
        """Stand before the last step, or before the command that is half done; of a film, at the allocation or free before."""
        return self.goto(self.step if self.event else self._machine.beside(-1))

    def goto(self, step: int, event: int = 0) -> Outcome | None:
        """Stand after a step, or after so many events of the command that follows it (all, when it has fewer).

        Returns the outcome of what was done last to stand there, None at the beginning.  Steps that were never done are done.
        Raises ValueError when there is no such step, KeyboardInterrupt and Stopped after a whole step somewhere on the way.
        """
        last = len(self._timeline.steps)
        if not 0 <= step <= last:
            raise ValueError(f"there is no step {step}; steps go from 0 to {last}")
        try:
            self._stand(step)
            if event and step < last:
                self._stand_halfway(event)
        except (KeyboardInterrupt, Stopped):
            self._machine.look_again()
            self._arrived()
            raise
        except BaseException:
            self._arrived()
            raise
        return self.outcome

    def tried(self, steps: Sequence[Step], look: Callable[[], T]) -> tuple[list[Outcome], T]:
        """Do steps as if they came next, up to one that fails; what became of each, and what `look` finds then.

        Nothing changes.  Raises KeyboardInterrupt and Stopped, likewise.
        """
        self._leave_half()
        return self._machine.tried(steps, look)

    def remember(self) -> None:
        """Make it quick to come back to this step, as when another branch begins here."""
        self._leave_half()
        self._machine.remember()

    def events_ahead(self) -> int:
        """How many events the next command tells, as far as they are kept; 0 at the end.  Halfway, the session leaves that."""
        if self.at_end:
            return 0
        self._leave_half()
        return len(self._look_ahead().events)

    def switch(self, name: str) -> Outcome | None:
        """Take up another branch.  The session stays where it is, as far as that lies in both.  Raises UnknownBranch."""
        shared = self._timeline.shared_with(name)
        here = min(self.step, shared)
        self.goto(min(shared, self.trail.recorded))
        self._machine.cut()
        self._whole = None
        self._timeline.switch(name)
        return self.goto(here)

    def taken_to(self, name: str) -> "Session":
        """Take up another branch, as `switch` does; where that is on another version of Go, another session goes on with it.

        That one stands at the beginning.  Raises UnknownBranch.
        """
        if not self._timeline.on_another(name):
            self.switch(name)
            return self
        self._timeline.switch(name)
        return Session(self.narrates, self._timeline, self._stop, self._progress)

    def again_on(self, release: Release) -> "Session":
        """The same steps on a version of Go, on a branch of their own: a session that stands at the beginning of that."""
        self._leave_half()
        name = self._timeline.again_on(release)
        if name != self._timeline.name:
            self._timeline.switch(name)
        return Session(self.narrates, self._timeline, self._stop, self._progress)

    def bookmark(self, name: str) -> None:
        """Give the step a name."""
        self._timeline.mark(name, self.step)

    def add_line(self, line: str) -> None:
        """Add a directive to the step."""
        self._timeline.add_line(self.step, line)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Outcomes carry events in here, also those of a session that does not narrate."""
        with self._machine.narrator.listening():
            yield

    @contextmanager
    def only_looking(self) -> Iterator[None]:
        """What was to be told on the way is not told in here: the session will come back."""
        with self._machine.only_looking():
            yield

    def tell_on_the_way(self, tell: Callable[[int, str], None]) -> None:
        """Call `tell` while steps are done for the first time: where it stands, and which long typed command it tries next."""
        self._machine.on_the_way = tell

    # --- Where it stands ------------------------------------------------------------------------------------------------

    def _stand(self, step: int) -> None:
        """Stand after a step, with its outcome."""
        machine = self._machine
        self._leave_half()
        if machine.at == step and machine.outcome is not None:
            return
        if self.reel is not None:
            machine.goto(step)
            self._arrived()
            return
        if step and (machine.at == step - 1 or not machine.tells(step)):
            machine.goto(step - 1)
            machine.do(self._steps.step(step))
        else:
            machine.goto(step)
        self._arrived()

    def _arrived(self) -> None:
        self.event = 0
        self._timeline.goto(self._machine.at)

    def _leave_half(self) -> None:
        if self.event:
            self._machine.goto(self.step)
            self._arrived()

    def _look_ahead(self) -> Outcome:
        """Returns all events of the next command."""
        if self._whole is None or self._whole.step != self.step + 1:
            self._whole = self._machine.look_ahead()
        return self._whole

    def _stand_halfway(self, event: int) -> None:
        whole = self._look_ahead()
        event = min(event, len(whole.events))
        if event:
            part = self._machine.part(event)
            self.event = event
            self._part = replace(whole, touched=part.touched, event=event, result=None, error=None)


def _no_command(line: str) -> ParseError:
    start = len(line) - len(line.lstrip())
    return ParseError(
        start + 1, len(line) - start, f"{line.split(maxsplit=1)[0]} moves through a session, and is not a step of it"
    )
