"""What the steps of one line left behind, so that a million of them can be drawn and searched: a few bytes each.

One of them tells what a step did to the structure of the heap, which the runtime's counters before and after it show: that needs
no events.
"""

from array import array
from collections.abc import Sequence
from typing import Final

REFILL: Final = 1  # an mcache got another span
GROW: Final = 2  # the arena grew
SPANS: Final = 4  # a free span was split, or free neighbours merged
GC: Final = 8  # a collection marked
SWEEP: Final = 16  # spans were swept
SCAVENGE: Final = 32  # pages were given back to the operating system

NAMES: Final = {REFILL: "refill", GROW: "grow", SPANS: "spans", GC: "gc", SWEEP: "sweep", SCAVENGE: "scavenge"}


class Trail:
    """The steps that were done on this line, which may be more than those before the cursor."""

    def __init__(self, heap_live: int = 0) -> None:
        self.heap_live = array("q", [heap_live])  # bytes, at the beginning and after each step
        self.marks = bytearray(1)  # what each step did, see step_mark
        self.touched_at: dict[int, int] = {}  # span -> step that touched it last, as of the cursor
        self.recorded = 0  # steps that were done on this line

    def add(self, heap_live: int, mark: int) -> None:
        """Note a step that was done for the first time."""
        self.heap_live.append(heap_live)
        self.marks.append(mark)
        self.recorded += 1

    def add_run(self, heap_live: Sequence[int], marks: bytes) -> None:
        """Note many of them, which did this to the heap."""
        self.heap_live.extend(heap_live)
        self.marks.extend(marks)
        self.recorded += len(marks)

    def cut(self, step: int) -> None:
        """Forget the steps after this one."""
        del self.heap_live[step + 1 :], self.marks[step + 1 :]
        self.recorded = min(self.recorded, step)


def step_mark(before: tuple[int, ...], after: tuple[int, ...]) -> int:
    """The byte: a bit for each of NAMES whose counter (Engine.counters) differs."""
    if before == after:  # most steps
        return 0
    return sum([bit for bit, then, now in zip(NAMES, before, after, strict=True) if then != now])
