"""When the next collection starts, and how fast is swept until then (runtime/mgcpacer.go, gcPaceSweeper of runtime/mgcsweep.go).

See malloc.py for the overview.  Marking stops the world and takes no time, so that no runway is needed; the program's stacks and
globals, which a real program's goal grows with, are not modelled.
"""

from typing import Final

from gomem_core.go.amd64 import PAGE_SIZE, U64_MAX
from gomem_core.go.events import Pacing
from gomem_core.modern.mheap import MHeap

DEFAULT_HEAP_MINIMUM: Final = 4 << 20
_SWEEP_MIN_HEAP_DISTANCE: Final = 1 << 20
_NO_LIMIT: Final = (1 << 63) - 1  # the memory limit, unless somebody sets one
NEVER: Final = _NO_LIMIT - _NO_LIMIT // 100 * 3  # the goal with GOGC=off: the limit, less 3 percent
_TRIGGER_DEN: Final = 64
_MIN_TRIGGER: Final = 45  # of 64: the least part of the way from the heap marked last to the goal
_MAX_TRIGGER: Final = 61  # and the greatest


class Pacer:
    """Trigger, goal and sweep speed of one heap (Go's gcControllerState).  `gcpercent` is GOGC, -1: off."""

    __slots__ = ("gcpercent", "heap", "heapminimum", "trigger")

    def __init__(self, heap: MHeap, gcpercent: int) -> None:
        self.heap = heap
        self.gcpercent = max(gcpercent, -1)
        self.heapminimum = self.minimum()
        self.trigger = NEVER  # bytes of heap_live; the books say 2^64 - 1 for never
        self.commit(True)

    def set_gc_percent(self, percent: int) -> None:
        """Set GOGC, any negative number for off, and with it trigger, goal and sweep speed (setGCPercent)."""
        self.gcpercent = max(percent, -1)
        self.heapminimum = self.minimum()
        self.commit(self.heap.sweepdone)
        self.pace_sweeper(self.trigger)
        self.tell()

    def minimum(self) -> int:
        """The least goal, as GOGC is now."""
        return U64_MAX if self.gcpercent < 0 else DEFAULT_HEAP_MINIMUM * self.gcpercent // 100

    def should_start(self) -> bool:
        """Whether the heap has reached the trigger (gcTrigger.test)."""
        return self.heap.stats.heap_live >= self.trigger

    def room(self) -> int:
        """Returns by how many bytes the heap may grow without a collection."""
        return self.trigger - 1 - self.heap.stats.heap_live

    def commit(self, is_sweep_done: bool) -> None:
        """Compute goal and trigger from the heap marked last ((*gcControllerState).commit and trigger)."""
        stats = self.heap.stats
        if self.gcpercent < 0:
            self.trigger = NEVER
            stats.gc_trigger = stats.next_gc = U64_MAX
            return
        marked = stats.heap_marked
        goal = max(marked + marked * self.gcpercent // 100, self.heapminimum)
        least = marked
        if not is_sweep_done:  # leave room in which to sweep
            least = stats.heap_live + _SWEEP_MIN_HEAP_DISTANCE
            goal = max(goal, least)
        if marked >= goal:
            self.trigger = goal
        else:
            part = (goal - marked) // _TRIGGER_DEN
            least = max(least, marked + part * _MIN_TRIGGER)
            most = max(marked + part * _MAX_TRIGGER, goal - DEFAULT_HEAP_MINIMUM, least)
            self.trigger = min(goal, most)
        stats.gc_trigger, stats.next_gc = self.trigger, goal

    def pace_sweeper(self, trigger: int) -> None:
        """Pages to sweep for each byte allocated, so that all is swept 1 MB before the trigger (gcPaceSweeper)."""
        h = self.heap
        if h.sweepdone:
            h.sweep_pages_per_byte = 0.0
            return
        live = h.stats.heap_live
        distance = max(trigger - live - _SWEEP_MIN_HEAP_DISTANCE, PAGE_SIZE)
        pages = h.pages_in_use - h.pages_swept
        if pages <= 0:
            h.sweep_pages_per_byte = 0.0
            return
        h.sweep_pages_per_byte = float(pages) / float(distance)  # not the exact quotient: the runtime divides floats
        h.sweep_heap_live_basis = live
        h.swept_basis = h.pages_swept

    def tell(self) -> None:
        """Narrate what was set."""
        h, stats = self.heap, self.heap.stats
        if h.trace is not None:
            h.trace(Pacing(stats.gc_trigger, stats.next_gc, stats.heap_marked, stats.heap_live))
