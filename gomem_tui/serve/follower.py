"""A follower: shows in a terminal what a presenter shows, with a heap of its own that does what the presenter's does."""

import selectors
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from gomem_core.session.console import Console
from gomem_core.session.document import Entry
from gomem_core.session.echo import Strayed, echo, thinned
from gomem_tui.serve.hands import Hands
from gomem_tui.serve.lines import Lines, decoded
from gomem_tui.serve.screen import Screen
from gomem_tui.serve.status import waiting_room
from gomem_tui.serve.view import View
from gomem_tui.settings.look import choose_look

LEFT: Final = 0  # exit codes: by the follower's own wish
GONE: Final = 3  # the terminal or the stream is gone
AGAIN: Final = 75  # another follower is to take its place, from where the mirror stands

_FRAME: Final = 0.04  # seconds from one picture to the next
_AT_ONCE: Final = 0.015  # ... that keys may take between two of them
_RECEIVED: Final = 1 << 18  # bytes


class Follower:
    """Reads records from `stream`, and keys from a terminal."""

    def __init__(
        self, descriptor: int, stream: socket.socket, environ: Mapping[str, str], desk: Console | None, here: bool
    ) -> None:
        self._stream = stream
        self._lines = Lines()
        self._screen = Screen(descriptor, choose_look(None, None, environ, utf8_mode=False))
        self._view = None if desk is None else View(desk, self._screen.size)
        self._hands = None if self._view is None else Hands(self._view)
        self._here = here  # the presenter is
        self._doing = ""  # what the presenter waits for
        self._typed: list[str] = []  # keys that nothing was done about yet
        self._is_stale = True  # what is shown is not what is to be shown
        self._drawn = 0.0  # when
        self._heard = 0.0  # when a key was read last
        self._code: int | None = None

    def run(self, record: Mapping[str, object]) -> int:
        """Show this record, and what comes after it, until the end; returns the exit code."""
        stream, terminal = self._stream.fileno(), self._screen.descriptor
        self._stream.setblocking(False)
        self._screen.begin()
        if self._view is not None and record:
            self._show(dict(record))
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            selector.register(terminal, selectors.EVENT_READ)
            while self._code is None:
                self._draw()
                reads = 0 if self._typed else selectors.EVENT_READ
                writes = 0 if self._screen.is_ready else selectors.EVENT_WRITE
                with suppress(KeyError):
                    selector.unregister(terminal)
                if reads or writes:
                    selector.register(terminal, reads | writes)
                for key, events in selector.select(self._patience()):
                    if key.fd == stream:
                        self._receive()
                    elif events & selectors.EVENT_WRITE:
                        self._screen.go_on()
                    elif events & selectors.EVENT_READ:
                        self._heard = time.monotonic()
                        self._typed += self._screen.read()
                self._be_late()
                self._do_keys()
                if self._screen.ended:
                    self._code = GONE
        if self._code == LEFT:
            self._screen.leave()
        return self._code

    def _patience(self) -> float | None:
        """Seconds until something is to be done whatever comes."""
        now = time.monotonic()
        until = []
        if (self._is_stale and self._screen.is_ready) or self._typed:
            until.append(self._drawn + _FRAME - now)
        if self._screen.patience is not None:
            until.append(self._heard + self._screen.patience - now)
        return max(0.0, min(until)) if until else None

    # --- Records ----------------------------------------------------------------------------------------------------------

    def _receive(self) -> None:
        """Do what was recorded, and take note of the newest of what is shown."""
        try:
            lines = self._lines.feed(self._stream.recv(_RECEIVED) or self._gone())
        except BlockingIOError:
            return
        except (OSError, EOFError):
            self._code = GONE
            return
        entries: list[Entry] = []
        record = None
        for line in lines:
            told = decoded(line)
            match told:
                case {"r": "journal", "values": [*values]}:
                    entries.append(tuple(values))
                case {"r": "look"}:
                    record = told
                case {"r": "presenter", "here": bool(here)}:
                    self._here = here
                case {"r": "again"}:
                    self._code = AGAIN
                case {"r": "end"}:
                    self._code = LEFT
        self._is_stale = True
        if self._view is None or self._code is not None:
            return
        try:
            self._echo(self._view.model.console, entries)
        except Strayed:
            self._code = AGAIN
            return
        if record is not None:
            self._show(record)

    def _gone(self) -> bytes:
        raise EOFError

    def _echo(self, desk: Console, entries: list[Entry]) -> None:
        for entry in thinned(entries):
            self._doing = str(entry[1]) if entry[0] == "try" else ""
            echo(desk, entry)

    def _show(self, record: dict[str, object]) -> None:
        assert self._view is not None
        self._doing = ""
        self._view.show(record)
        if self._view.is_astray:
            self._code = AGAIN

    # --- Keys -------------------------------------------------------------------------------------------------------------

    def _be_late(self) -> None:
        patience = self._screen.patience
        if patience is not None and time.monotonic() >= self._heard + patience:
            self._typed += self._screen.late()

    def _do_keys(self) -> None:
        """Do what was typed, as much as there is time for before the next picture."""
        if not self._typed or time.monotonic() < self._drawn + _FRAME / 2:
            return
        self._is_stale = True
        do: Callable[[str], bool] = _leaves if self._hands is None else self._hands.press
        until = time.monotonic() + _AT_ONCE
        while self._typed and time.monotonic() < until:
            if do(self._typed.pop(0)):
                self._code = LEFT
                return

    # --- Drawing ----------------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        """Show what there is to be seen, if the terminal has taken what was shown before, and not too often."""
        now, size = time.monotonic(), self._screen.size
        if not self._is_stale or not self._screen.is_ready or now < self._drawn + _FRAME:
            return
        self._drawn, self._is_stale = now, False
        view, hands = self._view, self._hands
        if view is None or hands is None:
            self._screen.show(waiting_room(size, self._here), size)
            return
        if size != view.arrangement.size:
            self._screen.resized()
            view.resize(size)
        view.settle()
        self._screen.show(hands.lines(self._here, self._doing), size)
        self._is_stale = view.catch_up()


def _leaves(key: str) -> bool:
    return key in ("q", "ctrl+q", "ctrl+c")
