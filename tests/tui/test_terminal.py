"""The explorer in a real pseudo-terminal: what a user sees, and what the terminal is left with."""

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
from pathlib import Path

import pyte
import pytest

ROOT = Path(__file__).parents[2]
MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")


class Terminal:
    """A program in a pseudo-terminal, and the screen it draws."""

    def __init__(self, *args: str, columns: int = 80, rows: int = 24, **env: str) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.modes: dict[bytes, bool] = {}
        self.bytes = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            environ = {**os.environ, "TERM": "xterm-256color", **env}
            for name in ("COLUMNS", "LINES"):  # they would outweigh the real size
                environ.pop(name, None)
            os.execvpe(sys.executable, [sys.executable, "-m", "gomem_tui", *args], environ)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for(self, text: str, seconds: float = 20) -> None:
        """Read until the screen shows the text."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if text in "\n".join(self.screen.display):
                return
            self.read(0.1)
        raise AssertionError(f"{text!r} did not appear:\n" + "\n".join(self.screen.display))

    def read(self, seconds: float) -> bool:
        """Read what there is; False at the end of the program."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        for numbers, letter in MODE.findall(data):
            for number in numbers.split(b";"):
                self.modes[number] = letter == b"h"
        self.bytes += data
        self.stream.feed(re.sub(rb"\x1b\[[<=>?][0-9;]*[a-zA-Z$]+|\x1b\[[0-9;]* q|\x1b[P_][^\x1b]*\x1b\\", b"", data))
        return bool(data)

    def send(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def exit_code(self) -> int:
        end = time.monotonic() + 20
        while time.monotonic() < end and self.read(0.1):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def left_on(self) -> set[bytes]:
        """Private modes that were switched on and not off again; 25 (the cursor) is on in a fresh terminal, and 7 is wrapping."""
        return {mode for mode, on in self.modes.items() if on and mode not in (b"25", b"7", b"2026")}


def test_type_step_resize_and_quit() -> None:
    terminal = Terminal()
    terminal.wait_for("space does: alloc 48 scan as node")
    terminal.send(" ")
    terminal.wait_for("node = 0xc420000000")
    terminal.send(":alloc 100 as mine\r")
    terminal.wait_for("mine = 0xc420002000")
    terminal.screen.resize(40, 120)
    fcntl.ioctl(terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    os.kill(terminal.pid, signal.SIGWINCH)
    terminal.wait_for("4 mcentral")
    terminal.send("\x1b")
    time.sleep(0.5)
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert terminal.left_on() == set()
    assert terminal.modes[b"1049"] is False


def test_a_script_from_a_file(tmp_path: Path) -> None:
    script = tmp_path / "mine.gomem"
    script.write_text("alloc 33000 as big\n")
    terminal = Terminal(str(script))
    terminal.wait_for("space does: alloc 33000 as big")
    terminal.send(" ")
    terminal.wait_for("33000 B is more than 32 KB: large, 5 pages of its own")
    terminal.send("q")
    assert terminal.exit_code() == 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_restores_the_terminal(name: str) -> None:
    terminal = Terminal()
    terminal.wait_for("space does")
    os.kill(terminal.pid, getattr(signal, name))
    assert terminal.exit_code() != 0
    assert terminal.left_on() == set()


def test_ctrl_c_destroys_nothing() -> None:
    terminal = Terminal()
    terminal.wait_for("space does")
    terminal.send("\x03")
    terminal.wait_for("q or ctrl+q quits")
    terminal.send(" ")
    terminal.wait_for("node = 0xc420000000")
    terminal.send("\x11")
    assert terminal.exit_code() == 0


def test_nothing_is_written_while_idle() -> None:
    terminal = Terminal()
    terminal.wait_for("space does")
    while terminal.read(0.5) and select.select([terminal.fd], [], [], 0.5)[0]:
        pass
    before = len(terminal.bytes)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        terminal.read(0.2)
    assert len(terminal.bytes) == before
    terminal.send("q")
    assert terminal.exit_code() == 0
