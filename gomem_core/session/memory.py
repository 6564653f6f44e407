"""What is remembered of a line of steps to get back to any of them: images of the heap, and what changed in between."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from typing import Final

from gomem_core.named import NamedTuple
from gomem_core.session.checkpoints import Checkpoint, Checkpoints
from gomem_core.session.engine import Engine
from gomem_core.session.outcome import Outcome
from gomem_core.world.changes import Stale

_EVERY: Final = 4_000  # work between two images of a small heap, done again in 30 ms
_DEAR: Final = 300  # work of a heavy command that takes about as long as to remember a small heap
_BACK: Final = 1_000  # of plain ones, see _NEAR
_NEAR: Final = 500  # steps before a place that is gone to, where images lie closer, for who goes on backwards from there
_SELDOM: Final = 8  # times as far apart do they lie in a program's session, which seldom goes back
_EVENT_BYTES: Final = 150
_FIGURES_BYTES: Final = 8_000


class Remembered(NamedTuple):
    """What a checkpoint keeps besides the heap: the outcome of its step, if it tells all, and the spans touched up to there."""

    outcome: Outcome | None
    touched: array[int]  # bases
    touched_at: array[int]  # the step that touched each last

    @classmethod
    def of(cls, outcome: Outcome | None, touched_at: dict[int, int]) -> Remembered:
        """The same of spans in a dictionary."""
        return cls(outcome, array("Q", touched_at), array("i", touched_at.values()))


class Memory:
    """The checkpoints of one line of steps; `often` where a user goes to and fro.

    Distances are measured in work, see checkpoints.py.
    """

    def __init__(self, engine: Engine, often: bool) -> None:
        self._engine = engine
        self._apart = 1 if often else _SELDOM
        self._checkpoints = Checkpoints(Checkpoint(0, 0, engine.capture(), Remembered.of(None, {}), 0, True))
        self._since = Stale()  # spans that changed since the step `_since_step`, where there is or was a checkpoint
        self._since_step = 0
        self._since_work = 0
        self.due_from = self._apart * self._most - 1  # work below which no image is due before a plain step

    def __len__(self) -> int:
        return len(self._checkpoints)

    def before(self, step: int) -> Checkpoint:
        """The nearest checkpoint at or before a step."""
        return self._checkpoints.before(step)

    def has(self, step: int) -> bool:
        """Whether there is a checkpoint at this step."""
        return self._checkpoints.before(step).step == step

    def tells(self, step: int) -> bool:
        """Whether the step is remembered with its outcome."""
        known = self._checkpoints.before(step)
        return known.step == step and known.tells

    # --- When to remember -----------------------------------------------------------------------------------------------

    @property
    def _most(self) -> int:
        """Work between two images."""
        return max(_EVERY, self._engine.mspans // 2)

    @property
    def _dear(self) -> int:
        """Work that takes about as long as to remember the heap."""
        return max(_DEAR, self._engine.mspans // 20)

    def is_dear(self, work: int) -> bool:
        """Whether a step that took so much work is to be remembered when it is done."""
        return work >= self._apart * self._dear

    def is_due(self, step: int, work: int, coming: int) -> bool:
        """Whether to remember a step, before one is done for the first time that takes `coming` work."""
        last = self._checkpoints.before(step)
        behind = work - last.work
        heavy = 2 * coming if coming > 1 else 1  # a plain step done again takes half of what it counts, a heavy one all of it
        self.due_from = max(self.due_from, last.work + self._apart * self._most - 1)  # there may be more spans by now
        is_far = behind + heavy >= self._apart * self._most
        return last.step < step and (is_far or min(behind, coming) >= self._apart * self._dear)

    def near(self, goal: int) -> int:
        """The step on the way to another one from which on images lie closer."""
        return goal - _NEAR

    def is_due_near(self, work: int) -> bool:
        """Whether to remember a step there."""
        return work - self._since_work >= max(_BACK, self._engine.mspans // 4)

    # --- Remembering ----------------------------------------------------------------------------------------------------

    def keep(self, step: int, work: int, kept: Remembered, inside: bool) -> None:
        """Keep an image of the heap as it is after a step; `inside`: steps after it were done before."""
        outcome = kept.outcome
        nbytes = (kept.touched.itemsize + kept.touched_at.itemsize) * len(kept.touched)
        if outcome is not None:
            nbytes += _FIGURES_BYTES + _EVENT_BYTES * len(outcome.events)
        checkpoint = Checkpoint(step, work, self._engine.capture(), kept, nbytes, outcome is not None)
        self._checkpoints.add(checkpoint, work, inside)
        self._begin(step, work)

    def changed(self, step: int, stale: Stale) -> None:
        """The step after this one changed these spans."""
        self._checkpoints.before(step).stale.add(stale)
        self._since.add(stale)

    def restore(self, known: Checkpoint) -> Remembered:
        """Put the heap back to a checkpoint."""
        image, kept = known.contents()
        self._engine.restore(image)
        remembered: Remembered = kept
        return remembered

    def gone_to(self, known: Checkpoint, step: int) -> list[Stale]:
        """What differs between a checkpoint, to which one went now, and the step where one was before."""
        changed = [self._since]
        if known.step != self._since_step:
            changed = [stretch.stale for stretch in self._checkpoints.between(known.step, step)]
        self._begin(known.step, known.work)
        return changed

    def forget_after(self, step: int) -> None:
        """The session takes another way from here."""
        self._checkpoints.forget_after(step)

    def _begin(self, step: int, work: int) -> None:
        self._since, self._since_step, self._since_work = Stale(), step, work
        self.due_from = work + self._apart * self._most - 1
