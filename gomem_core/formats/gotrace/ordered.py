"""The events of all threads in their order, a slice of a generation at a time: however long it is, few of them are in memory."""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final

import numpy as np

from gomem_core.formats.gotrace.batches import Batch, Buffer
from gomem_core.formats.gotrace.decode import Events, Ints, decode
from gomem_core.formats.gotrace.events import BEGINNING, SNAPSHOT

_SLICE: Final = 1 << 19  # events that are brought into order together, at least
_HELD: Final = 1_000  # events at most that wait until what was there before is told
_NONE: Final = np.zeros(0, np.int64)
NO_EVENTS: Final = Events(np.zeros(0, np.uint8), _NONE, _NONE, _NONE, _NONE)


class Ordered:
    """Goes through generations; `total`, `read` and `faults` are of the one that it is in."""

    def __init__(self, data: Buffer) -> None:
        self._data = data
        self._last: dict[int, int] = {}  # thread → time of its last event: none is earlier than the one before it
        self._running: dict[int, int] = {}  # thread → the goroutine on it
        self._held: Events | None = NO_EVENTS  # until what was there before was told
        self.total = 0  # events, with those that are not kept
        self.read = 0  # bytes
        self.faults: list[str] = []

    def go_on(self, last: dict[int, int], running: dict[int, int]) -> None:
        """Go on behind a generation that was read elsewhere: with the time of each thread's last event, and what ran on it."""
        self._last, self._running, self._held = last, running, None

    def slices(self, batches: list[Batch]) -> Iterator[Events]:
        """Every event of these batches that is kept, by time; those of one time by their place in the file."""
        self.total = self.read = 0
        self.faults = []
        threads: dict[int, list[tuple[int, Batch]]] = {}
        for place, batch in enumerate(batches):
            threads.setdefault(batch.m, []).append((place, batch))
        coming: list[tuple[int, int, int]] = []  # no event of the batch at that place, of that thread, is earlier
        for m, own in threads.items():
            own.reverse()
            heappush(coming, (max(own[-1][1].time, self._last.get(m, 0)), own[-1][0], m))
        pieces: list[tuple[int, Events]] = []
        waiting = 0
        while coming:
            _, _, m = heappop(coming)
            place, batch = threads[m].pop()
            events = self._decoded(batch)
            pieces.append((place, events))
            waiting += len(events.kind)
            if threads[m]:
                place, batch = threads[m][-1]
                heappush(coming, (max(batch.time, self._last[m]), place, m))
            if waiting >= _SLICE and coming:
                ready, pieces = _split(pieces, coming[0][0])
                waiting = sum(len(events.kind) for _, events in pieces)
                yield self._after_snapshot(_sorted(ready))
        yield self._after_snapshot(_sorted(pieces))
        if self._held is not None:
            held, self._held = self._held, None
            yield held

    def _decoded(self, batch: Batch) -> Events:
        m = batch.m
        payload = self._data[batch.start : batch.end]
        found = decode(payload, m, batch.time, self._last.get(m, 0), self._running.get(m, 0))
        self._last[m], self._running[m] = found.last, found.running
        self.total += found.total
        self.read += len(payload)
        if found.fault:
            self.faults.append(f"byte {batch.start}: a batch of events cannot be read to its end: {found.fault}")
        return found.events

    def _after_snapshot(self, events: Events) -> Events:
        """The same with what was there when the trace began first: what little was told before that waits."""
        held = self._held
        if held is None:
            return events
        is_old = np.isin(events.kind, SNAPSHOT)
        waits = np.cumsum(~is_old) + len(held.kind)
        ends = np.flatnonzero(np.isin(events.kind, BEGINNING) | (waits > _HELD))
        end = int(ends[0]) if len(ends) else len(events.kind)
        old, new = (np.flatnonzero(which) for which in (is_old[:end], ~is_old[:end]))
        held = _joined([held, events.take(new)])
        if not len(ends):
            self._held = held
            return events.take(old)
        self._held = None
        return _joined([events.take(old), held, events.take(slice(end, None))])


def _split(pieces: list[tuple[int, Events]], time: int) -> tuple[list[tuple[int, Events]], list[tuple[int, Events]]]:
    """What of each piece is before that time, and the rest."""
    before, rest = [], []
    for place, events in pieces:
        at = int(np.searchsorted(events.time, time))
        if at:
            before.append((place, events.take(slice(at))))
        if at < len(events.time):
            rest.append((place, events.take(slice(at, None))))
    return before, rest


def _sorted(pieces: list[tuple[int, Events]]) -> Events:
    joined = _joined([events for _, events in sorted(pieces, key=lambda piece: piece[0])])
    order: Ints = np.argsort(joined.time, kind="stable")
    return joined.take(order)


def _joined(pieces: list[Events]) -> Events:
    if not pieces:
        return NO_EVENTS
    return Events(
        np.concatenate([piece.kind for piece in pieces]),
        np.concatenate([piece.time for piece in pieces]),
        np.concatenate([piece.first for piece in pieces]),
        np.concatenate([piece.second for piece in pieces]),
        np.concatenate([piece.goroutine for piece in pieces]),
    )
