"""A follower's terminal: what is typed there, and what is written to it, without ever waiting for it."""

import os
import termios
import tty
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final

from gomem_tui.draw.paint import Painter
from gomem_tui.panes.base import Size
from gomem_tui.serve.keyboard import ACTIONS, character_key, sequence_key
from gomem_tui.serve.view import Placed
from gomem_tui.settings.look import Look, theme_on
from gomem_tui.terminal.terminalinput import Background, Chord, Escape, Piece, Sequence, TerminalInput, Text

_ENTER: Final = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
_LEAVE: Final = "\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l"
_CLEAR: Final = "\x1b[m\x1b[2J"
_ASK: Final = "\x1b]11;?\x1b\\"
_READ: Final = 512  # bytes
_LARGEST: Final = Size(500, 200)  # what a terminal can be believed to have


class Screen:
    """The terminal at a descriptor."""

    def __init__(self, descriptor: int, look: Look) -> None:
        self.descriptor: Final = descriptor
        self._look = look
        self._painter = Painter(look)
        self._shown: list[Placed] = []  # the lines that were painted last
        self._places: list[tuple[int, int]] = []  # where they begin
        self._input = TerminalInput(lambda character: f"alt+{character}" in ACTIONS)
        self._waiting = b""
        self.ended = False  # the terminal is gone
        self.written = 0  # bytes

    # --- Writing ----------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Take the terminal over."""
        with suppress(termios.error, OSError):
            tty.setraw(self.descriptor)
        os.set_blocking(self.descriptor, False)
        self._write(_ENTER + (_ASK if self._look.asks else ""))

    def leave(self) -> None:
        """Give the terminal back."""
        self._waiting = b""
        self._write(_LEAVE)

    @property
    def size(self) -> Size:
        """Returns its columns and rows."""
        try:
            size = Size(*os.get_terminal_size(self.descriptor))
        except OSError:
            return Size(80, 24)
        return Size(min(size.width or 80, _LARGEST.width), min(size.height or 24, _LARGEST.height))

    @property
    def is_ready(self) -> bool:
        """Whether all was taken that was written."""
        return not self._waiting

    def resized(self) -> None:
        """Begin with an empty screen: what a terminal shows in another size is not known."""
        self._painter.forget()
        self._write(_CLEAR)

    def show(self, lines: Iterator[Placed], size: tuple[int, int]) -> None:
        """Show these lines, of which only the cells are written that differ."""
        before, self._shown = self._shown, list(lines)
        places = [(x, y) for x, y, _ in self._shown]
        if self._painter.knows(size) and places == self._places:  # most lines are what they were: nobody need look at their cells
            changed = [now for now, old in zip(self._shown, before, strict=True) if now != old]
        else:
            changed = self._shown
        self._places = places
        self._painter.fit(size)
        self._write(self._painter.paint_lines(changed))

    def _write(self, text: str) -> None:
        self._waiting += text.encode()
        self.go_on()

    def go_on(self) -> None:
        """Write as much as the terminal takes now."""
        if not self._waiting:
            return
        try:
            count = os.write(self.descriptor, self._waiting)
        except BlockingIOError:
            return
        except OSError:
            self.ended = True
            return
        self.written += count
        self._waiting = self._waiting[count:]

    # --- Reading ----------------------------------------------------------------------------------------------------------

    @property
    def patience(self) -> float | None:
        """Seconds after which `late` is to be called; None: nothing is waited for."""
        return self._input.patience

    def read(self) -> Iterator[str]:
        """The keys that were typed, by Textual's names."""
        try:
            data = os.read(self.descriptor, _READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return
        for piece in self._input.feed(data):
            yield from self._keys(piece)

    def late(self) -> Iterator[str]:
        """The keys that what was begun turns out to be."""
        for piece in self._input.late():
            yield from self._keys(piece)

    def _keys(self, piece: Piece) -> Iterator[str]:
        match piece:
            case Text(text):
                yield from filter(None, map(character_key, text))
            case Escape():
                yield "escape"
            case Chord(character):
                yield f"alt+{character}"
            case Sequence(sequence):
                if key := sequence_key(sequence):
                    yield key
            case Background(colour):
                self._stand_on(colour)

    def _stand_on(self, background: tuple[float, float, float]) -> None:
        """Take the theme for a background, where nothing else has decided."""
        if self._look.asks:
            self._look = replace(self._look, theme=theme_on(background), asks=False)
            self._painter.take(self._look)
            self._painter.forget()
