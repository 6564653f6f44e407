"""What the bytes of all spans are there for, where nothing is known of what a program asked for: whole slots are counted.

account.py looks at the spans of a session one after the other, and keeps what it found.  A heap that is read may have 100,000
spans and never changes, so that they are counted here all at once.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.named import NamedTuple
from gomem_core.world.records import STATES, SpanField
from gomem_core.world.still_slots import StillSlots
from gomem_core.world.world import World

Ints = NDArray[np.int64]
_IN_USE, _MANUAL, _FREE = (STATES.index(state) for state in ("inuse", "manual", "free"))
_PARTS: Final = 7  # requested, slot waste, dead, free slots, tails, spans, live objects


class HeldSums(NamedTuple):
    """Bytes of each span in use, a column for each field; sums of each span class, and of other pages."""

    base: array[int]
    requested: array[int]  # in slots of live objects
    free_slots: array[int]
    total: array[int]
    classes: list[list[int]]  # as Account has them
    pages: tuple[int, int, int]  # bytes of manual spans, of free pages, of those given back


def held_sums(world: World) -> HeldSums:
    """Count all slots."""

    def column(name: SpanField) -> Ints:
        return np.array(world.spans.column(name), np.int64)

    state, npages, released = column("state"), column("npages"), column("npreleased")
    in_use = np.flatnonzero(state == _IN_USE)
    elemsize, nelems, spanclass = (column(name)[in_use] for name in ("elemsize", "nelems", "spanclass"))
    taken, live = (counts[in_use] for counts in _counts(world, column("nelems")))
    nbytes = npages[in_use] << PAGE_SHIFT
    parts = np.zeros((_PARTS, len(in_use)), np.int64)
    parts[0], parts[2], parts[3] = live * elemsize, (taken - live) * elemsize, (nelems - taken) * elemsize
    parts[4], parts[5], parts[6] = nbytes - nelems * elemsize, 1, live
    classes = [np.bincount(spanclass, part, len(world.profile.span_classes)) for part in parts]
    base, requested, room, total = (array("q", one.tobytes()) for one in (column("base")[in_use], parts[0], parts[3], nbytes))
    free = int(npages[state == _FREE].sum())
    given_back = int(np.maximum(released[state == _FREE], 0).sum())
    pages = int(npages[state == _MANUAL].sum()), free - given_back, given_back
    sums = [[int(part[number]) for part in classes] for number in world.profile.span_classes]
    manual, idle, back = (count << PAGE_SHIFT for count in pages)
    return HeldSums(base, requested, room, total, sums, (manual, idle, back))


def _counts(world: World, nelems: Ints) -> tuple[Ints, Ints]:
    """How many slots of each span are allocated, and how many of them are not dead."""
    if isinstance(world.slots, StillSlots):
        taken, live = world.slots.slot_counts()
        return np.frombuffer(taken, np.int64), np.frombuffer(live, np.int64)
    sizes = (nelems + 7) // 8
    first, has = np.cumsum(sizes) - sizes, sizes > 0
    found: list[Ints] = []
    for joined in world.slots.set_bytes(0, world.spans.count):
        counts = np.zeros(len(sizes), np.int64)
        if has.any():
            counts[has] = np.add.reduceat(np.bitwise_count(np.frombuffer(joined, np.uint8)), first[has], dtype=np.int64)
        found.append(counts)
    return found[0], found[1]
