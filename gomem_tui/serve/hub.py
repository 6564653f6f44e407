"""What the presenter tells, on its way to those who follow."""

import asyncio
import json
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from gomem_tui.serve.bucket import Bucket
from gomem_tui.serve.lines import Lines
from gomem_tui.serve.log import Log
from gomem_tui.serve.mirror import Mirror
from gomem_tui.serve.records import Records

_READ: Final = 1 << 18  # bytes at once
_MOST_NAMES: Final = 100  # told to the presenter
_LIVES: Final = 5  # of a mirror, and one more for each minute


class Following:
    """One who follows in a terminal; `gone` is told the exit code at the end."""

    def __init__(self, terminal: int, environ: Mapping[str, str], gone: Callable[[int], object]) -> None:
        self.terminal: Final = terminal
        self.environ: Final = environ
        self.gone: Final = gone
        self.number = 0  # for the mirror that there is now


class Hub:
    """Hears one presenter at a time, and tells a mirror, from which followers are forked."""

    def __init__(self, log: Log, on_failure: Callable[[], object]) -> None:
        self._log = log
        self._on_failure = on_failure
        self._loop = asyncio.get_running_loop()
        self._records = Records()
        self._lines = Lines()
        self._presenter: socket.socket | None = None
        self._following: dict[int, Following] = {}
        self._lives = Bucket(_LIVES, 1 / 60)
        self._seats: Sequence[str] = ()
        self.at = ""  # where one comes in: a command line
        self._mirror = self._new_mirror()

    def _new_mirror(self) -> Mirror:
        mirror = Mirror(self._gone, self._mirror_ended, lambda: self._tell("again"))
        mirror.start()
        mirror.presenter(self._presenter is not None)
        for line in self._records.lines():
            mirror.publish(line)
        return mirror

    @property
    def mirror_pid(self) -> int:
        """The process of the mirror; 0: there is none."""
        return self._mirror.pid

    def close(self) -> None:
        """End the mirror, and with it whatever followers are left."""
        self.forget_presenter()
        self._mirror.close()

    # --- The presenter --------------------------------------------------------------------------------------------------------

    def audience(self) -> int:
        """Returns a file descriptor for a presenter that is about to be started; once it is, `os.close` it here."""
        self.forget_presenter()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self._presenter, self._lines = ours, Lines()
        self._loop.add_reader(ours, self._hear)
        self._mirror.presenter(True)
        self._tell_seats()
        return theirs.detach()

    def forget_presenter(self) -> None:
        """The presenter is gone; what it told stays."""
        if self._presenter is not None:
            self._loop.remove_reader(self._presenter)
            self._presenter.close()
            self._presenter = None
            self._mirror.presenter(False)

    def seats(self, who: Sequence[str]) -> None:
        """Tell the presenter who is there."""
        if tuple(who) != tuple(self._seats):
            self._seats = tuple(who)
            self._tell_seats()

    def _tell_seats(self) -> None:
        self._tell("seats", who=list(self._seats[:_MOST_NAMES]), at=self.at)

    def _tell(self, record: str, **values: object) -> None:
        """Tell the presenter something; one that does not listen is not waited for."""
        if self._presenter is not None:
            with suppress(OSError):
                self._presenter.send(f"{json.dumps({'r': record, **values})}\n".encode())

    def _hear(self) -> None:
        assert self._presenter is not None
        data = b""
        with suppress(OSError):
            data = self._presenter.recv(_READ)
        if not data:
            self.forget_presenter()
            return
        for line in self._lines.feed(data):
            self._records.add(line)
            self._mirror.publish(line)

    # --- Those who follow -----------------------------------------------------------------------------------------------------

    def seat(self, following: Following) -> None:
        """Let somebody follow; the terminal has to stay open."""
        following.number = self._mirror.seat(following.terminal, following.environ)
        self._following[following.number] = following

    def resized(self, following: Following) -> None:
        """The terminal has another size."""
        self._mirror.resized(following.number)

    def unseat(self, following: Following) -> None:
        """Let a follower go; `gone` tells when it has."""
        self._mirror.unseat(following.number)

    def forget(self, following: Following) -> None:
        """Let a follower go whose terminal is about to be closed: nobody is told."""
        if self._following.pop(following.number, None) is not None:
            self._mirror.unseat(following.number)

    def _gone(self, number: int, code: int) -> None:
        following = self._following.pop(number, None)
        if following is not None:
            following.gone(code)

    def _mirror_ended(self) -> None:
        """Begin another mirror, and seat everybody again: they see the same step."""
        before, self._following = [*self._following.values()], {}
        self._log.note("mirror ended", followers=len(before))
        if self._lives.take(1):
            for following in before:
                following.gone(os.EX_SOFTWARE)
            self._on_failure()
            return
        self._mirror = self._new_mirror()
        for following in before:
            self.seat(following)
