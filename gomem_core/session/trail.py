"""What the steps of one line left behind, so that a million of them can be drawn and searched: a few bytes each."""

from array import array
from collections.abc import Sequence


class Trail:
    """The steps that were done on this line, which may be more than those before the cursor."""

    def __init__(self, heap_live: int = 0) -> None:
        self.heap_live = array("q", [heap_live])  # bytes, at the beginning and after each step
        self.marks = bytearray(1)  # what each step did, see stepmarks.py
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
