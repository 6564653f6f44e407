"""What a follower hears of the presenter, and the session that does the same."""

import socket
from contextlib import suppress
from typing import Final

from gomem_core.session.console import Console
from gomem_core.session.document import Entry
from gomem_core.session.echo import Strayed, echo, thinned
from gomem_tui.explorer.showing import Json
from gomem_tui.serve.lines import Lines, decoded, encoded
from gomem_tui.serve.view import View

LEFT: Final = 0  # exit codes of a follower: by its own wish
GONE: Final = 3  # the terminal or the stream is gone
AGAIN: Final = 75  # another follower is to take its place, from where the mirror stands

_RECEIVED: Final = 1 << 18  # bytes


class Heard:
    """Reads records from `stream`, and does at `desk` what they tell; None: nothing is presented yet.

    `view` shows it; there is an exit `code` once the follower has to end.
    """

    def __init__(self, stream: socket.socket, desk: Console | None, here: bool, size: tuple[int, int]) -> None:
        stream.setblocking(False)
        self.stream: Final = stream
        self.view: Final = None if desk is None else View(desk, size)
        self.here = here  # the presenter is
        self.doing = ""  # what the presenter waits for
        self.is_half = False  # the session was gone on with, and how the presenter looks at it was not told yet
        self.code: int | None = None
        self._lines = Lines()

    def tell(self, kind: str, **values: object) -> None:
        """Tell the mirror something, if it listens."""
        with suppress(OSError):
            self.stream.send(encoded(kind, **values))

    def receive(self) -> None:
        """Do what was recorded since this was called last; of what is shown only the newest is looked at."""
        try:
            data = self.stream.recv(_RECEIVED)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.code = GONE
            return
        entries: list[Entry] = []
        look: Json | None = None
        for line in self._lines.feed(data):
            record = decoded(line)
            match record:
                case {"r": "journal", "values": [*values]}:
                    entries.append(tuple(values))
                case {"r": "look"}:
                    look = record
                case {"r": "presenter", "here": bool(here)}:
                    self.here = here
                case {"r": "again"}:
                    self.code = AGAIN
                case {"r": "end"}:
                    self.code = LEFT
        if self.view is not None and self.code is None:
            self._follow(self.view, entries, look)

    def _follow(self, view: View, entries: list[Entry], look: Json | None) -> None:
        try:
            self.is_half = self.is_half or any(entry[:1] != ("try",) for entry in entries)
            for entry in thinned(entries):
                self.doing = str(entry[1]) if entry[:1] == ("try",) else ""
                echo(view.model.console, entry)
        except Strayed:
            self.code = AGAIN
            return
        if look is not None:
            self.show(look)

    def show(self, look: Json) -> None:
        """Show what the presenter shows."""
        if self.view is None or not look:
            return
        self.doing, self.is_half = "", False
        self.view.show(look)
        if self.view.is_astray:
            self.code = AGAIN
