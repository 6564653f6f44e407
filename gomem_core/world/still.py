"""A still: a comparable copy of a world as it was at one moment, and a world itself.

The heap it was taken from goes on, or back, and a still stays; two of them can be compared (queries/difference.py) though their
heaps were never there together.  It is made of columns, and of what the heap never changes in place, such as bit sets, it holds
the same as the heap does.  Not to be confused with an image, into which a heap can be put back.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Final, NamedTuple, cast, get_type_hints

from gomem_core.go.versions import Profile
from gomem_core.world.arenas import Arenas
from gomem_core.world.counters import Counters
from gomem_core.world.facts import STILL_DOUBTS, Doubts, Fact
from gomem_core.world.objects import ObjectColumns, ObjectTable
from gomem_core.world.records import McacheInfo, MemStats, Region
from gomem_core.world.still_slots import StillPointers, StillSlots, StoredPointers
from gomem_core.world.still_spans import StillLists, StillSpans
from gomem_core.world.world import Extents, Kind, Sums, World

COUNTERS: Final = tuple(get_type_hints(Counters))


class Place(NamedTuple):
    """Where a still was taken: what it is called, and after which step of a session."""

    title: str
    step: int


@dataclass(frozen=True)
class StillCaches:
    """The mcache of each P."""

    records: tuple[McacheInfo, ...]

    def mcaches(self) -> list[McacheInfo]:
        """The mcache of every P."""
        return [*self.records]


@dataclass(frozen=True)
class StillSums:
    """What was counted; `counters` by name, see Counters."""

    counters: Mapping[str, Any]  # Any: all are numbers but nsmallfree, which is a list of them
    memory: MemStats
    central_locks: int
    gcpercent: int
    sweepgen: int
    sweepdone: bool
    unswept_count: int

    @classmethod
    def of(cls, sums: Sums) -> StillSums:
        """Those of any world."""
        stats = {name: getattr(sums.stats, name) for name in COUNTERS}
        stats["nsmallfree"] = [*stats["nsmallfree"]]
        others = sums.central_locks, sums.gcpercent, sums.sweepgen, sums.sweepdone, sums.unswept_count
        return cls(stats, sums.mem_stats(), *others)

    @cached_property
    def stats(self) -> Counters:
        """The running counters; not to be changed."""
        return cast("Counters", SimpleNamespace(**self.counters))

    def mem_stats(self) -> MemStats:
        """MemStats without the flush that reading them in a program causes."""
        return self.memory


@dataclass(frozen=True)
class StillExtents:
    """Where there was memory."""

    arenas: Arenas
    regions: tuple[Region, ...]

    @classmethod
    def of(cls, extents: Extents) -> StillExtents:
        """Those of any world."""
        return cls(extents.arenas, tuple(extents.layout()))

    def layout(self) -> list[Region]:
        """The process from high addresses to low."""
        return [*self.regions]


class Still:
    """One moment of a world; equal stills look the same, wherever they were taken."""

    kind: Final[Kind] = "still"

    def __init__(
        self,
        place: Place,
        profile: Profile,
        spans: StillSpans,
        slots: StillSlots,
        pointers: StillPointers,
        lists: StillLists,
        caches: StillCaches,
        sums: StillSums,
        extents: StillExtents,
        rows: ObjectColumns,
        doubts: Doubts = STILL_DOUBTS,
    ) -> None:
        self.place = place
        self.profile = profile
        self.spans = spans
        self.slots = slots
        self.pointers = pointers
        self.lists = lists
        self.caches = caches
        self.sums = sums
        self.extents = extents
        self.rows = rows
        self._doubts = doubts

    @classmethod
    def of(cls, world: World, objects: ObjectTable, place: Place) -> Still:
        """The world as it is now, in time proportional to its spans and stored pointers; `place` says where that is."""
        extents, profile = StillExtents.of(world.extents), world.profile
        stored = StoredPointers.of(world.pointers)
        spans = StillSpans.of(world.spans, extents.arenas)
        slots = StillSlots(spans, world.slots.columns(), stored, extents.arenas, world.slots.zerobase)
        lists = StillLists(spans, {c: world.lists.central(c) for c in profile.span_classes}, profile)
        caches = StillCaches(tuple(world.caches.mcaches()))
        pointers, sums = StillPointers(slots, stored), StillSums.of(world.sums)
        return cls(place, profile, spans, slots, pointers, lists, caches, sums, extents, objects.columns())

    @cached_property
    def objects(self) -> ObjectTable:
        """The objects that the program had ever had, to be looked at only."""
        return ObjectTable.of(self.rows)

    def doubt(self, fact: Fact) -> str:
        """Why a fact is not known; empty where it is."""
        return self._doubts.get(fact, "")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Still) and self._all() == other._all()

    __hash__ = None  # type: ignore[assignment]  # it holds arrays

    def _all(self) -> tuple[object, ...]:
        parts = self.spans, self.slots, self.pointers.stored, self.lists, self.caches, self.sums, self.extents
        return self.profile, *parts, self.rows
