"""The way through a film: to the next event of a sort, and to the first at which something is so."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.film.columns import fewer, upto
from gomem_core.film.film import Film
from gomem_core.film.rare import STARTED
from gomem_core.film.tables import NEVER, NO_CLASS
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.lang.conditions import COMPARE
from gomem_core.world.reel import Curve
from gomem_core.world.world import NotKnown

_KNOWN: Final = "heap_alloc, heap_objects, heap_inuse, spans_inuse, pages_inuse, heap_live, next_gc, numgc"


class Way:
    """Looks along one film."""

    def __init__(self, film: Film) -> None:
        self._film = film

    # --- Events beside another one ----------------------------------------------------------------------------------------

    def allocation(self, event: int, direction: int) -> int | None:
        """The next event in which an object was allocated or freed, or the one before."""
        tables, died = self._film.tables, self._film.checkpoints.died
        lives, dead = tables.lives, tables.deaths["life"]
        found = []
        for column in (lives["born"], tables.shares["event"]):
            at = upto(column, event) if direction > 0 else fewer(column, event) - 1
            if 0 <= at < len(column):
                found.append(int(column[at]))
        at = died(event) if direction > 0 else died(event - 1) - 1
        if 0 <= at < len(dead):
            found.append(int(lives["freed"][dead[at]]))
        found = [event for event in found if 1 <= event <= self._film.events]
        if not found:
            return None
        return min(found) if direction > 0 else max(found)

    def landmark(self, event: int, direction: int) -> int | None:
        """The next event of a span, a collection, a stop, a region, or the one before."""
        tables, last = self._film.tables, self._film.events
        few = np.array([stop.event for stop in tables.stops] + [mark.event for mark in tables.marks], np.int64)
        columns = (tables.spans["born"], tables.spans["freed"], tables.regions["begin"], tables.regions["end"], few)
        low, high = (event + 1, last) if direction > 0 else (1, event - 1)
        found = [found for column in columns if (found := _nearest(column, low, high, direction)) is not None]
        if not found:
            return None
        return min(found) if direction > 0 else max(found)

    # --- Until something is so --------------------------------------------------------------------------------------------

    def until(self, quantity: str, op: str, value: int, after: int) -> int | None:
        """The first event after another one at which a quantity compares so.  Raises NotKnown."""
        if quantity == "heap_alloc":
            return self._until_bytes(op, value, after)
        events, values = self._course(quantity)
        return self._first(events, values, op, value, after)

    def until_type(self, name: str, op: str, value: int, after: int) -> int | None:
        """The same of the bytes of all objects of a type, counted as slots.  Raises NotKnown."""
        tables = self._film.tables
        if name not in tables.types or not name:
            raise NotKnown(f"the film has no type {name}")
        lives = tables.lives
        mine = np.flatnonzero(lives["type"] == tables.types.index(name))
        sizes = tables.spans["elemsize"][lives["span"][mine]]
        return self._first(*self._sums(lives["born"][mine], lives["freed"][mine], sizes), op, value, after)

    def _course(self, quantity: str) -> tuple[Ints, Ints]:
        """Events at which a quantity changes, and what it is from then on."""
        tables = self._film.tables
        spans, lives = tables.spans, tables.lives
        match quantity:
            case "heap_live" | "next_gc":
                table = tables.heap_live if quantity == "heap_live" else tables.heap_goal
                return table["event"].astype(np.int64), table["bytes"]
            case "numgc":
                begun = np.array([mark.event for mark in tables.marks if mark.what == STARTED], np.int64)
                return begun, np.arange(1, len(begun) + 1)
            case "heap_objects":
                return self._sums(lives["born"], lives["freed"], np.ones(len(lives), np.int64))
            case "heap_inuse" | "pages_inuse" | "spans_inuse":
                mine = np.flatnonzero(spans["spanclass"] != NO_CLASS)
                unit = spans["npages"][mine].astype(np.int64)
                sizes = {"heap_inuse": unit << PAGE_SHIFT, "pages_inuse": unit, "spans_inuse": np.ones_like(unit)}[quantity]
                return self._sums(spans["born"][mine], spans["freed"][mine], sizes)
            case _:
                raise NotKnown(f"a film does not tell {quantity}; it tells {_KNOWN}")

    def _sums(self, born: NDArray[Any], freed: NDArray[Any], sizes: Ints) -> tuple[Ints, Ints]:
        """Events at which things come and go, and how much is there from then on."""
        gone = np.flatnonzero(freed != NEVER)
        events = np.concatenate([born, freed[gone]]).astype(np.int64)
        change = np.concatenate([sizes, -sizes[gone]])
        order = np.argsort(events, kind="stable")
        events, total = events[order], np.cumsum(change[order])
        last = np.append(events[1:] != events[:-1], True)[: len(events)]  # of the events with the same number
        return events[last], total[last]

    def _first(self, events: Ints, values: Ints, op: str, value: int, after: int) -> int | None:
        if after >= self._film.events:
            return None
        known = upto(events, after + 1)
        if known and COMPARE[op](int(values[known - 1]), value):
            return after + 1
        met = np.flatnonzero(COMPARE[op](values[known:], value))
        return int(events[known + int(met[0])]) if len(met) else None

    def _until_bytes(self, op: str, value: int, after: int) -> int | None:
        """The same of the bytes in allocated slots, of which the least and the most are kept for some events together."""
        blocks = self._film.tables.blocks
        first = max(upto(blocks["first"], after + 1) - 1, 0)
        least, most = blocks["least"][first:], blocks["most"][first:]
        compare = COMPARE[op]
        may = compare(least, value) | compare(most, value) if op != "=" else (least <= value) & (value <= most)
        for block in (np.flatnonzero(may) + first).tolist():
            begin, course = self.bytes_in(block)
            met = np.flatnonzero(compare(course, value))
            met = met[met + begin > after]
            if len(met):
                return begin + int(met[0])
        return None

    def bytes_in(self, block: int) -> tuple[int, Ints]:
        """The first event of a block, and the bytes in allocated slots after each of its events."""
        tables = self._film.tables
        firsts = tables.blocks["first"]
        begin = int(firsts[block])
        end = int(firsts[block + 1]) if block + 1 < len(firsts) else self._film.events + 1
        lives, size = tables.lives, tables.spans["elemsize"]
        change = np.zeros(end - begin, np.int64)
        low, high = fewer(lives["born"], begin), fewer(lives["born"], end)
        np.add.at(change, lives["born"][low:high].astype(np.int64) - begin, size[lives["span"][low:high]])
        died = self._film.checkpoints.died
        gone = tables.deaths["life"][died(begin - 1) : died(end - 1)]
        np.subtract.at(change, lives["freed"][gone].astype(np.int64) - begin, size[lives["span"][gone]])
        return begin, int(tables.blocks["before"][block]) + np.cumsum(change)

    # --- The whole of it --------------------------------------------------------------------------------------------------

    def curve(self, cells: int) -> Curve:
        """The film in so many cells, each as many events."""
        tables, last = self._film.tables, max(self._film.events, 1)
        firsts = tables.blocks["first"].astype(np.int64)
        live = np.zeros(cells, np.int64)
        np.maximum.at(live, np.minimum(firsts * cells // (last + 1), cells - 1), tables.blocks["most"])
        np.maximum.accumulate(np.where(live > 0, np.arange(cells), 0), out=(filled := np.arange(cells)))

        def marked(events: list[int]) -> list[bool]:
            found = [False] * cells
            for event in events:
                found[min(event * cells // (last + 1), cells - 1)] = True
            return found

        collected = [mark.event for mark in tables.marks if mark.what == STARTED]
        stopped = [stop.event for stop in tables.stops if not stop.why.startswith("GC ")]
        return Curve(live[filled].tolist(), marked(collected), marked(stopped))


def _nearest(column: NDArray[Any], low: int, high: int, direction: int) -> int | None:
    """The first (or last) event from `low` to `high` in a column."""
    inside = column[(column >= low) & (column <= high)]
    if not len(inside):
        return None
    return int(inside.min() if direction > 0 else inside.max())
