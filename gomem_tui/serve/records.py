"""What a new mirror has to be told so that it stands where the presenter does."""

from typing import Final

_LOAD: Final = b'{"r": "load"'
_LOOK: Final = b'{"r": "look"'
_JOURNAL: Final = b'{"r": "journal"'


class Records:
    """Keeps the presenter's lines from the last beginning on, and of looks the newest."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []
        self._look = b""

    def add(self, line: bytes) -> None:
        """Take note of a line, as it came."""
        if line.startswith(_LOAD):
            self._kept = [line]
            self._look = b""
        elif line.startswith(_JOURNAL):
            self._kept.append(line)
        elif line.startswith(_LOOK):
            self._look = line

    def lines(self) -> list[bytes]:
        """Returns what there is to be told, in order."""
        return [*self._kept, *([self._look] if self._look else [])]
