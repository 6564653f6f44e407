"""Reads a heap again that was read a moment before: what has to be asked for is known then, and only bytes are copied.

To work out where bits and caches lie takes longer than to read them.  So a program is read twice: once while it runs, and once
more while it stands, with the same questions.  What decides about these is compared: mheap, its tables, the structs of spans.
Where they changed in between, nothing of the first time counts.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Final, NamedTuple

import numpy as np

from gomem_core.outside.arrays import Bytes, Ints, Words
from gomem_core.outside.errors import Damaged
from gomem_core.outside.hold import Held, held
from gomem_core.outside.memory import GAP, Gathered, merged
from gomem_core.outside.process import Process
from gomem_core.outside.program import Program
from gomem_core.outside.rounds import Raw, read_raw

_ROOTS: Final = 0  # the first question: mheap among others that change all the time
_LEADING: Final = 3  # so many questions at first, whose answers decide about the others


class _Question(NamedTuple):
    """What was asked, and how it is asked again: into a buffer of its own where the answers are to be compared."""

    found: Gathered
    buffer: Bytes
    ask: Callable[[], bool]


class Rehearsed:
    """A look at a running program that was taken to know what to ask for."""

    def __init__(self, process: Process, program: Program) -> None:
        """Reads the heap as it runs; raises OutsideError."""
        self._process = process
        self._program = program
        self._questions: list[_Question] = []
        self._whole = True
        self._raw = read_raw(self, program)

    def gather(self, addrs: Words, sizes: Ints, gap: int = GAP) -> Gathered:
        """Ask the process, and remember how it was asked."""
        ranges = merged(addrs, sizes, gap)
        found = self._process.fetch(addrs, sizes, ranges)
        self._whole &= np.array_equal(found.ok, ranges.wanted)
        buffer = found.buffer.copy() if len(self._questions) < _LEADING else found.buffer
        self._questions.append(_Question(found, buffer, self._process.prepared(ranges, buffer)))
        return found

    def read(self, addr: int, size: int) -> bytes:
        """Ask the process."""
        return self._process.read(addr, size)

    def again(self) -> bool:
        """Ask all of it once more; false where the questions would now be others."""
        if not self._whole:
            return False
        for number, (found, buffer, ask) in enumerate(self._questions):
            if not ask() or (number < _LEADING and not self._is_same(number, found, buffer)):
                return False
        return True

    @property
    def answers(self) -> Raw:
        """What was read when it was asked again."""
        return _on(self._raw, {id(found.buffer): buffer for found, buffer, _ in self._questions})

    def _is_same(self, number: int, found: Gathered, buffer: Bytes) -> bool:
        if number != _ROOTS:
            return np.array_equal(found.buffer.view(np.uint64), buffer.view(np.uint64))
        now = Gathered(buffer, found.start, found.ok)
        sizes = {0: self._program.at["mheap"], 2: 24}  # mheap, and the slice allp
        return all(np.array_equal(found.piece(n, size), now.piece(n, size)) for n, size in sizes.items())


def read_held(process: Process, program: Program) -> tuple[Raw, Held]:
    """The heap while the program stands still, and how long that was; raises OutsideError."""
    try:
        rehearsed = Rehearsed(process, program)
    except Damaged:  # it ran so fast that what was read made no sense
        rehearsed = None
    with held(process.pid) as how_long:
        if rehearsed is None or not rehearsed.again():
            return read_raw(process, program), how_long
    return rehearsed.answers, how_long


def _on(raw: Raw, new: dict[int, Bytes]) -> Raw:
    """The same places, in other buffers; the structs of spans are what they were."""

    def moved(found: Gathered) -> Gathered:
        return replace(found, buffer=new[id(found.buffer)])

    changed: dict[str, Any] = {
        one.name: moved(value) for one in fields(raw) if isinstance(value := getattr(raw, one.name), Gathered)
    }
    return replace(raw, **changed)
