"""What a file that is opened turns out to hold, which its content says and not its name."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gomem_core.files.content import GZIP, is_large, is_still, read_content
from gomem_core.files.places import cache_directory
from gomem_core.files.script import Script, ScriptError, read_script, text_of
from gomem_core.foreign import brief, named, unread
from gomem_core.regex import regex
from gomem_core.world.reel import Reel, Scenes
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip

if TYPE_CHECKING:
    from gomem_core.film.cache import Shelf

_ELF: Final = b"\x7fELF"
_SESSION: Final = b"gomem "  # how session files begin
_TRACE: Final = regex(rb"go 1\.[0-9]+ t")  # ... and traces: a session file may begin with go 1.27
_DUMP: Final = b"go1.7 heap dump\n"
_HEAD: Final = 16  # bytes that tell kinds apart


def open_file(
    path: Path, wait: bool = True, cache: bool = True, reached: Callable[[int], object] | None = None
) -> Script | Strip:
    """Stills, the heap in a core file, what a program wrote of its own, a film, or a session file.  Raises ScriptError.

    Without `wait`, a film is not read yet: whoever shows it reads on.  With `cache`, a large one is read but once.  `reached` is
    told how many bytes of a heap dump were read.
    """
    head = _head(path)
    if head.startswith(_ELF):  # mapped, however large it is
        return open_core_file(path)
    if _TRACE.match(head):
        return _open_film(path, None, wait, cache)
    if is_large(path) and head.startswith(_DUMP):
        return _open_large_dump(path, reached)
    data = read_content(path)
    if _TRACE.match(data):
        return _open_film(path, data, wait, cache)
    if data.startswith(_ELF):
        return open_core_file(path)
    if is_still(data):
        from gomem_core.files.stillfile import FieldError, read_strip  # noqa: PLC0415 -- other files need none of it

        try:
            return Strip(read_strip(data))
        except FieldError as e:
            raise ScriptError(f"{named(path)}: not a still that gomem can read: {e}") from e
    written = None if data.startswith(_SESSION) else _open_written(path, data, reached)
    if written is not None:
        return written
    return read_script(path.name, text_of(named(path), data), str(path))


def open_joined(beside: Path, dump: Path, cache: bool = True) -> Strip:
    """A heap dump with what another file tells of its objects.  Raises ScriptError.

    That is a trace, written by the same process until just before, or a heap profile of the same program.
    """
    told, still = open_file(beside, cache=cache), open_file(dump)
    if not isinstance(told, Strip) or told.kind not in ("film", "profile"):
        joins = "`gomem open TRACE DUMP` and `gomem open PROFILE DUMP` join two files"
        raise ScriptError(f"{named(beside)}: neither an execution trace nor a heap profile; {joins}")
    if not isinstance(still, Strip):
        raise ScriptError(f"{named(dump)}: not a heap dump, which is what the second file has to be")
    try:
        return Strip([_joined(told, still.shown)])
    except _NotJoined as e:
        raise ScriptError(f"{named(beside)}, {named(dump)}: {e}") from e


class _NotJoined(Exception):
    """Two files do not belong together."""


def _joined(told: Strip, dump: Still) -> Still:
    """Raises _NotJoined."""
    from gomem_core.film.joining import NotOfOneProcess, joined  # noqa: PLC0415 -- numpy, which only files of real heaps need
    from gomem_core.film.reel import FilmReel  # noqa: PLC0415 -- likewise
    from gomem_core.written.joining import NotOfOneProgram, with_sites  # noqa: PLC0415 -- a session needs none of it

    try:
        return joined(told, dump) if isinstance(told, FilmReel) else with_sites(told.shown, dump)
    except (NotOfOneProcess, NotOfOneProgram) as e:
        raise _NotJoined(str(e)) from e


def film_shelf() -> "Shelf | None":
    """Where films are kept that were read; None where no place is known."""
    from gomem_core.film.cache import Shelf  # noqa: PLC0415 -- numpy, which only files of real heaps need

    try:
        return Shelf(cache_directory() / "films")
    except OSError:
        return None


def _open_film(path: Path, data: bytes | None, wait: bool, cache: bool) -> Strip:
    """A film of the trace `data`, or of the file itself, which is mapped."""
    from gomem_core.film.opening import open_film  # noqa: PLC0415 -- numpy, which only files of real heaps need
    from gomem_core.formats.gotrace.batches import TraceError  # noqa: PLC0415 -- likewise

    try:
        return open_film(path, data, wait, film_shelf() if cache else None)
    except TraceError as e:
        raise ScriptError(f"{named(path)}: {e}") from e
    except OSError as e:
        raise ScriptError(f"{brief(path)}: {unread(e)}") from e


def _open_written(path: Path, data: bytes, reached: Callable[[int], object] | None) -> Strip | None:
    """What a program wrote of its heap; None: it is something else."""
    from gomem_core.written.opening import WrittenError, open_written  # noqa: PLC0415 -- a session needs none of it

    try:
        return open_written(data, path.name, reached)
    except WrittenError as e:
        raise ScriptError(f"{named(path)}: {e}") from e


def _open_large_dump(path: Path, reached: Callable[[int], object] | None) -> Strip:
    from gomem_core.written.opening import WrittenError, open_large_dump  # noqa: PLC0415 -- likewise

    try:
        return open_large_dump(path, reached)
    except WrittenError as e:
        raise ScriptError(f"{named(path)}: {e}") from e
    except OSError as e:
        raise ScriptError(f"{brief(path)}: {unread(e)}") from e


def strip_on(script: Script) -> Strip | None:
    """The heap that a session file is about; None: its steps make one.  Raises ScriptError."""
    if not script.on:
        return None
    path = Path(script.folder, Path(script.on).expanduser())
    opened = open_file(path)
    if isinstance(opened, Script):
        raise ScriptError(f"{named(path)}: a session file, and no heap that another one can be about")
    return Scenes(opened) if isinstance(opened, Reel) and not script.taken_up else opened


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
        raise ScriptError(f"{brief(e.filename)}: {unread(e)}") from e


def is_trace(name: str) -> bool:
    """Whether a file begins as execution traces do; seen through gzip.  False for what cannot be read, too."""
    path = Path(name)
    head = _head(path)
    try:
        return bool(_TRACE.match(head) or (head.startswith(GZIP) and _TRACE.match(read_content(path))))
    except ScriptError:
        return False


def is_core(path: Path) -> bool:
    """Whether it begins as core files do, and executables; seen through gzip.  False for what cannot be read, too."""
    head = _head(path)
    if not head.startswith(GZIP):
        return head.startswith(_ELF)
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
            return file.read(_HEAD)
    except (OSError, ValueError):
        return b""
