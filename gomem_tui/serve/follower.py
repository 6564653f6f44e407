"""A follower: shows in a terminal what a presenter shows, with a heap of its own that does what the presenter's does."""

import selectors
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from gomem_core.session.console import Console
from gomem_tui.explorer.showing import Json
from gomem_tui.serve.hands import Hands
from gomem_tui.serve.heard import AGAIN, GONE, LEFT, Heard
from gomem_tui.serve.screen import Screen
from gomem_tui.serve.status import waiting_room
from gomem_tui.settings.look import choose_look

_FRAME: Final = 0.04  # seconds from one picture to the next
_HALF: Final = 0.15  # ... after which the rest of what was told is waited for no more
_AT_ONCE: Final = 0.015  # ... that keys may take between two of them


class Follower:
    """Reads records from `stream`, and keys from a terminal."""

    def __init__(
        self, descriptor: int, stream: socket.socket, environ: Mapping[str, str], desk: Console | None, here: bool
    ) -> None:
        self._screen = Screen(descriptor, choose_look(None, None, environ, utf8_mode=False))
        self._heard = Heard(stream, desk, here, self._screen.size)
        self._hands = None if self._heard.view is None else Hands(self._heard.view)
        self._typed: list[str] = []  # keys that nothing was done about yet
        self._is_stale = True  # what is shown is not what is to be shown
        self._drawn = 0.0  # when
        self._told = 0.0  # when something was told last
        self._typed_at = 0.0  # when something was read last

    def run(self, look: Json, own: Json) -> int:
        """Show what the presenter shows, and what comes after it, until the end; returns the exit code.

        `own` is what the follower that sat here before looked at on its own.
        """
        heard, screen = self._heard, self._screen
        screen.begin()
        heard.show(look)
        if heard.view is not None and own:
            heard.view.look_elsewhere(own)
        with selectors.DefaultSelector() as selector:
            selector.register(heard.stream, selectors.EVENT_READ)
            while heard.code is None:
                self._draw()
                self._watch(selector)
                for key, events in selector.select(self._patience()):
                    if key.fileobj is heard.stream:
                        heard.receive()
                        self._told, self._is_stale = time.monotonic(), True
                    elif events & selectors.EVENT_WRITE:
                        screen.go_on()
                    elif events & selectors.EVENT_READ:
                        self._typed_at = time.monotonic()
                        self._typed += screen.read()
                if screen.patience is not None and time.monotonic() >= self._typed_at + screen.patience:
                    self._typed += screen.late()
                self._do_keys()
                if screen.ended:
                    return GONE
        if heard.code == LEFT:
            screen.leave()
        if heard.code == AGAIN and heard.view is not None and (told := heard.view.told()):
            heard.tell("own", told=told)
        return heard.code

    def _watch(self, selector: selectors.BaseSelector) -> None:
        """Read keys, unless some wait already; go on writing where the terminal has not taken all."""
        terminal = self._screen.descriptor
        events = (0 if self._typed else selectors.EVENT_READ) | (0 if self._screen.is_ready else selectors.EVENT_WRITE)
        with suppress(KeyError):
            selector.unregister(terminal)
        if events:
            selector.register(terminal, events)

    def _patience(self) -> float | None:
        """Seconds until something is to be done whatever comes; None: nothing is."""
        now, until = time.monotonic(), []
        if (self._is_stale and self._screen.is_ready) or self._typed:
            until.append(self._next - now)
        if self._screen.patience is not None:
            until.append(self._typed_at + self._screen.patience - now)
        return max(0.0, min(until)) if until else None

    @property
    def _next(self) -> float:
        """When the next picture may be drawn: what was told by half is completed soon, as a rule."""
        return max(self._drawn + _FRAME, self._told + _HALF if self._heard.is_half else 0.0)

    def _do_keys(self) -> None:
        """Do what was typed, as much as there is time for before the next picture: nobody can keep the machine busy with keys."""
        if not self._typed or time.monotonic() < self._drawn + _FRAME / 2:
            return
        self._is_stale = True
        do: Callable[[str], bool] = _leaves if self._hands is None else self._hands.press
        until = time.monotonic() + _AT_ONCE
        while self._typed and time.monotonic() < until:
            if do(self._typed.pop(0)):
                self._heard.code = LEFT
                return

    def _draw(self) -> None:
        """Show what there is to be seen, if the terminal has taken what was shown before, and not too often."""
        now = time.monotonic()
        if not self._is_stale or not self._screen.is_ready or now < self._next:
            return
        self._drawn, self._is_stale = now, False
        size, view, hands = self._screen.size, self._heard.view, self._hands
        if view is None or hands is None:
            self._screen.show(waiting_room(size, self._heard.here), size)
            return
        if size != view.arrangement.size:
            self._screen.resized()
            view.resize(size)
        view.settle()
        self._screen.show(hands.lines(self._heard.here, self._heard.doing), size)
        self._is_stale = view.catch_up()


def _leaves(key: str) -> bool:
    return key in ("q", "ctrl+q", "ctrl+c")
