"""The spans of a real heap, and the bits of their slots, as a still has them; made from arrays without a loop over spans."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.go.amd64 import PAGE_SHIFT, PTR_SIZE
from gomem_core.go.versions import Profile
from gomem_core.outside.arrays import Bools, Bytes, Ints, Words, counted
from gomem_core.outside.figures import waits
from gomem_core.outside.pages import NOBODY, PADDING, Rows
from gomem_core.outside.snapshot import IN_USE, NOWHERE, Snapshot
from gomem_core.world.lazycolumn import LazyColumn, WordColumn
from gomem_core.world.records import STATES, PtrWords, SlotColumns, SpanColumns
from gomem_core.world.still_spans import Chains, Places

_INUSE, _MANUAL, _FREE = (STATES.index(state) for state in ("inuse", "manual", "free"))
LISTS: Final = 4  # of an mcentral
TORN: Final = "what was read of it contradicts other things that were read: its counts, its bits or its place may be wrong"
UNREAD: Final = "its bits could not be read, so all its slots look free"
IMPOSSIBLE: Final = "its fields cannot be those of a span with objects: it is shown as if the runtime kept it for itself"
LOST: Final = "its pages are taken, and belong to no span"


class Table:
    """The rows of a heap beside the columns of its spans: `span` is the number of each row's span, -1 for other rows."""

    def __init__(self, snapshot: Snapshot, rows: Rows, profile: Profile) -> None:
        self.snapshot, self.rows, self._profile = snapshot, rows, profile
        self.span = np.maximum(rows.code, -1)
        self._has = self.span >= 0
        self._of = self.span[self._has]
        spans = snapshot.spans
        nbytes = spans.npages << PAGE_SHIFT
        self._possible: Bools = (
            (spans.state == IN_USE)
            & (spans.spanclass < len(profile.span_classes))
            & (spans.elemsize > 0)
            & (spans.elemsize % PTR_SIZE == 0)
            & (spans.nelems > 0)
            & (spans.nelems <= nbytes // np.maximum(spans.elemsize, 1))
            & (spans.freeindex <= spans.nelems)
            & (spans.alloc_count <= spans.nelems)
        )
        self.in_use = np.zeros(len(self.span), bool)
        self.in_use[self._has] = self._possible[self._of]
        self._state = np.where(self.in_use, _INUSE, np.where(self._has | (rows.code == NOBODY), _MANUAL, _FREE))
        self._waits = waits(snapshot)
        self._listed, self._following, self._before = self._lists()
        self._nelems = self._spread(spans.nelems)

    def _spread(self, values: NDArray[Any], other: int = 0, only_in_use: bool = True) -> Ints:
        """A column of spans as one of rows; `other` is what rows have that are no spans, or none with objects."""
        column = np.full(len(self.span), other, np.int64)
        column[self._has] = values[self._of]
        if only_in_use:
            column[~self.in_use] = other
        return column

    def columns(self) -> SpanColumns:
        """All rows as spans."""
        spans, rows = self.snapshot.spans, self.rows
        cached_by = rows.cache()
        cached_by[self._has] = spans.cached_by[self._of]
        ids = np.append(self.snapshot.ps.id, -1)
        words = ("", *self._profile.central_names, self._profile.padding)
        names = self._listed + 1
        names[rows.code == PADDING] = len(words) - 1
        ptr = _view(self._spread(spans.ptr, -1, only_in_use=False))
        return SpanColumns(
            base=_view(rows.base),
            npages=_view(rows.npages),
            state=WordColumn(self.states(), STATES),
            spanclass=_view(self._spread(spans.spanclass)),
            elemsize=_view(self._spread(spans.elemsize)),
            nelems=_view(self._nelems),
            alloc_count=_view(self._spread(spans.alloc_count)),
            freeindex=_view(self._spread(spans.freeindex)),
            sweepgen=_view(self._spread(spans.sweepgen, self.snapshot.sweepgen, only_in_use=False)),
            swept=WordColumn(_view(self._spread(self._waits)), (True, False)),
            cached_by=_view(ids[cached_by]),
            list_name=WordColumn(_view(names), words),
            next_base=_view(self._following),
            prev_base=_view(self._before),
            needzero=WordColumn(_view(self._spread(spans.needzero, 2, only_in_use=False)), (False, True, None)),
            npreleased=_view(np.where(rows.given_back(), rows.npages, 0)),
            unusedsince=LazyColumn(len(ptr), lambda _: None),
            ptr=LazyColumn(len(ptr), lambda row: None if ptr[row] < 0 else ptr[row]),  # what is no span has none
        )

    def states(self) -> memoryview:
        """The states of all rows, as Spans.column numbers them."""
        return _view(self._state)

    def shown(self) -> Bools:
        """Which spans are shown as spans with objects."""
        found = np.zeros(len(self.snapshot.spans) + 1, bool)
        found[self.span] = self.in_use
        found[-1] = False
        return found

    def lengths(self) -> Ints:
        """How many spans hang on each list: a row for each span class, in it a number for each list."""
        hang = np.zeros((len(self._profile.span_classes), len(self._profile.central_lists)), np.int64)
        on = self._listed != NOWHERE
        np.add.at(hang, (self.snapshot.spans.spanclass[self.span[on]], self._listed[on]), 1)
        return hang

    def _lists(self) -> tuple[Ints, Ints, Ints]:
        """The list of each row, and its neighbours there; of a span that was found twice the first place counts."""
        spans = self.snapshot.spans
        number = np.full(len(spans), NOWHERE, np.int64)
        following, before = np.zeros(len(spans), np.int64), np.zeros(len(spans), np.int64)
        span, where = self._on_lists
        number[span] = where % LISTS
        together = where[1:] == where[:-1]
        following[span[:-1][together]] = spans.base[span[1:][together]]
        before[span[1:][together]] = spans.base[span[:-1][together]]
        return self._spread(number, NOWHERE), self._spread(following), self._spread(before)

    @cached_property
    def _on_lists(self) -> tuple[Ints, Ints]:
        """The spans on lists, front to back, one list after the other; of each, LISTS × its class + the number of its list."""
        central, shown = self.snapshot.central, self.shown()
        found, first = np.arange(len(central.span)), np.zeros(len(shown), np.int64)
        first[central.span[::-1]] = found[::-1]  # of a span that was found twice the first place is written last
        on = np.flatnonzero((first[central.span] == found) & shown[central.span])
        return central.span[on].astype(np.int64), central.spanclass[on].astype(np.int64) * LISTS + central.listed[on]

    def chains(self) -> Chains:
        """The lists, as StillLists has them: the same that it would find by the neighbours of each span."""
        span, where = self._on_lists
        bases, names = _array(self.snapshot.spans.base[span]), self._profile.central_names
        starts = np.flatnonzero(np.diff(where, prepend=-1))
        ends = [*starts[1:].tolist(), len(where)]
        return {
            (list_ // LISTS, names[list_ % LISTS]): bases[start:end]
            for start, end, list_ in zip(starts.tolist(), ends, where[starts].tolist(), strict=False)
        }

    def places(self) -> Places:
        """The place of each span in its list; likewise."""
        span, where = self._on_lists
        starts = np.flatnonzero(np.diff(where, prepend=-1))
        lengths = np.diff(starts, append=len(where))
        places, counts = (np.zeros(len(self.snapshot.spans), np.int64) for _ in range(2))
        places[span] = np.arange(1, len(span) + 1) - np.repeat(starts, lengths)
        counts[span] = np.repeat(lengths, lengths)
        return Places(_array(self._spread(places)), _array(self._spread(counts)))

    def disputes(self) -> dict[int, str]:
        """What contradicts itself, by the base of the row."""
        found = {int(base): LOST for base in self.rows.base[self.rows.code == NOBODY]}
        disputed, unread = np.zeros(len(self.span), bool), np.zeros(len(self.span), bool)
        disputed[self._has] = self.snapshot.spans.disputed[self._of]
        unread[self._has] = self.snapshot.bits.unread[self._of]
        impossible = self._has & ~self.in_use
        impossible[self._has] &= self.snapshot.spans.state[self._of] == IN_USE
        for wrong, why in ((disputed, TORN), (impossible, IMPOSSIBLE), (unread & self.in_use, UNREAD)):
            found.update(dict.fromkeys(self.rows.base[wrong].tolist(), why))
        return found

    # --- Slots --------------------------------------------------------------------------------------------------------------

    def slots(self) -> SlotColumns:
        """The bits of the slots of each row; each is made when it is asked for."""
        bits, count = self.snapshot.bits, len(self.span)
        alloc, mark = (LazyColumn(count, self._bit_sets(words)) for words in (bits.alloc_words, bits.mark_words))
        return SlotColumns(alloc, None, mark, None, LazyColumn(count, self._ptr_words(self.snapshot.pointers.bits)))

    def _bit_sets(self, words: Words) -> Callable[[int], int]:
        """What makes the bit set of a row, of these bits of all spans."""
        start, nelems = self.snapshot.bits.word_start, self._nelems
        span, bits = self.span, words.view(np.uint8)

        def one(row: int) -> int:
            slots = int(nelems[row])
            if not slots:
                return 0
            first = 8 * int(start[span[row]])
            return int.from_bytes(bits[first : first + (slots + 7) // 8].data, "little") & ((1 << slots) - 1)

        return one

    def _ptr_words(self, bits: Bytes) -> Callable[[int], PtrWords | None]:
        """What tells which words of a row may hold pointers."""
        start, spans = self.snapshot.pointers.start, self.snapshot.spans

        def one(row: int) -> PtrWords | None:
            number = self.span[row]
            if not self.in_use[row] or spans.spanclass[number] & 1:
                return False
            found = bits[int(start[number]) : int(start[number + 1])].tobytes()
            size = (int(spans.npages[number]) << PAGE_SHIFT) // PTR_SIZE // 8
            return found.ljust(size, b"\0")[:size] if found else None

        return one

    def joined(self, start: int, stop: int) -> tuple[bytes, bytes]:
        """The allocated slots of rows start to stop, and those that are not dead, as Slots.set_bytes has them."""
        span = self.span[start:stop]
        span = span[self.in_use[start:stop]]
        if not len(span):
            return b"", b""
        bits = self.snapshot.bits
        size = bits.start[1:] - bits.start[:-1]
        if int(span[-1]) - int(span[0]) + 1 == len(span):  # nearly always: nothing between them is left out
            at: Ints | slice = slice(int(bits.start[span[0]]), int(bits.start[span[-1] + 1]))
        else:
            each = size[span]
            before = np.cumsum(each) - each
            at = np.repeat(bits.start[span] - before, each) + np.arange(int(each.sum()))
        taken, mark = bits.taken[at], bits.mark[at]
        waiting: Bytes = np.repeat(np.where(self._waits[span], 0, 255).astype(np.uint8), size[span])
        return taken.tobytes(), (taken & (mark | waiting)).tobytes()

    def counts(self) -> tuple[array[int], array[int]]:
        """How many slots of each row are allocated, and how many of them are not dead."""
        bits = self.snapshot.bits
        live = bits.taken_counts
        if self._waits.any():
            live = np.where(self._waits, counted(bits.taken_words & bits.mark_words, bits.word_start), live)
        return _array(self._spread(bits.taken_counts)), _array(self._spread(live))


def _array(column: NDArray[Any]) -> array[int]:
    found = array("q")
    found.frombytes(_view(column).cast("B"))
    return found


def _view(column: NDArray[Any]) -> memoryview:
    """The numbers of a column, which are not copied where they are 8 bytes already."""
    return np.ascontiguousarray(column, np.int64).data.cast("B").cast("q") if len(column) else memoryview(array("q"))
