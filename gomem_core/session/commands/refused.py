"""What Go's compiler complains about, as the complaint of a command."""

from gomem_core.gotypes.errors import GoError
from gomem_core.lang.commands import Types
from gomem_core.session.commands.context import CommandError


def refused(text: str, problem: GoError, before: int = 0) -> CommandError:
    """The complaint at the place to blame in a text that was typed, which had `before` more bytes in front of it."""
    place = problem.place
    behind = len(text.encode()[: max(0, place.column - 1 - before)].decode(errors="ignore")) if place is not None else 0
    return CommandError("; ".join((problem.message, *problem.notes)), text, offset=behind)


def unread(command: object, problem: GoError) -> CommandError:
    """The complaint about a file of Go source that cannot be read, with its place there."""
    place = "" if problem.place is None else f"{problem.place.file}:{problem.place.line}:{problem.place.column}: "
    word = command.path if isinstance(command, Types) else ""
    return CommandError(place + "; ".join((problem.message, *problem.notes)), word)
