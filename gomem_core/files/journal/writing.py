"""Writing a journal, a new one or one that was read back."""

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gomem_core import __version__
from gomem_core.files.journal.file import LARGEST, SUFFIX, journal_directory, lock, stamp_of
from gomem_core.files.journal.line import MAGIC, VERSION, JournalError, Kind, encode
from gomem_core.files.journal.reading import Found
from gomem_core.foreign import named

_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 that are not mistaken for each other
_TRIES: Final = 100  # names


class Journal:
    """A journal that is being written.

    Survives the process, but not the machine: what was appended is with the operating system, which is not asked to bring it to
    the disk at once (no fsync), so a power cut may cost the last seconds.
    """

    def __init__(self, path: Path, fd: int, size: int) -> None:
        """Write to a locked file that was opened to be appended to; `create` and `reopen` do that."""
        self.path = path
        self.problem = ""  # why it is not written any more, in words for the user; nothing while all is well
        self._fd = fd
        self._size = size
        self._last = 0  # bytes of the last record that was written here
        self._has_records = False

    @property
    def id(self) -> str:
        """Its name, to be typed when it is asked for: the time it was begun (UTC) and a few letters."""
        return self.path.name.removesuffix(SUFFIX)

    @property
    def empty(self) -> bool:
        """Whether nothing has happened in it."""
        return not self._has_records

    @classmethod
    def create(cls, kind: Kind, directory: Path | None = None) -> "Journal":
        """Begin a journal, in the user's state directory if no other is named.

        Raises OSError if there is no room or no right to write there; nothing is left behind then.
        """
        directory = journal_directory() if directory is None else directory
        started = datetime.now(UTC).replace(microsecond=0)
        facts = {"started": started.isoformat(), "pid": os.getpid(), "gomem": __version__, "kind": kind}
        header = encode((MAGIC, VERSION, facts))
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            path, fd = _new_file(directory, started)
        except ValueError as e:  # a path the system cannot be told
            raise OSError(errno.EINVAL, f"not a path: {e}", str(directory)) from e
        try:
            _write(fd, header)
        except OSError as e:
            os.close(fd)
            path.unlink(missing_ok=True)
            raise OSError(e.errno, e.strerror, str(path)) from e
        return cls(path, fd, len(header))

    @classmethod
    def reopen(cls, found: Found) -> "Journal":
        """Go on with a journal that was read; a torn last line and an ["end"] are cut off.

        Raises JournalError if a living process writes it, if it is not the same any more, or if it cannot be written.
        """
        try:
            fd = os.open(found.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK)
            try:
                journal = cls(found.path, fd, _take_up(fd, found))
                journal._has_records = bool(found.records)
                return journal
            except BaseException:
                os.close(fd)
                raise
        except OSError as e:
            raise JournalError(found.path, 0, f"cannot be continued: {e.strerror or e}") from e

    def append(self, verb: str, *values: object) -> None:
        """Write one record, whole, before what it tells of is shown.

        It is with the operating system when this returns: it survives the end of the process, though not a power cut.  What
        the system refuses (a full disk, say) does not raise: `problem` tells of it, and from then on nothing is written.

        Raises TypeError or ValueError for values that JSON has no words for, which is a mistake of the program.
        """
        if verb == "end":
            raise ValueError('["end"] is written by close()')
        self._append((verb, *values))

    def close(self, ended: bool) -> None:
        """Stop writing and let go of the lock; `ended`: by the user's wish, so that there is nothing to recover."""
        if self._fd < 0:
            return
        if ended and not self.problem:
            self._append(("end",))
        if ended and self.problem:
            self._end_without_room()
        fd, self._fd = self._fd, -1
        try:
            os.close(fd)
        except OSError as e:  # some network file systems say only now that the disk was full
            self._stop(e)

    def _append(self, record: Iterable[object]) -> None:
        if self._fd < 0:
            raise ValueError(f"{self.id} is closed")
        line = encode(record)
        if self.problem:
            return
        try:
            if self._size + len(line) > LARGEST:
                raise OSError(errno.EFBIG, f"it would be longer than {LARGEST} bytes")
            self._last = _write(self._fd, line)
        except OSError as e:
            self._stop(e)
        else:
            self._size += self._last
            self._has_records = True

    def _end_without_room(self) -> None:
        """Say that the session was ended though the disk is full: in the place of what is torn, or else of the last record."""
        with suppress(OSError):
            end = encode(("end",))
            for size in (self._size, self._size - self._last):
                os.ftruncate(self._fd, size)
                if size + len(end) <= LARGEST:
                    with suppress(OSError):
                        _write(self._fd, end)
                        return

    def _stop(self, e: OSError) -> None:
        self.problem = self.problem or f"the journal is not kept any more: {named(self.path)}: {e.strerror or e}"


def _take_up(fd: int, found: Found) -> int:
    """Lock a journal that was read and leave its whole records in it; returns its length."""
    if not lock(fd):
        raise JournalError(found.path, 0, "cannot be continued: another gomem is writing it")
    if stamp_of(fd) != found.stamp or not os.fstat(fd).st_nlink:
        raise JournalError(found.path, 0, "cannot be continued: it has changed since it was read; read it again")
    os.ftruncate(fd, found.whole)
    if os.pread(fd, 1, found.whole - 1) == b"\n":
        return found.whole
    return found.whole + _write(fd, b"\n")  # only the end of its last line was missing


def _new_file(directory: Path, started: datetime) -> tuple[Path, int]:
    """An empty file of a name that was not taken, open and locked."""
    for _ in range(_TRIES):
        letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in os.urandom(3))
        path = directory / f"{started:%Y%m%d-%H%M%S}-{letters}{SUFFIX}"
        try:
            fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            continue
        try:
            # Before it is locked, another gomem may take it for the rest of one that was killed, and remove it.
            if lock(fd) and os.fstat(fd).st_nlink:
                return path, fd
        except OSError as e:  # a file system without locks
            os.close(fd)
            path.unlink(missing_ok=True)
            raise OSError(e.errno, e.strerror, str(path)) from e
        os.close(fd)
    raise FileExistsError(errno.EEXIST, "no free name found for a journal", str(directory))


def _write(fd: int, data: bytes) -> int:
    """One write of all of it; returns its length.  Where less is written the disk is full, and the next write would say so."""
    if os.write(fd, data) < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return len(data)
