"""Tells others what the explorer shows, while it shows it: for `gomem serve`, over a socket that it inherited.

A line is a record, as JSON.  To those who listen go, by the name `r`:

    load      what is shown begins anew with this, whatever was told before
    journal   what happened to the session, as its journal has it; of a film and of a still in a file nothing
    look      where the session stands, and how it is looked at: only the last one counts

and from them come:

    seats     who is there, by name, and how others come
    again     load and look are to be told anew
"""

import json
import os
import socket
from collections import deque
from typing import Final, Protocol

from gomem_core.session.console import Console
from gomem_core.session.document import Entry
from gomem_core.session.echo import Strayed, packed, whole, with_look
from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.parts import Runs, Shows
from gomem_tui.explorer.showing import record_of
from gomem_tui.explorer.stage import Stage
from gomem_tui.explorer.widgets import Widgets
from gomem_tui.explorer.work import Work
from gomem_tui.panes.model import Model

HUNG_UP: Final = 129  # exit code: 128 + SIGHUP
_TICK: Final = 0.1  # seconds after which what was not done by a key is told, too
_MOST_WAITING: Final = 1 << 22  # bytes that nobody has read: then all is told anew, once somebody reads
_MOST_HEARD: Final = 1 << 16  # bytes of a line


class _App(Runs, Shows, Protocol):
    """What shows who is there, and can be ended."""

    def hang_up(self, code: int) -> None:
        """End for what a signal would end it for."""


class Audience:
    """Those who look on, if there are any.  To tell them never waits for anybody."""

    def __init__(self, model: Model, widgets: Widgets, stage: Stage, work: Work, footer: Footer, app: _App) -> None:
        self._model = model
        self._widgets = widgets
        self._stage = stage
        self._work = work
        self._footer = footer
        self._socket: socket.socket | None = None
        self._entries: deque[Entry] = deque()  # that happened since they were told last; another thread may add to them
        self._waiting = bytearray()  # told, but not written yet
        self._heard = bytearray()  # the beginning of a line
        self._opened_at = 0  # what was opened when all was told last; 0: it has to be told
        self._look = ""  # that was told last
        self._app = app

    def begin(self, descriptor: int) -> None:
        """Tell all that is shown from now on.  When nobody listens any more, the explorer ends as without a terminal."""
        self._socket = socket.socket(fileno=os.dup(descriptor))  # the next lesson's explorer has the descriptor itself
        self._socket.setblocking(False)
        self._desk.heard = self._hear
        self._widgets.bars.who = ()
        self._app.set_interval(_TICK, self._turn)
        self.tell()

    @property
    def _desk(self) -> Console:
        return self._model.console

    def _hear(self, entry: Entry) -> None:
        """Take note of what just happened.  Called by whichever thread did it."""
        self._entries.append(with_look(self._desk, entry))

    def _turn(self) -> None:
        self._listen()
        self.tell()

    # --- Telling ----------------------------------------------------------------------------------------------------------

    def tell(self) -> None:
        """Tell what has changed since this was called last."""
        if self._socket is None or len(self._waiting) > _MOST_WAITING:
            self._write()
            return
        if self._desk.opened_at != self._opened_at:
            if not self._work.busy:
                self._tell_whole()
        else:
            self._tell_entries()
        if not self._work.busy and self._opened_at:
            self._tell_look()
        self._write()

    def _tell_whole(self) -> None:
        self._entries.clear()
        try:
            self._say("load", values=whole(self._desk))
        except Strayed as e:
            self._say("load", values=("none", str(e)))
        self._opened_at, self._look = self._desk.opened_at, ""

    def _tell_entries(self) -> None:
        has_steps = self._model.session.strip is None or self._desk.script.on
        while self._entries:
            entry = packed(self._entries.popleft())
            if has_steps or entry[0] == "still":
                self._say("journal", values=entry)

    def _tell_look(self) -> None:
        record = record_of(self._model, self._widgets.panes, self._stage.arrangement, self._footer.message, self._stage.typing)
        look = json.dumps({"r": "look", **record})
        if look != self._look:
            self._look = look
            self._waiting += f"{look}\n".encode()

    def _say(self, kind: str, **values: object) -> None:
        self._waiting += f"{json.dumps({'r': kind, **values})}\n".encode()

    def _write(self) -> None:
        """Write as much as somebody reads."""
        if self._socket is None or not self._waiting:
            return
        try:
            del self._waiting[: self._socket.send(self._waiting)]
        except BlockingIOError:
            pass
        except OSError:
            self._leave()
        if len(self._waiting) > _MOST_WAITING:
            self._opened_at = 0  # what is lost now is told once this was read

    def _leave(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = self._desk.heard = None
        self._waiting.clear()
        self._entries.clear()
        self._app.hang_up(HUNG_UP)

    # --- Listening --------------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        """Take in what was said since this was called last."""
        while self._socket is not None:
            try:
                data = self._socket.recv(1 << 16)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._leave()
                return
            *lines, rest = (bytes(self._heard) + data).split(b"\n")
            self._heard = bytearray(rest[:_MOST_HEARD])
            for line in lines:
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return
        match record:
            case {"r": "again"}:
                self._opened_at = 0
            case {"r": "seats", "who": [*names]}:
                self._widgets.bars.who = tuple(map(str, names))
                self._widgets.bars.come = str(record.get("at", ""))
                self._app.look_again()
