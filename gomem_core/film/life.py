"""Makes lifetimes of the events of a trace: which span and which object was where, from when until when.

Events are not replayed one by one: those of one slot are brought together by sorting, and what follows what there says where
lifetimes begin and end.  Only spans are gone through one after the other, of which there are few.
"""

from collections import defaultdict
from typing import Final

import numpy as np

from gomem_core.film.broken import (
    DOUBLE,
    LEFT,
    MOST_IN_ALL,
    MOST_PAGES,
    NO_SPAN,
    NO_SUCH_CLASS,
    NOT_THERE,
    OVERLAP,
    PAGES,
    TOO_LONG,
    UNKNOWN_SPAN,
)
from gomem_core.film.columns import Column
from gomem_core.film.tables import NEVER, NO_CLASS, Tables
from gomem_core.formats.gotrace.decode import Bools, Events, Ints
from gomem_core.formats.gotrace.events import OBJECT, OBJECT_FREE, SPAN, SPAN_FREE
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.versions import Profile

_SLICE: Final = 1 << 20  # events that are sorted at a time
_WORDS_A_PAGE: Final = (1 << PAGE_SHIFT) // 8  # objects are numbered by words of memory
_TINY_CLASS: Final = 5  # the span class of tiny blocks: 16 bytes, noscan
_NOBODY: Final = -1
_AT: Final = (1 << 29) - 1  # the part of a key that says at which event


class Lives:
    """Turns events into the rows of `tables`."""

    def __init__(self, tables: Tables, profile: Profile) -> None:
        self._tables = tables
        self._sizes = [profile.classes[c >> 1].size if c > 1 else 0 for c in profile.span_classes]  # 0: as long as its span
        self._counts = [profile.nelems(c) for c in profile.span_classes]
        self._spans: dict[int, int] = {}  # number of a first page → the span that is there
        self._slots = Column("<i4")  # of every slot of these spans the lifetime in it
        self._free_slots: defaultdict[int, list[int]] = defaultdict(list)  # number of slots → where such ranges are not used
        self._first_slot: list[int] = []  # by number of the span
        self._nelems: list[int] = []
        self._bytes = 0  # in allocated slots
        self._ended: list[Ints] = []  # lifetimes that ended since they were last entered

    def go_on(
        self, spans: dict[int, int], first: Ints, nelems: Ints, slots: Ints, room: dict[int, list[int]], nbytes: int
    ) -> None:
        """Go on where the compiled loop stands: with its spans, what is in their slots, and the room that is free."""
        self._spans = spans
        self._first_slot, self._nelems = first.tolist(), nelems.tolist()
        self._slots.append(slots)
        self._free_slots.update(room)
        self._bytes = nbytes

    def add(self, events: Events, number: Ints) -> Ints:
        """Take events in, whose numbers these are; returns how many bytes were in allocated slots after each."""
        changed = np.zeros(len(number), np.int64)
        kind = events.kind
        pages = self._spans_of(events, number, np.flatnonzero((kind >= SPAN) & (kind <= SPAN_FREE)))
        objects = np.flatnonzero((kind >= OBJECT) & (kind <= OBJECT_FREE))
        for start in range(0, len(objects), _SLICE):
            which = objects[start : start + _SLICE]
            self._objects(events.take(which), number[which], which, pages, changed)
        total = self._bytes + np.cumsum(changed)
        self._bytes = int(total[-1])
        self._retire(pages)
        self._tables.bury(self._ended)
        self._ended = []
        return total

    # --- Spans ------------------------------------------------------------------------------------------------------------

    def _spans_of(self, events: Events, number: Ints, which: Ints) -> "_Pages":
        """Enter spans that are born or freed; returns who has which page when."""
        tables, spans = self._tables, self._spans
        born = len(tables.spans)
        pages = _Pages()
        rows: list[tuple[int, int, int, int, int]] = []
        held = tables.spans["npages"]
        for first, span in spans.items():
            pages.add(first, int(held[span]), -1, span)
        lengths: dict[int, int] = {}
        freed: dict[int, int] = {}
        columns = (events.kind[which], events.first[which], events.second[which], number[which], which)
        for kind, first, packed, event, at in zip(*(column.tolist() for column in columns), strict=True):
            if kind == SPAN_FREE:
                gone = spans.pop(first, None)
                if gone is None:
                    tables.anomalies[UNKNOWN_SPAN] += 1
                    continue
                freed[gone] = event
                pages.add(first, lengths.get(gone) or int(held[gone]), at, _NOBODY)
                pages.freed.append(gone)
                continue
            npages, spanclass = packed >> 16, NO_CLASS if packed & 1 else (packed & 0xFFFF) >> 1
            if not 0 < npages <= MOST_PAGES or not 0 <= first < PAGES - npages or pages.total + npages > MOST_IN_ALL:
                tables.anomalies[TOO_LONG] += 1
                continue
            if spanclass != NO_CLASS and spanclass >= len(self._sizes):
                tables.anomalies[NO_SUCH_CLASS] += 1
                continue
            span = born + len(rows)
            if first in spans:
                freed[spans[first]] = event
                pages.freed.append(spans[first])
            spans[first] = span
            lengths[span] = npages
            size = 0 if spanclass == NO_CLASS else self._sizes[spanclass] or npages << PAGE_SHIFT
            rows.append((tables.heap_start + (first << PAGE_SHIFT), npages, spanclass, event, size))
            pages.add(first, npages, at, span)
            self._make_room(npages, spanclass)
        base, npages_, spanclass_, born_, size_ = np.array(rows, np.int64).reshape(-1, 5).T
        never = np.full(len(rows), NEVER)
        tables.spans.append(base=base, npages=npages_, spanclass=spanclass_, born=born_, freed=never, elemsize=size_)
        if freed:
            tables.spans["freed"][list(freed)] = list(freed.values())
        tables.anomalies[OVERLAP] += pages.order()
        return pages

    def _make_room(self, npages: int, spanclass: int) -> None:
        """A place for what will be in the slots of a new span."""
        nelems = 0 if spanclass == NO_CLASS else self._counts[spanclass] or (1 if npages else 0)
        self._nelems.append(nelems)
        free = self._free_slots[nelems]
        if free:
            self._first_slot.append(free.pop())
            return
        self._first_slot.append(len(self._slots))
        self._slots.append(np.full(nelems, _NOBODY))

    def _retire(self, pages: "_Pages") -> None:
        """Spans that were freed give their room back; nothing should be in them."""
        for span in pages.freed:
            first, nelems = self._first_slot[span], self._nelems[span]
            here = self._slots.all()[first : first + nelems]
            left = here[here != _NOBODY]
            if len(left):
                self._tables.anomalies[LEFT] += 1
                self._tables.lives["freed"][left] = self._tables.spans["freed"][span]
                self._ended.append(left)
                self._bytes -= len(left) * int(self._tables.spans["elemsize"][span])
                here[:] = _NOBODY
            self._free_slots[nelems].append(first)

    # --- Objects ----------------------------------------------------------------------------------------------------------

    def _objects(self, events: Events, number: Ints, at: Ints, pages: "_Pages", changed: Ints) -> None:
        """Enter objects that are born or freed; `at` is where the events stand among all, which `changed` is about."""
        tables = self._tables
        if not len(tables.spans):
            tables.anomalies[NO_SPAN] += len(number)
            return
        span = pages.holders(np.minimum(events.first // _WORDS_A_PAGE, 2 * PAGES - 1), at)
        sizes = tables.spans["elemsize"][np.maximum(span, 0)]
        known = (span >= 0) & (sizes > 0)
        tables.anomalies[NO_SPAN] += int(np.count_nonzero(~known))
        if not known.all():
            which = np.flatnonzero(known)
            events, number, at = events.take(which), number[which], at[which]
            span, sizes = span[which], sizes[which]
        if not len(span):
            return
        base = tables.spans["base"][span] - tables.heap_start
        slot = (events.first * 8 - base) // sizes
        slot = np.minimum(slot, np.array(self._nelems, np.int64)[span] - 1)
        place = np.array(self._first_slot, np.int64)[span] + slot
        alloc = events.kind != OBJECT_FREE
        tiny = tables.spans["spanclass"][span] == _TINY_CLASS
        story = _Story(place, alloc, self._slots.all(), len(tables.lives))
        shared = story.again & tiny
        tables.anomalies[DOUBLE] += int(np.count_nonzero(story.again & ~tiny))
        tables.anomalies[NOT_THERE] += int(np.count_nonzero(story.in_vain))
        begins = alloc & ~shared
        lives = story.number(begins)
        self._enter(events, number, span, slot, np.flatnonzero(begins))
        self._share(events, number, np.flatnonzero(shared), lives.at[shared])
        ended = np.flatnonzero(lives.ends >= 0)
        tables.lives["freed"][lives.ends[ended]] = number[ended]
        self._ended.append(lives.ends[ended])
        changed[at[ended]] -= sizes[ended]
        changed[at[begins]] += sizes[begins]
        self._slots.all()[lives.places] = lives.after

    def _enter(self, events: Events, number: Ints, span: Ints, slot: Ints, which: Ints) -> None:
        self._tables.lives.append(
            born=number[which],
            freed=np.full(len(which), NEVER),
            span=span[which],
            slot=slot[which],
            type=events.second[which],
            goroutine=np.minimum(events.goroutine[which], NEVER),
        )

    def _share(self, events: Events, number: Ints, which: Ints, life: Ints) -> None:
        self._tables.shares.append(
            event=number[which],
            life=life,
            type=events.second[which],
            goroutine=np.minimum(events.goroutine[which], NEVER),
        )


class _Pages:
    """Which span holds a page at which of the events that are being taken in."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int, int]] = []
        self.total = 0  # pages
        self._key = self._span = np.zeros(0, np.int64)
        self.freed: list[int] = []  # spans

    def add(self, first: int, npages: int, at: int, span: int) -> None:
        """From event `at` on these pages are the span's; -1: nobody's."""
        self._rows.append((first, npages, at, span))
        self.total += npages

    def order(self) -> int:
        """Make ready to be asked; returns how many spans were given pages of another one."""
        first, npages, at, span = np.array(self._rows, np.int64).reshape(-1, 4).T
        self._rows.clear()
        inside = np.arange(int(npages.sum())) - np.repeat(np.cumsum(npages) - npages, npages)
        page = np.repeat(first, npages) + inside
        key = (page << 29) + np.repeat(at + 1, npages)
        order = np.argsort(key, kind="stable")
        self._key, self._span = key[order], np.repeat(span, npages)[order]
        same = (self._key[1:] >> 29) == (self._key[:-1] >> 29)
        over = same & (self._span[1:] >= 0) & (self._span[:-1] >= 0) & (self._key[1:] & _AT > 0)
        return len({*self._span[1:][over].tolist()})

    def holders(self, page: Ints, at: Ints) -> Ints:
        """The span that holds each page at that event, -1: none."""
        if not len(self._key):
            return np.full(len(page), _NOBODY)
        found = np.searchsorted(self._key, (page << 29) + at + 1, side="right") - 1
        held = self._span[found]
        held[(found < 0) | ((self._key[found] >> 29) != page)] = _NOBODY
        return held


class _Numbered:
    """Which lifetime each event is of."""

    def __init__(self, at: Ints, ends: Ints, places: Ints, after: Ints) -> None:
        self.at = at  # the lifetime in the slot when the event came
        self.ends = ends  # the one that the event ends, -1: none
        self.places = places  # slots of which something was told
        self.after = after  # and what is in each of these then


class _Story:
    """What happened to each slot, in order: events in which something is allocated and in which it is freed."""

    def __init__(self, place: Ints, alloc: Bools, slots: Ints, next_life: int) -> None:
        count = len(place)
        key = np.sort((place << 21) | np.arange(count))
        self._order = key & ((1 << 21) - 1)
        self._place = key >> 21
        self._first = np.ones(count, bool)  # of its slot
        np.not_equal(self._place[1:], self._place[:-1], out=self._first[1:])
        self._alloc = alloc[self._order]
        self._was = slots[self._place].astype(np.int64)  # before all of them
        before = np.empty(count, bool)  # whether the slot is taken when the event comes
        before[1:] = self._alloc[:-1]
        before[self._first] = self._was[self._first] >= 0
        self._taken = before
        self._next = next_life
        self.again = np.empty(count, bool)  # allocated, and it was taken
        self.again[self._order] = self._alloc & before
        self.in_vain = np.empty(count, bool)  # freed, and it was not
        self.in_vain[self._order] = ~self._alloc & ~before

    def number(self, begins: Bools) -> _Numbered:
        """Lifetimes are numbered in the order in which they begin."""
        count = len(begins)
        mine = np.where(begins, self._next - 1 + np.cumsum(begins), _NOBODY)[self._order]
        begins_here = mine >= 0
        # The lifetime that began last in the slot, up to this event: its place in the order, else what was there before.
        last = np.where(begins_here, np.arange(count), -1)
        first_at = np.maximum.accumulate(np.where(self._first, np.arange(count), 0))
        last = np.maximum.accumulate(last)
        upto = np.where(last >= first_at, mine[np.maximum(last, 0)], self._was)
        before = np.empty(count, np.int64)
        before[1:] = upto[:-1]
        before[self._first] = self._was[self._first]
        ends = np.where(self._taken & (~self._alloc | begins_here), before, _NOBODY)
        at = np.empty(count, np.int64)
        at[self._order] = upto
        ended = np.empty(count, np.int64)
        ended[self._order] = ends
        final = np.flatnonzero(np.append(self._first[1:], True))
        return _Numbered(at, ended, self._place[final], np.where(self._alloc[final], upto[final], _NOBODY))
