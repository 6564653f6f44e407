"""A made-up heap of a made-up version of Go, as a world of records: what no heap of Go 1.10 has, all panes must show.

It has 68 size classes, four lists a class, and three arenas 45 TB apart, two of which have addresses of twelve digits.
"""

from array import array
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Any, Final, NamedTuple

from gomem_core.both.mstats import MStats
from gomem_core.go.sizeclasses import SizeClass
from gomem_core.go.versions import GO_1_10, CentralList, Profile
from gomem_core.world.arenas import Arena, Arenas
from gomem_core.world.objects import ObjectTable
from gomem_core.world.records import CentralInfo, McacheInfo, MemStats, Region, SlotColumns, SpanColumns, SpanInfo, State
from gomem_core.world.still import COUNTERS, Facets, Place, Still, StillCaches, StillExtents, StillSums, SumRest
from gomem_core.world.still_slots import StillPointers, StillSlots, StoredPointers
from gomem_core.world.still_spans import TRUTHS, StillLists, StillSpans

ZEROBASE: Final = 0x5A0000
PAGE: Final = 8192
APART: Final = 45 << 40  # bytes from one arena to the next
STARTS: Final = tuple(0xC000000000 + n * APART for n in range(3))
ARENA_BYTES: Final = 64 << 20
LAST: Final = 67  # the last class

PROFILE: Final[Profile] = replace(
    GO_1_10,
    name="go9.99",
    classes=(*GO_1_10.classes, SizeClass(LAST, 5 * PAGE, 5, 1, 0, 0.2)),
    small_limit=40952,
    reservation=False,
    central_lists=(
        CentralList("partial", "P", "swept spans with free slots", False, "it has free slots", "swept, with a free slot"),
        CentralList(
            "partialu", "p", "the same, not swept yet", False, "it has some, and is not swept", "not swept, with a free slot"
        ),
        CentralList("full", "F", "swept spans without a free slot", False, "it has none", "swept, without one"),
        CentralList("fullu", "f", "the same, not swept yet", False, "it may get some", "not swept, without one"),
    ),
)


class _Part(NamedTuple):
    """What a span is made from."""

    npages: int
    state: State = "inuse"
    spanclass: int = 0
    elemsize: int = 0
    taken: int = 0
    on: str = ""
    cached_by: int = -1
    released: int = 0


def _small(number: int, taken: int, on: str, noscan: bool = True, cached_by: int = -1) -> _Part:
    c = PROFILE.classes[number]
    return _Part(c.npages, "inuse", number * 2 + noscan, c.size, min(taken, c.nelems), on, cached_by)


# The spans of an arena, by address.
_PARTS: Final = (
    _small(3, 7, "", cached_by=0),
    _small(2, 5, "", cached_by=0),
    _small(LAST, 0, "", cached_by=1),
    *(_small(3, 7 + n, name) for n in range(4) for name in ("partial", "partialu")),
    *(_small(4, 1 << 20, name, noscan=False) for _ in range(4) for name in ("full", "fullu")),
    *(_small(LAST, 1, name, noscan=noscan) for noscan in (True, False) for name in ("full", "fullu")),
    _Part(5, "inuse", 0, 5 * PAGE, 1, "busy[5]"),
    _Part(3, "free", on="free[3]"),
    _Part(200, "inuse", 1, 200 * PAGE, 1, "busylarge"),
    _Part(4, "manual"),
    _Part(40, "free", on="free[40]", released=40),
    _small(LAST - 1, 1, "full", noscan=False),
    _Part(300, "free", on="freelarge", released=17),
)


def _spans_of(arena: int) -> Iterator[SpanInfo]:
    bases = accumulate((part.npages * PAGE for part in _PARTS), initial=STARTS[arena])
    for number, (base, part) in enumerate(zip(bases, _PARTS, strict=False)):
        swept = not part.on.endswith("u")
        nelems = part.npages * PAGE // part.elemsize if part.elemsize else 0
        cached_by = part.cached_by if arena == 2 * part.cached_by else -1  # P 0 has spans of the first arena, P 1 of the last
        on = part.on or ("partial" if part.state == "inuse" and part.cached_by >= 0 > cached_by else "")
        yield SpanInfo(
            base=base,
            npages=part.npages,
            state=part.state,
            spanclass=part.spanclass,
            elemsize=part.elemsize,
            nelems=nelems,
            alloc_count=part.taken,
            freeindex=part.taken,
            sweepgen=6 if swept else 4,
            swept=swept,
            cached_by=cached_by,
            list_name=on,
            next_base=0,
            prev_base=0,
            needzero=True,
            npreleased=part.released,
            unusedsince=0,
            ptr=0x7F00_0000_0000 + (arena * 99 + number) * 160,
        )


def _linked(spans: list[SpanInfo]) -> list[SpanInfo]:
    """The same, those of a list hanging on it in the order of their addresses."""
    chains: dict[tuple[int, str], list[int]] = {}
    for info in spans:
        chains.setdefault((info.spanclass, info.list_name or ""), []).append(info.base)
    found = []
    for info in spans:
        chain = chains[info.spanclass, info.list_name] if info.list_name else [info.base]
        at = chain.index(info.base)
        before, after = chain[at - 1] if at else 0, chain[at + 1] if at + 1 < len(chain) else 0
        found.append(info._replace(prev_base=before, next_base=after))
    return found


def _columns(spans: list[SpanInfo]) -> SpanColumns:
    columns = zip(SpanColumns._fields, zip(*spans, strict=True), strict=True)
    words = ("state", "list_name", *TRUTHS)
    found: dict[str, Any] = {name: column if name in words else array("q", column) for name, column in columns}
    return SpanColumns(**found)


def _slot_columns(spans: list[SpanInfo]) -> SlotColumns:
    """The first slots of a span are taken; where it is not swept every second of them is dead, else all of them are roots."""
    taken = [(1 << info.alloc_count) - 1 for info in spans]
    every_second = int("01" * 512, 2)
    return SlotColumns(
        alloc_bits=tuple(taken),
        alloc_cache=tuple(~bits & (1 << 64) - 1 for bits in taken),
        gcmark_bits=tuple(0 if info.swept else bits & every_second for info, bits in zip(spans, taken, strict=True)),
        root_bits=tuple(bits if info.swept else 0 for info, bits in zip(spans, taken, strict=True)),
        ptr_words=tuple(info.kind == "scan" for info in spans),
    )


def _central(spans: list[SpanInfo], spanclass: int) -> CentralInfo:
    on = [info.list_name for info in spans if info.spanclass == spanclass > 1]
    lengths = tuple(on.count(name) for name in PROFILE.central_names)
    return CentralInfo(spanclass, lengths, sum(lengths), 100_000 * sum(lengths))


def _mcache(spans: list[SpanInfo], p: int) -> McacheInfo:
    has = [info for info in spans if info.cached_by == p]
    cached = tuple((info.spanclass, info.base, info.nelems - info.alloc_count) for info in has)
    return McacheInfo(p, not p, has[1].base if not p else 0, 5, cached)


def _sums(spans: list[SpanInfo]) -> StillSums:
    """Sums of the spans; nothing else was counted."""
    pages = {state: sum(i.npages for i in spans if i.state == state) * PAGE for state in ("inuse", "manual", "free")}
    s = MStats(len(PROFILE.classes))
    s.heap_sys = sum(pages.values())
    s.heap_inuse, s.stacks_inuse, s.heap_idle = pages["inuse"], pages["manual"], pages["free"]
    s.heap_released = sum(i.npreleased or 0 for i in spans) * PAGE
    s.heap_live = sum(i.alloc_count * i.elemsize for i in spans)
    s.gc_trigger, s.next_gc = 2 * s.heap_live, 3 * s.heap_live
    counts = (s.heap_live, s.heap_live, 0, 0, s.heap_live, s.heap_sys, s.heap_idle, s.heap_inuse, s.heap_released)
    memory = MemStats(*counts, 0, s.stacks_inuse, 0, 0, s.next_gc, 0, ())
    unswept = sum(not i.swept for i in spans)
    return StillSums({name: getattr(s, name) for name in COUNTERS}, memory, SumRest(1_234_567, 100, 6, False, unswept))


def _extents() -> StillExtents:
    """Three arenas; what the collector keeps about them lies elsewhere."""
    used = sum(part.npages for part in _PARTS) * PAGE
    arenas = Arenas(Arena(start, start + used, start + ARENA_BYTES) for start in STARTS)
    parts = [Region("heap: arena", a.start, a.end, a.start, a.used, "up", "objects") for a in reversed(arenas.parts)]
    stack = Region("stack", 0x7FFFFF7FF000, 0x7FFFFFFFE000, 0x7FFFFFFDD000, 0x7FFFFFFFE000, "down", "")
    return StillExtents(arenas, (stack, *parts, Region("code", 0x400000, 0x548000, 0x400000, 0x548000, "", "")))


def _objects(spans: list[SpanInfo]) -> ObjectTable:
    """One in the first slot of each span that has any."""
    objects = ObjectTable()
    for info in spans:
        if info.alloc_count:
            ptrdata = info.elemsize if info.kind == "scan" else 0
            oid = objects.add(info.base, info.elemsize, ptrdata, objects.alive + 1, None)
            if not info.swept:
                objects.drop(oid, 999)
    objects.add(ZEROBASE, 0, 0, 999, "nothing")
    return objects


def made_up() -> Still:
    """The heap; each pointer leads to another arena."""
    infos = _linked([info for arena in range(3) for info in _spans_of(arena)])
    holders = [info.base for info in infos if info.kind == "scan" and info.sizeclass == 4]
    stored = StoredPointers(holders, [1] * len(holders), holders[8:] + holders[:8])
    extents = _extents()
    spans = StillSpans(_columns(infos), [], extents.arenas, PROFILE)
    slots = StillSlots(spans, _slot_columns(infos), stored, extents.arenas, ZEROBASE, PROFILE)
    lists = StillLists(spans, {c: _central(infos, c) for c in PROFILE.span_classes}, PROFILE)
    caches = StillCaches(tuple(_mcache(infos, p) for p in range(2)))
    pointers, sums = StillPointers(slots, stored), _sums(infos)
    place = Place("a made-up heap", 0)
    facets = Facets(spans, slots, pointers, lists, caches, sums, extents)
    return Still(place, PROFILE, facets, _objects(infos).columns())
