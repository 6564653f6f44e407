"""The mirror: a process with the presenter's session, from which followers are forked.

It does what the presenter does, as it happens, and so stands where the next follower begins, however far that is.  A follower
shares its memory, but for what either of the two changes.  It has one thread and one socket, over which the server tells it what
the presenter told (explorer/audience.py), and

    seat        somebody sits down before the terminal whose descriptor comes with this
    resized     that terminal has another size
    unseat      that follower is to go
    presenter   the presenter is here, or is not

and it tells the server

    gone        a follower has ended, with this exit code
    lost        records are missing: all is to be told anew
"""

import contextlib
import gc
import os
import resource
import selectors
import signal
import socket
import sys
import time
from collections import deque
from typing import Final

from gomem_core.cli.output import DUMB, say
from gomem_core.foreign import brief
from gomem_core.session.console import Console
from gomem_core.session.document import Entry
from gomem_core.session.echo import Strayed, begin, echo, thinned
from gomem_tui.draw.paint import Painter
from gomem_tui.explorer.showing import stands_at
from gomem_tui.serve.follower import Follower
from gomem_tui.serve.hands import Hands
from gomem_tui.serve.heard import AGAIN, GONE, LEFT
from gomem_tui.serve.lines import Lines, Record, decoded, encoded
from gomem_tui.serve.plainfollower import PlainFollower
from gomem_tui.serve.view import View

_RECEIVED: Final = 1 << 18  # bytes
_DESCRIPTORS: Final = 16  # that can come at once
_NICE: Final = 5  # followers stand back for the presenter, and the server
_YOUNG: Final = 20_000  # objects after which Python looks for garbage
_MOST_WAITING: Final = 1 << 20  # bytes that a follower has not read: then another one takes its place
_PATIENCE: Final = 60.0  # seconds in which ...
_TRIES: Final = 5  # ... a follower can fail so often


class _Seat:
    """A terminal, and the follower that sits before it."""

    def __init__(self, number: int, terminal: int, environ: dict[str, str]) -> None:
        self.number = number
        self.terminal = terminal
        self.environ = environ
        self.pid = 0
        self.stream: socket.socket | None = None
        self.waiting = bytearray()  # for the follower
        self.leaves = False  # it was told to
        self.told = b""  # what a follower told
        self.failed: deque[float] = deque(maxlen=_TRIES)  # when followers failed here


class Mirrored:
    """The mirror's session, and its followers."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lines = Lines()
        self._descriptors: deque[int] = deque()  # of terminals for which nobody sat down yet
        self._desk: Console | None = None
        self._record: Record = {}
        self._here = False
        self._is_lost = False
        self._is_long = False  # what the presenter began takes long: it is done here alone
        self._seats: dict[int, _Seat] = {}
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Work until the server is gone."""
        self._control.setblocking(True)
        self._selector.register(self._control, selectors.EVENT_READ)
        while True:
            for key, events in self._selector.select():
                if key.fileobj is self._control:
                    if not self._receive():
                        return
                elif isinstance(key.data, _Seat):
                    self._attend(key.data, events)

    # --- The server -------------------------------------------------------------------------------------------------------

    def _receive(self) -> bool:
        """Take what was told; False: nobody tells any more."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, _RECEIVED, _DESCRIPTORS)
        except OSError:
            return False
        self._descriptors += descriptors
        if not data:
            return False
        entries: list[Entry] = []
        look: Record | None = None
        told = b""  # to be handed on
        for line in self._lines.feed(data):
            record = decoded(line)
            match record:
                case {"r": "journal", "values": [*values]}:
                    told += b"" if self._is_long else line + b"\n"
                    self._is_long = self._is_long or values[:1] == ["try"]
                    entries.append(tuple(values))
                case {"r": "look"}:
                    told += b"" if self._is_long else line + b"\n"
                    look = record
                case {"r": "load", "values": [*values]}:
                    entries, look, told = [], None, b""
                    self._load(tuple(values))
                case {"r": "presenter", "here": bool(here)}:
                    self._here = here
                    told += line + b"\n"
                case _:
                    self._follow(told, entries, look)
                    entries, look, told = [], None, b""
                    self._serve(record)
        self._follow(told, entries, look)
        return True

    def _serve(self, record: Record) -> None:
        match record:
            case {"r": "seat", "seat": int(number), "environ": dict(environ)} if self._descriptors:
                told = {str(name): str(value) for name, value in environ.items()}
                self._seats[number] = _Seat(number, self._descriptors.popleft(), told)
                self._fork(self._seats[number])
            case {"r": "resized", "seat": int(number)} if number in self._seats:
                self._write(self._seats[number], encoded("resized"))
            case {"r": "unseat", "seat": int(number)} if number in self._seats:
                self._seats[number].leaves = True
                self._write(self._seats[number], encoded("end"))

    def _tell(self, kind: str, **values: object) -> None:
        with contextlib.suppress(OSError):
            self._control.sendall(encoded(kind, **values))

    # --- The session ------------------------------------------------------------------------------------------------------

    def _load(self, entry: Entry) -> None:
        """Begin with another session, and let all followers do so."""
        self._is_lost = False
        self._desk = None
        self._record = {}
        try:
            self._desk = begin(entry)
        except Strayed:
            return
        self._warm(self._desk)
        for seat in self._seats.values():
            seat.told = b""
        self._exchange()

    def _exchange(self) -> None:
        """Let other followers take the place of all, who begin where this stands."""
        self._is_long = False
        for seat in self._seats.values():
            self._write(seat, encoded("again"))

    def _follow(self, told: bytes, entries: list[Entry], look: Record | None) -> None:
        """Hand on what was told, and do it as well."""
        if told:
            for seat in self._seats.values():
                self._write(seat, told)
        if look is not None:
            self._record = look
        if self._desk is None or not (entries or look):
            return
        try:
            for entry in thinned(entries):
                echo(self._desk, entry)
            if look is None or stands_at(self._desk, look):
                if look is not None and self._is_long:
                    self._exchange()
                return
        except Strayed:
            pass
        if not self._is_lost:
            self._is_lost = True
            self._tell("lost")

    @staticmethod
    def _warm(desk: Console) -> None:
        """Draw once, in some sizes: what is worked out and imported for that is there for all followers then."""
        view = View(desk, (80, 24))
        view.settle()
        painter, hands = Painter(), Hands(view)
        for size in ((200, 60), (120, 40), (80, 24)):
            view.resize(size)
            painter.fit(size)
            painter.paint_lines(hands.lines(True, ""))
        gc.collect()

    # --- Followers --------------------------------------------------------------------------------------------------------

    def _write(self, seat: _Seat, line: bytes) -> None:
        seat.waiting += line
        self._go_on(seat)

    def _go_on(self, seat: _Seat) -> None:
        """Write as much as the follower reads."""
        if seat.stream is None:
            return
        try:
            del seat.waiting[: seat.stream.send(seat.waiting)]
        except BlockingIOError:
            pass
        except OSError:
            seat.waiting.clear()  # it has ended, which is seen when its socket is read
        if len(seat.waiting) > _MOST_WAITING:
            seat.waiting.clear()
            os.kill(seat.pid, signal.SIGKILL)
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if seat.waiting else 0)
        self._selector.modify(seat.stream, events, seat)

    def _attend(self, seat: _Seat, events: int) -> None:
        """Go on writing to a follower, or see that it has ended."""
        if events & selectors.EVENT_WRITE:
            self._go_on(seat)
        if events & selectors.EVENT_READ and seat.stream is not None:
            with contextlib.suppress(OSError):
                if told := seat.stream.recv(_RECEIVED):
                    seat.told += told
                    return
            self._ended(seat)

    def _ended(self, seat: _Seat) -> None:
        """Let another follower take its place, unless it left."""
        assert seat.stream is not None
        self._selector.unregister(seat.stream)
        seat.stream.close()
        seat.stream = None
        seat.waiting.clear()
        _, status = os.waitpid(seat.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        now = time.monotonic()
        if code not in (LEFT, GONE, AGAIN):
            seat.failed.append(now)
        often = len(seat.failed) == _TRIES and seat.failed[0] > now - _PATIENCE
        if seat.leaves or often or code in (LEFT, GONE):
            os.close(seat.terminal)
            del self._seats[seat.number]
            self._tell("gone", seat=seat.number, code=code)
        else:
            self._fork(seat)

    def _fork(self, seat: _Seat) -> None:
        ours, theirs = socket.socketpair()
        gc.freeze()
        seat.pid = os.fork()
        if seat.pid == 0:
            ours.close()
            os._exit(self._be_follower(seat, theirs))
        theirs.close()
        ours.setblocking(False)
        seat.stream, seat.told = ours, b""
        self._selector.register(ours, selectors.EVENT_READ, seat)

    def _be_follower(self, seat: _Seat, stream: socket.socket) -> int:
        """Be the follower, and nothing else: it can open no file and start no process.  Returns the exit code."""
        try:
            self._selector.close()
            self._control.close()
            for other in self._seats.values():
                if other is not seat:
                    os.close(other.terminal)
                    if other.stream is not None:
                        other.stream.close()
            os.nice(_NICE)
            gc.set_threshold(_YOUNG)  # a step makes some thousand objects, of which few are garbage that needs it
            for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
                resource.setrlimit(limit, (0, 0))
            if seat.environ.get("TERM", "") in DUMB:
                return PlainFollower(seat.terminal, stream, self._desk, self._here).run(self._record)
            own = decoded(seat.told).get("told", {})
            return Follower(seat.terminal, stream, seat.environ, self._desk, self._here).run(self._record, own)
        except Exception as e:  # whatever it is: another one takes its place
            with contextlib.suppress(Exception):
                say(f"gomem: a follower failed: {type(e).__name__}: {brief(str(e))}")
            return 70


def main() -> None:
    """Be the mirror of the server that has the other end of the socket whose number is the first argument."""
    Mirrored(socket.socket(fileno=int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
