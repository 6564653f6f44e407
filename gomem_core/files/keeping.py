"""`types FILE` reads a file once, when it is typed or a session file with it is opened: the session keeps what it declares."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gomem_core.files.lines import Lines
from gomem_core.files.step import KEPT, ScriptError, Step, parse_step
from gomem_core.foreign import named
from gomem_core.gotypes.errors import GoError
from gomem_core.lang.commands import Types

_WORD: Final = "types"  # which begins such a command


def with_kept(step: Step, folder: str = "") -> Step:
    """A step with what it declares below `types FILE`, a file in a folder; any other step as it is.  Raises GoError."""
    if not isinstance(step.command, Types) or step.command.kept is not None:
        return step
    from gomem_core.gotypes.files import kept_types  # noqa: PLC0415 -- only who types Go waits for it

    kept = kept_types(Path(folder, Path(step.command.path).expanduser()), step.command.path)
    lines = [f"{KEPT} {line}".rstrip() for line in kept.split("\n")]
    return parse_step(step.source.replace(step.line, "\n".join([step.line, *lines]), 1))


def keep_types(steps: Lines, numbers: Sequence[int], folder: str, where: str) -> None:
    """The same with the steps of a session file, which stand in its lines of these numbers.  Raises ScriptError."""
    for at, source in [*steps.having(_WORD)]:
        step = parse_step(source)
        try:
            steps[at] = with_kept(step, folder).source
        except GoError as e:
            said = "; ".join((e.message, *e.notes))
            place = "" if e.place is None else f"{e.place.file}:{e.place.line}:{e.place.column}: "
            raise ScriptError(f"{named(where)}:{numbers[at]}: {place}{said}\n  {step.line}") from e
