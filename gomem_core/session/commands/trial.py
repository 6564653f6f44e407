"""What `whatif` does: commands as if they came next, what differs in the heap then, and everything as it was before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from gomem_core.files.keeping import with_kept
from gomem_core.files.step import Step
from gomem_core.gotypes.errors import GoError
from gomem_core.lang import ParseError, parse
from gomem_core.lang.continued import divided
from gomem_core.lang.errors import printable
from gomem_core.lang.moves import WhatIf
from gomem_core.queries.whatdiffers import Sums, difference_of, sums_of
from gomem_core.report import Result, counted
from gomem_core.session.commands.context import CommandError, unread
from gomem_core.session.commands.table import EXECUTE, LOOKS
from gomem_core.session.document import Desk
from gomem_core.session.outcome import Outcome
from gomem_core.session.readheap import refusal_of
from gomem_core.session.session import Session

if TYPE_CHECKING:
    from gomem_core.schema import doing

_ANSWER: Final = 60  # lines that a command which looks may answer


def check_whatif(desk: Desk, command: WhatIf) -> None:
    """Raise CommandError if there is nothing to try, or if it cannot be tried here."""
    if (strip := desk.session.strip) is not None:
        raise CommandError(refusal_of(strip))
    for offset, line in divided(command.text):
        try:
            found = parse(line)
        except ParseError as e:
            raise _at(command, offset + e.column - 1, e.message) from e
        if found is None:
            raise CommandError("a command is missing here", command.text, offset=offset)
        if type(found) not in EXECUTE:
            raise _at(command, offset, f"{line.split()[0]} moves through the session: it cannot be tried")


def what_if(desk: Desk, command: WhatIf) -> Result:
    """Try the commands, and tell what would differ.  Raises Stopped."""
    check_whatif(desk, command)
    session = desk.session
    parts = [*divided(command.text)]
    with _whole(session):
        before = sums_of(session.world, session.objects)
        outcomes, after = session.tried([_step(line) for _, line in parts], lambda: sums_of(session.world, session.objects))
    if (error := outcomes[-1].error) is not None:
        raise _at(command, parts[len(outcomes) - 1][0] + error.column - 1, error.message)
    return _told([line for _, line in parts], outcomes, before, after)


@contextmanager
def _whole(session: Session) -> Iterator[None]:
    """Stand after a whole step in here, where it stands halfway in one."""
    here, event = session.step, session.event
    session.goto(here)
    try:
        yield
    finally:
        session.goto(here, event)


def _step(line: str) -> Step:
    step = Step(line, line, parse(line), None)
    try:
        return with_kept(step)
    except GoError as e:
        raise unread(step.command, e) from e


def _at(command: WhatIf, offset: int, message: str) -> CommandError:
    return CommandError(message, command.text, offset=min(offset, len(command.text) - 1))


def _told(lines: list[str], outcomes: list[Outcome], before: Sums, after: Sums) -> Result:
    summary, table, details = difference_of(before, after)
    said: list[str] = []
    for line, outcome in zip(lines, outcomes, strict=True):
        assert outcome.result is not None
        answer = outcome.result.lines() if type(outcome.command) in LOOKS else [outcome.result.summary]
        said += [f"> {printable(line)}", *(f"  {text}" for text in answer[:_ANSWER])]
    figures = {name: [before.figures[name], after.figures[name]] for name in before.figures}
    data: doing.WhatIf = {"commands": lines, "figures": figures, "differs": [n for n, (a, b) in figures.items() if a != b]}
    text = f"what if: {counted(len(lines), 'command')}: {summary}; nothing was changed"
    return Result(text, dict(data), table, (*details, *said))
