"""One visitor's terminal: a session of SSH that shows a program of this house, and nothing else."""

import asyncio
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import asyncssh

from gomem_core.foreign import brief
from gomem_tui.serve.limits import RESIZES, UNREAD, clamped
from gomem_tui.serve.ptyline import PtyLine
from gomem_tui.terminal.ending import RESTORE

if TYPE_CHECKING:
    from gomem_tui.serve.door import Door

NO_TERMINAL: Final = "gomem is shown in a terminal: ssh -t"
NO_COMMANDS: Final = "this server shows gomem and runs nothing: leave out the command"
_TAKEN: Final = re.compile(r"LANG|LC_[A-Z]{1,20}|COLORTERM|NO_COLOR")
_HARMLESS: Final = re.compile(r"[A-Za-z0-9_.,:@=+-]{0,64}")


class Taken(dict[bytes, bytes]):
    """An environment that takes what bears on language and colours alone, however much is sent."""

    def __setitem__(self, name: bytes, value: bytes) -> None:
        if _TAKEN.fullmatch(name.decode(errors="replace")) and _HARMLESS.fullmatch(value.decode(errors="replace")):
            super().__setitem__(name, value)

    def told(self) -> dict[str, str]:
        """The same as text."""
        return {name.decode(): value.decode() for name, value in self.items()}


class Visit(asyncssh.SSHServerSession[bytes]):
    """A visitor's session; what is shown in it the house decides."""

    def __init__(self, door: "Door", environ: Taken) -> None:
        self.door: Final = door
        self.begun: Final = time.monotonic()
        self.active = self.begun  # when something was last typed
        self.seen = self.begun  # when something was last shown
        self.number = 0  # of its seat
        self.line: PtyLine | None = None
        self.size = clamped(0, 0)
        self.ended = False
        self.waits = False  # for the seat to be made ready
        self._environ = environ
        self._term = ""
        self._refused = ""
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._resizing: asyncio.TimerHandle | None = None
        self.drained: Final = asyncio.Event()  # all is shown that the program wrote, and it is gone
        self.ending = ""  # what is said when the program has given the terminal back
        self.ended_at = 0.0
        self.over: Final = asyncio.Event()  # the session has ended

    @property
    def environ(self) -> Mapping[str, str]:
        """What is known of the terminal and of the visitor's language: no more than that."""
        return {"TERM": self._term, **self._environ.told()}

    # --- What the client asks for -------------------------------------------------------------------------------------------

    def connection_made(self, chan: "asyncssh.SSHServerChannel[bytes]") -> None:
        """Begin."""
        self._channel = chan
        chan.set_write_buffer_limits(UNREAD)

    def pty_requested(self, term_type: str, term_size: tuple[int, int, int, int], term_modes: Mapping[int, int]) -> bool:
        """Take note of the terminal."""
        del term_modes
        self._term = term_type if term_type and _HARMLESS.fullmatch(term_type) else "dumb"
        self.size = clamped(*term_size[:2])
        return True

    def shell_requested(self) -> bool:
        """Take it: the house is shown instead of a shell."""
        self._refused = "" if self._term else NO_TERMINAL
        return True

    def exec_requested(self, command: str) -> bool:
        """Take it, to say that nothing is run."""
        self.door.refuses("command", command)
        self._refused = NO_COMMANDS
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        """Refuse all of them, sftp too."""
        self.door.refuses("subsystem", subsystem)
        return False

    def session_started(self) -> None:
        """Show something."""
        if self._refused:
            self.leave(self._refused, 1)
        else:
            self.door.house.enter(self)

    def signal_received(self, signal: str) -> None:
        """Send no signals to anything."""
        self.door.refuses("signal", signal)

    def break_received(self, msec: int) -> bool:
        """Break nothing."""
        del msec
        self.door.refuses("break", "")
        return False

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """Tell the newest size, some times a second."""
        del pixwidth, pixheight
        self.size = clamped(width, height)
        if self._resizing is None and not self.ended:
            self._resizing = asyncio.get_running_loop().call_later(RESIZES, self._resize)

    def _resize(self) -> None:
        self._resizing = None
        if self.line is not None:
            self.line.resize(self.size)
            self.door.house.resized(self)

    # --- The way in and out ---------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Type it."""
        del datatype
        self.active = time.monotonic()
        if self.line is not None:
            self.line.type(data)

    def eof_received(self) -> bool:
        """Nothing more is typed; what is shown can still be looked at."""
        return True

    def pause_writing(self) -> None:
        """The client reads nothing: nor is the program's."""
        if self.line is not None:
            self.line.pause(True)

    def resume_writing(self) -> None:
        """The client reads again."""
        if self.line is not None and not self.ended:
            self.line.pause(False)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone, or was sent away."""
        del exc
        if not self.ended:
            self._over()

    def open_line(self) -> PtyLine:
        """Returns the pseudo-terminal between the client and a program."""
        self.line = PtyLine(self.size, self.show, self.drained.set, self._hold)
        return self.line

    def show(self, data: bytes) -> None:
        """Show what a program has written."""
        self.seen = time.monotonic()
        if self._channel is not None and not self.ended:
            self._channel.write(data)

    def _hold(self, held: bool) -> None:
        if self._channel is None or self.ended:
            return
        if held:
            self._channel.pause_reading()
        else:
            self._channel.resume_reading()

    def say(self, text: str) -> None:
        """Say something before anything is shown."""
        if self._channel is not None and not self.ended:
            self._channel.write(f"{text}\r\n".encode())

    def leave(self, text: str, code: int, restore: bool = False) -> None:
        """Say why, give the terminal back where the program could not, and close the session."""
        if self.ended or self._channel is None:
            return
        if restore:
            self._channel.write(RESTORE)
        if text:
            write = self._channel.write if self._term else self._channel.write_stderr
            write(f"gomem: {brief(text)}\r\n".encode())
        self._channel.exit(code)
        self._over()

    def _over(self) -> None:
        self.ended, self.ended_at = True, time.monotonic()
        self.over.set()
        if self._resizing is not None:
            self._resizing.cancel()
        if self.line is not None:
            self.line.close()
        self.door.house.left(self)
