"""Commands that declare types of Go: type, types."""

from collections.abc import Callable
from typing import Any, Final

from gomem_core.foreign import named
from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.syntax import STEP
from gomem_core.lang.commands import Declare, Types
from gomem_core.report import Result
from gomem_core.session.commands.context import UNREAD, CommandError, Context
from gomem_core.session.commands.refused import refused

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
    from gomem_core.gotypes.declaring import answer, looked_at  # noqa: PLC0415 -- only who types Go waits for it

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
    context.declared.add(context.step, source, file)
    return answer(types, taken, f" in {file}" if not typed else "")


EXECUTE_TYPES: Final[dict[type, Callable[[Context, Any], Result]]] = {Declare: _declare, Types: _types}
