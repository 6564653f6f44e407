"""Reads a trace into the tables of a film, some events at a time."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from gomem_core.build import is_compiled
from gomem_core.film.checkpoints import Checkpoints
from gomem_core.film.columns import upto
from gomem_core.film.frames import Frame, Frames, PlainFrames
from gomem_core.film.rare import Rare
from gomem_core.film.tables import BLOCK, MOST_TYPES, NEVER, Tables
from gomem_core.formats.gotrace import events as e
from gomem_core.formats.gotrace.batches import Buffer, TypeRow
from gomem_core.formats.gotrace.decode import Events, Ints
from gomem_core.formats.gotrace.generations import Generation, generations
from gomem_core.go.versions import Profile

_MOST_NUMBER: Final = 1 << 20  # of a type in a trace
_IS_STEP: Final = ~np.isin(np.arange(256), e.SNAPSHOT)  # by kind of event: what was there before has none of its own
_LONG: Final = (1 << 16) - 1
_LARGEST: Final = 1 << 47  # bytes of an object
_MOST_EVENTS: Final = NEVER - 1
_TICKS: Final = 15_625_000  # a second, where the trace does not tell: as all versions have it

TOO_MANY: Final = "the trace has more events than a film can hold: what comes after the first 4,294,967,294 is left out"
TOO_MANY_TYPES: Final = "the trace has more types than a film can hold: those after the first 65,534 count as unknown"
PLAIN: Final = "the trace has no alloc/free events: GODEBUG=traceallocfree=1 lets Go 1.23 and later write them"


def new_frames(data: Buffer, tables: Tables, profile: Profile) -> Frames:
    """The compiled way from events to rows where it was built, else that of numpy."""
    if is_compiled():
        try:
            from gomem_core.film.swift import SwiftFrames  # noqa: PLC0415 -- needs librt, which only a compiled gomem has
        except (ImportError, AttributeError):  # librt is missing, or another one than this was compiled for
            return PlainFrames(data, tables, profile)
        return SwiftFrames(data, tables, profile)
    return PlainFrames(data, tables, profile)


class Reading:
    """Takes one generation after the other into `tables`."""

    def __init__(self, data: Buffer, tables: Tables, profile: Profile, frames: Frames | None = None) -> None:
        """`frames`: the way from events to rows; None: that of `new_frames`."""
        self.tables = tables
        self._data = data
        self._frames = frames or new_frames(data, tables, profile)
        self._last_ticks = 0
        self._bytes = 0  # in allocated slots
        self._types: dict[str, int] = {"": 0}
        self._rare = Rare(tables)
        self._checkpoints = Checkpoints(tables, profile)
        self._at = 0  # byte up to which it was read, more or less: batches are not read in the order of the file

    @property
    def done(self) -> float:
        """How much of the trace was read, 0 … 1."""
        return self._at / len(self._data) if len(self._data) else 1.0

    def steps(self) -> Iterator[None]:
        """Go through the trace; each step takes some events in, after which the tables can be asked."""
        tables = self.tables
        for generation in generations(self._data):
            before, begin = tables.total, self._at
            for _ in self._take(generation):
                tables.total = before + self._frames.total
                self._at = min(begin + self._frames.read, generation.end)
                yield
            tables.total = before + self._frames.total
            tables.faults += self._frames.faults
            self._at = generation.end
        self._finish()

    def _finish(self) -> None:
        tables = self.tables
        if not tables.ticks_per_second:
            tables.ticks_per_second = _TICKS
        if not sum(tables.counts.values()):
            tables.faults.append(PLAIN)

    def _take(self, generation: Generation) -> Iterator[None]:
        tables = self.tables
        tables.faults += generation.faults
        tables.ticks_per_second = generation.ticks_per_second or tables.ticks_per_second
        if generation.info is not None and not len(tables.spans):
            tables.heap_start = generation.info.heap_start
        if not tables.begins and generation.batches:
            self._last_ticks = tables.begins = generation.begins
        for frame in self._frames.take(generation.batches, self._numbers(generation.types), _MOST_EVENTS):
            self._enter(frame, generation.strings)
            yield
        if tables.events >= _MOST_EVENTS and TOO_MANY not in tables.faults:
            tables.faults.append(TOO_MANY)

    def _enter(self, frame: Frame, strings: Mapping[int, str]) -> None:
        events, numbers, total = frame
        if not len(numbers):
            return
        tables = self.tables
        begins = not tables.events
        for kind, count in enumerate(np.bincount(events.kind).tolist()):
            if count and kind in e.NAMES:
                tables.counts[e.NAMES[kind]] += count
        self._tell_time(events, total)
        self._bytes = int(total[-1])
        which = np.flatnonzero((events.kind < e.OBJECT) | (events.kind > e.OBJECT_FREE))
        few, their = events.take(which), numbers[which]
        self._figures(few, their)
        self._rare.add(few, their, strings)
        tables.events = int(numbers[-1])
        if begins:
            tables.before = upto(tables.lives["born"], 0)
            tables.spans_before = upto(tables.spans["born"], 0)
        self._checkpoints.extend()

    def _numbers(self, rows: Mapping[int, TypeRow]) -> list[int]:
        """The film's own numbers of types by those of a generation."""
        known = {number: row for number, row in rows.items() if number < _MOST_NUMBER}
        numbers = [0] * (max(known, default=-1) + 1)
        for number in sorted(known):
            numbers[number] = self._type(known[number])
        return numbers

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

    def _tell_time(self, events: Events, total: Ints) -> None:
        """When each event was, and how many bytes were in allocated slots then: of blocks that have BLOCK events each."""
        tables = self.tables
        steps = np.flatnonzero(_IS_STEP[events.kind])
        if not len(steps):
            return
        now, ticks = (total, events.time) if len(steps) == len(total) else (total[steps], events.time[steps])
        ticks = np.maximum(ticks, self._last_ticks)
        first = tables.events + 1
        passed = np.diff(ticks, prepend=self._last_ticks)
        long = np.flatnonzero(passed >= _LONG)
        tables.long.append(event=first + long, ticks=passed[long] - _LONG)
        tables.passed.append(ticks=np.minimum(passed, _LONG))
        filled = min(-tables.events % BLOCK, len(ticks))  # of the last block
        if filled:
            least, most = tables.blocks["least"], tables.blocks["most"]
            least[-1], most[-1] = min(least[-1], now[:filled].min()), max(most[-1], now[:filled].max())
        starts = np.arange(filled, len(ticks), BLOCK)
        if len(starts):
            before = total[steps[starts[0]] - 1] if steps[starts[0]] else self._bytes
            tables.blocks.append(
                first=first + starts,
                ticks=ticks[starts],
                before=np.append(before, now[starts[1:] - 1]),
                least=np.minimum.reduceat(now, starts),
                most=np.maximum.reduceat(now, starts),
            )
        self._last_ticks = tables.ends = int(ticks[-1])

    def _figures(self, events: Events, numbers: Ints) -> None:
        """What the program told of itself."""
        for kind, table in ((e.HEAP_ALLOC, self.tables.heap_live), (e.HEAP_GOAL, self.tables.heap_goal)):
            which = np.flatnonzero(events.kind == kind)
            table.append(event=numbers[which], bytes=events.first[which])
