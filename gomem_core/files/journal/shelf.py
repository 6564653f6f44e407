"""Lists the journals: which sessions were left unfinished, which one is meant, which are too old to be kept."""

import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from gomem_core.files.journal.file import SUFFIX, Stamp, is_locked, journal_directory, stamp_of, without_waiting
from gomem_core.files.journal.line import Header, JournalError, begins_header, parse, read_header
from gomem_core.foreign import brief
from gomem_core.frozen import frozen

UNFINISHED_KEPT: Final = 200  # journals

_LISTED: Final = 5  # IDs in a message
_HEADER_AT_MOST: Final = 4096  # bytes
_FIRST_AT_MOST: Final = 1 << 20  # bytes; a session file of so many is begun seldom
_TAIL: Final = 64  # bytes, among which an ["end"] is found


@frozen
class Summary:
    """What can be said of a journal without reading all of it."""

    path: Path
    header: Header
    ended: bool  # by its user's wish
    locked: bool  # a living process writes it
    empty: bool  # nothing has happened in it
    stamp: Stamp

    @property
    def id(self) -> str:
        """What to type to mean this one."""
        return self.path.name.removesuffix(SUFFIX)

    @property
    def unfinished(self) -> bool:
        """Whether there is something to recover in it, and nobody at work on it."""
        return not (self.ended or self.locked or self.empty)

    def first_record(self) -> list[object]:
        """What happened first in it; nothing if that cannot be read, or is very long."""
        with suppress(OSError), open(self.path, "rb", opener=without_waiting) as file:
            file.readline(_HEADER_AT_MOST)
            values = parse(file.readline(_FIRST_AT_MOST))
            return values if isinstance(values, list) else []
        return []


def unfinished(directory: Path | None = None) -> list[Summary]:
    """The sessions that were neither ended by their users nor are at work now, the one written last first.

    Quick, for it is asked at each start: of each journal only the first and the last bytes are read.  Where there is no
    directory, or none that can be read, there are none.
    """
    with suppress(OSError):
        return [summary for summary in _scan(directory)[0] if summary.unfinished]
    return []


def _offered(there: list[Summary]) -> Summary | None:
    """The session that was killed last, unless another was ended since, by somebody who let it be."""
    last = next((summary for summary in there if not (summary.locked or summary.empty)), None)
    return last if last is not None and last.unfinished else None


def find(which: str | None, directory: Path | None = None) -> Path:
    """The journal of this ID, or of the only one that begins so; None: the unfinished one that was written last.

    Raises JournalError, which tells what there is.
    """
    try:
        directory = journal_directory() if directory is None else directory
        if which is not None:
            exactly = directory / f"{which}{SUFFIX}"
            if exactly.parent == directory and exactly.is_file():  # even one that cannot be read: `read` says why
                return exactly
        there = _scan(directory)[0]
    except FileNotFoundError as e:
        if directory is None:  # nobody knows where they would be
            raise JournalError(Path(e.filename), 0, f"no journals can be found here: {e.strerror}") from e
        there = []
    except OSError as e:
        raise JournalError(directory or Path(e.filename), 0, f"no journals can be found here: {e.strerror}") from e
    if which is None:
        fitting = [summary for summary in there if summary.unfinished][:1]
        message = "no session was left unfinished"
    else:
        fitting = [summary for summary in there if summary.id.startswith(which)]
        message = f"{'several journals begin' if fitting else 'no journal begins'} with '{brief(which)}'"
    if len(fitting) == 1:
        return fitting[0].path
    raise JournalError(directory, 0, f"{message}; {_list(fitting or there)}")


def prune(directory: Path | None = None, keep: int = 50) -> Summary | None:
    """Delete the oldest journals: of those that were ended all but `keep`, of unfinished ones all but `UNFINISHED_KEPT`.

    What is left of a process that was killed before anything happened goes too.  Never disturbs a session at work, and never
    raises: what cannot be deleted stays.  Returns the session to be offered: one that was killed, unless another was ended since.
    To look at all journals for that once more would be a tenth of a start.
    """
    with suppress(OSError):
        there, remains = _scan(directory)
        ended = [summary for summary in there if summary.ended]
        left = [summary for summary in there if summary.unfinished]
        nothing = [summary for summary in there if summary.empty]
        for summary in (*ended[keep:], *left[UNFINISHED_KEPT:], *nothing):
            _remove(summary.path, summary.stamp)
        for path, stamp in remains:
            _remove(path, stamp)
        return _offered(there)
    return None


def _scan(directory: Path | None) -> tuple[list[Summary], list[tuple[Path, Stamp]]]:
    """The journals, the one written last first, and what is left of those whose first line was never written."""
    journals: list[Summary] = []
    remains: list[tuple[Path, Stamp]] = []
    directory = journal_directory() if directory is None else directory
    with os.scandir(directory) as entries:
        names = [entry.name for entry in entries if entry.name.endswith(SUFFIX)]
    for path in map(directory.joinpath, names):
        with suppress(OSError, JournalError):  # deleted meanwhile, somebody else's, or of a later gomem: not for us
            with open(path, "rb", opener=without_waiting) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    continue
                stamp = stamp_of(file.fileno())
                head = file.readline(_HEADER_AT_MOST)
                file.seek(max(0, stamp.size - _TAIL))
                tail = file.read(_TAIL)
                locked = is_locked(file.fileno())
            empty = stamp.size <= len(head)
            if empty and begins_header(head):
                remains.append((path, stamp))
            else:
                ended = parse(tail.removesuffix(b"\n").rpartition(b"\n")[2]) == ["end"]
                journals.append(Summary(path, read_header(path, head), ended, locked, empty, stamp))
    journals.sort(key=lambda summary: (summary.stamp.modified, summary.id), reverse=True)
    return journals, remains


def _remove(path: Path, stamp: Stamp) -> None:
    """Delete a journal, unless somebody has begun to write it or it has changed since it was looked at."""
    with suppress(OSError), open(path, "r+b", opener=without_waiting) as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stamp_of(file.fileno()) == stamp:
            path.unlink()


def _list(summaries: list[Summary]) -> str:
    """The first few, in words."""
    if not summaries:
        return "there are none"
    words = [f"{brief(s.id)} ({_state(s)})" for s in summaries[:_LISTED]]
    more = f" and {len(summaries) - _LISTED} more" if len(summaries) > _LISTED else ""
    return f"there are: {', '.join(words)}{more}"


def _state(summary: Summary) -> str:
    if summary.locked:
        return "at work"
    if summary.ended:
        return "ended"
    return "empty" if summary.empty else "unfinished"
