"""One moment of a film as a still, which all panes, queries and files know.

Made from columns by masks and sums, without a step for each object: of millions of them only those that are looked at are made.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from gomem_core.film.columns import upto
from gomem_core.film.film import Film
from gomem_core.film.objects import FilmObjects
from gomem_core.film.residents import Residents
from gomem_core.film.tables import NO_CLASS
from gomem_core.film.types import TypeSums
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.world.arenas import Arena, Arenas
from gomem_core.world.facts import Doubts, Fact
from gomem_core.world.lazycolumn import LazyColumn
from gomem_core.world.objectinfo import Objects
from gomem_core.world.records import MemStats, Region, SlotColumns, SpanColumns, State
from gomem_core.world.still import COUNTERS, Facets, Place, Still, StillExtents, StillSums, SumRest
from gomem_core.world.still_slots import StillSlots
from gomem_core.world.still_spans import StillSpans
from gomem_core.world.typed import Course, TypeSum
from gomem_core.world.world import Unknown

_ARENA: Final = 64 << 20  # bytes: as far apart are arenas that are not one
_LISTS: Final = Unknown("a trace does not tell on which lists spans hang")
_CACHES: Final = Unknown("a trace does not tell which spans the Ps have cached")
_POINTERS: Final = Unknown("a trace does not tell what is stored in objects")
_NO_BITS: Final = "a trace does not have the bits of a collection: it tells what was freed, when that was swept"
_NOT_TOLD: Final = "a trace does not tell that of a span"
DOUBTS: Final[Doubts] = {
    Fact.FREEINDEX: "a trace does not tell how far a span was handed out",
    **dict.fromkeys((Fact.GCMARK_BITS, Fact.SWEEPGEN), _NO_BITS),
    Fact.LIVE: "a trace tells what was swept, not when it could not be reached any more: some of what is taken may be dead",
    Fact.HEAP_BITS: "a trace tells types by name only, not which of their words are pointers",
    **dict.fromkeys((Fact.CENTRAL, Fact.FREE), _LISTS.why),
    **dict.fromkeys((Fact.MCACHE, Fact.PCACHE), _CACHES.why),
    **dict.fromkeys((Fact.NEEDZERO, Fact.NPRELEASED, Fact.UNUSEDSINCE, Fact.MSPAN, Fact.SPANS), _NOT_TOLD),
    Fact.MSTATS: "a trace does not count that",
    Fact.PACER: "the trace has not told it yet",
    Fact.GOGC: "a trace does not tell it",
    Fact.SERVED: "a trace does not tell which of mcache, mcentral and mheap served an allocation",
    Fact.LOCKS: "a trace does not tell how often the locks of the allocator are taken",
    Fact.SIZE: "a trace tells types, not how much was asked for: of a slice or a string only what it is made of",
    Fact.NAME: "objects of a program have no names",
    **dict.fromkeys((Fact.ROOT, Fact.POINTER), _POINTERS.why),
    Fact.TYPE: "what was there before the trace began, and what the runtime makes for itself, has no type",
}


class Moment(Still):
    """The heap after an event of a film."""

    def __init__(self, film: Film, event: int, types: TypeSums | None = None) -> None:
        """`types` counts by type, better for all moments of a film than for each anew."""
        self.film = film
        self._types = types or TypeSums(film)
        self.event = event
        rows = _Rows(film, event)
        self._rows = rows
        profile = film.profile
        spans = StillSpans(rows.columns(), [], rows.arenas, profile)
        slots = StillSlots(spans, rows.slots(), None, rows.arenas, 0, profile, rows.joined)
        regions = StillExtents(rows.arenas, tuple(_regions(rows.arenas)))
        facets = Facets(spans, slots, _POINTERS, _LISTS, _CACHES, _sums(film, event, rows), regions)
        super().__init__(Place(film.title, event, "film"), profile, facets, {}, DOUBTS, "film")
        self.typed = self

    def by_type(self) -> list[TypeSum]:
        """Sums by type."""
        return self._types.at(self.event)

    def course(self, first: int, last: int | None, count: int) -> Course | None:
        """The same at moments from one event to another one; None while the film is still being read."""
        return self._types.course(first, self.film.events if last is None else last, count) if self.film.done == 1 else None

    @cached_property
    def objects(self) -> Objects:
        """The objects, with their types, goroutines and times."""
        rows, facets = self._rows, self.facets
        residents = Residents(self.film, self.event, rows.span, rows.taken)
        return cast(
            "Objects", FilmObjects(self.film, cast("StillSpans", facets.spans), cast("StillSlots", facets.slots), residents)
        )


class _Rows:
    """The spans of a moment, and the free pages between them, in address order: `span` is a number in the film, -1: free."""

    def __init__(self, film: Film, event: int) -> None:
        self._film = film
        spans = film.tables.spans
        there = film.spans_at(event)
        base, npages = spans["base"][there], spans["npages"][there].astype(np.int64)
        self.arenas = _arenas(film, event)
        self.base, self.npages, self.span = _with_gaps(self.arenas, base, npages, there)
        self._has = self.span >= 0
        self.in_use = self._has.copy()
        self.in_use[self._has] = spans["spanclass"][there] != NO_CLASS
        self.size = self._spread(spans["elemsize"])
        self.spanclass = self._spread(spans["spanclass"])
        counts = np.array([film.profile.nelems(c) or 1 for c in film.profile.span_classes], np.int64)
        self.nelems = np.where(self.in_use, counts[np.minimum(self.spanclass, len(counts) - 1)], 0)
        self._bytes = (self.nelems + 7) // 8
        self._first = np.cumsum(self._bytes) - self._bytes  # of each row its first byte in the bits of all slots
        taken = film.checkpoints.taken(event)
        self.taken = np.zeros(len(self.span), np.int64)
        self.taken[self.in_use] = taken.counts
        self._bits = taken.bits.tobytes()

    def _spread(self, values: NDArray[Any]) -> Ints:
        """A column of the film's spans as one of rows; 0 for those without objects."""
        found = np.zeros(len(self.span), np.int64)
        found[self.in_use] = values[self.span[self.in_use]]
        return found

    @property
    def objects(self) -> int:
        """How many objects are there."""
        return int(self.taken.sum())

    @property
    def nbytes(self) -> int:
        """Bytes of their slots."""
        return int(self.taken @ self.size)

    def pages(self) -> tuple[int, int]:
        """Pages of spans with objects, and of others that are not free."""
        return int(self.npages[self.in_use].sum()), int(self.npages[self._has & ~self.in_use].sum())

    def columns(self) -> SpanColumns:
        """All rows as spans."""
        states: tuple[State, ...] = ("inuse", "manual", "free")
        state = np.where(self.in_use, 0, np.where(self._has, 1, 2))
        nothing = (None,) * len(self.span)
        free = (self.span < 0).tolist()
        return SpanColumns(
            base=_array(self.base),
            npages=_array(self.npages),
            state=tuple(map(states.__getitem__, state.tolist())),
            spanclass=_array(self.spanclass),
            elemsize=_array(self.size),
            nelems=_array(self.nelems),
            alloc_count=_array(self.taken),
            freeindex=nothing,
            sweepgen=nothing,
            swept=nothing,
            cached_by=nothing,
            list_name=tuple("" if one else None for one in free),
            next_base=nothing,
            prev_base=nothing,
            needzero=nothing,
            npreleased=nothing,
            unusedsince=nothing,
            ptr=nothing,
        )

    def slots(self) -> SlotColumns:
        """What lies in the rows."""
        count = len(self.span)
        return SlotColumns(LazyColumn(count, self._bit_set), None, None, None, LazyColumn(count, self._ptr_words))

    def _bit_set(self, row: int) -> int:
        first = int(self._first[row])
        return int.from_bytes(self._bits[first : first + int(self._bytes[row])], "little")

    def _ptr_words(self, row: int) -> bool | None:
        """None of a span without pointers, else it is not known."""
        return False if not self.in_use[row] or self.spanclass[row] & 1 else None

    def joined(self, start: int, stop: int) -> tuple[bytes, bytes]:
        """The allocated slots of rows start to stop; nothing says which of them are dead."""
        stop = min(stop, len(self.span))
        if start >= stop:
            return b"", b""
        found = self._bits[int(self._first[start]) : int(self._first[stop - 1] + self._bytes[stop - 1])]
        return found, found


def _array(column: Ints) -> array[int]:
    return array("q", column.astype(np.int64).tobytes())


def _arenas(film: Film, event: int) -> Arenas:
    """Where spans were so far; what lies as far apart as an arena is long is not one."""
    spans = film.tables.spans
    born = upto(spans["born"], event)
    base = spans["base"][:born]
    order = np.argsort(base)
    base, end = base[order], (base + (spans["npages"][:born].astype(np.int64) << PAGE_SHIFT))[order]
    if not len(base):
        start = film.tables.heap_start
        return Arenas([Arena(start, start, start + _ARENA)])
    reach = np.maximum.accumulate(end)
    apart = np.flatnonzero(base[1:] - reach[:-1] > _ARENA)
    starts, ends = base[np.append(0, apart + 1)].tolist(), reach[np.append(apart, len(base) - 1)].tolist()
    limits = [start - 1 for start in [*starts[1:], 1 << 62]]
    reserved = [min(-(-used // _ARENA) * _ARENA, limit) for used, limit in zip(ends, limits, strict=True)]
    return Arenas(map(Arena, starts, ends, reserved))


def _with_gaps(arenas: Arenas, base: Ints, npages: Ints, span: Ints) -> tuple[Ints, Ints, Ints]:
    """Spans, and free pages where there are none, so that the arenas are covered."""
    starts = np.array([arena.start for arena in arenas.parts], np.int64)
    ends = np.array([arena.used for arena in arenas.parts], np.int64)
    edges = np.sort(np.concatenate([base, base + (npages << PAGE_SHIFT), starts, ends]))
    # Where a span ends or an arena begins, and no span begins, there are free pages up to the next edge.
    left = np.setdiff1d(np.concatenate([base + (npages << PAGE_SHIFT), starts]), np.concatenate([base, ends]))
    right = edges[np.searchsorted(edges, left, side="right")] if len(left) else left
    all_base = np.concatenate([base, left])
    all_pages = np.concatenate([npages, (right - left) >> PAGE_SHIFT])
    all_span = np.concatenate([span, np.full(len(left), -1)])
    order = np.argsort(all_base)
    return all_base[order], all_pages[order], all_span[order]


def _regions(arenas: Arenas) -> Iterator[Region]:
    note = "objects, in 8 KB pages"
    for arena in reversed(arenas.parts):
        yield Region("heap: arena", arena.start, arena.end, arena.start, arena.used, "up", note)


def _sums(film: Film, event: int, rows: _Rows) -> StillSums:
    """What follows from spans and objects, and what the program told of itself."""
    in_use, _ = rows.pages()
    known: Mapping[str, Any] = {
        "heap_inuse": in_use << PAGE_SHIFT,
        "numgc": film.collections(event),
        "heap_live": film.figure(film.tables.heap_live, event),
        "next_gc": film.figure(film.tables.heap_goal, event),
    }
    memory = MemStats(
        Alloc=rows.nbytes,
        TotalAlloc=None,
        Mallocs=None,
        Frees=None,
        HeapAlloc=rows.nbytes,
        HeapSys=None,
        HeapIdle=None,
        HeapInuse=in_use << PAGE_SHIFT,
        HeapReleased=None,
        HeapObjects=rows.objects,
        StackInuse=None,
        MSpanInuse=None,
        MCacheInuse=None,
        NextGC=known["next_gc"],
        NumGC=known["numgc"],
        BySize=(),
    )
    return StillSums({name: known.get(name) for name in COUNTERS}, memory, SumRest(None, None, None, None, None), DOUBTS)
