"""Reads the app's terminal: the only code of gomem that uses Textual's private ways of reading (as of Textual 8)."""

import asyncio
import os
import select
import signal
import time
from collections.abc import Iterator
from typing import IO, Any, Final, cast

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Event as TextualEvent
from textual.events import Key, Paste
from textual.geometry import Size
from textual.keys import Keys
from textual.message import Message

from gomem_core.regex import regex
from gomem_tui.settings.keynames import read_key
from gomem_tui.terminal.terminalinput import Background, Chord, Escape, Pasted, Piece, Sequence, TerminalInput, Text

_READ: Final = 4096  # bytes
_ASK: Final = "\x1b]11;?\x1b\\"
# What Textual's parser makes something of besides keys, and gomem asks for: the mouse, focus, modes.
_REPORT: Final = regex(r"\x1b\[(?:<\d+;-?\d+;-?\d+[mM]|[IO]|\?\d+;\d\$y)")
_ANSWERS_WITHIN: Final = 0.2  # seconds from the question on, in which gomem does not end: the shell would read the answer as keys


class PasteTooLong(TextualEvent):
    """A paste was so long that it was not kept."""


class BackgroundTold(TextualEvent):
    """The terminal told the colour of its background: red, green and blue, 0 to 1."""

    def __init__(self, colour: tuple[float, float, float]) -> None:
        super().__init__()
        self.colour = colour


class TerminalParser(XTermParser):
    """Makes Textual's messages of pieces."""

    def messages(self, piece: Piece) -> Iterator[Message]:
        """What a piece means."""
        match piece:
            case Text(text):
                for character in text:
                    yield from self._sequence(character)
            case Escape():
                yield Key("escape", "\x1b")
            case Chord(character):
                yield Key(chord_name(character), None)
            case Pasted(None):
                yield PasteTooLong()
            case Pasted(str(text)):
                yield Paste(text)
            case Background(colour):
                yield BackgroundTold(colour)
            case Sequence(sequence):
                yield from self._sequence(sequence)

    def _sequence(self, sequence: str) -> Iterator[Message]:
        """A key, or a report.  Of others Textual would make a key of each character; they are nothing, or Esc and two keys."""
        try:
            keys = list(self._sequence_to_key_events(sequence))
        except (ValueError, OverflowError):  # Textual's way with numbers that are not characters, or that have parts
            return
        if not keys and _REPORT.fullmatch(sequence):
            yield from self.feed(sequence)
        elif not keys and len(sequence) == len("\x1b[j"):
            yield Key("escape", "\x1b")
            yield from self.feed(sequence[1:])
        for key in keys:
            if key.key != Keys.Ignore:
                yield key


def chord_name(character: str) -> str:
    """Textual's name of a character's key with alt."""
    name = {"\r": "enter", "\x7f": "backspace"}.get(character) or read_key(character)
    return f"alt+shift+{name.lower()}" if name.isupper() and len(name) == 1 else f"alt+{name}"


class _Out:
    """The file that Textual's thread writes to, which knows whether the terminal has been given back."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.fileno = file.fileno
        self.has_screen = False
        self._leaves = False

    def write(self, text: str) -> int:
        """Write, but into a buffer."""
        if "\x1b[?1049h" in text:
            self.has_screen, self._leaves = True, False
        self._leaves = self._leaves or "\x1b[?1049l" in text
        return self._file.write(text)

    def flush(self) -> None:
        """Let the terminal have it."""
        self._file.flush()
        self.has_screen = self.has_screen and not self._leaves


class TerminalDriver(LinuxDriver):
    """Textual's driver with a reader of its own, which hands over keys at once and tells what went wrong.

    Where the app's look asks for it, the terminal is asked for its background, once; whenever the answer comes, no part of it is
    read as keys.
    """

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._failed: Exception | None = None
        self._asked: float | None = None  # when the terminal was asked
        self._is_answered = False
        self._input = TerminalInput(lambda _: False)
        self._parser = TerminalParser()
        self._reading: asyncio.AbstractEventLoop | None = None  # the loop that reads
        self._silence: asyncio.TimerHandle | None = None  # when what has begun does not go on
        self._out = _Out(cast("IO[str]", self._file))
        self._file = cast("Any", self._out)

    @property
    def has_screen(self) -> bool:
        """Whether the terminal shows the app and nothing of what was there before."""
        return self._out.has_screen

    def start_application_mode(self) -> None:
        """Begin; the question comes when the terminal no longer echoes, or the answer would be shown."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's
        self._start_reading()
        app: Any = self._app
        if app.look.asks and self.input_tty and self._asked is None:
            self._asked = time.monotonic()
            self.write(_ASK)
            self.flush()

    def size_now(self) -> Size:
        """Returns the size that the terminal has now, in cells."""
        return Size(*self._get_terminal_size())

    def disable_input(self) -> None:
        """Stop reading, but not while an answer is probably on its way."""
        while self._reading is not None and self._asked is not None and not self._is_answered:
            left = self._asked + _ANSWERS_WITHIN - time.monotonic()
            if left <= 0 or not select.select([self.fileno], [], [], left)[0]:
                break
            self._arrived()
        self._stop_reading()
        super().disable_input()

    def send_message(self, message: Message) -> None:
        """Hand over what was typed, of which Textual would make a coroutine that waits for its turn."""
        self._app.post_message(message)

    def _run_input_thread(self) -> None:
        """Wait for the end: the loop reads, at once, and is not woken ten times a second for nothing.

        Textual starts this thread and waits for it.  Had it ended, the next one would have its stack, and where memory is short a
        long command would begin that cannot go on.
        """
        self.exit_event.wait()

    def _start_reading(self) -> None:
        """Let the loop tell when something arrives."""
        app: Any = self._app
        bound = app._bindings.key_to_bindings
        self._input = TerminalInput(lambda character: chord_name(character) in bound)
        self._reading = asyncio.get_running_loop()
        self._reading.add_reader(self.fileno, self._arrived)

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.remove_reader(self.fileno)
            self._reading = None
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def _arrived(self) -> None:
        """Read what has arrived, and find out later whether what it begins goes on."""
        data = self._read()
        if not data:
            self._stop_reading()
            os.kill(os.getpid(), signal.SIGHUP)  # as the line does, unless somebody keeps that from us
            return
        self._stop_waiting()
        self._hand_over(self._input.feed(data))
        if self._reading is not None and self._input.patience is not None:
            self._silence = self._reading.call_later(self._input.patience, self._is_silent)

    def _is_silent(self) -> None:
        self._silence = None
        self._hand_over(self._input.late())

    def _hand_over(self, pieces: Iterator[Piece]) -> None:
        """Make messages of pieces.  An error ends the app as any other does: the loop would only tell of it."""
        try:
            for piece in pieces:
                if isinstance(piece, Background):
                    self._is_answered = True
                for message in self._parser.messages(piece):
                    self.process_message(message)
        except Exception as error:
            self._stop_reading()
            self._failed = error
            self._app.call_later(self._fail)

    def _fail(self) -> None:
        """Raise the reader's error where the app's own are raised."""
        if self._failed is not None:
            raise self._failed

    def _read(self) -> bytes:
        """What was typed; nothing when the terminal is gone."""
        try:
            return os.read(self.fileno, _READ)
        except OSError:
            return b""
