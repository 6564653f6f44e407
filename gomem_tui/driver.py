"""How the app reads its terminal: Textual's way, but for what Textual leaves behind."""

from contextlib import suppress
from typing import IO, Any, cast

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message


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
    """Textual's driver, which hands over keys at once and tells what went wrong."""

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._failed: Exception | None = None
        self._out = _Out(cast("IO[str]", self._file))
        self._file = cast("Any", self._out)

    @property
    def has_screen(self) -> bool:
        """Whether the terminal shows the app and nothing of what was there before."""
        return self._out.has_screen

    def send_message(self, message: Message) -> None:
        """Hand over what was typed, from the thread that reads.

        Textual makes a coroutine of each message: nobody awaits those that are left at the end, and Python prints that.
        """
        with suppress(RuntimeError):  # the loop is closed: the app has ended
            self._app.post_message(message)

    def run_input_thread(self) -> None:
        """Read until the end.  An error ends the app as any other does: Textual would end with a traceback and exit code 0."""
        try:
            super().run_input_thread()
        except Exception as error:
            self._failed = error
            with suppress(RuntimeError):
                self._app.call_later(self._fail)

    def _fail(self) -> None:
        """In the app's own thread, as what it does there."""
        if self._failed is not None:
            raise self._failed
