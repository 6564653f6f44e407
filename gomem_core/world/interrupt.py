"""What a command that takes long and those who wait for it tell each other: a request to stop, and how far it is.

A request is heard between two events, or two steps.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

T = TypeVar("T")
_TELL_EVERY: Final = 256  # operations


class Stopped(Exception):
    """A stop was requested; the work stands where the last whole step left it."""


class StopRequest:
    """A request to stop, made by one thread and met by another.  A desk has one for all its sessions."""

    __slots__ = ("_deaf", "asked")

    def __init__(self) -> None:
        self.asked = False
        self._deaf = False

    def heed(self) -> None:
        """Raise Stopped if a stop was requested, and clear the request."""
        if self.asked and not self._deaf:
            self.asked = False
            raise Stopped

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """No request is heard in here: something is put right that must not stay half done."""
        before, self._deaf = self._deaf, True
        try:
            yield
        finally:
            self._deaf = before


def finished(work: Generator[object, None, T], stop: StopRequest | None = None) -> T:
    """Does all of a work that stops now and then; returns what it returns.  Raises Stopped where `stop` asks for it."""
    while True:
        if stop is not None:
            stop.heed()
        try:
            next(work)
        except StopIteration as done:
            found: T = done.value
            return found


class Progress:
    """Counts the operations of one command that are done; one thread does and counts them, another may read."""

    __slots__ = ("done", "of", "watch")

    def __init__(self) -> None:
        self.done = 0
        self.of = 0  # 0: no command that counts its operations is being done
        self.watch: Callable[[int, int], None] | None = None  # told (done, of) now and then, and (0, 0) at the end

    @contextmanager
    def counting(self, of: int) -> Iterator[None]:
        """A command of so many operations, told by `step`."""
        self._tell(0, of)
        try:
            yield
        finally:
            self._tell(0, 0)

    def step(self, n: int = 1) -> None:
        """So many more are done."""
        before, self.done = self.done, self.done + n
        if before // _TELL_EVERY != self.done // _TELL_EVERY and self.watch is not None:
            self.watch(self.done, self.of)

    def _tell(self, done: int, of: int) -> None:
        self.done, self.of = done, of
        if self.watch is not None:
            self.watch(done, of)
