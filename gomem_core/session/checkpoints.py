"""Images of the heap at some steps of a session, from which every other step is reached by doing the commands again.

They lie dense near the cursor and ever thinner away from it: when they take too much memory, those far away are packed, and then
the one goes that is missed least.  Distances are measured in work, which stands for the time it takes to do commands again: one
for a plain command, some 10 µs when it is done again, for others as many as they take longer.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

import pickle
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from io import BytesIO
from sys import getsizeof
from typing import Any, Final

from gomem_core.session.engine import Image
from gomem_core.world.changes import Stale

MOST_BYTES: Final = 44 << 20
MOST_LOOSE: Final = 22 << 20  # of that, for images which are not packed
MOST_WORK: Final = 10_000  # between neighbours, if memory allows: a tenth of a second's worth
_SELDOM: Final = 20  # they are weighed at the latest when a twentieth of them is new
_MOST_STALE: Final = 2_500  # spans of a stretch; where more changed, all count as changed


class Checkpoint:
    """The heap after `step`, and what a session remembers besides, in memory as it is or packed."""

    __slots__ = ("_held", "_loose", "_packed", "stale", "step", "tells", "work")

    def __init__(self, step: int, work: int, image: Image, extra: Any, extra_bytes: int, tells: bool) -> None:
        """`extra` is the session's own, plain values; `tells`: the outcome of the step is among it."""
        self.step = step
        self.work = work  # from the session's beginning
        self.tells = tells
        self.stale = Stale(_MOST_STALE)  # spans that differ anywhere from here to the next one
        self._held = image.nbytes + extra_bytes
        self._loose: tuple[Image, Any] | None = (image, extra)
        self._packed = b""

    @property
    def is_packed(self) -> bool:
        """Whether it takes time to look into it: a millisecond for a thousand spans."""
        return self._loose is None

    @property
    def nbytes(self) -> int:
        """Memory it takes, roughly."""
        return self._held + getsizeof(self.stale.bases)

    def pack(self) -> None:
        """Take a tenth of the memory, or less."""
        whole = BytesIO()
        _Packer(whole, pickle.HIGHEST_PROTOCOL).dump(self._loose)
        self._packed = zlib.compress(whole.getbuffer(), 1)
        self._loose = None
        self._held = len(self._packed)

    def contents(self) -> tuple[Image, Any]:
        """Image and extra."""
        if self._loose is not None:
            return self._loose
        found: tuple[Image, Any] = pickle.loads(zlib.decompress(self._packed))  # noqa: S301 -- our own bytes
        return found


class _Packer(pickle.Pickler):
    """Writes arrays as all their lowest bytes, then all those above, and so on: they take a third when they are packed."""

    def reducer_override(self, obj: object) -> Any:
        if not isinstance(obj, array) or obj.itemsize == 1:
            return NotImplemented
        raw, size = obj.tobytes(), obj.itemsize
        return _array_of, (obj.typecode, b"".join([raw[n::size] for n in range(size)]))


def _array_of(code: str, packed: bytes) -> array[Any]:
    found = array(code)
    raw, count = bytearray(len(packed)), len(packed) // found.itemsize
    for n in range(found.itemsize):
        raw[n :: found.itemsize] = packed[n * count : (n + 1) * count]
    found.frombytes(raw)
    return found


class Checkpoints:
    """Checkpoints of the current line, by step; there is always one at step 0."""

    def __init__(self, first: Checkpoint) -> None:
        self._all = [first]
        self._steps = [first.step]
        self._end = first.work  # the farthest that the session came, as far as it is known here
        self._weight = (first.nbytes, first.nbytes)  # of those that are not packed, and of all, when they were last weighed
        self._unweighed: list[int] = []  # bytes of those that were entered since

    def __len__(self) -> int:
        return len(self._all)

    @property
    def nbytes(self) -> int:
        """Memory that they take, roughly."""
        return sum(one.nbytes for one in self._all)

    def before(self, step: int) -> Checkpoint:
        """The last one at or before a step."""
        return self._all[bisect_right(self._steps, step) - 1]

    def between(self, step: int, other: int) -> Iterable[Checkpoint]:
        """Returns the checkpoints whose stretches lie, at least in part, between two steps; none where nothing lies between."""
        low, high = min(step, other), max(step, other)
        first, last = bisect_right(self._steps, low) - 1, bisect_left(self._steps, high) - 1
        return self._all[first : last + 1]

    def add(self, checkpoint: Checkpoint, work: int, inside: bool) -> None:
        """Enter one, unless its step has one; `work` is that of the cursor, around which they lie dense.

        `inside` tells that steps after it were done before, so that it divides a stretch.
        """
        at = bisect_right(self._steps, checkpoint.step)
        if self._steps[at - 1] == checkpoint.step:
            return
        if inside:
            checkpoint.stale.add(self._all[at - 1].stale)  # which part of it belongs to which half is not known
        self._all.insert(at, checkpoint)
        self._steps.insert(at, checkpoint.step)
        self._end = max(self._end, work)
        self._unweighed.append(checkpoint.nbytes)
        if self._must_weigh():
            self._pack_some(work, checkpoint)
            too_much = self.nbytes - MOST_BYTES
            while too_much > 0 and len(self._all) > 2:
                too_much -= self._remove(self._least_missed(work, checkpoint))
            self._weight = (sum(one.nbytes for one in self._all if not one.is_packed), self.nbytes)
            self._unweighed.clear()

    def _must_weigh(self) -> bool:
        """Whether too much memory may be taken: to add up all of them at each one would cost most where there are thousands."""
        loose, packed_too = (weight + sum(self._unweighed) for weight in self._weight)
        much = loose > MOST_LOOSE * 7 // 8 or packed_too > MOST_BYTES * 7 // 8
        return much or len(self._unweighed) * _SELDOM >= len(self._all)

    def forget_after(self, step: int) -> None:
        """The session takes another way from a step."""
        at = bisect_right(self._steps, step)
        del self._all[at:], self._steps[at:]
        self._end = self._all[-1].work

    def _pack_some(self, work: int, new: Checkpoint) -> None:
        """Pack those farthest from the cursor, but not `new`."""
        loose = [one for one in self._all[1:] if not one.is_packed and one is not new]
        loose.sort(key=lambda one: abs(one.work - work))
        nbytes = sum(one.nbytes for one in (new, *loose))
        if nbytes <= MOST_LOOSE * 7 // 8:
            return
        while nbytes > MOST_LOOSE * 3 // 4 and loose:  # some more than must be, so that it is not soon to be done again
            far = loose.pop()
            nbytes -= far.nbytes
            far.pack()

    def _least_missed(self, work: int, new: Checkpoint) -> int:
        """The number of the one whose absence would cost least: the gap it leaves is small against its distance from the cursor.

        A gap beyond MOST_WORK is made only when no other choice is left, and then the smallest, wherever the cursor is: so that
        nothing gets too far.  The one that is `new` stays.
        """

        def cost(n: int) -> tuple[bool, float]:
            before, here = self._all[n - 1], self._all[n]
            end = self._all[n + 1].work if n + 1 < len(self._all) else self._end
            gap = end - before.work
            return gap > MOST_WORK, gap if gap > MOST_WORK else gap / (1 + abs(here.work - work))

        return min((n for n in range(1, len(self._all)) if self._all[n] is not new), key=cost)

    def _remove(self, n: int) -> int:
        """Drop the checkpoint of a step; returns the bytes freed."""
        gone = self._all.pop(n)
        del self._steps[n]
        self._all[n - 1].stale.add(gone.stale)
        return gone.nbytes
