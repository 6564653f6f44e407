"""A signal at any moment: the process is gone within a second, and the terminal is as it was before.

Twenty rounds here; two hundred where the marker `thorough` is asked for.
"""

import os
import signal
import termios
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from random import Random

import pytest

from gomem_tui.terminal.ending import GRACE
from tests.tui.terminal import Terminal, readable, writable
from tests.tui.test_restore import modes_after

ROUNDS = 20
MANY = 200
HELD = b" b"  # a step and back
LIMIT = 5.0  # seconds, in a suite on a busy machine; without the mend it never ends
QUIET_LIMIT = 1.0  # seconds, what is promised


class Line(Terminal):
    """A terminal on a line that may be dropped: bytes are kept, nothing is drawn."""

    def __init__(self, *words: str) -> None:
        super().__init__(*words, "--no-journal", columns=120, rows=40)
        self.settings = termios.tcgetattr(self.fd)

    def take(self, data: bytes) -> None:
        self.bytes += data

    def wait_for_bytes(self, data: bytes) -> None:
        assert self.comes_true(lambda: data in self.bytes), self.bytes

    def write(self, keys: bytes) -> None:
        """Type more than the line holds at once."""
        while keys:
            if writable(self.fd, 0.05):
                keys = keys[os.write(self.fd, keys[:1024]) :]
            self.read(0)

    def seconds_to_end(self, reads: bool = True) -> float:
        """The time until the process is gone."""
        began = time.monotonic()
        while (found := os.waitpid(self.pid, os.WNOHANG))[0] == 0:
            assert time.monotonic() - began < 20, "it did not end"
            if reads:
                self.read(0.005)
            else:
                time.sleep(0.005)
        took = time.monotonic() - began
        self.code = os.waitstatus_to_exitcode(found[1])
        return took

    def written(self) -> int:
        """Bytes that the program has written."""
        counts = dict(row.split(": ") for row in Path(f"/proc/{self.pid}/io").read_text().splitlines())
        return int(counts["wchar"])

    def ended_by(self, number: int) -> float:
        """The time that a signal takes to end it; the terminal is as it was."""
        os.kill(self.pid, number)
        took = self.seconds_to_end()
        assert self.code == 128 + number
        assert self.is_restored(), (
            modes_after(self.bytes),
            self.bytes[-400:],
            termios.tcgetattr(self.fd)[:4],
            self.settings[:4],
            took,
        )
        os.close(self.fd)
        return took

    def is_restored(self) -> bool:
        """Whether all that was switched on is off again, line settings as well."""
        while readable(self.fd, 0.02) and self.read(0):
            pass
        return modes_after(self.bytes) == set() and termios.tcgetattr(self.fd) == self.settings


def keys_queued(r: Random) -> float:
    """Many more keys wait than the pipe holds by which asyncio would be told of a signal."""
    line = Line()
    line.wait_for_bytes(b"space")
    line.write(HELD * 1000)
    line.comes_true(lambda: False, r.uniform(0, 0.6))
    return line.ended_by(r.choice((signal.SIGTERM, signal.SIGHUP)))


def line_dropped(r: Random) -> float:
    """The terminal is gone while a key is held."""
    line = Line()
    line.wait_for_bytes(b"space")
    line.write(HELD * 300)
    line.comes_true(lambda: False, r.uniform(0, 0.2))
    os.close(line.fd)
    took = line.seconds_to_end(reads=False)
    assert line.code == 128 + signal.SIGHUP
    return took


def first_byte(r: Random) -> float:
    """The screen has hardly been taken over."""
    line = Line(*r.choice(((), ("learn",))))
    line.wait_for_bytes(b"\x1b")
    return line.ended_by(r.choice((signal.SIGTERM, signal.SIGHUP, signal.SIGINT)))


def nobody_reads(r: Random) -> float:
    """The terminal takes nothing more, so that an orderly end would wait for ever."""
    line = Line()
    line.wait_for_bytes(b"space")
    line.comes_true(lambda: False, 0.2)
    written = [-1]
    for key in cycle("z3z2"):  # frames, until the line is full and the program waits to write
        line.send(key)
        time.sleep(0.03)
        written.append(line.written())
        if len(written) > 12 and written[-12] == written[-1]:
            break
    time.sleep(r.random() / 2)
    os.kill(line.pid, signal.SIGTERM)
    took = line.seconds_to_end(reads=False)
    assert took > GRACE / 2  # or the terminal had room for all
    assert line.code == 128 + signal.SIGTERM
    assert line.is_restored()
    os.close(line.fd)
    return took


KINDS = (keys_queued, line_dropped, first_byte, nobody_reads)


@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_ends_it(kind: Callable[[Random], float]) -> None:
    for number in range(ROUNDS // len(KINDS)):
        assert kind(Random(number)) < LIMIT


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_ends_it_each_time(kind: Callable[[Random], float]) -> None:
    rounds = MANY // len(KINDS)
    took = sorted(kind(Random(number)) for number in range(rounds))
    print(f"{kind.__name__}: {rounds} of {rounds}, median {took[rounds // 2]:.2f} s, most {took[-1]:.2f} s")
    assert took[-1] < QUIET_LIMIT
