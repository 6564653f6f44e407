"""The file of a journal: where it is, whether somebody writes it, whether it is still the same."""

import fcntl
import os
import time
from pathlib import Path
from typing import Final

from gomem_core.files.places import state_directory
from gomem_core.named import NamedTuple

SUFFIX: Final = ".journal"
LARGEST: Final = 1 << 30  # bytes; a longer journal is neither written nor read

_TRIES: Final = 100


class Stamp(NamedTuple):
    """Identifies a version of a file."""

    inode: int
    size: int
    modified: int  # ns


def journal_directory() -> Path:
    """Where the user's journals are.  Raises OSError if that is not known."""
    return state_directory() / "journals"


def without_waiting(path: str, flags: int) -> int:
    """An opener for `open`: a FIFO in a journal's place does not keep gomem waiting."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def stamp_of(fd: int) -> Stamp:
    """Returns what identifies an open file as it is now."""
    status = os.fstat(fd)
    return Stamp(status.st_ino, status.st_size, status.st_mtime_ns)


def is_locked(fd: int) -> bool:
    """Whether somebody writes the journal; asks with a lock that does not disturb others who ask."""
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(fd, fcntl.LOCK_UN)
    return False


def lock(fd: int) -> bool:
    """Take the lock; no if somebody writes the journal.  Who only asks whether it is locked is done in an instant: try again."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.002)
        else:
            return True
    return False
