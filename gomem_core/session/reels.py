"""A session on a film: its steps are the film's events, and it stands after any of them without doing those before."""

from collections.abc import Sequence
from typing import cast, overload

from gomem_core.files.lines import Lines
from gomem_core.files.step import Step
from gomem_core.files.timeline import MAIN, Timeline
from gomem_core.report import Result
from gomem_core.session.history import Steps
from gomem_core.session.machine import Machine
from gomem_core.session.outcome import Outcome
from gomem_core.world.changes import Stale, Touched
from gomem_core.world.interrupt import Progress, StopRequest
from gomem_core.world.reel import Reel


class EventLines(Sequence[str]):
    """What is said of each event; told when it is asked for, since there are millions."""

    def __init__(self, reel: Reel) -> None:
        self._reel = reel

    def __len__(self) -> int:
        return self._reel.events

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        found = range(len(self))[index]
        return self._reel.line(found + 1) if isinstance(found, int) else [self._reel.line(number + 1) for number in found]


def timeline_of(reel: Reel) -> Timeline:
    """A timeline whose steps are the events of a film."""
    timeline = Timeline()
    lines = cast("Lines", EventLines(reel))  # nothing is ever put into it: every command that could is refused
    timeline.steps = timeline.branches[MAIN].steps = lines
    return timeline


class ReelMachine(Machine):
    """Stands at an event at once: nothing is done, and nothing has to be remembered."""

    def __init__(self, steps: Steps, narrate: bool, stop: StopRequest, progress: Progress, reel: Reel) -> None:
        super().__init__(steps, narrate, stop, progress, reel)
        self._reel = reel

    def goto(self, step: int) -> None:
        """Stand after an event."""
        self._reel.at = self.at = step
        told = self._reel.told(step)
        touched = Touched(spans={*told.spans}, slots={*told.slots})
        self.outcome = Outcome(told.line, None, step, Result("", details=told.details), touched=touched)
        self.look_anew()

    def look_anew(self) -> None:
        """Forget what was known of the moment that was shown before."""
        if self._reel.take_exchanged():
            stale = Stale()
            stale.all = stale.lost = True
            self._stale.add(stale)
            self.narrator.look_again(stale)

    def do(self, step: Step) -> Outcome:
        """Stand after the next event."""
        del step
        self.goto(self.at + 1)
        assert self.outcome is not None
        return self.outcome

    def tells(self, step: int) -> bool:
        """True: every event tells what it is."""
        return step > 0

    def remember(self) -> None:
        """Do nothing: every event is as near as any other."""

    def look_again(self) -> None:
        """Do nothing, likewise."""

    def beside(self, direction: int) -> int:
        """The next allocation or free, or the one before; where there is none, the end or the beginning."""
        found = self._reel.allocation(self.at, direction)
        return found if found is not None else self._reel.events if direction > 0 else 0
