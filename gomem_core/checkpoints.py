"""Images of the heap at some steps of a session, from which every other step is reached by doing the commands again.

They lie dense near the cursor and ever thinner away from it: when they take too much memory, the one goes that is missed least.
Distances are measured in work, which stands for the time it takes to do commands again: one for a plain command, for others about
the number of objects or spans that they handle.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from gomem_core.image import Image
from gomem_core.news import Stale

MOST_BYTES: Final = 160 << 20
MOST_WORK: Final = 30_000  # between neighbours, if memory allows: well under a second's worth


@dataclass(slots=True)
class Checkpoint:
    """The heap after `step`, and what a session remembers besides."""

    step: int
    work: int  # from the session's beginning
    image: Image
    extra: Any  # the session's own
    stale: Stale = field(default_factory=Stale)  # spans that differ anywhere from here to the next one
    nbytes: int = 0  # memory it takes, roughly

    def __post_init__(self) -> None:
        self.nbytes = self.image.nbytes


class Checkpoints:
    """Checkpoints of the current line, by step; there is always one at step 0."""

    def __init__(self, first: Checkpoint) -> None:
        self._all = [first]
        self._steps = [first.step]
        self._bytes = first.nbytes

    def __len__(self) -> int:
        return len(self._all)

    @property
    def nbytes(self) -> int:
        """Memory that their images take, roughly."""
        return self._bytes

    def before(self, step: int) -> Checkpoint:
        """The last one at or before a step."""
        return self._all[bisect_right(self._steps, step) - 1]

    def between(self, step: int, other: int) -> Iterable[Checkpoint]:
        """Those whose stretches lie between two steps, in part or as a whole."""
        low, high = min(step, other), max(step, other)
        first, last = bisect_right(self._steps, low) - 1, bisect_right(self._steps, high) - 1
        return self._all[first : last + 1]

    def add(self, checkpoint: Checkpoint, work: int, inside: bool) -> None:
        """Enter one, unless its step has one; `work` is that of the cursor, around which they shall lie dense.

        `inside` tells that steps behind it were done before, so that it divides a stretch.
        """
        at = bisect_right(self._steps, checkpoint.step)
        if self._steps[at - 1] == checkpoint.step:
            return
        if inside:
            checkpoint.stale.add(self._all[at - 1].stale)  # which part of it belongs to which half is not known
        self._all.insert(at, checkpoint)
        self._steps.insert(at, checkpoint.step)
        self._bytes += checkpoint.nbytes
        while self._bytes > MOST_BYTES and len(self._all) > 2:
            self._remove(self._least_missed(work, checkpoint))

    def forget_after(self, step: int) -> None:
        """The session takes another way from a step."""
        at = bisect_right(self._steps, step)
        self._bytes -= sum(one.nbytes for one in self._all[at:])
        del self._all[at:], self._steps[at:]

    def _least_missed(self, work: int, new: Checkpoint) -> int:
        """The number of the one whose absence would cost least: the gap it leaves is small against its distance from the cursor.

        A gap beyond MOST_WORK is made only when no other choice is left, and the one that is `new` stays.
        """

        def cost(n: int) -> tuple[bool, float]:
            before, here = self._all[n - 1], self._all[n]
            end = self._all[n + 1].work if n + 1 < len(self._all) else max(here.work, work)
            gap = end - before.work
            return gap > MOST_WORK, gap / (1 + abs(here.work - work))

        return min((n for n in range(1, len(self._all)) if self._all[n] is not new), key=cost)

    def _remove(self, n: int) -> None:
        gone = self._all.pop(n)
        del self._steps[n]
        self._bytes -= gone.nbytes
        self._all[n - 1].stale.add(gone.stale)
