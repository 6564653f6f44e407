"""A still: a comparable copy of a world as it was at one moment, and a world itself.

The heap it was taken from goes on, or back, and a still stays; two of them can be compared (queries/difference.py) though their
heaps were never there together.  It is made of columns, and of what the heap never changes in place, such as bit sets, it holds
the same as the heap does.  Not to be confused with an image, into which a heap can be put back.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any, Final, NoReturn, cast, get_type_hints

from gomem_core.frozen import frozen
from gomem_core.go.versions import Profile
from gomem_core.named import NamedTuple
from gomem_core.world.arenas import Arenas
from gomem_core.world.counters import Counters
from gomem_core.world.facts import ALWAYS_DOUBTED, COUNTER_FACTS, STILL_DOUBTS, UNKNOWN, Doubts, Fact
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.objectinfo import Objects
from gomem_core.world.objects import ObjectTable
from gomem_core.world.records import McacheInfo, MemStats, Region
from gomem_core.world.roots import Roots
from gomem_core.world.sites import Sites
from gomem_core.world.slotobjects import ObjectTypes, SlotObjects
from gomem_core.world.still_slots import StillPointers, StillSlots, StoredPointers
from gomem_core.world.still_spans import StillLists, StillSpans
from gomem_core.world.typed import Typed
from gomem_core.world.unseen import AnyUnseen
from gomem_core.world.world import GO_UNTOLD, Extents, Kind, NotKnown, Sums, Unknown, World, known, unknown

COUNTERS: Final = tuple(get_type_hints(Counters))


class Place(NamedTuple):
    """Where a still was taken: what it is called, after which step of a session, and of what sort of heap."""

    title: str
    step: int  # 0 where there are no steps
    of: Kind = "session"
    go: str = ""  # the version as the program says it, where it says more than the profile's name
    note: str = ""  # what is to be told of the moment, such as that it was not one


class TypeSource(NamedTuple):
    """Go source that declares types, and what its places are told by: a file, or the step that declared it."""

    text: str
    file: str


class SumRest(NamedTuple):
    """What is counted besides the counters; None is what is not known."""

    central_locks: int | None
    gcpercent: int | None
    sweepgen: int | None
    sweepdone: bool | None
    unswept_count: int | None


REST_FACTS: Final[Mapping[str, Fact]] = {
    "central_locks": Fact.LOCKS,
    "gcpercent": Fact.GOGC,
    **dict.fromkeys(("sweepgen", "sweepdone", "unswept_count"), Fact.SWEEPGEN),
}


@frozen
class StillCaches:
    """The mcache of each P."""

    records: tuple[McacheInfo, ...]

    def mcaches(self) -> list[McacheInfo]:
        """The mcache of every P."""
        return [*self.records]


class _Counted:
    """The counters by name; who is asked for one that is not known raises NotKnown."""

    def __init__(self, counters: Mapping[str, Any], doubts: Doubts) -> None:
        self.__dict__ = {name: value for name, value in counters.items() if value is not None}
        self._doubts = doubts

    def __getattr__(self, name: str) -> NoReturn:
        if name not in COUNTERS:
            raise AttributeError(name)
        raise NotKnown(self._doubts.get(COUNTER_FACTS.get(name, Fact.MSTATS), name))


class StillSums:
    """What was counted; `counters` by name, see Counters, None for those that are not known; `doubts` say why."""

    def __init__(
        self, counters: Mapping[str, Any], memory: MemStats | None, rest: SumRest, doubts: Doubts = STILL_DOUBTS
    ) -> None:
        """`memory` None: only some counters are known."""
        self.counters = counters
        self.memory = memory
        self.rest = rest
        self._doubts = doubts

    @classmethod
    def of(cls, sums: Sums, doubts: Doubts = STILL_DOUBTS) -> StillSums:
        """Those of any world."""
        if isinstance(sums, StillSums):
            return sums
        stats: dict[str, Any] = {name: known(partial(getattr, sums.stats, name)) for name in COUNTERS}
        stats["nsmallfree"] = [*sums.stats.nsmallfree]
        return cls(stats, sums.mem_stats(), SumRest(*(known(partial(getattr, sums, name)) for name in SumRest._fields)), doubts)

    def doubted(self, doubts: Doubts) -> StillSums:
        """The same, with these sentences for what is not known."""
        return StillSums(self.counters, self.memory, self.rest, doubts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StillSums):
            return False
        return (self.counters, self.memory, self.rest) == (other.counters, other.memory, other.rest)

    __hash__ = None  # type: ignore[assignment]  # it holds a dict

    @cached_property
    def stats(self) -> Counters:
        """The running counters; not to be changed."""
        return cast("Counters", _Counted(self.counters, self._doubts))

    def mem_stats(self) -> MemStats:
        """MemStats without the flush that reading them in a program causes."""
        if self.memory is None:
            raise NotKnown(self._doubts.get(Fact.MSTATS, "MemStats"))
        return self.memory

    def _known(self, name: str) -> int:
        value: int | None = getattr(self.rest, name)
        if value is None:
            raise NotKnown(self._doubts.get(REST_FACTS[name], name))
        return value

    @property
    def central_locks(self) -> int:
        """How often the lock of any mcentral was taken."""
        return self._known("central_locks")

    @property
    def gcpercent(self) -> int:
        """GOGC, -1: off."""
        return self._known("gcpercent")

    @property
    def sweepgen(self) -> int:
        """The heap's sweep generation."""
        return self._known("sweepgen")

    @property
    def sweepdone(self) -> bool:
        """Whether nothing waits to be swept."""
        return bool(self._known("sweepdone"))

    @property
    def unswept_count(self) -> int:
        """Spans in use that wait to be swept."""
        return self._known("unswept_count")


@frozen
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


class Facets(NamedTuple):
    """What a still is made of; what is not known of it is Unknown."""

    spans: StillSpans | Unknown
    slots: StillSlots | Unknown
    pointers: StillPointers | Unknown
    lists: StillLists | Unknown
    caches: StillCaches | Unknown
    sums: StillSums | Unknown
    extents: StillExtents | Unknown


class Still:
    """One moment of a world; equal stills look the same, wherever they were taken."""

    # What is not known is Unknown, whatever its type says here: see World.
    spans: StillSpans
    slots: StillSlots
    pointers: StillPointers
    lists: StillLists
    caches: StillCaches
    sums: StillSums
    extents: StillExtents

    def __init__(
        self,
        place: Place,
        profile: Profile,
        facets: Facets,
        rows: ObjectColumns | ObjectTypes,
        doubts: Doubts = STILL_DOUBTS,
        kind: Kind = "still",
        unseen: AnyUnseen | None = None,
        roots: Roots | None = None,
        sites: Sites | None = None,
    ) -> None:
        """`rows` are the objects that a session made; or the types of what lies in slots, as far as they are known.

        With `unseen` a heap can go on from here exactly as the one did of which this is; it is no part of how stills look.
        `roots` say from where a program refers to its objects, `sites` which of its lines allocated, where that is known.
        """
        self.place = place
        self.profile = profile
        self.rows = rows
        self.doubts = doubts
        self.kind = kind
        self.unseen = unseen
        self.roots = roots
        self.sites = sites
        self.typed: Typed | None = None  # what counts its objects by type, where that need not look at each of them
        self.declared: tuple[TypeSource, ...] = ()  # of a file: types that the session knew; it is no part of how stills look
        self.graph: object = None  # what queries/graphs.py found out about its links, which never change
        for name, facet in facets._asdict().items():
            setattr(self, name, facet)

    @classmethod
    def of(cls, world: World, objects: ObjectTable, place: Place, unseen: AnyUnseen | None = None) -> Still:
        """The world as it is now, in time proportional to its spans and stored pointers; `place` says where that is."""
        if isinstance(world, Still):
            return world
        extents, profile = StillExtents.of(world.extents), world.profile
        stored = StoredPointers.of(world.pointers)
        spans = StillSpans.of(world.spans, extents.arenas, world.profile)
        slots = StillSlots(spans, world.slots.columns(), stored, extents.arenas, world.slots.zerobase, profile)
        lists = StillLists(spans, {c: world.lists.central(c) for c in profile.span_classes}, profile)
        caches = StillCaches(tuple(world.caches.mcaches()))
        doubts = {fact: why for fact in Fact if (why := world.doubt(fact) or ALWAYS_DOUBTED.get(fact, ""))}
        pointers, sums = StillPointers(slots, stored), StillSums.of(world.sums, doubts)
        facets = Facets(spans, slots, pointers, lists, caches, sums, extents)
        return cls(place, profile, facets, objects.columns(), doubts, unseen=unseen)

    @property
    def facets(self) -> Facets:
        """The facets that it has."""
        return Facets(*(getattr(self, name) for name in Facets._fields))

    @cached_property
    def objects(self) -> Objects:
        """The objects, to be looked at only: those that the program had ever had, or what lies in the slots."""
        if isinstance(self.rows, ObjectColumns):
            return ObjectTable.of(self.rows)
        missing = unknown(self, "spans", "slots")
        if missing:
            return cast("Objects", Unknown(missing))
        return SlotObjects(self.profile, self.spans, self.slots, self.rows, self.doubt(Fact.ROOT))

    @property
    def go_told(self) -> str:
        """The version of Go, as far as it is known: a trace only tells its format, which later versions write as well."""
        if self.place.go or not self.go_untold:
            return self.place.go or self.profile.name
        return f"trace format of {self.profile.name}" if self.place.of == "film" else f"go {UNKNOWN}"

    @property
    def go_untold(self) -> str:
        """Why it is not known which version of Go the heap is of; empty where it is."""
        if self.place.go or self.place.of not in ("film", *GO_UNTOLD):
            return ""
        if self.place.of == "film":
            return f"a trace tells only its format, that of {self.profile.name}, which later versions write as well"
        return "the file does not tell by which version of Go it was written"

    def doubt(self, fact: Fact) -> str:
        """Why a fact is not known; empty where it is."""
        return self.doubts.get(fact, "")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Still) and self._all() == other._all()

    __hash__ = None  # type: ignore[assignment]  # it holds arrays

    def _all(self) -> tuple[object, ...]:
        pointers = self.facets.pointers
        stored = pointers if isinstance(pointers, Unknown) else pointers.stored
        return self.profile, *self.facets._replace(pointers=Unknown("")), stored, self.rows, self.doubts, self.roots, self.sites
