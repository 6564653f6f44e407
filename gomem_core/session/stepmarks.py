"""What a step did to the structure of the heap, as a byte: so that a million steps can be searched and drawn quickly.

Found by comparing the runtime's counters before and after; it needs no events.
"""

from typing import Final

from gomem_core.classic.malloc import Heap

REFILL: Final = 1  # an mcache got another span
GROW: Final = 2  # the arena grew
SPANS: Final = 4  # a free span was split, or free neighbours merged
GC: Final = 8  # a collection marked
SWEEP: Final = 16  # spans were swept
SCAVENGE: Final = 32  # pages were given back to the operating system

NAMES: Final = {REFILL: "refill", GROW: "grow", SPANS: "spans", GC: "gc", SWEEP: "sweep", SCAVENGE: "scavenge"}

Counters = tuple[int, ...]


def counters(heap: Heap) -> Counters:
    """What to compare: one number for each of NAMES, in order."""
    stats, h = heap.stats, heap.mheap
    return (
        stats.nserved_central + stats.nserved_heap + stats.nserved_os,
        stats.nheap_grow,
        h.version - stats.nheap_grow,
        stats.numgc,
        h.pages_swept,
        stats.nos_release,
    )


def step_mark(before: Counters, after: Counters) -> int:
    """The byte: a bit for each of NAMES that differs."""
    return sum(bit for bit, then, now in zip(NAMES, before, after, strict=True) if then != now)
