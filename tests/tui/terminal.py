"""A program in a real pseudo-terminal, and the screen it draws."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

from tests.tui.forked import become_gomem

GOMEM = ("-m", "gomem_tui")
ROOT = Path(__file__).parents[2]
MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")


def readable(fd: int, seconds: float) -> bool:
    """Whether something can be read within so many seconds.  Not by select(), which fails where many files are open."""
    return _comes(fd, select.POLLIN, seconds)


def writable(fd: int, seconds: float) -> bool:
    """Whether something can be written within so many seconds."""
    return _comes(fd, select.POLLOUT, seconds)


def _comes(fd: int, event: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(fd, event)
    return bool(poll.poll(seconds * 1000))


class Terminal:
    """A program in a pseudo-terminal, and the screen it draws: gomem, unless a `program` is given as words for Python.

    It is a process of its own with its own interpreter only where `fresh` is asked for, or another environment.
    """

    def __init__(
        self,
        *args: str,
        columns: int = 80,
        rows: int = 24,
        program: tuple[str, ...] = (),
        fresh: bool = False,
        **env: str,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.modes: dict[bytes, bool] = {}
        self.bytes = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            outer = {**os.environ, "TERM": "xterm-256color"}
            for name in ("COLUMNS", "LINES", "TMUX", "STY"):  # they speak of the terminal around the tests
                outer.pop(name, None)
            # A shell that runs the tests in the background, or nohup, lets them ignore these, and so would the program.
            for number in (signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            if program or fresh or env:
                os.execvpe(sys.executable, [sys.executable, *(program or GOMEM), *args], outer | env)
            become_gomem(args, outer)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for(self, text: str, seconds: float = 20) -> None:
        """Read until the screen shows the text."""
        if not self.comes_true(lambda: text in "\n".join(self.screen.display), seconds):
            raise AssertionError(f"{text!r} did not appear:\n" + "\n".join(self.screen.display))

    def comes_true(self, condition: Callable[[], bool], seconds: float = 20) -> bool:
        """Read until the condition holds; False when it does not for so long."""
        end = time.monotonic() + seconds
        while not (held := condition()) and time.monotonic() < end:
            self.read(0.1)
        return held

    def read(self, seconds: float) -> bool:
        """Read what there is; False at the end of the program."""
        if not readable(self.fd, seconds):
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.take(data)
        return bool(data)

    def take(self, data: bytes) -> None:
        """Keep what was written, and draw it."""
        for numbers, letter in MODE.findall(data):
            for number in numbers.split(b";"):
                self.modes[number] = letter == b"h"
        self.bytes += data
        self.stream.feed(re.sub(rb"\x1b\[[<=>?][0-9;]*[a-zA-Z$]+|\x1b\[[0-9;]* q|\x1b[P_][^\x1b]*\x1b\\", b"", data))

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self.fd, keys.encode())

    def escape(self) -> None:
        """The key esc, and time enough that what is typed next is not taken for a part of it."""
        self.send("\x1b")
        self.settle(0.25)

    def line(self, command: str) -> None:
        """Type a command."""
        self.send(f":{command}\r")
        self.settle(0.15)

    def settle(self, seconds: float = 0.12) -> None:
        """Read until nothing more comes for so long."""
        while readable(self.fd, seconds) and self.read(0):
            pass

    def shows(self, row: int) -> str:
        """A row of the screen, without blanks at its end."""
        return str(self.screen.display[row]).rstrip()

    def rows(self, first: int = 0, behind: int | None = None) -> list[str]:
        """Rows of the screen, without blanks at their ends."""
        return [str(row).rstrip() for row in self.screen.display[first:behind]]

    def resize(self, columns: int, rows: int) -> None:
        """Another size of the window."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def kill(self) -> None:
        """Die without a word."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def exit_code(self) -> int:
        """Of the program, which was told to end."""
        end = time.monotonic() + 20
        while time.monotonic() < end and self.read(0.1):
            pass
        if time.monotonic() >= end:
            os.kill(self.pid, signal.SIGKILL)  # it would go on for ever
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def left_on(self) -> set[bytes]:
        """Private modes that were switched on and not off again; 25 (the cursor) is on in a fresh terminal, and 7 is wrapping."""
        return {mode for mode, on in self.modes.items() if on and mode not in (b"25", b"7", b"2026")}
