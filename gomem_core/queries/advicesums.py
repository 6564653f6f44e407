"""The figures of advicefigures.py, from the columns of all spans at once."""

from collections import defaultdict
from collections.abc import Generator
from dataclasses import replace
from typing import Final

import numpy as np

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.queries.advicefigures import NAMED, TENTHS, Advice, ClassHeld, ClassRoom, Pin, TypeHeld, What
from gomem_core.queries.adviceholders import Reached, holders_of, pin_held, reached_of, sites_held
from gomem_core.queries.freeunits import CHUNK, HUGE, Ints, Mask, Pages, UnitSums
from gomem_core.queries.graphs import types_of
from gomem_core.queries.spancolumns import SpanColumns
from gomem_core.queries.wastesums import Field, Step
from gomem_core.world.facts import Fact
from gomem_core.world.records import STATES, McacheInfo
from gomem_core.world.world import World, unknown

_NEEDED: Final[tuple[Field, ...]] = (
    *("base", "npages", "state", "spanclass", "elemsize", "nelems", "alloc_count", "swept", "cached_by", "npreleased"),
)
_FREE: Final = STATES.index("free")
Doubts = dict[What, str]
_TYPED: Final = 2_000  # objects whose types are added up at a stretch
_SPANS: Final = 4_000  # whose bits are asked for at once: a millisecond or two


def advice_work(world: World, columns: SpanColumns) -> Generator[Step, None, Advice]:
    """The figures; stops now and then.  What is yielded is to be called before it goes on, and looks at no heap."""
    yield from columns.load(_NEEDED)
    doubts = _doubts(world, bool((columns.in_use() & (columns["swept"] == 0)).any()))
    reached = (yield from reached_of(world)) if doubts.get("live") else None
    if reached is not None:
        del doubts["live"]
        live: Ints | None = reached.by_span
    else:
        live = None if doubts.get("live") else (yield from _live(world, columns))
    caches = [] if doubts.get("idle Ps") else world.caches.mcaches()
    found: list[tuple[Advice, Mask]] = []
    yield lambda: found.append(_Sums(world, columns, live, caches, doubts).advice())
    ((advice, half),) = found
    yield None
    types, pinning = yield from _types(world, columns, live, reached, half)
    classes = tuple(room._replace(types=pinning.get(room.spanclass, ())) for room in advice.classes)
    holders = () if reached is None else holders_of(world, reached)
    advice = replace(advice, types=types, classes=classes, reached=reached is not None, holders=holders, sites=sites_held(world))
    if reached is None:
        return _with_places(world, advice)
    return replace(advice, pins=tuple(pin_held(reached, pin) for pin in advice.pins))


def _doubts(world: World, unswept: bool) -> Doubts:
    """Why something is not known, or only derived; `unswept`: spans wait to be swept, of which marks tell what lives."""
    why_live = (
        world.doubt(Fact.LIVE)
        or world.doubt(Fact.SWEEPGEN)
        or world.doubt(Fact.GCMARK_BITS)
        or (unknown(world, "slots") if unswept else "")
    )
    found: dict[What, str] = {
        "live": why_live,
        "objects": world.doubt(Fact.SPANCLASS) or world.doubt(Fact.ALLOC_COUNT),
        "idle Ps": unknown(world, "caches") or world.doubt(Fact.MCACHE),
        "free pages": world.doubt(Fact.SPAN),
        "given back": world.doubt(Fact.NPRELEASED),
    }
    return {what: why for what, why in found.items() if why}


def _live(world: World, columns: SpanColumns) -> Generator[Step, None, Ints]:
    """Live objects in each span: what is taken where it is swept, else what is taken and marked."""
    live = np.where(columns.in_use(), columns["alloc_count"], 0)
    waits, nelems = columns.in_use() & (columns["swept"] == 0), columns["nelems"]
    for start in range(0, len(live), _SPANS):
        stop = min(len(live), start + _SPANS)
        some = waits[start:stop]
        if some.any():
            marked = np.bitwise_count(np.frombuffer(world.slots.set_bytes(start, stop)[1], np.uint8))
            ends = np.cumsum((nelems[start:stop] + 7) // 8)
            upto = np.append(0, np.cumsum(marked, dtype=np.int64))
            counts = upto[ends] - upto[np.append(0, ends[:-1])]
            live[start:stop][some] = counts[some]
            yield None
    return live


class _Tally:
    """Objects by their types."""

    def __init__(self) -> None:
        self._sums: dict[str, list[int]] = {}
        self._bases: dict[str, dict[int, None]] = {}

    def add(self, name: str, nbytes: int, base: int) -> None:
        """One more, in a slot of so many bytes of this span."""
        total = self._sums.setdefault(name, [0, 0])
        total[0] += 1
        total[1] += nbytes
        of = self._bases.setdefault(name, {})
        if len(of) < NAMED:
            of[base] = None

    def held(self) -> tuple[TypeHeld, ...]:
        """Returns all of it, most bytes first."""
        held = [TypeHeld(name, count, nbytes, tuple(self._bases[name])) for name, (count, nbytes) in self._sums.items()]
        return tuple(sorted(held, key=lambda one: (-one.nbytes, one.name)))


def _types(
    world: World, columns: SpanColumns, live: Ints | None, reached: Reached | None, half: Mask
) -> Generator[Step, None, tuple[tuple[TypeHeld, ...], dict[int, tuple[TypeHeld, ...]]]]:
    """The types of objects, as far as they are known; of those that wait to be swept only of those that live.

    Then the same of what lies in half-empty spans, by span class.
    """
    types = types_of(world)
    slots = np.array(sorted(types), np.int64)
    if reached is not None:
        slots = slots[reached.holds(slots)]
    base, size, waits = columns["base"], columns["elemsize"], columns.in_use() & (columns["swept"] == 0)
    spanclass = columns["spanclass"]
    row = np.maximum(np.searchsorted(base, slots, "right") - 1, 0) if len(base) else np.zeros(len(slots), np.int64)
    tally, of_class = _Tally(), defaultdict[int, _Tally](_Tally)
    for n, (slot, number) in enumerate(zip(slots.tolist(), row.tolist(), strict=True)):
        if not n % _TYPED:
            yield None
        first, nbytes, name = int(base[number]), int(size[number]), types[slot]
        if nbytes and live is not None and reached is None and waits[number]:
            sets = world.slots.sets(first)
            if sets is None or not sets[1] >> (slot - first) // nbytes & 1:
                continue
        tally.add(name, nbytes, first)
        if half[number]:
            of_class[int(spanclass[number])].add(name, nbytes, first)
    return tally.held(), {number: one.held() for number, one in of_class.items()}


class _Sums:
    """The sums over all spans."""

    def __init__(self, world: World, columns: SpanColumns, live: Ints | None, caches: list[McacheInfo], doubts: Doubts) -> None:
        self._by_page = world.profile.heap_lists is None
        self._columns = columns
        self._live = live
        self._doubts = doubts
        self._in_use = columns.in_use()
        self._free = columns["state"] == _FREE
        self._taken = np.where(self._in_use, np.clip(columns["alloc_count"], 0, columns["nelems"]), 0)
        self._objects = self._taken if live is None else live
        self._nbytes = columns["npages"] << PAGE_SHIFT
        self._caches = caches
        self._idle = [cache.p for cache in caches if not cache.current]
        self._kept = np.isin(columns["cached_by"], self._idle)

    def advice(self) -> tuple[Advice, Mask]:
        """Returns all of it, and which spans are half-empty."""
        c, live = self._columns, self._live
        size, in_use, free, kept, taken = c["elemsize"], self._in_use, self._free, self._kept, self._taken
        room = (c["nelems"] - taken) * size * in_use
        tails = (self._nbytes - c["nelems"] * size) * in_use
        back = np.where(free, np.minimum(c["npreleased"], c["npages"]), 0)
        left = np.where(free, c["npages"] - back, 0)
        half = in_use & (taken < c["nelems"]) & ~kept
        classes = self._classes(half, room)
        pages = Pages(c["base"], c["npages"], ~free, np.where(kept, 0, left), self._objects)
        chunks, huge = UnitSums(pages, CHUNK), UnitSums(pages, HUGE)
        tail_of = np.bincount(c["spanclass"] >> 1, tails) if len(tails) else np.zeros(1)
        advice = Advice(
            held=int(self._nbytes.sum()),
            objects=int((taken * size).sum()),
            live=None if live is None else int((live * size).sum()),
            dead=None if live is None else int(((taken - live) * size).sum()),
            free_slots=int(room[~kept].sum()),
            tails=int(tails.sum()),
            idle_slots=int(room[kept].sum()),
            stacks=int(self._nbytes[~in_use & ~free].sum()),
            idle_pages=int(left[kept].sum()) << PAGE_SHIFT,
            free_pages=int(left[~kept].sum()) << PAGE_SHIFT,
            given_back=None if "given back" in self._doubts and not back.any() else int(back.sum()) << PAGE_SHIFT,
            object_count=int(taken.sum()),
            live_count=None if live is None else int(live.sum()),
            spans=len(in_use),
            spans_in_use=int(in_use.sum()),
            stack_spans=int((~in_use & ~free).sum()),
            idle=tuple(self._idle),
            one_runs=len(self._idle) < len(self._caches),
            idle_spans=int((in_use & kept).sum()),
            half_empty=int(half.sum()),
            needed=sum(one.needed for one in classes),
            occupancy=self._occupancy(half),
            classes=classes,
            held_by=self._held_by(size),
            types=(),
            reached=False,
            holders=(),
            sites=(),
            tail_class=int(tail_of.argmax()) if tail_of.any() else 0,
            chunks=chunks.units(),
            huge=huge.units(),
            pins=chunks.pins(),
            by_page=self._by_page,
            doubts=self._doubts,
        )
        return advice, half

    def _classes(self, half: Mask, room: Ints) -> tuple[ClassRoom, ...]:
        """The classes that have half-empty spans, those with most bytes in free slots first."""
        spanclass = self._columns["spanclass"][half]
        if not len(spanclass):
            return ()
        spans = np.bincount(spanclass)
        objects, free = (np.bincount(spanclass, values[half]).astype(np.int64) for values in (self._objects, room))
        number = np.flatnonzero(spans)
        _, first = np.unique(spanclass, return_index=True)
        nelems, size = self._columns["nelems"][half][first], self._columns["elemsize"][half][first]
        needed = -(-objects[number] // nelems)
        order = np.lexsort((number, -free[number]))
        columns = (number, size, spans[number], needed, objects[number], free[number])
        found = [ClassRoom(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
        return tuple(found[n] for n in order)

    def _held_by(self, size: Ints) -> tuple[ClassHeld, ...]:
        """The classes that have objects, those with most bytes first."""
        spanclass, objects = self._columns["spanclass"][self._in_use], self._objects[self._in_use]
        if not len(spanclass):
            return ()
        count, nbytes = (np.bincount(spanclass, values).astype(np.int64) for values in (objects, objects * size[self._in_use]))
        order = sorted(np.flatnonzero(count).tolist(), key=lambda one: -nbytes[one])
        each = np.where(count > 0, nbytes // np.maximum(count, 1), 0)
        return tuple(ClassHeld(one, int(each[one]) if one > 1 else 0, int(count[one]), int(nbytes[one])) for one in order)

    def _occupancy(self, half: Mask) -> tuple[int, ...]:
        """Half-empty spans by the share of their slots that is taken, a tenth each; then full ones with several slots."""
        nelems = self._columns["nelems"]
        tenth = self._taken[half] * TENTHS // nelems[half]
        full = self._in_use & (self._taken == nelems) & (self._columns["spanclass"] > 1)
        return (*np.bincount(tenth, minlength=TENTHS).tolist(), int(full.sum()))


def _with_places(world: World, advice: Advice) -> Advice:
    """The same with the address of the object where one alone is in a chunk."""
    return advice if unknown(world, "slots") else replace(advice, pins=tuple(_placed(world, pin) for pin in advice.pins))


def _placed(world: World, pin: Pin) -> Pin:
    if pin.objects != 1:
        return pin
    slots = (slot for base in pin.bases for slot in world.slots.rows(base) if slot.state == "allocated")
    return pin._replace(slot=next((slot.addr for slot in slots), 0))
