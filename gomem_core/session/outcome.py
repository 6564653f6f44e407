"""What became of one step of a session."""

from dataclasses import field
from typing import TYPE_CHECKING

from gomem_core.files.step import Step
from gomem_core.frozen import frozen
from gomem_core.go.events import Event
from gomem_core.lang import Command, ParseError
from gomem_core.queries.figures import Figures
from gomem_core.report import Result
from gomem_core.session.told import Told
from gomem_core.world.changes import Touched

if TYPE_CHECKING:
    from gomem_core.schema.sessions import Error


@frozen
class Outcome:
    """A result, or an error that says where in the line and what was expected."""

    line: str
    command: Command | None  # None: a comment or an empty line, or not understood
    step: int  # where the session stands after it
    result: Result | None = None
    error: ParseError | None = None
    told: Told = field(default_factory=Told)  # empty if the session does not narrate
    touched: Touched = field(default_factory=Touched)
    said: Step | None = None  # the step, when it has more than its command
    before: Figures | None = None  # the sums before it, where somebody looks at what it did: in sessions that narrate
    event: int = 0  # > 0: halfway, after so many of `events`; the session then stands after `step` - 1 commands

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.error is None

    @property
    def events(self) -> list[Event]:
        """What it told, the first told.EVENTS_KEPT."""
        return self.told.events

    @property
    def events_total(self) -> int:
        """Returns how many events it reported."""
        return self.told.total


def error_data(error: ParseError, invariant: str | None = None) -> "Error":
    """The error as data; `invariant` names what does not hold where gomem itself is wrong."""
    return {
        "column": error.column,
        "message": error.message,
        "expected": [*error.expected],
        "suggestion": error.suggestion,
        "invariant": invariant,
    }
