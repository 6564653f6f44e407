"""The files a session came from or was saved in: it may write them again, unless somebody else has done so meanwhile."""

import os
from contextlib import suppress
from pathlib import Path

from gomem_core.named import NamedTuple


class Stamp(NamedTuple):
    """Identifies a version of a file."""

    size: int
    modified: int  # ns


class NotOurs(Exception):
    """The file is there, and not as this session knows it; the message says what happened to it."""


def stamp_of(path: Path) -> Stamp | None:
    """Returns the file's stamp now; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return Stamp(status.st_size, status.st_mtime_ns)


class OwnFiles:
    """Known by their absolute paths, however they were written."""

    def __init__(self) -> None:
        self._known: dict[Path, Stamp] = {}

    def know(self, path: Path, stamp: Stamp | None) -> None:
        """The file was read or written when it was like this."""
        if stamp is not None:
            self._known[resolved(path)] = stamp

    def write(self, path: Path, content: bytes) -> Stamp | None:
        """Write a file, which is there as a whole or not at all.  A link stays one, and who may read the file may do so still.

        Raises OSError; NotOurs, with nothing changed.
        """
        target = resolved(path)
        found = stamp_of(target)
        if found is not None and found != self._known.get(target):
            if target in self._known:
                raise NotOurs(f"{path} was changed elsewhere meanwhile; save under another name")
            raise NotOurs(f"{path} is there already; save under another name")
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            beside.write_bytes(content)
            if found is not None:
                beside.chmod(target.stat().st_mode & 0o7777)
            beside.replace(target)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        stamp = stamp_of(target)
        self.know(target, stamp)
        return stamp


def resolved(path: Path) -> Path:
    """The file itself, with all links followed.  Raises OSError."""
    try:
        return path.resolve()
    except RuntimeError as e:  # a loop of links, which Python before 3.13 tells so
        raise OSError(40, "Too many levels of symbolic links", str(path)) from e
