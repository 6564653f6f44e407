"""A session: a list of steps done to one heap, and a cursor that goes back in it as easily as forward.

Same commands, same heap, to the bit: going anywhere is doing them again from an image nearby (machine.py).  A session stands
after a step, or halfway, after some of the events of the next command; a halfway heap is only there to be looked at.

A command that is typed and fails changes nothing: neither heap nor names nor the clock, which is logical and goes one second
further with each step.  A step of a script that fails is a step that changes nothing but the clock.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import overload

from gomem_core.classic.invariants import InvariantError
from gomem_core.classic.view import HeapView
from gomem_core.files.step import Step, parse_step
from gomem_core.files.timeline import Timeline
from gomem_core.lang import ParseError, parse
from gomem_core.queries.account import Account
from gomem_core.queries.links import LinkIndex
from gomem_core.session.commands import EXECUTE
from gomem_core.session.machine import Machine
from gomem_core.session.outcome import Outcome
from gomem_core.world.changes import Stale
from gomem_core.world.interrupt import Progress, Stopped, StopRequest
from gomem_core.world.objects import ObjectTable

__all__ = ["Outcome", "Session", "Stopped"]


class Session:
    """One heap, its objects, and the steps that made them.

    With `narrate` each outcome carries the events its command caused.  The steps of `timeline` wait to be done, as a script's.
    """

    def __init__(
        self,
        narrate: bool = False,
        timeline: Timeline | None = None,
        stop: StopRequest | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.timeline = Timeline() if timeline is None else timeline
        self.machine = Machine(self._step, narrate, stop, progress)
        self.event = 0  # > 0: halfway, after so many events of the next command
        self.outcome: Outcome | None = None  # of what was done last to stand here; None at the beginning
        self._whole: Outcome | None = None  # of the command in which the session stood halfway last

    # --- Looking --------------------------------------------------------------------------------------------------------

    @property
    def world(self) -> HeapView:
        """The heap, to be looked at."""
        return self.machine.world

    @property
    def objects(self) -> ObjectTable:
        """The objects the program ever had."""
        return self.machine.objects

    @property
    def account(self) -> Account:
        """What became of each byte.  Raises RuntimeError in a session that does not narrate, which cannot know."""
        self._must_narrate()
        return self.machine.account

    @property
    def links(self) -> LinkIndex:
        """Where the pointers to an address are stored.  Raises RuntimeError, likewise."""
        self._must_narrate()
        return self.machine.links

    def _must_narrate(self) -> None:
        if not self.machine.narrates:
            raise RuntimeError("this session does not narrate, so its account and its links are not kept")

    @property
    def step(self) -> int:
        """Steps done, seen from here."""
        return self.timeline.cursor

    @property
    def history(self) -> Sequence[str]:
        """The commands that were done, up to here."""
        return _History(self)

    def line(self, step: int) -> str:
        """The command of a step, without its directives."""
        source = self.timeline.steps[step - 1]
        return source if "\n" not in source else parse_step(source).line

    def address_of(self, target: int | str) -> int | None:
        """An address as it is, or where the object of this name lies or lay; None: there never was one."""
        if isinstance(target, int):
            return target
        oid = self.objects.find_name(target)
        return None if oid is None else self.objects.info(oid).addr

    def take_stale(self) -> Stale:
        """The spans that may have changed since this was asked last."""
        stale, self.machine.stale = self.machine.stale, Stale()
        return stale

    # --- Doing ----------------------------------------------------------------------------------------------------------

    def submit(self, source: str) -> Outcome:
        """Do what was typed: one command, which may have directives (script.py).

        An error is in the outcome, and nothing changed.  Where steps lie ahead another branch begins.
        Raises InvariantError and Throw, which mean that gomem itself is wrong; KeyboardInterrupt and Stopped when nothing
        changed; ScriptError when several lines are not one step.
        """
        try:
            command = parse(source) if "\n" not in source else parse_step(source).command
        except ParseError as e:
            return Outcome(source, None, self.step, error=e)
        if command is None:
            return Outcome(source, None, self.step)
        if type(command) not in EXECUTE:
            return Outcome(source, command, self.step, error=_no_command(source))
        step = parse_step(source) if "\n" in source else Step(source, source, command, None)
        self._leave_half()
        if self.machine.at != self.step:
            raise InvariantError("cursor", f"the session stands at step {self.step}, and its heap at {self.machine.at}")
        outcome = self.machine.try_new(step)
        if not outcome.ok:
            return replace(outcome, step=self.step)
        self._whole = None
        self.timeline.put(source)
        self.outcome = outcome
        return outcome

    def look(self, source: str) -> Outcome:
        """Do a command that only looks, as no step: nothing changes, and no other branch begins."""
        return self.machine.look(parse_step(source), self.step)

    def forward(self) -> Outcome | None:
        """Do the next step; None at the end."""
        return None if self.timeline.following is None else self.goto(self.step + 1)

    def goto(self, step: int, event: int = 0) -> Outcome | None:
        """Stand after a step, or after so many events of the command that follows it (all, when it has fewer).

        Returns the outcome of what was done last to stand there, None at the beginning.  Steps that were never done are done.
        Raises ValueError when there is no such step, KeyboardInterrupt and Stopped after a whole step somewhere on the way.
        """
        if not 0 <= step <= len(self.timeline.steps):
            raise ValueError(f"there is no step {step}; steps go from 0 to {len(self.timeline.steps)}")
        try:
            self._stand(step)
            if event and step < len(self.timeline.steps):
                self._stand_halfway(event)
        except (KeyboardInterrupt, Stopped):
            self.machine.look_again()
            self._arrived(self.machine.outcome)
            raise
        except BaseException:
            self._arrived(self.machine.outcome)
            raise
        return self.outcome

    def remember(self) -> None:
        """Make it quick to come back to this step, as when another branch begins here."""
        self._leave_half()
        self.machine.remember()

    def seek(self, direction: int) -> bool:
        """Go to the next step that changed the structure of the heap (stepmarks.py), or to the one before; False: there is none.

        Steps that were never done are done; without one the session then stands at its end.  Raises as goto does.
        """
        marks, step = self.machine.marks, self.step
        if direction < 0:
            found = next((n for n in range(step if self.event else step - 1, 0, -1) if marks[n]), 0)
            self.goto(found)
            return found > 0
        known = next((n for n in range(step + 1, len(marks)) if marks[n]), None)
        if known is not None:
            self.goto(known)
            return True
        self.goto(len(marks) - 1)
        while self.forward() is not None:
            if self.machine.marks[self.step]:
                return True
        return False

    def events_ahead(self) -> int:
        """How many events the next command tells, as far as they are kept; 0 at the end.  Halfway, the session leaves that."""
        if self.timeline.following is None:
            return 0
        self._leave_half()
        return len(self._look_ahead().events)

    def switch(self, name: str) -> Outcome | None:
        """Take up another branch.  The session stays where it is, as far as that lies in both.  Raises UnknownBranch."""
        shared = self.timeline.shared_with(name)
        here = min(self.step, shared)
        self.goto(min(shared, self.machine.recorded))
        self.machine.cut()
        self._whole = None
        self.timeline.switch(name)
        return self.goto(here)

    # --- Where it stands ------------------------------------------------------------------------------------------------

    def _step(self, step: int) -> Step:
        return parse_step(self.timeline.steps[step - 1])

    def _stand(self, step: int) -> None:
        """Stand after a step, with its outcome."""
        machine = self.machine
        self._leave_half()
        if step and (machine.at == step - 1 or not machine.knows(step)) and not (machine.at == step and self.outcome is not None):
            machine.reach(step - 1)
            self._arrived(machine.do(self._step(step)))
        elif machine.at != step or self.outcome is None:
            machine.reach(step)
            self._arrived(machine.outcome)

    def _arrived(self, outcome: Outcome | None) -> None:
        self.event = 0
        self.timeline.go(self.machine.at)
        self.outcome = outcome

    def _leave_half(self) -> None:
        if self.event:
            self.machine.reach(self.step)
            self._arrived(self.machine.outcome)

    def _look_ahead(self) -> Outcome:
        """Returns all events of the next command."""
        if self._whole is None or self._whole.step != self.step + 1:
            self._whole = self.machine.look_ahead()
        return self._whole

    def _stand_halfway(self, event: int) -> None:
        whole = self._look_ahead()
        event = min(event, len(whole.events))
        if event:
            part = self.machine.part(event)
            self.event = event
            self.outcome = replace(whole, touched=part.touched, event=event, result=None, error=None)


class _History(Sequence[str]):
    """The lines of a session up to where it stands, looked up when asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __len__(self) -> int:
        return self._session.step

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> list[str]: ...

    def __getitem__(self, at: int | slice) -> str | list[str]:
        steps = range(1, len(self) + 1)[at]
        return self._session.line(steps) if isinstance(steps, int) else [self._session.line(step) for step in steps]


def _no_command(line: str) -> ParseError:
    start = len(line) - len(line.lstrip())
    return ParseError(
        start + 1, len(line) - start, f"{line.split(maxsplit=1)[0]} moves through a session, and is not a step of it"
    )
