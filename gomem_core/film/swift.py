"""Frames of a film by way of the compiled loops: what they leave in their columns goes into the tables."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from gomem_core.film.frames import Frame, PlainFrames
from gomem_core.film.replay import Replay
from gomem_core.film.tables import NEVER, Tables
from gomem_core.formats.gotrace.batches import Batch, Buffer
from gomem_core.formats.gotrace.decode import Events, Ints
from gomem_core.formats.gotrace.merge import ROOM, SLICE, Merge
from gomem_core.go.versions import Profile

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i64


_MOST_SLOTS: Final = 30_000_000  # whose lifetimes the loop has in memory, 8 bytes each
_MOST_AT_FIRST: Final = 128 << 20  # bytes of a first generation, which may tell of many slots that are there


class SwiftFrames:
    """Made an event after the other, in slices between which other threads run.

    Where there are so many slots that they would take too much memory, the other way takes over between two generations, since it
    has them in a file.
    """

    def __init__(self, data: Buffer, tables: Tables, profile: Profile) -> None:
        self._merge = Merge(data)
        self._tables = tables
        sizes = [profile.classes[c >> 1].size if c > 1 else 0 for c in profile.span_classes]
        self._replay = Replay(sizes, [profile.nelems(c) for c in profile.span_classes], ROOM)
        self.plain: PlainFrames | None = None  # from when on it takes over
        self._data, self._profile = data, profile

    @property
    def total(self) -> int:
        """Events that were read, with those that are not kept."""
        return self._merge.total if self.plain is None else self.plain.total

    @property
    def read(self) -> int:
        """Bytes of them."""
        return self._merge.read if self.plain is None else self.plain.read

    @property
    def faults(self) -> list[str]:
        """What could not be read, a sentence each."""
        return self._merge.faults if self.plain is None else self.plain.faults

    def take(self, batches: list[Batch], types: list[int], most: int) -> Iterator[Frame]:
        """Every frame of these batches."""
        if self.plain is None and self._is_too_large(batches):
            self.plain = self._taken_over()
        if self.plain is not None:
            yield from self.plain.take(batches, types, most)
            return
        merge, replay = self._merge, self._replay
        replay.heap_start = self._tables.heap_start
        merge.begin(batches, types or [0])
        more = True
        while more:
            room = min(SLICE, most - replay.events)
            if room <= 0:
                return
            more = merge.run(room)
            if not merge.count:
                continue
            replay.add(merge)
            self._enter()
            n = merge.count
            time, first, second, goroutine = (_ints(row, n) for row in (merge.time, merge.first, merge.second, merge.goroutine))
            events = Events(_ints(merge.kind, n).astype(np.uint8), time, first, second, goroutine)
            yield Frame(events, _ints(replay.number, n), _ints(replay.total, n))

    def _is_too_large(self, batches: list[Batch]) -> bool:
        """Whether the next generation may make the table of slots too large."""
        at_first = not self._replay.events and sum(batch.end - batch.start for batch in batches) > _MOST_AT_FIRST
        return at_first or self._replay.size() > _MOST_SLOTS

    def _taken_over(self) -> PlainFrames:
        """The other way, going on from here."""
        replay, plain = self._replay, PlainFrames(self._data, self._tables, self._profile)
        if replay.events:
            spans, first, nelems, slots, room = replay.state()
            count = len(self._tables.spans)
            columns = (_ints(first, count), _ints(nelems, count), _ints(slots, replay.size()))
            plain.lives.go_on(spans, *columns, room, int(replay.bytes))
            plain.ordered.go_on(self._merge.last, self._merge.running)
            self._replay = Replay([], [], 1)  # whose table is not needed any more
        return plain

    def _enter(self) -> None:
        """Bring what the loop found into the tables.  Raises OSError."""
        tables, replay = self._tables, self._replay
        n = replay.begun
        if replay.spans:
            base, npages, spanclass, born, size = np.array(replay.spans, np.int64).T
            never = np.full(len(base), NEVER)
            tables.spans.append(base=base, npages=npages, spanclass=spanclass, born=born, freed=never, elemsize=size)
        if n:
            tables.lives.append(
                born=_ints(replay.born, n),
                freed=np.full(n, NEVER, np.uint32),
                span=_ints(replay.span, n),
                slot=_ints(replay.slot, n),
                type=_ints(replay.kind, n),
                goroutine=_ints(replay.goroutine, n),
            )
        if replay.shares:
            n = replay.shares
            tables.shares.append(
                event=_ints(replay.shared, n),
                life=_ints(replay.shared_life, n),
                type=_ints(replay.shared_kind, n),
                goroutine=_ints(replay.shared_goroutine, n),
            )
        if replay.freed:
            tables.spans["freed"][[*replay.freed]] = [*replay.freed.values()]
        ended = [_ints(replay.ended, replay.ends)]
        if replay.ends:
            tables.lives["freed"][ended[0]] = _ints(replay.ended_by, replay.ends)
        if replay.left:
            lives, events = np.array(replay.left, np.int64).T
            tables.lives["freed"][lives] = events
            ended.append(lives)
        tables.bury(ended)
        tables.anomalies.update(replay.broken)


def _ints(numbers: "vec[i64]", count: int) -> Ints:
    """The first `count` entries of a loop's column, without a copy: they change with the next slice."""
    return np.frombuffer(cast("bytes", numbers), np.int64, count)
