"""Reads a trace into the tables of a film, a generation at a time."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from gomem_core.film.columns import ints
from gomem_core.film.life import Lives
from gomem_core.film.rare import Rare
from gomem_core.film.tables import BLOCK, MOST_TYPES, NEVER, Tables
from gomem_core.formats.gotrace import events as e
from gomem_core.formats.gotrace.batches import Buffer, TypeRow
from gomem_core.formats.gotrace.decode import Events, Ints
from gomem_core.formats.gotrace.generations import Generation, Reader
from gomem_core.go.versions import Profile

_SNAPSHOT: Final = (e.SPAN, e.OBJECT, e.STACK)  # what was there when the trace began
_LONG: Final = (1 << 16) - 1
_LARGEST: Final = 1 << 47  # bytes of an object
_MOST_EVENTS: Final = NEVER - 1
_TICKS: Final = 15_625_000  # a second, where the trace does not tell: as all versions have it

TOO_MANY: Final = "the trace has more events than a film can hold: what comes after the first 4,294,967,294 is left out"
TOO_MANY_TYPES: Final = "the trace has more types than a film can hold: those after the first 65,534 count as unknown"
PLAIN: Final = "the trace has no alloc/free events: GODEBUG=traceallocfree=1 lets Go 1.23 and later write them"


class Reading:
    """Takes one generation after the other into `tables`."""

    def __init__(self, data: Buffer, tables: Tables, profile: Profile) -> None:
        self.tables = tables
        self._reader = Reader(data)
        self._size = len(data)
        self._lives = Lives(tables, profile)
        self._last_ticks = 0
        self._bytes = 0  # in allocated slots
        self._types: dict[str, int] = {"": 0}
        self._rare = Rare(tables)

    @property
    def done(self) -> float:
        """How much of the trace was read, 0 … 1."""
        return self._reader.at / self._size if self._size else 1.0

    def steps(self) -> Iterator[None]:
        """Go through the trace; each step takes one generation in, after which the tables can be asked."""
        for generation in self._reader.generations():
            self._take(generation)
            yield
        self._finish()

    def _finish(self) -> None:
        tables = self.tables
        if not tables.ticks_per_second:
            tables.ticks_per_second = _TICKS
        if not sum(tables.counts.values()):
            tables.faults.append(PLAIN)

    def _take(self, generation: Generation) -> None:
        tables = self.tables
        tables.total += generation.total
        tables.faults += generation.faults
        tables.ticks_per_second = generation.ticks_per_second or tables.ticks_per_second
        if generation.info is not None and not len(tables.spans):
            tables.heap_start = generation.info.heap_start
        if not tables.begins and generation.total:
            self._last_ticks = tables.begins = generation.begins
        events = self._typed(generation)
        numbers = self._numbered(events)
        if not len(numbers):
            return
        events, numbers = self._in_bounds(events, numbers)
        self._count(events)
        changed = self._lives.add(events, numbers)
        self._tell_time(events, changed)
        self._figures(events, numbers)
        self._rare.add(events, numbers, generation.strings)
        tables.events = int(numbers[-1])
        if not tables.before:
            tables.before = int(np.searchsorted(tables.lives["born"], 0, side="right"))
            tables.spans_before = int(np.searchsorted(tables.spans["born"], 0, side="right"))

    def _typed(self, generation: Generation) -> Events:
        """The events with the film's own numbers of types; what was there before comes first."""
        events = generation.events
        objects = np.flatnonzero((events.kind == e.OBJECT) | (events.kind == e.OBJECT_ALLOC))
        rows = generation.types
        keys = ints(sorted(rows))
        values = ints([self._type(rows[number]) for number in keys.tolist()])
        said = events.second[objects]
        found = np.searchsorted(keys, said)
        found[found == len(keys)] = 0
        named = keys[found] == said if len(keys) else np.zeros(len(said), bool)
        second = events.second.copy()
        second[objects] = np.where(named, values[found], 0) if len(keys) else 0
        events = events._replace(second=second)
        old = np.isin(events.kind, _SNAPSHOT)
        if old.any() and not self.tables.events:
            order = np.concatenate([np.flatnonzero(old), np.flatnonzero(~old)])
            events = events.take(order)
        return events

    def _type(self, row: TypeRow) -> int:
        name = row.name
        number = self._types.get(name)
        if number is None:
            if len(self.tables.types) >= MOST_TYPES:
                if TOO_MANY_TYPES not in self.tables.faults:
                    self.tables.faults.append(TOO_MANY_TYPES)
                return 0
            number = self._types[name] = len(self.tables.types)
            self.tables.types.append(name)
            self.tables.type_sizes.append(min(row.nbytes, _LARGEST))
        return number

    def _numbered(self, events: Events) -> Ints:
        """Numbers of the events: those that tell what was there before have that of the event before them."""
        return self.tables.events + np.cumsum(~np.isin(events.kind, _SNAPSHOT))

    def _in_bounds(self, events: Events, numbers: Ints) -> tuple[Events, Ints]:
        if int(numbers[-1]) <= _MOST_EVENTS:
            return events, numbers
        if TOO_MANY not in self.tables.faults:
            self.tables.faults.append(TOO_MANY)
        fits = int(np.searchsorted(numbers, _MOST_EVENTS, side="right"))
        return events.take(slice(fits)), numbers[:fits]

    def _count(self, events: Events) -> None:
        for kind, count in enumerate(np.bincount(events.kind).tolist()):
            if count and kind in e.NAMES:
                self.tables.counts[e.NAMES[kind]] += count

    def _tell_time(self, events: Events, changed: Ints) -> None:
        """When each event was, and how many bytes were in allocated slots then."""
        tables = self.tables
        is_step = ~np.isin(events.kind, _SNAPSHOT)
        total = self._bytes + np.cumsum(changed)
        now, ticks = total[is_step], np.maximum(events.time[is_step], self._last_ticks)
        before = int(changed[~is_step].sum()) + self._bytes if not tables.events else self._bytes
        self._bytes = int(total[-1])
        if not len(ticks):
            return
        first = tables.events + 1
        passed = np.diff(ticks, prepend=self._last_ticks)
        long = np.flatnonzero(passed >= _LONG)
        tables.long.append(event=first + long, ticks=passed[long] - _LONG)
        tables.passed.append(ticks=np.minimum(passed, _LONG))
        starts = np.arange(0, len(ticks), BLOCK)
        tables.blocks.append(
            first=first + starts,
            ticks=ticks[starts],
            before=np.concatenate([[before], now])[starts],
            least=np.minimum.reduceat(now, starts),
            most=np.maximum.reduceat(now, starts),
        )
        self._last_ticks = tables.ends = int(ticks[-1])

    def _figures(self, events: Events, numbers: Ints) -> None:
        """What the program told of itself."""
        for kind, table in ((e.HEAP_ALLOC, self.tables.heap_live), (e.HEAP_GOAL, self.tables.heap_goal)):
            which = np.flatnonzero(events.kind == kind)
            table.append(event=numbers[which], bytes=events.first[which])
