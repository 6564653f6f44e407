"""A made-up heap of a made-up version of Go, as a world of records: what no heap of Go 1.10 has, all panes must show.

It has 68 size classes, four lists a class, and three arenas 45 TB apart, two of which have addresses of twelve digits.
"""

from array import array
from bisect import bisect_right
from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Final, NamedTuple

from gomem_core.classic.mstats import MStats
from gomem_core.go.sizeclasses import SizeClass
from gomem_core.go.versions import GO_1_10, CentralList, Profile
from gomem_core.world.arenas import Arena, Arenas
from gomem_core.world.objects import ObjectTable
from gomem_core.world.records import (
    STATES,
    CentralInfo,
    McacheInfo,
    MemStats,
    Region,
    SlotInfo,
    SlotState,
    SpanField,
    SpanInfo,
    State,
    WordInfo,
)

PAGE: Final = 8192
APART: Final = 45 << 40  # bytes from one arena to the next
STARTS: Final = tuple(0xC000000000 + n * APART for n in range(3))
ARENA_BYTES: Final = 64 << 20
LAST: Final = 67  # the last class

PROFILE: Final = replace(
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


class MadeUpSpans:
    """Spans in address order; those of a list hang on it in that order."""

    def __init__(self) -> None:
        self.all = [info for arena in range(3) for info in _spans_of(arena)]
        self.chains: dict[tuple[int, str], list[int]] = {}
        for info in self.all:
            if info.list_name:
                self.chains.setdefault((info.spanclass, info.list_name), []).append(info.base)
        for number, info in enumerate(self.all):
            chain = self.chains.get((info.spanclass, info.list_name), [])
            at = chain.index(info.base) if chain else 0
            before, after = chain[at - 1] if at else 0, chain[at + 1] if at + 1 < len(chain) else 0
            self.all[number] = info._replace(prev_base=before, next_base=after)
        self._bases = [info.base for info in self.all]

    @property
    def count(self) -> int:
        return len(self.all)

    def rows(self, start: int = 0, stop: int | None = None) -> list[SpanInfo]:
        return self.all[start:stop]

    def each(self) -> Iterator[SpanInfo]:
        return iter(self.all)

    def at(self, addr: int) -> SpanInfo | None:
        number = self.number(addr)
        return None if number < 0 else self.all[number]

    def number(self, base: int) -> int:
        number = bisect_right(self._bases, base) - 1
        return number if number >= 0 and base < self.all[number].base + self.all[number].nbytes else -1

    def entry(self, page: int) -> tuple[int, bool]:
        return 0, page < 0

    @property
    def list_names(self) -> tuple[str, ...]:
        return tuple(sorted({info.list_name for info in self.all}))

    def column(self, name: SpanField, start: int = 0, stop: int | None = None) -> memoryview:
        words: tuple[str, ...] = {"state": STATES, "list_name": self.list_names}.get(name, ())
        values = [getattr(info, name) for info in self.all[start:stop]]
        return memoryview(array("q", [words.index(value) if words else value for value in values]))


class MadeUpSlots:
    """The first slots of a span are taken; where it is not swept every second of them is dead."""

    def __init__(self, spans: MadeUpSpans, pointers: dict[int, dict[int, int]]) -> None:
        self._spans = spans
        self._pointers = pointers

    def bits(self, base: int) -> tuple[int, int, int]:
        taken, live = self.sets(base) or (0, 0)
        return taken, ~taken & (1 << 64) - 1, 0 if taken == live else live

    def sets(self, base: int) -> tuple[int, int] | None:
        info = self._spans.at(base)
        if info is None or not info.elemsize:
            return None
        taken = (1 << info.alloc_count) - 1
        return taken, taken if info.swept else taken & int("01" * 512, 2)

    def set_bytes(self, start: int, stop: int) -> tuple[bytes, bytes]:
        infos = self._spans.all[start:stop]
        sets = [(self.sets(info.base) or (0, 0), (info.nelems + 7) // 8) for info in infos]
        taken, live = (b"".join([both[n].to_bytes(size, "little") for both, size in sets]) for n in (0, 1))
        return taken, live

    def rows(self, base: int, start: int = 0, stop: int | None = None) -> list[SlotInfo]:
        info, sets = self._spans.at(base), self.sets(base)
        if info is None or sets is None:
            return []
        return [self._slot(info, n, sets) for n in range(info.nelems)[start:stop]]

    def _slot(self, info: SpanInfo, n: int, sets: tuple[int, int]) -> SlotInfo:
        taken, live = (bits >> n & 1 == 1 for bits in sets)
        state: SlotState = "free" if not taken else "allocated" if live else "dead"
        return SlotInfo(n, info.base + n * info.elemsize, state, taken, taken, live and not info.swept, live and info.swept)

    def at(self, addr: int) -> SlotInfo | None:
        info = self._spans.at(addr)
        if info is None or not info.elemsize:
            return None
        number = (addr - info.base) // info.elemsize
        return next(iter(self.rows(info.base, number, number + 1)), None)

    def elemsize_at(self, addr: int) -> int:
        info = self._spans.at(addr)
        return 0 if info is None else info.elemsize

    def base_of(self, addr: int) -> int:
        slot = self.at(addr)
        return 0 if slot is None else slot.addr

    def words(self, addr: int, count: int) -> list[WordInfo]:
        info = self._spans.at(addr)
        if info is None or not info.elemsize:
            return []
        words = range(addr & ~7, min((addr & ~7) + count * 8, info.base + info.nbytes), 8)
        scan, end = info.kind == "scan", info.base + info.nbytes
        stored = self._pointers.get(self.base_of(addr), {})
        return [WordInfo(w, scan, scan, end - 1 - (w - info.base) // 64, w // 8 % 4, stored.get(w, 0)) for w in words]

    @property
    def zerobase(self) -> int:
        return 0x5A0000


class MadeUpPointers:
    """Each pointer leads to another arena."""

    def __init__(self, slots: MadeUpSlots, stored: dict[int, dict[int, int]]) -> None:
        self._slots = slots
        self._stored = stored

    def stored_in(self, addr: int) -> list[tuple[int, int]]:
        base = self._slots.base_of(addr)
        return [((w - base) // 8, to) for w, to in self._stored.get(base, {}).items()]

    def stores(self, addr: int, target: int) -> bool:
        return any(to == target for _, to in self.stored_in(addr))

    def is_root(self, addr: int) -> bool:
        slot = self._slots.at(addr)
        return slot is not None and slot.rooted

    def is_reachable(self, addr: int) -> bool:
        return self.is_root(addr)

    def holders(self) -> list[int]:
        return [*self._stored]

    def reached(self) -> Generator[None, None, set[int]]:
        yield
        return {to for stored in self._stored.values() for to in stored.values()}

    def kept(self) -> tuple[int, set[int]]:
        return 0, set()


class MadeUpLists:
    """Four lists a class, as the spans say."""

    def __init__(self, spans: MadeUpSpans) -> None:
        self._spans = spans

    def central(self, spanclass: int) -> CentralInfo:
        lengths = tuple(len(self.chain(spanclass, name)) for name in PROFILE.central_names)
        return CentralInfo(spanclass, lengths, sum(lengths), 100_000 * sum(lengths))

    def chain(self, spanclass: int, name: str, limit: int = 1 << 60) -> list[int]:
        return self._spans.chains.get((spanclass, name), [])[:limit]

    def last(self, spanclass: int, name: str) -> int:
        return next(reversed(self.chain(spanclass, name)), 0)

    def place(self, base: int, limit: int) -> int:
        chain = next((chain for chain in self._spans.chains.values() if base in chain), [base])
        return min(chain.index(base) + 1, limit)

    def _free(self) -> list[SpanInfo]:
        return [info for info in self._spans.all if info.state == "free"]

    def free_lists(self) -> list[tuple[int, int]]:
        lengths = [info.npages for info in self._free() if info.npages < 128]
        return [(npages, lengths.count(npages)) for npages in sorted(set(lengths))]

    def free_list(self, npages: int, limit: int = 1 << 60) -> list[int]:
        return [info.base for info in self._free() if info.npages == npages][:limit]

    def free_large(self) -> list[SpanInfo]:
        return [info for info in self._free() if info.npages >= 128]

    def free_large_lengths(self, most: int) -> list[tuple[int, int, int]]:
        large = self.free_large()[:most]
        return [(large[0].npages, len(large), large[0].base)] if large else []


class MadeUpCaches:
    """Two Ps."""

    def __init__(self, spans: MadeUpSpans) -> None:
        self._spans = spans

    def mcaches(self) -> list[McacheInfo]:
        cached = [(p, [i for i in self._spans.all if i.cached_by == p]) for p in range(2)]
        return [
            McacheInfo(
                p, not p, has[1].base if not p else 0, 5, tuple((i.spanclass, i.base, i.nelems - i.alloc_count) for i in has)
            )
            for p, has in cached
        ]


class MadeUpSums:
    """Sums of the spans; nothing else was counted."""

    def __init__(self, spans: MadeUpSpans) -> None:
        pages = {state: sum(i.npages for i in spans.all if i.state == state) * PAGE for state in ("inuse", "manual", "free")}
        self.stats = MStats()
        self.stats.heap_sys = sum(pages.values())
        self.stats.heap_inuse, self.stats.stacks_inuse, self.stats.heap_idle = pages["inuse"], pages["manual"], pages["free"]
        self.stats.heap_released = sum(i.npreleased for i in spans.all) * PAGE
        self.stats.heap_live = sum(i.alloc_count * i.elemsize for i in spans.all)
        self.stats.gc_trigger, self.stats.next_gc = 2 * self.stats.heap_live, 3 * self.stats.heap_live
        self.central_locks = 1_234_567
        self.gcpercent = 100
        self.sweepgen = 6
        self.sweepdone = False
        self.unswept_count = sum(not i.swept for i in spans.all)

    def mem_stats(self) -> MemStats:
        s = self.stats
        counts = (s.heap_live, s.heap_live, 0, 0, s.heap_live, s.heap_sys, s.heap_idle, s.heap_inuse, s.heap_released)
        return MemStats(*counts, 0, s.stacks_inuse, 0, 0, s.next_gc, 0, ())


class MadeUpExtents:
    """Three arenas; what the collector keeps about them lies elsewhere."""

    def __init__(self, spans: MadeUpSpans) -> None:
        used = sum(part.npages for part in _PARTS) * PAGE
        self.arenas = Arenas(Arena(start, start + used, start + ARENA_BYTES) for start in STARTS)
        self._spans = spans

    def layout(self) -> list[Region]:
        parts = [Region("heap: arena", a.start, a.end, a.start, a.used, "up", "objects") for a in reversed(self.arenas.parts)]
        stack = Region("stack", 0x7FFFFF7FF000, 0x7FFFFFFFE000, 0x7FFFFFFDD000, 0x7FFFFFFFE000, "down", "")
        return [stack, *parts, Region("code", 0x400000, 0x548000, 0x400000, 0x548000, "", "")]


class MadeUp:
    """The world, and its objects."""

    def __init__(self) -> None:
        self.profile: Profile = PROFILE
        self.spans = MadeUpSpans()
        holders = [info.base for info in self.spans.all if info.kind == "scan" and info.sizeclass == 4]
        stored = {base: {base + 8: other} for base, other in zip(holders, holders[8:] + holders[:8], strict=True)}
        self.slots = MadeUpSlots(self.spans, stored)
        self.pointers = MadeUpPointers(self.slots, stored)
        self.lists = MadeUpLists(self.spans)
        self.caches = MadeUpCaches(self.spans)
        self.sums = MadeUpSums(self.spans)
        self.extents = MadeUpExtents(self.spans)
        self.objects = ObjectTable()
        for info in self.spans.all:
            if info.alloc_count:
                ptrdata = info.elemsize if info.kind == "scan" else 0
                oid = self.objects.add(info.base, info.elemsize, ptrdata, self.objects.alive + 1, None)
                if not info.swept:
                    self.objects.drop(oid, 999)
        self.objects.add(self.slots.zerobase, 0, 0, 999, "nothing")
