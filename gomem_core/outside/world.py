"""A snapshot of a real heap as a world: a still, which all panes, queries and files know."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

from gomem_core.go.amd64 import U64_MAX
from gomem_core.go.versions import Profile, profile_named
from gomem_core.outside.figures import by_size, figures, waits
from gomem_core.outside.pacing import NO_PACER, UNREACHED, Pacing
from gomem_core.outside.pages import arenas_of, rows_of
from gomem_core.outside.snapshot import MappedRange, Snapshot
from gomem_core.outside.spancolumns import Table
from gomem_core.outside.unseen import unseen_of
from gomem_core.world.arenas import Arenas
from gomem_core.world.facts import Doubts, Fact
from gomem_core.world.records import CentralInfo, McacheInfo, MemStats, PageCache, Region
from gomem_core.world.still import COUNTERS, Facets, Place, Still, StillCaches, StillExtents, StillSums, SumRest
from gomem_core.world.still_slots import StillSlots
from gomem_core.world.still_spans import StillLists, StillSpans
from gomem_core.world.world import Unknown

import numpy as np  # isort: skip

_TINY: Final = 16  # bytes of a tiny block
_ARENA: Final = "heap: arena"
_MOST_REGIONS: Final = 400
_NOT_ONE: Final = "not one moment"
_MARKING: Final = "a collection is marking"

_NOT_READ: Final = "only what the runtime keeps about the heap is read, never what objects hold"
DOUBTS: Final[Doubts] = {
    Fact.NEEDZERO: "a free page needs no answer before it is handed out; spans have one",
    Fact.MSPAN: "free pages have no mspan; spans have one",
    Fact.UNUSEDSINCE: "Go stopped to note how long pages are free",
    Fact.TRIGGER_RATIO: "since Go 1.18 the trigger is not a share of what lives: it depends on what was allocated while marking",
    Fact.SERVED: "Go does not count which of mcache, mcentral and mheap served an allocation, nor what that cost",
    Fact.LOCKS: "Go does not count how often the locks of its allocator are taken",
    Fact.SIZE: "a slot does not tell how much of it was asked for",
    Fact.NAME: "objects of a program have no names",
    Fact.ROOT: f"what refers to an object is not looked for: {_NOT_READ}",
    Fact.POINTER: f"pointers in objects are not looked at: {_NOT_READ}",
    Fact.GOROUTINE: "Go does not note which goroutine allocated an object",
    Fact.TIME: "a look at a heap does not tell when its objects were made",
    Fact.STORY: "a look at a heap does not tell what led to it",
}


def world_of(snapshot: Snapshot) -> Still:
    """The still of a snapshot; what its panes ask for later is made when they do."""
    profile = profile_named(snapshot.go) or profile_named(f"go{snapshot.minor}")
    assert profile is not None  # else it could not have been read
    arenas = arenas_of(snapshot, profile.arena_bytes)
    table = Table(snapshot, rows_of(snapshot, arenas, bool(profile.padding)), profile)
    doubts = doubts_of(snapshot, profile)
    spans = StillSpans(table.columns(), [], arenas, profile, table.disputes(), table.states())
    slots = StillSlots(spans, table.slots(), None, arenas, 0, profile, table.joined, table.counts)
    notes = [note for note, told in ((_NOT_ONE, not snapshot.one_moment), (_MARKING, snapshot.marking)) if told]
    facets = Facets(
        spans,
        slots,
        Unknown(DOUBTS[Fact.POINTER]),
        StillLists(spans, _centrals(table, profile), profile, table),
        StillCaches(tuple(_mcaches(table))),
        _sums(snapshot, doubts),
        StillExtents(arenas, tuple(_regions(snapshot, arenas, profile.arena_bytes))),
    )
    place = Place(snapshot.title, 0, snapshot.kind, snapshot.go, ", ".join(notes))
    return Still(place, profile, facets, _types(snapshot), doubts, snapshot.kind, unseen_of(snapshot))


def doubts_of(snapshot: Snapshot, profile: Profile) -> Doubts:
    """Why facts are not known of this heap."""
    doubts = dict(DOUBTS)
    if snapshot.pacing is None:
        doubts[Fact.PACER] = doubts[Fact.GOGC] = NO_PACER
    if profile.heap_bits == "span":
        doubts[Fact.HEAP_BITS] = "larger slots have no pointer bits: the types of their objects tell, and those are not read"
        doubts[Fact.TYPE] = "only objects with pointers in slots of more than 512 bytes have their type in the heap"
        if snapshot.types.cut:
            doubts[Fact.TYPE] += f", and of very many only the first {len(snapshot.types.slot)} were read"
        if _nameless(snapshot):
            doubts[Fact.TYPE_NAME] = "names of types stand in the executable: gomem core CORE EXE reads them there"
            doubts[Fact.TYPE] += f"; {doubts[Fact.TYPE_NAME]}"
    else:
        doubts[Fact.TYPE] = "this version of Go keeps no types in the heap"
    if snapshot.marking:
        doubts[Fact.LIVE] = "a collection is marking: only when it is done the marks tell what lives"
    return doubts


def _centrals(table: Table, profile: Profile) -> dict[int, CentralInfo]:
    """The mcentrals, whose lists are as long as spans hang on them."""
    lengths = table.lengths().tolist()
    return {spanclass: CentralInfo(spanclass, tuple(lengths[spanclass]), None, None) for spanclass in profile.span_classes}


def _mcaches(table: Table) -> Iterator[McacheInfo]:
    """The mcache and the page cache of every P, with those of its spans that are shown as such."""
    snapshot, shown = table.snapshot, table.shown()
    ps, spans = snapshot.ps, snapshot.spans
    free = np.maximum(spans.nelems - spans.alloc_count, 0)
    for number, p in enumerate(ps.id.tolist()):
        row = ps.cached[number]
        classes = np.flatnonzero(row >= 0)
        held = [(int(c), int(spans.base[row[c]]), int(free[row[c]])) for c in classes if c > 1 and shown[row[c]]]
        tiny, offset = int(ps.tiny[number]), int(ps.tinyoffset[number])
        pages = PageCache(*(int(column[number]) for column in (ps.page_base, ps.page_free, ps.page_scav)))
        yield McacheInfo(p, False, tiny, min(max(offset, 0), _TINY), tuple(held), pages)


def _sums(snapshot: Snapshot, doubts: Doubts) -> StillSums:
    found, stats = figures(snapshot), snapshot.stats
    pacing = snapshot.pacing
    known = {
        "heap_sys": found.HeapSys,
        "heap_idle": found.HeapIdle,
        "heap_inuse": found.HeapInuse,
        "heap_released": found.HeapReleased,
        "stacks_inuse": found.StackInuse,
        **_paced(pacing),
        "numgc": found.NumGC,
        "largealloc": stats.large_alloc,
        "nlargealloc": stats.large_allocs,
        "largefree": stats.large_free,
        "nlargefree": stats.large_frees,
        "nsmallfree": stats.small_frees.tolist(),
        "tinyallocs": stats.tiny_allocs + int(snapshot.ps.tiny_allocs.sum()),
    }
    memory = MemStats(
        Alloc=found.HeapAlloc,
        TotalAlloc=found.TotalAlloc,
        Mallocs=found.Mallocs,
        Frees=found.Frees,
        HeapAlloc=found.HeapAlloc,
        HeapSys=found.HeapSys,
        HeapIdle=found.HeapIdle,
        HeapInuse=found.HeapInuse,
        HeapReleased=found.HeapReleased,
        HeapObjects=found.HeapObjects,
        StackInuse=found.StackInuse,
        MSpanInuse=found.MSpanInuse,
        MCacheInuse=found.MCacheInuse,
        NextGC=None if found.NextGC is None else _or_never(found.NextGC),
        NumGC=found.NumGC,
        BySize=by_size(snapshot),
    )
    unswept = int(np.count_nonzero(waits(snapshot)))
    rest = SumRest(None, None if pacing is None else pacing.gc_percent, snapshot.sweepgen, snapshot.sweep_done, unswept)
    return StillSums({name: known.get(name) for name in COUNTERS}, memory, rest, doubts)


def _paced(pacing: Pacing | None) -> dict[str, int]:
    """The counters of the pacer."""
    if pacing is None:
        return {}
    trigger, goal = _or_never(pacing.trigger()), _or_never(pacing.goal())
    return {"heap_live": pacing.heap_live, "heap_marked": pacing.heap_marked, "gc_trigger": trigger, "next_gc": goal}


def _or_never(nbytes: int) -> int:
    """A size of the heap, or U64_MAX for one that no heap reaches."""
    return nbytes if nbytes < UNREACHED else U64_MAX


def _nameless(snapshot: Snapshot) -> bool:
    """Whether names of types are missing, since they stand in an executable that was not given."""
    if snapshot.kind != "core" or snapshot.whole:
        return False
    types = np.concatenate([snapshot.types.type, snapshot.spans.large_type])
    return not set(types[types > 0].tolist()) <= snapshot.types.names.keys()


def _types(snapshot: Snapshot) -> dict[int, str]:
    """The names of the types of what lies in slots, by the addresses of those."""
    types, spans, names = snapshot.types, snapshot.spans, snapshot.types.names
    found = {slot: names[kind] for slot, kind in zip(types.slot.tolist(), types.type.tolist(), strict=True) if kind in names}
    large = np.flatnonzero(spans.large_type)
    for base, kind in zip(spans.base[large].tolist(), spans.large_type[large].tolist(), strict=True):
        if kind in names:
            found[base] = names[kind]
    return found


# --- Where it lies ----------------------------------------------------------------------------------------------------------


def _regions(snapshot: Snapshot, arenas: Arenas, arena_bytes: int) -> list[Region]:
    """The address space from high addresses to low: the arenas, and what else is mapped, neighbours of one sort as one."""
    found = [
        Region(_ARENA, arena.start & -arena_bytes, arena.end, arena.start, arena.used, "up", "objects, in 8 KB pages")
        for arena in arenas.parts
        if arena.pages
    ]
    heap = len(found)
    for mapped in _joined(snapshot.mappings):
        for start, end in _outside(mapped.start, mapped.end, [*found[:heap]]):
            name, note = _called(mapped)
            found.append(Region(name, start, end, start, end, "down" if name == "stack" else "", note))
    found.sort(key=lambda region: -region.start)
    return _resident(found, snapshot.mappings)[:_MOST_REGIONS]


def _resident(regions: list[Region], mappings: tuple[MappedRange, ...]) -> list[Region]:
    """The regions with what is in memory of each: a mapping counts where it begins, or for the arena into which it reaches."""
    known = [(one, one.resident) for one in mappings if one.resident is not None]
    if not known:
        return regions
    upwards = sorted(regions, key=lambda region: region.start)
    starts, nbytes = [region.start for region in upwards], [0] * len(regions)
    for one, resident in known:
        first = max(bisect_right(starts, one.start) - 1, 0)
        last = bisect_left(starts, one.end)
        arena = next((n for n in range(first, last) if upwards[n].name == _ARENA and upwards[n].end > one.start), first)
        nbytes[arena] += resident
    return [region._replace(resident=n) for region, n in zip(upwards[::-1], nbytes[::-1], strict=True)]


def _joined(mappings: tuple[MappedRange, ...]) -> Iterator[MappedRange]:
    """Neighbours that are called the same, as one."""
    last: MappedRange | None = None
    for one in sorted(mappings, key=lambda mapped: mapped.start):
        if last is not None and last.end == one.start and _called(last) == _called(one):
            last = MappedRange(last.start, one.end, last.perms, last.name)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _called(mapped: MappedRange) -> tuple[str, str]:
    """What a part of the address space is called, and what it is for."""
    known = {"[heap]": ("C heap", "of C libraries"), "[stack]": ("stack", "of the first thread")}
    if mapped.name in known:
        return known[mapped.name]
    if mapped.name.startswith("["):
        return mapped.name.strip("[]")[:20], "of the kernel"
    file = mapped.name.rpartition("/")[2][:60]
    if not file:
        return "other", "stacks of threads, what the runtime keeps about the heap"
    sort = "code" if "x" in mapped.perms else "globals" if "w" in mapped.perms else "constants"
    return sort, file


def _outside(start: int, end: int, heap: list[Region]) -> Iterator[tuple[int, int]]:
    """The parts of a range that lie in no region of the heap; those are in address order."""
    for region in heap:
        if region.start < end and region.end > start:
            if start < region.start:
                yield start, region.start
            start = max(start, region.end)
    if start < end:
        yield start, end
