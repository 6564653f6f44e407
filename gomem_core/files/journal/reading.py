"""Reading a whole journal back."""

import gc
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from sys import intern
from typing import Final

from gomem_core.files.journal.file import LARGEST, SUFFIX, Stamp, is_locked, stamp_of, without_waiting
from gomem_core.files.journal.line import Header, JournalError, Record, excerpt, parse, read_header
from gomem_core.foreign import unread
from gomem_core.frozen import frozen

_LONGEST_HEADER: Final = 1 << 16  # bytes; what a journal begins with has some hundred


@frozen
class Found:
    """A journal that was read."""

    path: Path
    header: Header
    records: list[Record]  # without the last one, if it is ["end"]
    ended: bool  # its user ended the session: the last record is ["end"]
    torn: bool  # after the last record is the beginning of a line that is not whole
    locked: bool  # a living process was writing it
    whole: int  # bytes up to the end of the last of `records`
    stamp: Stamp

    @property
    def id(self) -> str:
        """Its name, without what all journals' names have in common."""
        return self.path.name.removesuffix(SUFFIX)


def read(path: Path) -> Found:
    """Read a whole journal; changes nothing.

    A last line that is not whole is not an error: the process was killed, or the disk full, while it was written.
    Anything else that is not as it should be raises JournalError.
    """
    try:
        with open(path, "rb", opener=without_waiting) as file:
            descriptor = file.fileno()
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise JournalError(path, 0, "cannot be read: not a plain file")
            stamp = stamp_of(descriptor)
            if stamp.size > LARGEST:
                raise JournalError(path, 0, f"cannot be read: {stamp.size} bytes long; expected at most {LARGEST}")
            locked = is_locked(descriptor)
            header = read_header(path, file.readline(_LONGEST_HEADER))
            with _without_collector():
                return _read_records(path, header, locked, stamp, file)
    except (OSError, ValueError) as e:  # ValueError: a path the system cannot be told
        raise JournalError(path, 0, unread(e)) from e


def _read_records(path: Path, header: Header, locked: bool, stamp: Stamp, file: BufferedReader) -> Found:
    records: list[Record] = []
    whole = file.tell()
    ended = torn = False
    for number, line in enumerate(file, 2):
        if ended:
            raise JournalError(path, number, f'expected nothing after ["end"]; found {excerpt(line)}')
        values = parse(line)
        if type(values) is list and values and type(values[0]) is str:
            verb = intern(values.pop(0))  # few verbs, many records
            if verb == "end" and not values:
                ended = True
            else:
                records.append(Record(number, verb, values))
                whole += len(line)
        elif line.endswith(b"\n") or b"\0" in line:
            expected = 'expected a record, a JSON array that begins with a word, such as ["do", "gc"]'
            raise JournalError(path, number, f"{expected}; found {excerpt(line)}")
        else:
            torn = True
    return Found(path, header, records, ended, torn, locked, whole, stamp)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Python's garbage collector would look through all records again and again: 2.1 s for a million of them instead of 0.9."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
