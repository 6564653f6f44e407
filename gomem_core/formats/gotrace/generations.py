"""Generations of an execution trace: what happened in about a second, in its order, with the tables that belong to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from gomem_core.formats.gotrace.batches import (
    Batch,
    Buffer,
    Damaged,
    Info,
    TypeRow,
    batches,
    info_of,
    strings_of,
    ticks_per_second,
    types_of,
)
from gomem_core.formats.gotrace.decode import Events, decode

_NONE: Final = np.zeros(0, np.int64)
NO_EVENTS: Final = Events(np.zeros(0, np.uint8), _NONE, _NONE, _NONE, _NONE)


@dataclass
class Generation:
    """The events that are kept of one generation in their order, and what their numbers of strings and types mean."""

    number: int
    events: Events = NO_EVENTS
    total: int = 0  # events, with those that are not kept
    ticks_per_second: int | None = None
    strings: dict[int, str] = field(default_factory=dict)
    types: dict[int, TypeRow] = field(default_factory=dict)
    info: Info | None = None
    faults: list[str] = field(default_factory=list)  # what of it could not be read, a sentence each
    begins: int = 0  # ticks: the earliest of its batches


class Reader:
    """Goes through a trace; `at` is the byte up to which it was read, for who waits."""

    def __init__(self, data: Buffer) -> None:
        self._data = data
        self._last: dict[int, int] = {}  # thread → time of its last event: none is earlier than the one before it
        self._running: dict[int, int] = {}  # thread → the goroutine on it
        self.at = 0

    def generations(self) -> Iterator[Generation]:
        """Every generation; what is damaged is told in its `faults`, and what comes before that is in its events."""
        now: Generation | None = None
        pieces: list[Events] = []
        found = batches(self._data)
        while True:
            try:
                batch = next(found, None)
            except Damaged as fault:
                now = now or Generation(0)
                now.faults.append(f"{fault}; what stands before that is read")
                batch = None
            if now is not None and (batch is None or batch.holds == "end" or batch.generation != now.number):
                yield self._ordered(now, pieces)
                now, pieces = None, []
            if batch is None:
                return
            self.at = batch.end
            if batch.holds == "end":
                continue
            now = now or Generation(batch.generation)
            self._take(now, pieces, batch)

    def _take(self, now: Generation, pieces: list[Events], batch: Batch) -> None:
        """Read one batch."""
        data = self._data
        try:
            match batch.holds:
                case "events":
                    pieces.append(self._events(now, batch))
                case "strings":
                    now.strings.update(strings_of(data, batch))
                case "types":
                    now.types.update((row.number, row) for row in types_of(data, batch))
                case "sync":
                    now.ticks_per_second = ticks_per_second(data, batch) or now.ticks_per_second
                case "info":
                    now.info = info_of(data, batch)
                case _:
                    pass
        except Damaged as fault:
            now.faults.append(f"{fault}; the rest of that table is left out")

    def _events(self, now: Generation, batch: Batch) -> Events:
        m = batch.m
        payload = self._data[batch.start : batch.end]
        found = decode(payload, m, batch.time, self._last.get(m, 0), self._running.get(m, 0))
        self._last[m], self._running[m] = found.last, found.running
        for thread, goroutine in found.elsewhere:
            self._running.setdefault(thread, goroutine)
        now.total += found.total
        now.begins = min(now.begins or batch.time, batch.time)
        if found.fault:
            now.faults.append(f"byte {batch.start}: a batch of events cannot be read to its end: {found.fault}")
        return found.events

    def _ordered(self, now: Generation, pieces: list[Events]) -> Generation:
        """The events of all threads by time; those of one thread keep their order, since none is earlier than the one before."""
        if pieces:
            kind = np.concatenate([piece.kind for piece in pieces])
            columns = zip(*(piece[1:] for piece in pieces), strict=True)
            joined = Events(kind, *map(np.concatenate, columns))
            now.events = joined.take(np.argsort(joined.time, kind="stable"))
        return now
