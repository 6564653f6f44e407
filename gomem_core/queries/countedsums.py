"""All spans in use of a session's heap, counted at once: where the account has to begin anew and there are thousands of them.

account.py looks at spans one after the other as they change, which takes 15 µs each.  Who went far has changed all of them: of
50,000 it takes a tenth of the time here.  Both give the same numbers.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from typing import Final

import numpy as np

from gomem_core.queries.wastesums import NEEDED, Field, Ints, sums_of
from gomem_core.world.objectinfo import Objects
from gomem_core.world.world import World

_PARTS: Final = 7  # requested, slot waste, dead, free slots, tails, spans, live objects


class CountedSums:
    """Every span in use, by its number in address order; `classes` are the sums of each span class, as Account has them."""

    def __init__(self, world: World, objects: Objects) -> None:
        spans: Mapping[Field, Ints] = {name: np.array(world.spans.column(name), np.int64) for name in NEEDED}
        self._bits = world.slots.set_bytes(0, world.spans.count)
        sums = sums_of(world.profile, objects, spans, *self._bits)
        rows = np.flatnonzero(spans["nelems"])
        spanclass, elemsize, nelems = (spans[name][rows] for name in ("spanclass", "elemsize", "nelems"))
        requested, slot_waste, free_slots, total = (
            sums[name][rows] for name in ("requested", "slot_waste", "free_slots", "total")
        )
        live = requested + slot_waste
        room = nelems * elemsize
        parts = (requested, slot_waste, room - free_slots - live, free_slots, total - room, np.ones(len(rows)), live // elemsize)
        by_class = [np.bincount(spanclass, part, len(world.profile.span_classes)) for part in parts]  # floats: exact to 2**53
        self.classes = [[int(part[number]) for part in by_class] for number in world.profile.span_classes]
        nbytes = (spans["nelems"] + 7) // 8
        base, begins = spans["base"][rows], (np.cumsum(nbytes) - nbytes)[rows]
        self.base, self.requested, self.slot_waste, self.free_slots, self.total, self._begins = (
            array("q", one.tobytes()) for one in (base, requested, slot_waste, free_slots, total, begins)
        )
        self._kinds = [array("q", one.tobytes()) for one in (spanclass, elemsize, nelems, total - room)]
        self._taken = bytearray(len(rows))  # 1: `take` gave it away

    def take(self, base: int) -> int:
        """The number of the span at `base`, which from now on is somebody else's; -1: it is none of these, or was taken."""
        number = bisect_left(self.base, base)
        if number == len(self._taken) or self._taken[number] or self.base[number] != base:
            return -1
        self._taken[number] = 1
        return number

    def left(self) -> list[int]:
        """The bases of those that were not taken."""
        return [base for base, taken in zip(self.base, self._taken, strict=True) if not taken]

    def kind(self, number: int) -> tuple[int, int, int, int]:
        """Span class, bytes of a slot, slots, bytes after the last one."""
        spanclass, elemsize, nelems, tail = (column[number] for column in self._kinds)
        return spanclass, elemsize, nelems, tail

    def sets(self, number: int) -> tuple[int, int]:
        """The allocated slots, and those that are not dead, as bit sets."""
        begin = self._begins[number]
        end = begin + (self._kinds[2][number] + 7) // 8
        allocated, live = (int.from_bytes(joined[begin:end], "little") for joined in self._bits)
        return allocated, live
