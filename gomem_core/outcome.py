"""What became of one step of a session."""

from dataclasses import dataclass, field

from gomem_core.events import Event
from gomem_core.figures import Figures
from gomem_core.lang import Command, ParseError
from gomem_core.news import Touched
from gomem_core.report import Result
from gomem_core.step import Step


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result, or an error that says where in the line and what was expected."""

    line: str
    command: Command | None  # None: a comment or an empty line, or not understood
    step: int  # where the session stands after it
    result: Result | None = None
    error: ParseError | None = None
    events: list[Event] = field(default_factory=list)  # the first of them (machine.EVENTS_KEPT), if the session narrates
    events_total: int = 0
    touched: Touched = field(default_factory=Touched)
    said: Step | None = None  # the step, when it has more than its command
    before: Figures | None = None  # the sums before it, where somebody looks at what it did: in sessions that narrate
    event: int = 0  # > 0: halfway, after so many of `events`; the session then stands behind `step` - 1 commands

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.error is None
