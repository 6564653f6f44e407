"""What is told when gomem itself is wrong: one sentence; the traceback is in a file, for whoever mends it."""

import os
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Final

from gomem_core import __version__
from gomem_core.files.places import state_directory
from gomem_core.foreign import named, visible

KEPT: Final = 20  # files; the oldest go


def sentence(error: BaseException) -> str:
    """The sentence about an error that nobody expected, whose traceback is kept."""
    return f"gomem: something is wrong in gomem itself ({type(error).__name__}); {kept(error)}"


def kept(error: BaseException) -> str:
    """Write the error's traceback to a file; returns the end of a sentence that says where it is."""
    try:
        path = _write("".join(traceback.format_exception(error)))
    except OSError as e:
        return f"the traceback could not be kept: {e.strerror or e}"
    return f"please report it with {named(path)}"


def _write(text: str) -> Path:
    """Write a new file, and delete those that are too many.  Raises OSError."""
    directory = state_directory() / "errors"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 10**9:09}-{os.getpid()}.txt"
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace") as out:
        out.write(f"gomem {__version__}\n{visible(text)}")  # it is looked at with cat
    for old in sorted(directory.glob("*.txt"))[:-KEPT]:
        with suppress(OSError):
            old.unlink()
    return path
