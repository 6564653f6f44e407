"""What one types into: commands of the heap, moves through the session and directives, a line at a time.

What the moves do is written in commands/moves.py.
"""

from typing import Final

from gomem_core.files.keeping import with_kept
from gomem_core.files.step import PAUSE, Step, parse_step
from gomem_core.gotypes.errors import GoError
from gomem_core.lang import Command, ParseError, Typed, read_line
from gomem_core.lang.commands import Declare, Look, Types
from gomem_core.lang.moves import (
    Back,
    Branch,
    Compare,
    Diff,
    DiffBranch,
    DiffFile,
    Focus,
    Forward,
    Goto,
    Mark,
    Pause,
    Say,
    Select,
    UntilEvent,
    UntilQuantity,
    UntilType,
    WhatIf,
)
from gomem_core.report import Result
from gomem_core.session.commands.context import CommandError, unread
from gomem_core.session.document import Desk
from gomem_core.session.outcome import Outcome
from gomem_core.session.stepping import seek, seek_event
from gomem_core.world.interrupt import Stopped
from gomem_core.world.world import NotKnown

_OF_TIME: Final = (Back, Forward, Goto, UntilEvent, UntilQuantity, UntilType, Diff, DiffBranch, Mark, Branch)
NO_LOOKS: Final = "a film has no looks: forward, back, goto and until lead along its events"
_ONE_MOMENT: Final = "this heap was read at one moment: there are no steps; diff file FILE compares it with another one"
_MERE_MOVES: Final = (
    Compare,
    Back,
    Forward,
    Goto,
    UntilEvent,
    UntilQuantity,
    UntilType,
    Diff,
    DiffBranch,
    DiffFile,
    Focus,
    Select,
    WhatIf,
)


class Console(Desk):
    """A desk to which lines are typed."""

    def submit(self, line: str) -> Outcome:
        """Read and do one line."""
        return self.do(read_line(line))

    def do(self, typed: Typed) -> Outcome:
        """Do one line; errors are in the outcome, and then nothing changed.

        A line that only looks is not a step; in a script it is one, unless steps lie ahead.
        Of a move the outcome has the answer; what was done to stand where it leads is `session.outcome`.
        Raises InvariantError and Throw, which mean that gomem itself is wrong; KeyboardInterrupt.
        """
        line, command, error = typed
        if error is None and self.visitors is not None:
            error = self._kept_from_visitors(line, command)
            self.visitors.about_to_do(line)
        if error is not None:
            self.last = Outcome(line, None, self.session.step, error=error)
            return self.last
        match command:
            case None:
                return Outcome(line, None, self.session.step)
            case _ if self._is_look(command):
                return self._look(line, command)
            case _ if self._is_forbidden(command):
                return Outcome(line, command, self.session.step, error=CommandError(self.refusal).located(line))
            case Look() if self.session.reel is not None:
                return Outcome(line, command, self.session.step, error=CommandError(NO_LOOKS).located(line))
            case Look() if self.session.goes_on and not self.session.at_end:  # what was seen since then stays
                self.goto(len(self.session.steps))
                return self.do(typed)
            case Say():
                return self._do(parse_step(f"{line}\n{PAUSE}"))
            case Types() | Declare() if self.session.strip is not None:
                return self.give(Step(line, line, command, None))
            case Types():
                return self._keep(Step(line, line, command, None))
            case _ if _is_step(command):
                return self._do(Step(line, line, command, None))
            case _:
                return self._move(line, command)

    def foresee(self, command: Command, line: str) -> ParseError | str:
        """What is wrong with a command here, or what it would do, in a line, without doing it.

        Nothing where that is not known, or takes long to find out.
        """
        from gomem_core.session.commands.movefaults import CHECK_MOVES  # noqa: PLC0415 -- a first picture does without

        check = CHECK_MOVES.get(type(command))
        kept = self._kept_from_visitors(line, command)
        if kept is not None:
            return kept
        try:
            if self._is_forbidden(command):
                raise CommandError(self.refusal)
            if check is not None:
                check(self, command)
        except CommandError as e:
            return e.located(line)
        return self.session.ahead.foresee(command, line)

    def _is_look(self, command: Command) -> bool:
        """Whether it only looks, and is not a step of a script either."""
        from gomem_core.session.commands.table import LOOKS  # noqa: PLC0415 -- likewise

        return type(command) in LOOKS and not isinstance(command, Pause) and (not self.scripted or self._steps_ahead)

    def _is_forbidden(self, command: Command) -> bool:
        """Whether it would do something to a heap that may only be looked at, or to its session."""
        if not self.refusal or self._is_look(command):
            return False
        if self.session.strip is not None:
            return (_is_step(command) and not isinstance(command, Look | Types | Declare)) or isinstance(command, Say)
        return not isinstance(command, _MERE_MOVES)

    def _kept_from_visitors(self, line: str, command: Command | None) -> ParseError | None:
        """Why a line is not for visitors, where it is one who types it."""
        why = "" if self.visitors is None else self.visitors.refusal(self.session, command)
        return CommandError(why).located(line) if why else None

    @property
    def _steps_ahead(self) -> bool:
        """Whether a step here would begin another branch."""
        return not self.session.at_end

    def _look(self, line: str, command: Command) -> Outcome:
        try:
            self.last = self.session.look(line, command)
        except Stopped:
            return Outcome(line, command, self.session.step, Result("stopped; nothing changed"))
        return self.last

    def _keep(self, step: Step) -> Outcome:
        """Declare what a file does, as it is now."""
        try:
            return self._do(with_kept(step))
        except GoError as e:
            return Outcome(step.line, step.command, self.session.step, error=unread(step.command, e).located(step.line))

    def _do(self, step: Step) -> Outcome:
        event, branches = self.session.event, self.session.branches
        branch = branches.name
        try:
            outcome = self.session.do(step)
        except Stopped:
            self.gave_up()
            return Outcome(step.source, None, self.session.step, Result("stopped; nothing changed"))
        if outcome.ok:
            self.difference = None
            if branches.name != branch:
                self._left = branch
            self.record("do", step.source)
        elif self.session.event != event:  # it was halfway, which it left to try
            self.moved()
        else:
            self.gave_up()
        self.last = outcome
        return outcome

    def _move(self, line: str, command: Command) -> Outcome:
        from gomem_core.session.commands.moves import MOVES  # noqa: PLC0415 -- likewise

        try:
            if isinstance(command, _OF_TIME) and self.session.is_one_moment:
                raise CommandError(_ONE_MOMENT)
            result = MOVES[type(command)](self, command)
        except CommandError as e:
            return Outcome(line, command, self.session.step, error=e.located(line))
        except NotKnown as e:
            return Outcome(line, command, self.session.step, error=CommandError(str(e)).located(line))
        except Stopped:
            self.moved()
            result = Result(f"stopped at {self.session.place_name(self.session.step)}")
        return Outcome(line, command, self.session.step, result)

    def give(self, step: Step) -> Outcome:
        """Let a heap that was read know types of its program; that is no step, and holds at every look."""
        try:
            whole = with_kept(step)
        except GoError as e:
            return Outcome(step.line, step.command, self.session.step, error=unread(step.command, e).located(step.line))
        self.last = self.session.give(whole)
        if self.last.ok:
            self.given.append(whole.source)
            self.record("give", whole.source)
        return self.last

    # --- Keys -----------------------------------------------------------------------------------------------------------

    def goto(self, step: int, event: int = 0) -> None:
        """Stand at a step, or after so many events of the command after it.  Raises Stopped; where it then stands is noted."""
        try:
            self.session.goto(step, event)
        finally:
            self.moved()

    def seek(self, direction: int) -> bool:
        """Go to the next step that changed the structure of the heap, or the one before.  Raises Stopped, likewise."""
        try:
            return seek(self.session, direction)
        finally:
            self.moved()

    def seek_event(self, direction: int) -> None:
        """Go one event further, or one back.  Raises Stopped, likewise."""
        try:
            seek_event(self.session, direction)
        finally:
            self.moved()

    def backward(self) -> None:
        """Stand before the last step, or before the command that is half done.  Raises Stopped, likewise."""
        try:
            self.session.backward()
        finally:
            self.moved()

    def forward(self) -> Outcome | None:
        """Do the next step of the list; None at its end.  Raises Stopped."""
        outcome = self.session.forward()
        if outcome is not None:
            self.last = outcome
            self.moved()
        return outcome


def _is_step(command: Command) -> bool:
    from gomem_core.session.commands.table import EXECUTE  # noqa: PLC0415 -- likewise

    return type(command) in EXECUTE
