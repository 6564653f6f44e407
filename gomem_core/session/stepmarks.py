"""What a step did to the structure of the heap, as a byte: so that a million steps can be searched and drawn quickly.

Found by comparing the runtime's counters before and after; it needs no events.
"""

from typing import Final

REFILL: Final = 1  # an mcache got another span
GROW: Final = 2  # the arena grew
SPANS: Final = 4  # a free span was split, or free neighbours merged
GC: Final = 8  # a collection marked
SWEEP: Final = 16  # spans were swept
SCAVENGE: Final = 32  # pages were given back to the operating system

NAMES: Final = {REFILL: "refill", GROW: "grow", SPANS: "spans", GC: "gc", SWEEP: "sweep", SCAVENGE: "scavenge"}


def step_mark(before: tuple[int, ...], after: tuple[int, ...]) -> int:
    """The byte: a bit for each of NAMES whose counter (Engine.counters) differs."""
    if before == after:  # most steps
        return 0
    return sum([bit for bit, then, now in zip(NAMES, before, after, strict=True) if then != now])
