"""All that was read of a film so far, and what can be asked of any of its moments.

A moment is an event: the heap is what it was after that.  Times are ns since the trace began.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.film.checkpoints import Checkpoints
from gomem_core.film.columns import Table, fewer, upto
from gomem_core.film.rare import STARTED
from gomem_core.film.reading import Reading
from gomem_core.film.tables import NO_CLASS, Tables
from gomem_core.formats.gotrace.batches import HEADER_BYTES, Buffer, TraceError, version_of
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.versions import PROFILES, Profile, profile_named
from gomem_core.named import NamedTuple

SECOND: Final = 1_000_000_000  # ns
_SLICE: Final = 1 << 20  # lifetimes that are looked at together
_OLDEST: Final = 23  # the first version of the format that can have alloc/free events
_KNOWN: Final = (23, 25, 26)
_FIRST_OF_FORMAT: Final = 22
_WRITERS: Final = "those that tell of a heap are written by Go 1.23 and later"
NEWER: Final = (
    "the trace is of a format that came after Go 1.27 ({version}): it is read as that of 1.27 is, so anything in it may be wrong"
)


class Account(NamedTuple):
    """What a program's MemStats would have told at a moment."""

    HeapObjects: int
    HeapAlloc: int
    HeapInuse: int


class Film:
    """A trace that is being read, or was; `tables` are what is known so far."""

    def __init__(self, data: Buffer, title: str, tables: Tables | None = None, is_read: bool = False) -> None:
        """`is_read`: the tables have all of it already.  Raises TraceError: it is no trace of which anything can be shown."""
        self.title = title
        self._data = data
        self.gave_up = False  # before the trace was read to its end
        version = version_of(bytes(data[:HEADER_BYTES]))
        if version is None:
            raise TraceError("it is no execution trace: one begins with the format that it has, as in “go 1.26 trace”")
        if version < _FIRST_OF_FORMAT:
            raise TraceError(f"it is an execution trace in the format of Go 1.{version}; {_WRITERS}")
        if version < _OLDEST:
            raise TraceError(f"it is an execution trace of Go 1.22; {_WRITERS}")
        self.tables: Final = tables or Tables()
        self.tables.version = version
        self.profile: Final[Profile] = profile_named(f"go1.{version}") or PROFILES[-1]
        if version not in _KNOWN and not is_read:
            self.tables.faults.append(NEWER.format(version=f"go 1.{version} trace"))
        self.checkpoints: Final = Checkpoints(self.tables, self.profile)
        self._last: tuple[tuple[int, int], Ints] = (-1, -1), np.zeros(0, np.int64)  # what was asked of `lives_at`, its answer
        self._reading = None if is_read else Reading(data, self.tables, self.profile)

    def steps(self) -> Iterator[None]:
        """Read on; after each step more of it can be asked for."""
        if self._reading is not None:
            yield from self._reading.steps()
            for _, table in self.tables.files():
                table.flush()  # a process that is forked from now on finds all of it in the files
            self._reading = None

    def read(self) -> "Film":
        """Read all of it; returns itself."""
        for _ in self.steps():
            pass
        return self

    def give_up(self, why: OSError) -> None:
        """Read no more: there is no room for its columns."""
        self.gave_up, self._reading = True, None
        self.tables.faults.append(
            f"the columns of the film cannot be written: {why.strerror or why}; what was read before is shown"
        )

    def content(self) -> bytes:
        """The trace."""
        return bytes(self._data[:])

    @property
    def done(self) -> float:
        """How much was read, 0 … 1."""
        return 1.0 if self._reading is None else self._reading.done

    @property
    def events(self) -> int:
        """The number of the last event that was read."""
        return self.tables.events

    # --- Time -------------------------------------------------------------------------------------------------------------

    def time(self, event: int) -> int:
        """When that was, ns; the beginning of the trace for 0."""
        tables = self.tables
        return self._ns(self._ticks(event) - tables.begins) if event > 0 and tables.events else 0

    def _ns(self, ticks: int) -> int:
        return round(ticks * SECOND / (self.tables.ticks_per_second or SECOND))

    def _ticks(self, event: int) -> int:
        blocks = self.tables.blocks
        block = upto(blocks["first"], event) - 1
        first = int(blocks["first"][block])
        return int(self._block_ticks(block)[event - first])

    def _block_ticks(self, block: int) -> Ints:
        """When each event of a block was, ticks."""
        tables = self.tables
        firsts = tables.blocks["first"]
        first = int(firsts[block])
        last = int(firsts[block + 1]) if block + 1 < len(firsts) else tables.events + 1
        passed = tables.passed["ticks"][first - 1 : last - 1].astype(np.int64)
        long = tables.long["event"]
        low, high = fewer(long, first), fewer(long, last)
        passed[long[low:high].astype(np.int64) - first] += tables.long["ticks"][low:high]
        passed[0] = int(tables.blocks["ticks"][block])
        return np.cumsum(passed)

    def event_at(self, ns: int) -> int:
        """The last event that was not after this time."""
        tables = self.tables
        if not tables.events:
            return 0
        # The clock ticks more seldom than once in a ns, and times are rounded: an event that is told as being at `ns` counts.
        ticks = tables.begins + int((ns + 0.5) * tables.ticks_per_second / SECOND)
        block = upto(tables.blocks["ticks"], ticks) - 1
        if block < 0:
            return 0
        inside = int(np.searchsorted(self._block_ticks(block), ticks, side="right"))
        return int(tables.blocks["first"][block]) + inside - 1

    # --- What was there ---------------------------------------------------------------------------------------------------

    def lives_at(self, event: int) -> Ints:
        """Numbers of the objects that were there after an event, in the order in which they were born."""
        known, found = self._last
        if known == (event, self.events):
            return found
        lives = self.tables.lives
        born, events = upto(lives["born"], event), self.events
        found = np.flatnonzero(lives["freed"][:born] > event)
        self._last = (event, events), found
        return found

    def spans_at(self, event: int) -> Ints:
        """Numbers of the spans that were there after an event, in address order."""
        return self.checkpoints.spans(event)

    def account(self, event: int) -> Account:
        """Objects, bytes of their slots, and bytes of spans with objects."""
        taken, spans = self.checkpoints.taken(event), self.tables.spans
        counts = taken.counts
        return Account(
            int(counts.sum()),
            int(counts @ spans["elemsize"][taken.spans]),
            int(spans["npages"][taken.spans].sum(dtype=np.int64)) << PAGE_SHIFT,
        )

    def accounts(self, events: list[int]) -> list[Account]:
        """The same of many moments, in order, with one look at all objects."""
        tables = self.tables
        at, sizes = np.array(events, np.int64), tables.spans["elemsize"]
        objects, nbytes, inuse = (np.zeros(len(at) + 1, np.int64) for _ in range(3))
        for start in range(0, len(tables.lives), _SLICE):
            size = sizes[tables.lives["span"][start : start + _SLICE]]
            for column, sign in (("born", 1), ("freed", -1)):
                moment = np.searchsorted(at, tables.lives[column][start : start + _SLICE])
                objects += sign * np.bincount(moment, minlength=len(at) + 1)
                nbytes += sign * np.bincount(moment, size, len(at) + 1).astype(np.int64)
        pages = np.where(tables.spans["spanclass"] != NO_CLASS, tables.spans["npages"], 0)
        for column, sign in (("born", 1), ("freed", -1)):
            moment = np.searchsorted(at, tables.spans[column])
            inuse += sign * np.bincount(moment, pages, len(at) + 1).astype(np.int64)
        columns = (np.cumsum(objects), np.cumsum(nbytes), np.cumsum(inuse) << PAGE_SHIFT)
        return [Account(*row) for row in zip(*(column[: len(at)].tolist() for column in columns), strict=True)]

    def figure(self, table: Table, event: int) -> int | None:
        """What the program told last, up to an event, of one of the figures of its pacer; None: nothing yet."""
        told = upto(table["event"], event)
        return int(table["bytes"][told - 1]) if told else None

    def collections(self, event: int) -> int:
        """How many collections had begun to mark, of those that the trace tells."""
        return self._collections().searchsorted(event, side="right").item()

    def _collections(self) -> NDArray[np.int64]:
        return np.array([mark.event for mark in self.tables.marks if mark.what == STARTED], np.int64)
