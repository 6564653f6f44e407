"""Reads the app's terminal: the only code of gomem that uses Textual's private ways of reading (as of Textual 8)."""

import os
import selectors
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Event
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

_POLL: Final = 0.1  # seconds between two looks at whether the app has ended
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
                yield from self.feed(text)
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
        self._answered = Event()
        self._out = _Out(cast("IO[str]", self._file))
        self._file = cast("Any", self._out)

    @property
    def has_screen(self) -> bool:
        """Whether the terminal shows the app and nothing of what was there before."""
        return self._out.has_screen

    def start_application_mode(self) -> None:
        """Begin; the question comes when the terminal no longer echoes, or the answer would be shown."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's
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
        if self._asked is not None:
            self._answered.wait(max(0.0, self._asked + _ANSWERS_WITHIN - time.monotonic()))
        super().disable_input()

    def send_message(self, message: Message) -> None:
        """Hand over what was typed, from the thread that reads.

        Textual makes a coroutine of each message: nobody awaits those that are left at the end, and Python prints that.
        """
        with suppress(RuntimeError):  # the loop is closed: the app has ended
            self._app.post_message(message)

    def run_input_thread(self) -> None:
        """Read until the end.  An error ends the app as any other does: Textual would end with a traceback and exit code 0."""
        try:
            self._read_all()
        except Exception as error:
            self._failed = error
            with suppress(RuntimeError):
                self._app.call_later(self._fail)

    def _fail(self) -> None:
        """Raise the reader's error in the app's own thread."""
        if self._failed is not None:
            raise self._failed

    def _read_all(self) -> None:
        """Read until the app ends or the terminal goes away."""
        app: Any = self._app
        bound = app._bindings.key_to_bindings
        reader, parser = TerminalInput(lambda character: chord_name(character) in bound), TerminalParser()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            heard = time.monotonic()
            while not self.exit_event.is_set():
                patience = reader.patience
                left = _POLL if patience is None else max(0.0, heard + patience - time.monotonic())
                pieces: Iterator[Piece] = iter(())
                if selector.select(min(_POLL, left)):
                    data = self._read()
                    if not data:
                        os.kill(os.getpid(), signal.SIGHUP)  # as the line does, unless somebody keeps that from us
                        return
                    heard = time.monotonic()
                    pieces = reader.feed(data)
                elif patience is not None and time.monotonic() >= heard + patience:
                    pieces = reader.late()
                for piece in pieces:
                    if isinstance(piece, Background):
                        self._answered.set()
                    for message in parser.messages(piece):
                        self.process_message(message)

    def _read(self) -> bytes:
        """What was typed; nothing when the terminal is gone."""
        try:
            return os.read(self.fileno, _READ)
        except OSError:
            return b""
