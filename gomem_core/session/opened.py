"""What a file that is opened turns out to hold, real heaps too: a session file, stills, or a core file."""

from pathlib import Path

from gomem_core.files.content import GZIP, read_content
from gomem_core.files.opened import open_file as open_own
from gomem_core.files.script import Script, ScriptError
from gomem_core.foreign import brief
from gomem_core.world.strip import Strip

_ELF = b"\x7fELF"


def open_file(path: Path) -> Script | Strip:
    """A session file, stills, or the heap of a core file.  Raises ScriptError, whatever is wrong with it."""
    return open_core_file(path) if is_core(path) else open_own(path)


def is_core(path: Path) -> bool:
    """Whether it begins as core files do, and executables; seen through gzip.  False for what cannot be read, too."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except (OSError, ValueError):
        return False
    if head[:2] != GZIP:
        return head == _ELF
    try:
        return read_content(path)[:4] == _ELF
    except ScriptError:
        return False


def open_core_file(path: Path, exe: str | None = None, version: str | None = None) -> Strip:
    """The heap of a core file; `exe` is its executable, `version` one of Go for which it is to be taken.  Raises ScriptError."""
    # Sessions need none of it, and it imports numpy.
    from gomem_core.outside.corefile import core_of, open_core  # noqa: PLC0415
    from gomem_core.outside.errors import OutsideError  # noqa: PLC0415
    from gomem_core.outside.look import look_at_core  # noqa: PLC0415
    from gomem_core.outside.program import find_program  # noqa: PLC0415
    from gomem_core.outside.world import world_of  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP
        core = core_of(read_content(path), str(path), exe) if packed else open_core(str(path), exe)
        return Strip([world_of(look_at_core(core, find_program(core, version)))])
    except OutsideError as e:
        raise ScriptError(str(e)) from e
    except OSError as e:
        raise ScriptError(f"cannot read {brief(e.filename or path)}: {e.strerror or e}") from e
