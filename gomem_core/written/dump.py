"""A heap dump as a world: a still of objects with their pointers and roots, in the spans that follow from them."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.formats.heapdump import Buffer, HeapDump, read_heap_dump
from gomem_core.formats.heapprofile import Line, Sample
from gomem_core.go.amd64 import PAGE_SHIFT, PTR_SIZE
from gomem_core.go.versions import BITS_IN_SPAN, PROFILES, Profile, profile_named
from gomem_core.world.arenas import Arena, Arenas
from gomem_core.world.facts import Doubts, Fact
from gomem_core.world.records import MemStats, Region, SlotColumns, SpanColumns, State
from gomem_core.world.roots import Roots
from gomem_core.world.sites import CallSite, Sites
from gomem_core.world.still import COUNTERS, Facets, Place, Still, StillExtents, StillSums, SumRest
from gomem_core.world.still_slots import StillPointers, StillSlots, StoredPointers
from gomem_core.world.still_spans import StillSpans
from gomem_core.world.world import Unknown
from gomem_core.written.dumpslots import DumpSlots, slots_of
from gomem_core.written.profile import sites_of

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

_ADDRESSES: Final = 1 << 47
_MOST_REGIONS: Final = 400
_LISTS: Final = Unknown("a heap dump does not say on which lists spans hang")
_CACHES: Final = Unknown("a heap dump does not say what the Ps have cached: it flushes their caches")
_NO_SUMS: Final = Unknown("the dump ends before its MemStats")
_COUNTED: Final = "a heap dump has MemStats, which do not count that"
DOUBTS: Final[Doubts] = {
    Fact.SPAN: "a dump has no spans: they follow from its objects; pages without any may be free, stacks or the runtime's own",
    Fact.SPANCLASS: "the class follows from the size of the objects, and whether they have pointers from those that do",
    Fact.FREEINDEX: "a dump does not tell how far a span was handed out",
    **dict.fromkeys((Fact.GCMARK_BITS, Fact.SWEEPGEN), "a dump does not tell what a mark reached, nor what waits to be swept"),
    Fact.LIVE: "a dump has garbage that is not swept yet, too: only what can be reached lives",
    **dict.fromkeys((Fact.CENTRAL, Fact.FREE), _LISTS.why),
    **dict.fromkeys((Fact.MCACHE, Fact.PCACHE), _CACHES.why),
    **dict.fromkeys((Fact.NEEDZERO, Fact.NPRELEASED, Fact.UNUSEDSINCE, Fact.MSPAN), "a dump has objects, and no spans"),
    Fact.SPANS: "a dump has objects, and no spans",
    **dict.fromkeys((Fact.MSTATS, Fact.PACER, Fact.SERVED, Fact.LOCKS), _COUNTED),
    Fact.GOGC: "a dump does not tell it",
    Fact.SIZE: "a slot does not tell how much of it was asked for",
    Fact.NAME: "objects of a program have no names",
    Fact.TYPE: "a dump names few types, and only objects with pointers in slots of more than 512 bytes tell theirs",
    Fact.GOROUTINE: "a dump does not tell which goroutine allocated an object",
    Fact.TIME: "a dump is one moment, without a before and an after",
    Fact.STORY: "a dump does not tell what led to it",
}


def world_of_dump(data: Buffer, title: str, reached: Callable[[int], object] | None = None) -> Still:
    """The still of the heap dump that these bytes are; `reached` is told how many bytes were read, and may raise.

    Raises DumpError.
    """
    dump = read_heap_dump(data, reached)
    profile, note = _profile(dump.go)
    slots = slots_of(dump, profile)
    notes = [note, dump.fault, f"{slots.strays} objects fit into no span and are left out" if slots.strays else ""]
    holder, offset, target = _pointers(dump, data, slots)
    stored = StoredPointers(_addresses(slots.addr[holder]), _array(offset // PTR_SIZE), _addresses(target))
    roots = _roots(dump, slots)
    rows = _Rows(slots, dump)
    arenas = rows.arenas
    spans = StillSpans(rows.columns(), [], arenas, profile)
    bits = StillSlots(spans, rows.slots(roots), stored, arenas, 0, profile)
    regions = StillExtents(arenas, tuple(_regions(dump, arenas)))
    facets = Facets(spans, bits, StillPointers(bits, stored), _LISTS, _CACHES, _sums(dump), regions)
    place = Place(title, 0, "dump", dump.go, "; ".join(filter(None, notes)))
    return Still(place, profile, facets, _types(dump, data, slots), DOUBTS, "dump", roots=roots, sites=_sites(dump, slots))


def _profile(go: str) -> tuple[Profile, str]:
    """The row of a version, and what is to be said where there is none of its own."""
    found = profile_named(go)
    if found is not None and not found.reservation:
        return found, ""
    nearest = PROFILES[-1] if found is None else PROFILES[1]
    return nearest, f"taken for {nearest.name}, since gomem knows no dumps of {go or 'a program that does not tell its version'}"


# --- Pointers and roots -----------------------------------------------------------------------------------------------------


def _pointers(dump: HeapDump, data: Buffer, slots: DumpSlots) -> tuple[Ints, Ints, Words]:
    """The pointers in objects: the place of the object in `slots`, offset in it, where it leads; those that can be addresses."""
    number, offset, target = dump.pointers(data)
    place = np.full(len(dump.addr), -1, np.int64)
    place[slots.number] = np.arange(len(slots.number))
    holder = place[number]
    good = (holder >= 0) & (target < _ADDRESSES) & (offset % PTR_SIZE == 0)
    holder, offset, target = holder[good], offset[good], target[good]
    by_slot = np.argsort(holder, kind="stable")
    return holder[by_slot], offset[by_slot], target[by_slot]


def _roots(dump: HeapDump, slots: DumpSlots) -> Roots:
    """The places from which the program refers to slots."""
    labels: dict[str, int] = {}
    places: list[Ints] = []
    numbers: list[Ints] = []
    for label, targets in _references(dump):
        found = slots.find(targets)
        found = np.unique(found[found >= 0])
        if len(found):
            places.append(found)
            numbers.append(np.full(len(found), labels.setdefault(label, len(labels)), np.int64))
    place, number = (np.concatenate(parts) if parts else np.empty(0, np.int64) for parts in (places, numbers))
    pairs = np.unique(np.stack([place, number]), axis=1)
    return Roots(tuple(labels), _addresses(slots.addr[pairs[0]]), _array(pairs[1]))


def _references(dump: HeapDump) -> Iterator[tuple[str, Words]]:
    """(where they are, where they lead) of all references from outside the heap (Go's markroot)."""
    names = [f"goroutine {one.goid}" for one in dump.goroutines]
    for frame in dump.frames:
        where = names[frame.goroutine] if frame.goroutine >= 0 else "a goroutine"
        yield f"{frame.function or 'a function'} ({where})", frame.pointers
    by_g = {one.g: name for one, name in zip(dump.goroutines, names, strict=True)}
    for one, name in zip(dump.goroutines, names, strict=True):
        yield f"the runtime, for {name}", np.array(one.pointers, np.uint64)
    for g, pointers in dump.defers:
        yield f"a defer or panic of {by_g.get(g, 'a goroutine')}", np.array(pointers, np.uint64)
    for segment in dump.segments:
        for addr, pointer in zip(segment.addr.tolist(), segment.pointers, strict=True):
            yield f"global {addr:#x} ({segment.name})", np.array([pointer], np.uint64)
    for finalizer in dump.finalizers:
        held = (finalizer.obj, finalizer.function) if finalizer.queued else (finalizer.function,)
        yield "a finalizer", np.array(held, np.uint64)
    for what, addr in dump.others:
        yield what or "a root of the runtime", np.array([addr], np.uint64)


# --- Spans and slots --------------------------------------------------------------------------------------------------------


class _Rows:
    """The spans of a dump, and between them the pages without objects, as a still has them."""

    def __init__(self, slots: DumpSlots, dump: HeapDump) -> None:
        self._slots, self._dump = slots, dump
        ends = slots.base + (slots.npages << PAGE_SHIFT)
        self.arenas = _arenas(slots.base, ends)
        starts = {arena.start for arena in self.arenas.parts}
        base: list[int] = []
        span: list[int] = []  # of each row its span, -1: pages without objects
        at = 0
        for number, (first, end) in enumerate(zip(slots.base.tolist(), ends.tolist(), strict=True)):
            if first != at and first not in starts:
                base.append(at)
                span.append(-1)
            base.append(first)
            span.append(number)
            at = end
        self._base, self._span = np.array(base, np.int64), np.array(span, np.int64)

    def columns(self) -> SpanColumns:
        """All rows."""
        slots, count = self._slots, len(self._span)
        states: tuple[State, ...] = tuple("free" if number < 0 else "inuse" for number in self._span.tolist())
        after = np.append(self._base[1:], 0)
        gap = (after - self._base) >> PAGE_SHIFT
        npages = np.where(self._span < 0, gap, self._spread(slots.npages))
        taken = np.bincount(slots.span, minlength=len(slots.base))
        unknown: tuple[None, ...] = (None,) * count
        return SpanColumns(
            base=_array(self._base),
            npages=_array(npages),
            state=states,
            spanclass=_array(self._spread(slots.spanclass)),
            elemsize=_array(self._spread(slots.elemsize)),
            nelems=_array(self._spread(slots.nelems)),
            alloc_count=_array(self._spread(taken)),
            freeindex=unknown,
            sweepgen=unknown,
            swept=unknown,
            cached_by=unknown,
            list_name=unknown,
            next_base=unknown,
            prev_base=unknown,
            needzero=unknown,
            npreleased=unknown,
            unusedsince=unknown,
            ptr=unknown,
        )

    def _spread(self, column: Ints) -> Ints:
        """A column of spans as one of rows."""
        return np.where(self._span < 0, 0, np.append(column, 0)[self._span])

    def slots(self, roots: Roots) -> SlotColumns:
        """The bits of each row: its slots with objects, those with roots, and which words of it may hold pointers."""
        slots = self._slots
        rooted = np.unique(slots.find(np.frombuffer(roots.slot, np.uint64)) if roots.slot else np.empty(0, np.int64))
        taken = self._bit_sets(np.arange(len(slots.addr)))
        return SlotColumns(taken, None, None, self._bit_sets(rooted), self._ptr_words())

    def _bit_sets(self, places: Ints) -> tuple[int, ...]:
        """A set of slots for each row, of those of the objects in these places."""
        slots = self._slots
        first, joined = _bits(slots.nelems, slots.span[places], slots.slot[places])
        ends = first.tolist()
        sets = [int.from_bytes(joined[a:b], "little") for a, b in pairwise(ends)]
        return tuple([0 if number < 0 else sets[number] for number in self._span.tolist()])

    def _ptr_words(self) -> tuple[Any, ...]:  # Any: as in SlotColumns
        """The words that may hold pointers: for each row a bit a word, or False where none may."""
        slots, dump = self._slots, self._dump
        layout = dump.layout[slots.number]
        lengths = np.array([len(offsets) for offsets in dump.layouts], np.int64)
        which = np.flatnonzero(layout > 0)
        counts = lengths[layout[which]]
        offsets = _joined(dump.layouts, layout[which])
        holder = np.repeat(which, counts)
        word = (slots.addr[holder] - slots.base[slots.span[holder]] + offsets) // PTR_SIZE
        first, joined = _bits((slots.npages << PAGE_SHIFT) // PTR_SIZE, slots.span[holder], word)
        ends, scan = first.tolist(), (slots.spanclass & 1 == 0).tolist()
        rows = self._span.tolist()
        return tuple([number >= 0 and scan[number] and joined[ends[number] : ends[number + 1]] for number in rows])


def _joined(lists: Sequence[Ints], which: Ints) -> Ints:
    """These lists one behind the other."""
    if not len(which):
        return np.empty(0, np.int64)
    lengths = np.array([len(one) for one in lists], np.int64)
    starts = np.cumsum(lengths) - lengths
    count = lengths[which]
    before = np.cumsum(count) - count
    at = np.repeat(starts[which] - before, count) + np.arange(int(count.sum()))
    return np.concatenate(lists)[at]


def _bits(sizes: Ints, group: Ints, bit: Ints) -> tuple[Ints, bytes]:
    """Bit sets of so many bits, joined, with these bits set: (where the bytes of each begin, and the last ends; the bytes)."""
    nbytes = (sizes + 7) // 8
    ends = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(nbytes, out=ends[1:])
    found = np.zeros(int(ends[-1]), np.uint8)
    np.bitwise_or.at(found, ends[group] + bit // 8, (1 << (bit % 8)).astype(np.uint8))
    return ends, found.tobytes()


def _arenas(base: Ints, end: Ints) -> Arenas:
    """Where spans lie: stretches of memory that begin and end with objects; far from each other they are arenas of their own."""
    if not len(base):
        return Arenas([Arena(0, 0, 0)])
    far = np.flatnonzero(base[1:] - end[:-1] >= PROFILES[-1].arena_bytes)
    starts, ends = base[np.append(0, far + 1)], end[np.append(far, len(end) - 1)]
    return Arenas([Arena(start, limit, limit) for start, limit in zip(starts.tolist(), ends.tolist(), strict=True)])


def _array(column: Ints) -> array[int]:
    return array("q", column.astype(np.int64).tobytes())


def _addresses(column: Ints | Words) -> array[int]:
    return array("Q", column.astype(np.uint64).tobytes())


def _regions(dump: HeapDump, arenas: Arenas) -> list[Region]:
    """The address space from high addresses to low, as far as a dump tells it: where objects lie, and global variables."""
    found = [
        Region("heap: arena", a.start, a.end, a.start, a.used, "up", "objects, in 8 KB pages") for a in arenas.parts if a.pages
    ]
    for segment in dump.segments:
        if len(segment.addr):
            start, end = int(segment.addr[0]), int(segment.addr[-1]) + PTR_SIZE
            if start < end <= _ADDRESSES:
                found.append(Region("globals", start, end, start, end, "", f"variables with pointers ({segment.name})"))
    return sorted(found, key=lambda region: -region.start)[:_MOST_REGIONS]


# --- The rest ---------------------------------------------------------------------------------------------------------------


def _types(dump: HeapDump, data: Buffer, slots: DumpSlots) -> dict[int, str]:
    """The names of types, by slot: objects with pointers in slots of more than 512 bytes begin with the address of theirs."""
    spanclass, elemsize = slots.spanclass[slots.span], slots.elemsize[slots.span]
    found: dict[int, str] = {}
    for place in np.flatnonzero((spanclass & 1 == 0) & (elemsize > BITS_IN_SPAN) & (spanclass > 1)).tolist():
        at = int(dump.at[slots.number[place]])
        addr = int.from_bytes(data[at : at + PTR_SIZE], "little")
        name = dump.types.get(addr, "")
        if addr:  # of a pointer to a type a dump has no more than the package
            found[int(slots.addr[place])] = name if name and not name.endswith(".") else f"type {addr:#x}"
    return found


def _sites(dump: HeapDump, slots: DumpSlots) -> Sites | None:
    """The buckets of the memory profile, which count what was looked at, and the objects that were."""
    if not dump.buckets:
        return None
    samples = [
        Sample(
            tuple(Line(*line) for line in one.stack),
            one.size,
            one.allocs,
            one.allocs * one.size,
            max(0, one.allocs - one.frees),
            max(0, one.allocs - one.frees) * one.size,
        )
        for one in dump.buckets.values()
    ]
    sites = sites_of(samples, 0, scaled=False)
    stacks = {stack: number for number, stack in enumerate(sites.stacks)}
    of_bucket = {n: stacks[tuple(CallSite(*line) for line in one.stack)] for n, one in dump.buckets.items()}
    known = [(addr, of_bucket[bucket]) for addr, bucket in dump.samples if bucket in of_bucket and addr < _ADDRESSES]
    found = slots.find(np.array([addr for addr, _ in known], np.uint64))
    return sites._replace(
        slots={int(slots.addr[place]): stack for place, (_, stack) in zip(found.tolist(), known, strict=True) if place >= 0}
    )


def _sums(dump: HeapDump) -> StillSums | Unknown:
    """What the program counted."""
    stats = dump.memstats
    if stats is None:
        return _NO_SUMS
    names = {"heap_sys": "HeapSys", "heap_idle": "HeapIdle", "heap_inuse": "HeapInuse", "heap_released": "HeapReleased"}
    names |= {"stacks_inuse": "StackInuse", "next_gc": "NextGC", "numgc": "NumGC"}
    counters = {name: stats[names[name]] if name in names else None for name in COUNTERS}
    memory = MemStats(**{name: stats[name] for name in MemStats._fields if name != "BySize"}, BySize=())
    return StillSums(counters, memory, SumRest(None, None, None, None, None), DOUBTS)
