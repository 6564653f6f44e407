"""Which lessons were walked to their end: their names, one a line, in a small file of the user's.

It is a convenience and no more: whatever is wrong with the file, or with the place for it, counts as nothing walked, and nothing
is ever said about it.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from gomem_core.files.journal.file import without_waiting
from gomem_core.files.places import state_directory

_AT_MOST: Final = 1 << 16  # bytes; all names together take some 300


def walked_file() -> Path:
    """Returns the file with the names.  Raises OSError when there is no directory for what outlives a run."""
    return state_directory() / "lessons-walked"


def walked() -> frozenset[str]:
    """The names in the file; a name may be that of no lesson."""
    with suppress(OSError), open(walked_file(), "rb", opener=without_waiting) as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return frozenset(file.read(_AT_MOST).decode(errors="replace").split())
    return frozenset()


def note_walked(name: str) -> None:
    """A lesson was walked to its end.  Where that cannot be written down it is forgotten."""
    if name in walked():
        return
    with suppress(OSError):
        path = walked_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "ab", opener=without_waiting) as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                file.write(f"\n{name}\n".encode())  # on a line of its own, whatever stands before it
