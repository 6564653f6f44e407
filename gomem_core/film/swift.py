"""Frames of a film by way of the compiled loops: what they leave in their columns goes into the tables."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import numpy as np

from gomem_core.film.frames import Frame
from gomem_core.film.replay import Replay
from gomem_core.film.tables import NEVER, Tables
from gomem_core.formats.gotrace.batches import Batch, Buffer
from gomem_core.formats.gotrace.decode import Events, Ints
from gomem_core.formats.gotrace.merge import ROOM, SLICE, Merge
from gomem_core.go.versions import Profile

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i64


class SwiftFrames:
    """Made an event after the other, in slices between which other threads run."""

    def __init__(self, data: Buffer, tables: Tables, profile: Profile) -> None:
        self._merge = Merge(data)
        self._tables = tables
        sizes = [profile.classes[c >> 1].size if c > 1 else 0 for c in profile.span_classes]
        self._replay = Replay(sizes, [profile.nelems(c) for c in profile.span_classes], ROOM)

    @property
    def total(self) -> int:
        """Events that were read, with those that are not kept."""
        return self._merge.total

    @property
    def read(self) -> int:
        """Bytes of them."""
        return self._merge.read

    @property
    def faults(self) -> list[str]:
        """What could not be read, a sentence each."""
        return self._merge.faults

    def take(self, batches: list[Batch], types: list[int], most: int) -> Iterator[Frame]:
        """Every frame of these batches."""
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
