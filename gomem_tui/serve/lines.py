"""Records between the processes of a server: JSON, one a line."""

import json
from typing import Any, Final

Record = dict[str, Any]
"""One that was read; Any: whoever takes it looks at what is in it."""
MOST: Final = 1 << 26  # bytes of a line: a session of a million steps


def encoded(kind: str, **values: object) -> bytes:
    """A record as a line; `kind` is its name."""
    return f"{json.dumps({'r': kind, **values})}\n".encode()


def decoded(line: bytes) -> Record:
    """The record in a line; what is none has no name."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


class Lines:
    """Cuts what arrives into lines."""

    def __init__(self) -> None:
        self._begun = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are whole now.  Raises ValueError where one is too long to be true."""
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = bytes(self._begun) + lines[0]
            self._begun.clear()
        self._begun += rest
        if len(self._begun) > MOST:
            raise ValueError(f"a line of more than {MOST:,} bytes")
        return lines
