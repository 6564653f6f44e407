"""Ends an app by a signal: at any moment, within a second, with the terminal as it was before.

`loop.add_signal_handler` is of no use for that: it tells the loop of a signal by a byte in a pipe which holds 278 of them, and
each key that is read puts one there as well.  While many keys wait, signals are lost.
"""

import asyncio
import atexit
import logging
import os
import signal
import sys
import termios
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, Final, Self

ENDING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
GRACE: Final = 0.7  # seconds for an orderly end; it takes 0.2 to 0.4

_TRIES: Final = 10

# All that Textual switches on is off again; first of all, what the terminal has read of an unfinished sequence is cancelled.
_CANCEL: Final = b"\x18"
_LEAVE: Final = b"\x1b[<u\x1b[?1049l"  # keys as before, on the screen from before: to be written once and not again
_SWITCH_OFF: Final = (
    b"\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?1004l\x1b[0m\x1b[?25h"
)

# ... for a terminal whose program could not do that any more.
RESTORE: Final = _CANCEL + _LEAVE + _SWITCH_OFF


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Python's and asyncio's own remarks off the terminal, unless they are asked for (`python -W`, PYTHONWARNINGS)."""
    logger = logging.getLogger("asyncio")
    level = logger.level
    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
            logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            logger.setLevel(level)


class Signals:
    """Catches, inside `with`, the signals that end a process, and ends the app instead.

    `heard` is called at once, in the middle of whatever is being done; `hang_up` by the loop, with the exit code.  When that does
    not lead to the end in time, because a terminal does not read or something takes long, the process ends here; `has_screen`
    tells then whether the terminal still shows the app.
    """

    def __init__(self, heard: Callable[[], None], hang_up: Callable[[int], None], has_screen: Callable[[], bool]) -> None:
        self.code = 0  # 128 + the signal's number, once there was one
        self.loop: asyncio.AbstractEventLoop | None = None  # that runs the app
        self._heard = heard
        self._hang_up = hang_up
        self._has_screen = has_screen
        self._in_use = False  # the app has the terminal
        self._settings: list[Any] | None = None  # of the terminal's line, from before
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Begin before the terminal is changed."""
        with suppress(termios.error, OSError, ValueError, AttributeError):  # no terminal, or no stdin at all
            self._settings = termios.tcgetattr(sys.__stdin__.fileno())  # type: ignore[union-attr]
        self._in_use = True
        self._before = {number: signal.signal(number, self._on_signal) for number in ENDING}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """The app has given the terminal back.  After a signal the process has the rest of its time to end.

        Python would then forget the handlers and after that tidy up, in which the alarm would kill it: that part is left out.
        """
        self._in_use = False
        if self.code:
            atexit.register(os._exit, self.code)
        else:
            for number, before in self._before.items():
                signal.signal(number, before if before is not None else signal.SIG_DFL)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self.code:
            return
        self.code = 128 + number
        signal.signal(signal.SIGALRM, self._on_time_out)
        signal.setitimer(signal.ITIMER_REAL, GRACE)
        self._heard()
        if self.loop is None or self.loop.is_closed():
            raise SystemExit(self.code)
        self.loop.call_soon_threadsafe(self._hang_up, self.code)

    def _on_time_out(self, *_: object) -> None:
        """End now."""
        threading.excepthook = lambda _: None  # a thread that still writes would tell that it cannot
        if self._in_use:
            self._give_back()
        os._exit(self.code)

    def _give_back(self) -> None:
        """Give the terminal back without waiting for it."""
        with suppress(termios.error, OSError, ValueError, AttributeError):
            terminal = sys.__stdin__.fileno()  # type: ignore[union-attr]
            termios.tcflush(terminal, termios.TCIFLUSH)  # keys that are left are not for the shell
            if self._settings is not None:
                termios.tcsetattr(terminal, termios.TCSANOW, self._settings)
        with suppress(termios.error, OSError, ValueError, AttributeError):
            screen = sys.__stderr__.fileno()  # type: ignore[union-attr]  # Textual's way out
            out, nowhere = os.dup(screen), os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, screen)  # what other threads still write is not to come after this
            os.set_blocking(out, False)
            _interrupt_threads()
            try:
                _write_at_once(out, _CANCEL + (_LEAVE if self._has_screen() else b"") + _SWITCH_OFF)
            finally:
                os.set_blocking(out, True)


def _interrupt_threads() -> None:
    """Wake a thread that writes: while it waits for the terminal to read, nobody else can write."""
    signal.signal(signal.SIGALRM, lambda *_: None)
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and thread.ident is not None:
            with suppress(ProcessLookupError):
                signal.pthread_kill(thread.ident, signal.SIGALRM)


def _write_at_once(out: int, data: bytes) -> None:
    """Write to a terminal; where it has not read what was written before, that is dropped.  Raises OSError if it is gone."""
    for _ in range(_TRIES):
        with suppress(BlockingIOError):
            if os.write(out, data) == len(data):
                return
        termios.tcflush(out, termios.TCOFLUSH)
        time.sleep(0.005)  # the thread that writes stops now
