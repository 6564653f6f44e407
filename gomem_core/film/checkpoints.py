"""What there was after some events of a film, kept so that any moment is made from the nearest one before it.

They are as far apart as a moment is quickly made from, and farther where the heap is so large that they would take more than some
bytes an event.
"""

from bisect import bisect_right
from typing import Final

import numpy as np

from gomem_core.film.columns import upto
from gomem_core.film.tables import Tables
from gomem_core.film.taken import NONE_TAKEN, Slots, Taken
from gomem_core.film.tally import Sums, Tally
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.go.versions import Profile
from gomem_core.named import NamedTuple

_APART: Final = 1 << 19  # events, at least; whole blocks of them, since births are told by where they lie in theirs
_MOST: Final = 2  # bytes an event


class _Since(NamedTuple):
    """What happened between a checkpoint and an event."""

    before: int  # number of the checkpoint, -1: the beginning of all
    born: slice  # lifetimes that began
    died: Ints  # lifetimes that ended
    shared: slice  # tiny objects


class Checkpoints:
    """Adds to those of a film while it is read, and makes moments from them."""

    def __init__(self, tables: Tables, profile: Profile) -> None:
        self._tables = tables
        self._slots = Slots(tables, profile)
        self._tally = Tally(tables, profile)
        self._taken: tuple[tuple[int, int], Taken] = (-1, -1), NONE_TAKEN  # what was asked of `taken` last, and the answer

    # --- What there was ---------------------------------------------------------------------------------------------------

    def died(self, event: int) -> int:
        """How many objects had been freed after an event."""
        life, freed = self._tables.deaths["life"], self._tables.lives["freed"]
        return bisect_right(range(len(life)), event, key=lambda n: int(freed[life[n]]))

    def spans(self, event: int) -> Ints:
        """Numbers of the spans that were there after an event, in address order."""
        spans = self._tables.spans
        there = np.flatnonzero(spans["freed"][: upto(spans["born"], event)] > event)
        return there[np.argsort(spans["base"][there], kind="stable")]

    def taken(self, event: int) -> Taken:
        """Which slots were taken then."""
        known, found = self._taken
        asked = event, self._tables.events
        if known == asked:
            return found
        since = self._since(event)
        born = np.arange(since.born.start, since.born.stop)
        born = born[self._tables.lives["freed"][since.born] > event]
        spans = self._slots.with_objects(self.spans(event))
        died = since.died[since.died < since.born.start]  # the others came and went since
        found = self._slots.later(self._taken_at(since.before), spans, born, died)
        self._taken = asked, found
        return found

    def sums(self, event: int) -> Sums:
        """Objects and bytes by key, as Tally has them."""
        since = self._since(event)
        return self._tally.sums(self._sums_at(since.before), since.born, since.died, since.shared)

    def course(self, first: int, last: int, count: int) -> list[tuple[int, Sums]]:
        """The sums at so many events from `first` to `last`, or near them: each made from the one before, or a checkpoint."""
        found: list[tuple[int, Sums]] = []
        kept = self._tables.checkpoints["event"]
        for event in sorted({first + (last - first) * n // (count - 1) for n in range(count)}):
            at = upto(kept, event) - 1
            before: tuple[int, Sums | None] = found[-1] if found else (-1, None)
            if at >= 0 and int(kept[at]) > before[0]:
                before = int(kept[at]), self._sums_at(at)
                event = before[0] if found and event < last else event
            since = self._since(event, before[0])
            found.append((event, self._tally.sums(before[1], since.born, since.died, since.shared)))
        return found

    def _since(self, event: int, began: int | None = None) -> _Since:
        """What happened since another event, or since the last checkpoint before."""
        tables = self._tables
        before = upto(tables.checkpoints["event"], event) - 1
        if began is None:
            began = int(tables.checkpoints["event"][before]) if before >= 0 else -1
        born, shared = (
            slice(upto(column, began) if began >= 0 else 0, upto(column, event))
            for column in (tables.lives["born"], tables.shares["event"])
        )
        died = tables.deaths["life"][self.died(began) : self.died(event)].astype(np.int64)
        return _Since(before, born, died, shared)

    # --- What is kept -----------------------------------------------------------------------------------------------------

    def extend(self) -> None:
        """Add those up to where the film was read.  Raises OSError."""
        rows = self._tables.checkpoints
        while True:
            last = int(rows["event"][-1]) if len(rows) else 0
            event = last + _APART * -(-max(self._nbytes(), _APART * _MOST) // (_APART * _MOST))
            if event >= self._tables.events:  # the block behind it has to have begun
                return
            self._add(event)

    def _add(self, event: int) -> None:
        tables = self._tables
        taken, sums = self.taken(event), self.sums(event)
        tables.checkpoint_spans.append(span=taken.spans)
        tables.checkpoint_bits.append(taken=taken.bits)
        tables.checkpoint_sums.append(**sums._asdict())
        ends = [len(rows) for rows in (tables.checkpoint_spans, tables.checkpoint_bits, tables.checkpoint_sums)]
        row = np.array([[event, *ends]], np.int64).T
        tables.checkpoints.append(event=row[0], spans=row[1], bits=row[2], sums=row[3])

    def _part(self, name: str, number: int) -> slice:
        """The rows of a checkpoint in one of the tables of parts."""
        ends = self._tables.checkpoints[name]
        return slice(int(ends[number - 1]) if number else 0, int(ends[number]))

    def _nbytes(self) -> int:
        """Bytes of the last checkpoint."""
        last = len(self._tables.checkpoints) - 1
        if last < 0:
            return 0
        sizes = (("spans", 4), ("bits", 1), ("sums", 40))
        return sum((part.stop - part.start) * size for name, size in sizes if (part := self._part(name, last)))

    def _taken_at(self, number: int) -> Taken:
        if number < 0:
            return NONE_TAKEN
        tables = self._tables
        spans = tables.checkpoint_spans["span"][self._part("spans", number)].astype(np.int64)
        return Taken(spans, self._slots.first(spans), tables.checkpoint_bits["taken"][self._part("bits", number)])

    def _sums_at(self, number: int) -> Sums | None:
        if number < 0:
            return None
        rows, part = self._tables.checkpoint_sums, self._part("sums", number)
        return Sums(*(rows[name][part] for name in Sums._fields))
