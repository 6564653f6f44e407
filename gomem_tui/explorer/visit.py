"""How a session in the explorer begins and ends: what is said then, and what becomes of its journal."""

import time
from typing import Protocol

from gomem_core.cli.output import say
from gomem_core.files.journal import prune
from gomem_core.session.console import Console
from gomem_tui.hint import offer, taken_up_by


class Visit(Protocol):
    """What the explorer asks of the occasion on which it was opened."""

    @property
    def tells_versions(self) -> bool:
        """Whether it is told at the beginning that all can be done on today's version of Go."""

    @property
    def quits_to(self) -> str:
        """What comes when one leaves, in a word; "" where that is the end of gomem."""

    def greeting(self) -> str:
        """Returns what is to be said first; "" for nothing."""

    def instead_of_a_step(self) -> str:
        """Returns what stands in the empty prompt instead of the step that comes next; "" for that step."""

    def arrived(self) -> None:
        """Take note that the session stands elsewhere."""

    def ended(self, code: int) -> None:
        """Close the journal where that was not done, and say on stderr how to go on; `code` is the explorer's exit code."""


class SessionVisit:
    """A session that was opened for its own sake."""

    def __init__(self, desk: Console, offers_killed: bool = True) -> None:
        self._desk = desk
        self._offers_killed = offers_killed

    @property
    def tells_versions(self) -> bool:
        """True: whoever opens a session may want it on another version."""
        return True

    @property
    def quits_to(self) -> str:
        """Nothing."""
        return ""

    def greeting(self) -> str:
        """What is wrong with the journal, or which session was killed and can be taken up; old journals go."""
        problem = self._desk.take_problem()
        if problem or self._desk.journal is None:
            return problem
        killed = prune()
        wanted = self._offers_killed and not self._desk.session.step
        return "" if killed is None or not wanted else offer(killed, time.time_ns(), ":resume")

    def instead_of_a_step(self) -> str:
        """Nothing."""
        return ""

    def arrived(self) -> None:
        """Nothing depends on where it stands."""

    def ended(self, code: int) -> None:
        """Say how to take the session up again that was here last."""
        if code and self._desk.journal is not None:  # a signal or an error ended it
            self._desk.leave(ended=False)
        if self._desk.ended:
            say(taken_up_by(self._desk.ended))
