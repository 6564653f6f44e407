"""A moment of a session as one immutable value: what can be seen of heap and objects after a step.

Heap and object table go on, or back, and a moment stays: two of them can be compared (diff.py) though they were never there
together.  Not to be confused with an image (image.py), which a heap can be put back into.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from gomem_core.go.amd64 import TINY_SIZE, TINY_SPAN_CLASS
from gomem_core.go.versions import Profile
from gomem_core.queries.figures import Figures
from gomem_core.queries.show import STAT_NOTES
from gomem_core.world.objects import ObjectInfo, ObjectTable
from gomem_core.world.records import CentralInfo, McacheInfo, SpanInfo
from gomem_core.world.world import Whole

Row = tuple[str, int, int, int, int]  # of an object: name, address, size, ptrdata, the step that made it
NO_SLOTS: Final = (0, 0)
_FURTHER: Final = ("stacks_inuse", "largealloc", "nlargealloc", "largefree", "nlargefree")  # counters that `show stats` spares


class SpanRecord(NamedTuple):
    """A span, its allocated slots, and those of them that are not dead, as bit sets (both empty for a span without slots)."""

    info: SpanInfo
    allocated: int
    live: int


@dataclass(frozen=True, slots=True)
class Roster:
    """Many objects in little memory: typed columns, and the names in one string."""

    names: str
    addrs: array[int]
    sizes: array[int]
    ptrdatas: array[int]
    births: array[int]

    def rows(self) -> Iterator[Row]:
        """One object after the other."""
        return zip(self.names.split(), self.addrs, self.sizes, self.ptrdatas, self.births, strict=True)


def _roster(found: Iterable[ObjectInfo]) -> Roster:
    infos = list(found)
    return Roster(
        names=" ".join([o.name for o in infos]),
        addrs=array("Q", [o.addr for o in infos]),
        sizes=array("q", [o.size for o in infos]),
        ptrdatas=array("q", [o.ptrdata for o in infos]),
        births=array("q", [o.born for o in infos]),
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """What can be seen after `step` commands.  Two moments with nothing but `step` unlike look the same to everybody."""

    step: int
    profile: Profile
    spans: tuple[SpanRecord, ...]  # in address order; how lists are ordered is told by next_base and prev_base
    central: tuple[CentralInfo, ...]
    mcaches: tuple[McacheInfo, ...]
    counters: tuple[tuple[str, int], ...]  # names and values, the same names in every moment
    figures: Figures  # the account, and what else panes show as sums
    living: Roster  # what the program refers to
    garbage: Roster  # what it dropped and what still has its slot
    links: tuple[tuple[int, int, int], ...]  # (address of the slot, word, target) of each pointer stored, ordered


def moment(world: Whole, objects: ObjectTable, sums: Figures, step: int) -> Moment:
    """What can be seen now, after `step` commands; `sums` are those of now.  Proportional to spans and allocated slots."""
    spans = tuple(SpanRecord(info, *(world.slots.sets(info.base) or NO_SLOTS)) for info in world.spans.rows())
    return Moment(
        step=step,
        profile=world.profile,
        spans=spans,
        central=tuple(world.lists.central(spanclass) for spanclass in world.profile.central_classes),
        mcaches=tuple(world.caches.mcaches()),
        counters=_counters(world, objects),
        figures=sums,
        living=_roster(map(objects.info, objects.living())),
        garbage=_roster(objects.info(oid) for oid in _garbage(spans, objects)),
        links=tuple(sorted((addr, word, to) for addr in world.pointers.holders() for word, to in world.pointers.stored_in(addr))),
    )


def _counters(world: Whole, objects: ObjectTable) -> tuple[tuple[str, int], ...]:
    """The runtime's counters, and numbers about session and collector that are not among its counters."""
    stats = world.sums.stats
    return (
        ("arena", world.extents.arenas.nbytes),
        ("objects_made", len(objects)),
        ("objects_alive", objects.alive),
        *((name, getattr(stats, name)) for name in (*STAT_NOTES, *_FURTHER)),
        ("nsmallfree", sum(stats.nsmallfree)),
        ("gogc", world.sums.gcpercent),
        ("sweepgen", world.sums.sweepgen),
        ("sweepdone", int(world.sums.sweepdone)),
    )


def _garbage(spans: Iterable[SpanRecord], objects: ObjectTable) -> Iterator[int]:
    """Objects that the program dropped and that are still in their slots."""
    find, alive = objects.find_addr, objects.is_alive
    for info, allocated, _ in spans:
        for addr in slot_addresses(info, allocated):
            if info.spanclass == TINY_SPAN_CLASS:
                yield from (oid for oid in objects.in_slot(addr, TINY_SIZE) if not alive(oid))
            elif (oid := find(addr)) is not None and not alive(oid):
                yield oid


def slot_addresses(info: SpanInfo, slots: int) -> list[int]:
    """Addresses of the slots in a bit set."""
    base, size = info.base, info.elemsize
    return [base + i * size for i, bit in enumerate(f"{slots:b}"[::-1]) if bit == "1"] if slots else []
