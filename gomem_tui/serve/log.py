"""The log of a server: who came, what they asked for, what they did, when they left."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gomem_core.files.places import state_directory
from gomem_core.foreign import brief

_LARGEST: Final = 1 << 22  # bytes; then it becomes the old one, and the old one before that goes
_LONGEST: Final = 200  # characters of what a visitor sent


def log_path() -> Path:
    """Where the log is.  Raises OSError if there is no directory for what outlives a run."""
    return state_directory() / "serve.log"


class Log:
    """A file of the user's alone, a JSON object a line; `echo` is told the same as text.  What cannot be written is lost."""

    def __init__(self, path: Path | None, echo: Callable[[str], None] | None = None) -> None:
        self._path = path
        self._echo = echo
        self._fd = -1
        self._size = 0
        self._open()

    def note(self, what: str, **about: object) -> None:
        """Write down what happened, and to whom; text from elsewhere is cut and made harmless."""
        told = {name: brief(value, _LONGEST) if isinstance(value, str) else value for name, value in about.items()}
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        if self._echo is not None:
            self._echo(" ".join((now[11:19], what, *(f"{name}={value}" for name, value in told.items()))))
        if self._fd < 0:
            return
        line = (json.dumps({"at": now, "what": what, **told}, ensure_ascii=True) + "\n").encode()
        with suppress(OSError):
            self._size += os.write(self._fd, line)
        if self._size > _LARGEST:
            self._turn()

    def close(self) -> None:
        """Write no more."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _open(self) -> None:
        if self._path is None:
            return
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
            self._fd = os.open(self._path, flags, 0o600)
            self._size = os.fstat(self._fd).st_size

    def _turn(self) -> None:
        """Begin a new file."""
        self.close()
        if self._path is not None:
            with suppress(OSError):
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))
            self._open()
