"""A server's part without SSH: a presenter in a pseudo-terminal, a mirror, and followers in pseudo-terminals of their own."""

import asyncio
import fcntl
import os
import re
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pyte

from gomem_tui.serve.lines import Lines
from gomem_tui.serve.mirror import Mirror
from gomem_tui.serve.records import Records

SECONDS = 20.0  # in which whatever is waited for happens, on a busy machine, too


async def until(holds: Callable[[], object], what: Callable[[], object] = lambda: "") -> None:
    """Wait until something is so."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, what()
        await asyncio.sleep(0.01)


class Terminal:
    """A pseudo-terminal of some size, of which one sees what it shows; `draws` no is for those whose bytes are only counted."""

    def __init__(self, size: tuple[int, int], draws: bool = True) -> None:
        self.master, self.slave = os.openpty()
        os.set_blocking(self.master, False)
        self.screen = pyte.Screen(*size) if draws else None
        self._stream = pyte.ByteStream(self.screen) if self.screen is not None else None
        self.nbytes = 0
        self.heard = 0.0  # when something was written last
        self._rows: list[str] = []  # that it shows; none: to be read from the screen, which costs some milliseconds
        self.resize(size)
        self.listen()

    def listen(self) -> None:
        asyncio.get_running_loop().add_reader(self.master, self._read)

    def deaf(self) -> None:
        """Read no more, as somebody does whose line hangs."""
        asyncio.get_running_loop().remove_reader(self.master)

    def resize(self, size: tuple[int, int]) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        if self.screen is not None:
            self.screen.resize(size[1], size[0])
            self._rows = []

    def _read(self) -> None:
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:
            self.deaf()
            return
        self.nbytes += len(data)
        self.heard = time.monotonic()
        self._rows = []
        if self._stream is not None:
            self._stream.feed(data)

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    @property
    def rows(self) -> list[str]:
        assert self.screen is not None
        if not self._rows:
            self._rows = [row.rstrip() for row in self.screen.display]
        return self._rows

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    @property
    def step(self) -> int:
        """The step that its header tells; -1: none."""
        found = re.search(r" step (\d+)", self.rows[0])
        return int(found[1]) if found else -1

    async def shows(self, text: str) -> None:
        await until(lambda: text in self.text, lambda: f"{text!r} is not in\n{self.text}")

    def close(self) -> None:
        self.deaf()
        os.close(self.master)
        os.close(self.slave)


class Show:
    """Everything but SSH."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.records = Records()
        self.gone: list[tuple[int, int]] = []
        self.lost = 0
        self.terminals: list[Terminal] = []
        self.mirror = self._new_mirror()
        self._process: subprocess.Popen[bytes] | None = None
        self._stream: socket.socket | None = None

    def _new_mirror(self) -> Mirror:
        mirror = Mirror(lambda *told: self.gone.append(told), self._ended, self._lost)
        mirror.start()
        return mirror

    def _ended(self) -> None:
        """Do what a server does: start another mirror, tell it all, and seat everybody again."""
        self.mirror = self._new_mirror()
        self.mirror.presenter(True)
        for line in self.records.lines():
            self.mirror.publish(line)
        for terminal in self.terminals[1:]:
            self.mirror.seat(terminal.slave, {"TERM": "xterm-256color"})

    def _lost(self) -> None:
        self.lost += 1
        if self._stream is not None:
            self._stream.send(b'{"r": "again"}\n')

    def present(self, *words: str, size: tuple[int, int] = (120, 40), draws: bool = True) -> Terminal:
        """Start the explorer as the presenter."""
        terminal = Terminal(size, draws)
        self.terminals.append(terminal)
        self._stream, theirs = socket.socketpair()
        self._stream.setblocking(False)
        wanted = {"GOMEM_AUDIENCE": str(theirs.fileno()), "TERM": "xterm-256color", "XDG_STATE_HOME": str(self.state)}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gomem_tui", *words],
                stdin=terminal.slave,
                stdout=terminal.slave,
                stderr=terminal.slave,
                env=kept | wanted,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        asyncio.get_running_loop().add_reader(self._stream, self._hear, Lines())
        self.mirror.presenter(True)
        return terminal

    @property
    def presenter(self) -> int:
        """The presenter's process."""
        assert self._process is not None
        return self._process.pid

    def _hear(self, lines: Lines) -> None:
        assert self._stream is not None
        data = self._stream.recv(1 << 18)
        if not data:
            asyncio.get_running_loop().remove_reader(self._stream)
            self.mirror.presenter(False)
        for line in lines.feed(data):
            self.records.add(line)
            self.mirror.publish(line)

    def tell(self, line: bytes) -> None:
        """Tell the presenter something."""
        assert self._stream is not None
        self._stream.send(line)

    def hang_up(self) -> None:
        """Let the presenter hear no more of its server."""
        assert self._stream is not None
        asyncio.get_running_loop().remove_reader(self._stream)
        self._stream.close()
        self._stream = None

    def follow(self, size: tuple[int, int] = (120, 40), draws: bool = True, **environ: str) -> Terminal:
        """Seat a follower."""
        terminal = Terminal(size, draws)
        self.terminals.append(terminal)
        self.mirror.seat(terminal.slave, {"TERM": "xterm-256color", **environ})
        return terminal

    @property
    def followers(self) -> list[int]:
        """The processes of followers."""
        children = Path(f"/proc/{self.mirror.pid}/task/{self.mirror.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    async def exit_code(self) -> int:
        """The presenter's, once it has ended."""
        process = self._process
        assert process is not None
        await until(lambda: process.poll() is not None)
        return process.returncode

    def close(self) -> None:
        self.mirror.close()
        if self._stream is not None:
            asyncio.get_running_loop().remove_reader(self._stream)
            self._stream.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        for terminal in self.terminals:
            terminal.close()


@asynccontextmanager
async def show(state: Path) -> AsyncIterator[Show]:
    """A show that ends whatever happens."""
    one = Show(state)
    try:
        yield one
    finally:
        one.close()
