"""Lets one thread stand aside while another needs the interpreter for itself: as long as a program is held, it stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Final

_PATIENCE: Final = 10.0  # seconds that one waits for the other, should that wait for the one in turn


class Turns:
    """Two threads, of which one works in strides, each of which it asks for."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._strides = False  # somebody works in strides just now
        self._alone = 0  # so many want to be alone, or are

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the next stride up while the block runs."""
        with self._changed:
            self._alone += 1
            self._changed.wait_for(lambda: not self._strides, _PATIENCE)
        try:
            yield
        finally:
            with self._changed:
                self._alone -= 1
                self._changed.notify_all()

    def stride(self) -> None:
        """End the stride before, and begin the next one when nobody needs to be alone."""
        self.stop()
        with self._changed:
            self._changed.wait_for(lambda: not self._alone, _PATIENCE)
            self._strides = True

    def stop(self) -> None:
        """End the last stride."""
        with self._changed:
            self._strides = False
            self._changed.notify_all()


TURNS: Final = Turns()
