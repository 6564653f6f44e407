"""A pseudo-terminal in the loop: what a program writes comes as it is read, what a client types goes as the program reads it."""

import asyncio
import fcntl
import os
import struct
import termios
import tty
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from gomem_tui.serve.bucket import Bucket
from gomem_tui.serve.limits import KEYS_BURST, KEYS_RATE, WINDOW

_READ: Final = 1 << 14  # bytes at once


class PtyLine:
    """Has two ends: `program` is the file descriptor of a program's; this end is read and written by the loop.

    `on_output` gets what the program writes, `on_end` is called when nobody has the program's end open any more.
    `hold` is called with True when no more should be typed for now, and with False later.
    """

    def __init__(
        self,
        size: tuple[int, int],
        on_output: Callable[[bytes], None],
        on_end: Callable[[], None],
        hold: Callable[[bool], None],
        keys: Bucket | None = None,
    ) -> None:
        self._own, self.program = os.openpty()
        os.set_blocking(self._own, False)
        self._loop = asyncio.get_running_loop()
        self._on_output = on_output
        self._on_end = on_end
        self._hold = hold
        self._typed = bytearray()
        self._keys = keys or Bucket(KEYS_BURST, KEYS_RATE)
        self._later: asyncio.TimerHandle | None = None
        self.when_first: Callable[[], object] | None = None  # called when the program writes something for the first time
        self._held = self._waits = self._paused = False
        self.resize(size)
        tty.setraw(self.program, termios.TCSANOW)  # until the program wants something else: nothing is echoed meanwhile
        self._loop.add_reader(self._own, self._read)

    @property
    def is_open(self) -> bool:
        """Whether it was not closed."""
        return self._own >= 0

    def resize(self, size: tuple[int, int]) -> None:
        """Tell the program, and whoever has this as its terminal, another size: columns, rows."""
        if self.is_open:
            with suppress(OSError):
                fcntl.ioctl(self._own, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def type(self, data: bytes) -> None:
        """Type what a client sent: at once, or little by little where that is much."""
        if not self.is_open or len(self._typed) > 2 * WINDOW:  # nobody sends as much as long as it is held
            return
        self._typed += data
        self._feed()

    def pause(self, paused: bool) -> None:
        """Read nothing of what the program writes, or go on to."""
        self._paused = paused
        if self.is_open and not paused:
            self._loop.add_reader(self._own, self._read)
        elif self.is_open:
            self._loop.remove_reader(self._own)

    def let_go(self) -> None:
        """Close the program's end here: it is the program's alone now."""
        if self.program >= 0:
            os.close(self.program)
            self.program = -1

    def close(self) -> None:
        """Close both ends, which hangs up on the program."""
        self.let_go()
        if self._later is not None:
            self._later.cancel()
        if self.is_open:
            self._loop.remove_reader(self._own)
            self._loop.remove_writer(self._own)
            os.close(self._own)
            self._own = -1

    def _read(self) -> None:
        try:
            data = os.read(self._own, _READ)
        except BlockingIOError:
            return
        except OSError:  # EIO: the program's end is closed
            data = b""
        if data:
            if self.when_first is not None:
                self.when_first()
                self.when_first = None
            self._on_output(data)
        else:
            self._loop.remove_reader(self._own)
            self._on_end()

    def _feed(self) -> None:
        """Hand on as much as may be typed now, and see to it that the rest comes later."""
        self._later = None
        allowed = self._keys.left()
        if self._typed and allowed and not self._waits:
            try:
                done = os.write(self._own, self._typed[: min(allowed, _READ)])
                del self._typed[:done]
                self._keys.take(done)
            except BlockingIOError:
                self._waits = True
                self._loop.add_writer(self._own, self._writable)
            except OSError:  # the program's end is closed
                self._typed.clear()
        if self._typed and not self._waits:
            self._later = self._loop.call_later(0 if self._keys.left() else 0.05, self._feed)
        if bool(self._typed) != self._held:
            self._held = not self._held
            self._hold(self._held)

    def _writable(self) -> None:
        self._waits = False
        self._loop.remove_writer(self._own)
        self._feed()
