"""The server's end of the mirror (mirrored.py): starts the process, tells it what the presenter tells, and who sits where."""

import asyncio
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Final

from gomem_tui.serve.lines import Lines, decoded, encoded

_READ: Final = 1 << 16
_TOLD: Final = ("HOME", "LANG", "LC_", "PATH", "PYTHON", "TMPDIR", "XDG_")  # of the environment; the rest may hold secrets


class Mirror:
    """One mirror process, which the event loop that runs attends to.  No call waits for it.

    `on_gone` is called with the number of a follower that has ended and its exit code (0: left), `on_lost` when the presenter is
    to tell all anew, `on_end` when the process has ended.
    """

    def __init__(
        self, on_gone: Callable[[int, int], object], on_end: Callable[[], object], on_lost: Callable[[], object]
    ) -> None:
        self._on_gone = on_gone
        self._on_end = on_end
        self._on_lost = on_lost
        self._numbers = count(1)
        self._lines = Lines()
        self._waiting: deque[tuple[bytes, int]] = deque()  # what is to be sent, each with a descriptor, or -1
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def pid(self) -> int:
        """The process, while there is one; else 0."""
        return 0 if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process.  Raises OSError."""
        self._loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with theirs:
            argv = [sys.executable, "-P", "-m", "gomem_tui.serve.mirrored", str(theirs.fileno())]
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={name: value for name, value in os.environ.items() if name.startswith(_TOLD)},
                start_new_session=True,  # ctrl+c in the server's terminal is not for it
            )
        ours.setblocking(False)
        self._socket = ours
        self._loop.add_reader(ours, self._receive)

    def close(self) -> None:
        """End it, and with it all followers."""
        if self._socket is not None and self._loop is not None:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()
            self._socket = None
        for _, descriptor in self._waiting:
            if descriptor >= 0:
                os.close(descriptor)
        self._waiting.clear()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    # --- Telling ----------------------------------------------------------------------------------------------------------

    def publish(self, line: bytes) -> None:
        """Tell what the presenter told: a line, as it came."""
        self._send(line if line.endswith(b"\n") else line + b"\n")

    def presenter(self, here: bool) -> None:
        """Tell that the presenter is here, or is not."""
        self._send(encoded("presenter", here=here))

    def seat(self, descriptor: int, environ: Mapping[str, str]) -> int:
        """Let somebody follow at this terminal; returns the follower's number.

        The descriptor stays the caller's.  Of the environment TERM, COLORTERM, NO_COLOR and the locale matter.
        """
        number = next(self._numbers)
        self._send(encoded("seat", seat=number, environ=dict(environ)), os.dup(descriptor))
        return number

    def resized(self, number: int) -> None:
        """Tell that a follower's terminal has another size now."""
        self._send(encoded("resized", seat=number))

    def unseat(self, number: int) -> None:
        """Let a follower go; `on_gone` is called when it has."""
        self._send(encoded("unseat", seat=number))

    def _send(self, data: bytes, descriptor: int = -1) -> None:
        """Send it with what else is said in this turn of the loop: a step and how it is looked at are to arrive together."""
        if self._socket is None or self._loop is None:
            if descriptor >= 0:
                os.close(descriptor)
            return
        if not self._waiting:
            self._loop.call_soon(self._go_on)
        if descriptor < 0 and self._waiting and self._waiting[-1][1] < 0:
            data = self._waiting.pop()[0] + data
        self._waiting.append((data, descriptor))

    def _go_on(self) -> None:
        """Send as much as is read, and the rest later."""
        if self._socket is None or self._loop is None:
            return
        while self._waiting:
            data, descriptor = self._waiting.popleft()
            try:
                sent = socket.send_fds(self._socket, [data], [descriptor] if descriptor >= 0 else [])
            except BlockingIOError:
                self._waiting.appendleft((data, descriptor))
                break
            except OSError:
                return  # it has ended, which is seen when its socket is read
            if descriptor >= 0:
                os.close(descriptor)
            if sent < len(data):
                self._waiting.appendleft((data[sent:], -1))
        if self._waiting:
            self._loop.add_writer(self._socket, self._go_on)
        else:
            self._loop.remove_writer(self._socket)

    # --- Hearing ----------------------------------------------------------------------------------------------------------

    def _receive(self) -> None:
        assert self._socket is not None
        data = b""
        with suppress(OSError):
            data = self._socket.recv(_READ)
        if not data:
            self.close()
            self._on_end()
            return
        for line in self._lines.feed(data):
            match decoded(line):
                case {"r": "gone", "seat": int(number), "code": int(code)}:
                    self._on_gone(number, code)
                case {"r": "lost"}:
                    self._on_lost()
