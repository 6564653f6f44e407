"""What was typed at the prompt, remembered across sessions in the XDG state directory."""

import os
from pathlib import Path
from typing import Final

from gomem_core.files.places import state_directory
from gomem_core.foreign import named

_KEPT: Final = 500  # lines
_MOST_BYTES: Final = 1 << 20  # at the end of the file: no line that is typed has more than 10,000 characters


def history_path() -> Path:
    """The file, one line a command, the newest last.  Raises OSError when there is no directory for what outlives a run."""
    return state_directory() / "history"


def read_history() -> list[str]:
    """The lines typed before; none where they cannot be read."""
    try:
        with history_path().open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _MOST_BYTES))
            text = file.read(_MOST_BYTES).decode(errors="replace")
    except OSError:
        return []
    return [line for line in text.split("\n") if line.strip()][-_KEPT:]


def add_to_history(line: str) -> str:
    """Remember a line; returns what went wrong, in words, or nothing."""
    try:
        path = history_path()
    except OSError as e:
        return f"the history is not kept: {e.strerror}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as e:
        return f"the history is not kept: {named(path)}: {e.strerror or e}"
    return ""
