"""The pacer of a real program: what its heap aims at, when its next collection starts, how fast it has to sweep; bytes."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.go.amd64 import PAGE_SIZE, U64_MAX
from gomem_core.go.structs import field
from gomem_core.named import NamedTuple
from gomem_core.outside.arrays import Bools, Bytes, Words

UNREACHED: Final = 1 << 47  # bytes of which a heap has fewer: with GOGC off and no memory limit, the goal is much larger
NO_PACER: Final = "the pacer's variable, gcController, was not found in this program"
_STRUCT: Final = "gcControllerState"
_HEAP_MINIMUM: Final = 4 << 20  # defaultHeapMinimum: what the heap may grow to at GOGC 100 before it is collected at all
_RUNWAY: Final = 64 << 10  # minRunway: the goal is at least so far from where the last collection started
_HEADROOM, _HEADROOM_PERCENT = 1 << 20, 3  # what a goal leaves below the memory limit, at least
_LOWEST, _HIGHEST, _PARTS = 45, 61, 64  # the trigger lies between these parts of the way from what lives to the goal


class Sweeping(NamedTuple):
    """The fields of mheap that tell how far sweeping has come, and how fast it has to be, under Go's names."""

    pages_swept: int  # in this cycle
    pages_swept_basis: int  # ... when the speed was set last
    sweep_heap_live_basis: int  # bytes of heap_live then
    sweep_pages_per_byte: float  # 0: nothing is swept as payment for allocations
    reclaim_index: int  # pages that were looked at in this cycle before some were taken; all: 1 << 63
    reclaim_credit: int  # pages that were freed meanwhile

    @classmethod
    def of(cls, mheap: Bytes, at: Mapping[str, int]) -> "Sweeping":
        """The fields, from the bytes of the struct."""
        words: Words = mheap.view(np.uint64)
        numbers = {name: words[at[f"mheap.{field(name)}"] // 8] for name in cls._fields}
        ratio = float(numbers.pop("sweep_pages_per_byte").view(np.float64))
        return cls(**{name: int(number) for name, number in numbers.items()}, sweep_pages_per_byte=ratio)


class Pacing(NamedTuple):
    """The fields of gcControllerState that decide when a collection starts, under Go's names."""

    gc_percent: int  # GOGC, -1: off
    memory_limit: int
    runway: int  # what the program allocates while a collection marks, as the last one tells
    gc_percent_heap_goal: int
    sweep_dist_min_trigger: int
    triggered: int  # heap_live when the collection that goes on started; U64_MAX: none does
    heap_live: int  # a span in an mcache counts as full
    heap_marked: int
    heap_free: int
    total_alloc: int
    total_free: int
    mapped_ready: int

    @classmethod
    def of(cls, struct: Bytes, at: Mapping[str, int]) -> "Pacing":
        """The fields, from the bytes of the struct."""
        words: Words = struct.view(np.uint64)
        found = {name: int(words[at[f"{_STRUCT}.{field(name)}"] // 8]) for name in cls._fields}
        return cls(**found | {"gc_percent": _signed32(found["gc_percent"])})

    def goal(self, heap_alloc: int | None = None) -> int:
        """What the heap aims to stay below (heapGoal), which MemStats calls NextGC.

        `heap_alloc`: bytes of objects where the mcaches have told what they handed out, as ReadMemStats makes them do.
        """
        return self._goal(heap_alloc)[0]

    def trigger(self) -> int:
        """The heap_live at which the next collection starts."""
        goal, least = self._goal(None)
        marked = self.heap_marked
        if marked >= goal:
            return goal
        part = (goal - marked) // _PARTS
        least = max(least, marked, marked + part * _LOWEST)
        most = max(marked + part * _HIGHEST, least, goal - _HEAP_MINIMUM)
        return min(max(goal - self.runway, least), most)

    def _goal(self, heap_alloc: int | None) -> tuple[int, int]:
        """The goal, and the least that a trigger can be; the memory limit goes before all else."""
        limited = self._limited_goal(heap_alloc)
        if limited < self.gc_percent_heap_goal:
            return limited, 0
        goal = max(self.gc_percent_heap_goal, self.sweep_dist_min_trigger)
        if self.triggered != U64_MAX:
            goal = max(goal, self.triggered + _RUNWAY)
        return goal, self.sweep_dist_min_trigger

    def _limited_goal(self, heap_alloc: int | None) -> int:
        """What the memory limit leaves for the heap (memoryLimitHeapGoal)."""
        objects = self.total_alloc - self.total_free if heap_alloc is None else heap_alloc
        other = max(self.mapped_ready - self.heap_free - objects, 0)
        room = self.memory_limit - other - max(self.mapped_ready - self.memory_limit, 0)
        if room <= 0:
            return self.heap_marked
        headroom = max(room // 100 * _HEADROOM_PERCENT, _HEADROOM)
        return max(room - headroom, headroom, self.heap_marked)


def find_controller(data: list[tuple[int, Words]], at: Mapping[str, int]) -> int | None:
    """The address of gcController in a program's writable data; None where nothing there can be it, or more than one thing.

    heapMinimum follows from gcPercent, bytes in use are whole pages, and all objects lie in memory that is mapped: that is no
    accident.  (In a large program some zeros among other numbers fulfil all but the last.)
    """
    found: list[int] = []
    size = at[_STRUCT] // 8
    for start, words in data:
        count = len(words) - size + 1
        if count > 0:
            found += (start + 8 * np.flatnonzero(_likely(words, count, at))).tolist()
    return found[0] if len(found) == 1 else None


def is_controller(struct: Bytes, at: Mapping[str, int]) -> bool:
    """Whether these bytes can be the struct: a program may be built to collect its heap by other numbers."""
    return bool(_likely(struct.view(np.uint64), 1, at)[0])


def _likely(words: Words, count: int, at: Mapping[str, int]) -> Bools:
    """Whether the struct can begin at each of the first `count` words."""

    def field(name: str) -> Words:
        first = at[f"{_STRUCT}.{name}"] // 8
        return words[first : first + count]

    found: Bools = field("gcPercent") >> np.uint64(32) == 0
    found &= (field("memoryLimit") > 0) & (field("memoryLimit") < 1 << 63)
    in_use, ready = field("heapInUse"), field("mappedReady")
    found &= (in_use > 0) & (in_use % np.uint64(PAGE_SIZE) == 0) & (in_use <= ready)
    found &= (field("heapFree") % np.uint64(PAGE_SIZE) == 0) & (field("totalFree") <= field("totalAlloc"))
    found &= (ready < UNREACHED) & (field("totalAlloc") > 0) & (field("heapMarked") <= field("totalAlloc"))
    found &= (field("totalAlloc") - field("totalFree") <= ready) & (field("heapLive") <= ready)
    rows = np.flatnonzero(found)
    percent: NDArray[Any] = field("gcPercent")[rows].astype(np.uint32).view(np.int32).astype(np.int64).view(np.uint64)
    found[rows] = percent * np.uint64(_HEAP_MINIMUM) // np.uint64(100) == field("heapMinimum")[rows]  # it wraps, as Go's does
    return found


def _signed32(word: int) -> int:
    """The lower half of a word as a number with a sign."""
    low = word & 0xFFFFFFFF
    return low - (1 << 32) if low >> 31 else low
