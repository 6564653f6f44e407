"""Commands that declare types of Go: type, types."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from gomem_core.foreign import named
from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.syntax import STEP
from gomem_core.lang.commands import Declare, Types
from gomem_core.report import Result
from gomem_core.session.commands.context import UNREAD, CommandError, Context, refused

if TYPE_CHECKING:
    from gomem_core.gotypes.declaring import Taken
    from gomem_core.gotypes.types import GoTypes

_CHECKED: Final = 20_000  # characters of what is declared
_TYPE: Final = "type "  # which the source of a declaration begins with


def _declare(context: Context, command: Declare) -> Result:
    source, file = _TYPE + command.text, f"{STEP}{context.step}"
    if context.passed:
        context.declared.add(context.step, source, file)
        return UNREAD
    return _declared(context, source, file, command.text)


def _types(context: Context, command: Types) -> Result:
    if command.kept is None:
        raise CommandError(f"what {command.path} declares was not read", command.path)
    if context.passed:
        context.declared.add(context.step, command.kept, command.path)
        return UNREAD
    return _declared(context, command.kept, command.path, "")


def _declared(context: Context, source: str, file: str, typed: str) -> Result:
    """Take in a source; of one that was `typed` every mistake is refused, of a file's types it is told why they have no size."""
    from gomem_core.gotypes.declaring import answer  # noqa: PLC0415 -- only who types Go waits for it

    types, taken = _tried(context, source, file, typed)
    context.declared.add(context.step, source, file)
    return answer(types, taken, f" in {file}" if not typed else "")


def _tried(context: Context, source: str, file: str, typed: str) -> "tuple[GoTypes, Taken]":
    """The types that there would be with it.  Raises CommandError."""
    from gomem_core.gotypes.declaring import looked_at  # noqa: PLC0415 -- likewise

    profile = context.world.profile
    try:
        types = context.declared.trial(profile, source, file)
        problem = next((p for p in types.problems if p.place is not None and p.place.file == file), None)
        taken = looked_at(types, types.names_in(source, file))
        problem = problem or taken.wrong
        if typed and problem is not None:
            raise problem
    except GoError as e:
        if typed:
            raise refused(typed, e, len(_TYPE)) from e
        raise CommandError(f"{named(file)}: {e}", file) from e
    return types, taken


def _check_declare(context: Context, command: Declare) -> None:
    """Raise CommandError if Go refuses the declaration; where so much is declared that this takes long, it is not looked at."""
    if context.declared.nbytes > _CHECKED:
        return
    _tried(context, _TYPE + command.text, f"{STEP}{context.step + 1}", command.text)


CHECK_TYPES: Final[dict[type, Callable[[Context, Any], None]]] = {Declare: _check_declare}
EXECUTE_TYPES: Final[dict[type, Callable[[Context, Any], Result]]] = {Declare: _declare, Types: _types}
