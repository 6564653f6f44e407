"""What a file that is opened turns out to hold, which its content says and not its name."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from gomem_core.files.content import GZIP, read_content
from gomem_core.files.script import Script, ScriptError, read_script, text_of
from gomem_core.files.stillfile import FieldError, is_still, read_strip
from gomem_core.foreign import named
from gomem_core.world.strip import Strip

_ELF: Final = b"\x7fELF"
_PROFILE: Final = b"h\x0a\x12\x1a\x22\x2a\x32\x3a\x48\x50\x5a\x60\x6a\x70"  # how heap profiles can begin, as text and as fields
_DUMP: Final = b"go1.7 heap dump\n"


def open_file(path: Path) -> Script | Strip:
    """Stills, the heap in a core file or a heap dump, or a session file.  Raises ScriptError, whatever is wrong with it."""
    if _head(path) == _ELF:  # mapped, however large it is
        return open_core_file(path)
    data = read_content(path)
    if data.startswith(_ELF):
        return open_core_file(path)
    if data.startswith(_DUMP):
        return _open_dump(path, data)
    if data[:1] in _PROFILE and (profile := _open_profile(path, data)) is not None:
        return profile
    if is_still(data):
        try:
            return Strip(read_strip(data))
        except FieldError as e:
            raise ScriptError(f"{named(path)}: not a still that gomem can read: {e}") from e
    return read_script(path.name, text_of(named(path), data), str(path))


def _open_dump(path: Path, data: bytes) -> Strip:
    from gomem_core.formats.heapdump import DumpError  # noqa: PLC0415 -- numpy, which only files of real heaps need
    from gomem_core.written.dump import world_of_dump  # noqa: PLC0415 -- likewise

    try:
        return Strip([world_of_dump(data, path.name)])
    except DumpError as e:
        raise ScriptError(f"{named(path)}: {e}") from e


def _open_profile(path: Path, data: bytes) -> Strip | None:
    """A heap profile in either form; None: it is something else."""
    from gomem_core.formats import heapprofile  # noqa: PLC0415 -- few files are any
    from gomem_core.written.profile import world_of_profile  # noqa: PLC0415 -- likewise

    if not heapprofile.is_heap_profile_text(data) and not heapprofile.is_profile(data):
        return None
    try:
        return Strip([world_of_profile(data, path.name)])
    except heapprofile.ProfileError as e:
        raise ScriptError(f"{named(path)}: {e}") from e


def strip_on(script: Script) -> Strip | None:
    """The heap that a session file is about; None: its steps make one.  Raises ScriptError."""
    if not script.on:
        return None
    path = Path(script.folder, Path(script.on).expanduser())
    opened = open_file(path)
    if isinstance(opened, Script):
        raise ScriptError(f"{named(path)}: a session file, and no heap that another one can be about")
    return opened


def open_core_file(path: Path, exe: Path | None = None, version: str | None = None) -> Strip:
    """The heap in a core file; `exe` has the names of types, `version` is for programs that do not tell theirs.

    Raises ScriptError.
    """
    from gomem_core.outside.corefile import open_core  # noqa: PLC0415 -- numpy, which only real heaps need
    from gomem_core.outside.strips import strip_of_core  # noqa: PLC0415 -- likewise

    return _read(lambda: strip_of_core(open_core(str(path), None if exe is None else str(exe)), version))


def open_process(pid: int, stop: bool = True, version: str | None = None) -> Strip:
    """The heap of a running process, which can be looked at again; without `stop` it is never stopped.  Raises ScriptError."""
    from gomem_core.outside.strips import strip_of_process  # noqa: PLC0415 -- likewise

    return _read(lambda: strip_of_process(pid, stop, version))


def _read(read: Callable[[], Strip]) -> Strip:
    from gomem_core.outside.errors import OutsideError  # noqa: PLC0415 -- likewise

    try:
        return read()
    except OutsideError as e:
        raise ScriptError(str(e)) from e
    except OSError as e:
        raise ScriptError(f"{named(str(e.filename))}: {e.strerror or e}") from e


def is_core(path: Path) -> bool:
    """Whether it begins as core files do, and executables; seen through gzip.  False for what cannot be read, too."""
    head = _head(path)
    if not head.startswith(GZIP):
        return head == _ELF
    try:
        return read_content(path).startswith(_ELF)
    except ScriptError:
        return False


def _head(path: Path) -> bytes:
    """Its first bytes; none of what cannot be read."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(len(_ELF))
    except (OSError, ValueError):
        return b""
