"""Makes lifetimes of the events of a trace one event after the other, in a loop that mypyc compiles.

Uncompiled it does the same, slowly: life.py is what is used then.
"""

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

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
from gomem_core.formats.gotrace.events import OBJECT, OBJECT_FREE, SNAPSHOT, SPAN, SPAN_ALLOC, SPAN_FREE
from gomem_core.formats.gotrace.merge import Merge

_NO_CLASS: Final = (1 << 16) - 1
_TINY_CLASS: Final = 5
_PAGE_SHIFT: Final = 13
_WORDS_SHIFT: Final = 10  # words of a page
_LEAF_SHIFT: Final = 13  # pages whose spans stand together
_LEAF: Final = 1 << _LEAF_SHIFT
_MOST_GOROUTINE: Final = (1 << 32) - 1
_IS_OLD: Final = bytes(kind in SNAPSHOT for kind in range(256))


class Replay:
    """What came of one slice of events: columns of lifetimes that began, that ended, of tiny objects; all numbers of the film."""

    def __init__(self, sizes: list[int], counts: list[int], room: int) -> None:
        """`sizes` and `counts` are bytes of a slot and slots of a span, by span class; 0: as long as its span, one."""
        self.heap_start = 0
        self.total = vec[i64]([0] * room)  # bytes in allocated slots after each row
        self.number = vec[i64]([0] * room)  # of the event of each row
        self.born = vec[i64]([0] * room)
        self.span = vec[i64]([0] * room)
        self.slot = vec[i64]([0] * room)
        self.kind = vec[i64]([0] * room)  # number of a type
        self.goroutine = vec[i64]([0] * room)
        self.begun: i64 = 0  # lifetimes
        self.ended = vec[i64]([0] * room)  # lifetimes that ended
        self.ended_by = vec[i64]([0] * room)
        self.ends: i64 = 0
        self.shared = vec[i64]([0] * room)  # events of tiny objects in a block that was there
        self.shared_life = vec[i64]([0] * room)
        self.shared_kind = vec[i64]([0] * room)
        self.shared_goroutine = vec[i64]([0] * room)
        self.shares: i64 = 0
        self.spans: list[tuple[int, int, int, int, int]] = []  # base, pages, span class, event, bytes of a slot
        self.freed: dict[int, int] = {}  # span → event
        self.broken: dict[str, int] = {}
        self.left: list[tuple[int, int]] = []  # lifetimes that ended with their spans, and by which event
        self.lives: i64 = 0  # in all
        self.events: i64 = 0
        self.bytes: i64 = 0
        self._sizes = sizes
        self._counts = counts
        self._tops = vec[i64]([-1] * (PAGES >> _LEAF_SHIFT))
        self._leaves = vec[i64]([-1] * _LEAF)  # spans by page; the first leaf is nobody's
        self._here: dict[int, int] = {}  # number of a first page → the span that is there
        self._base = vec[i64]([0])  # by number of a span: its first page
        self._npages = vec[i64]([0])
        self._size = vec[i64]([0])
        self._nelems = vec[i64]([0])
        self._first = vec[i64]([0])  # its first slot in `_slots`
        self._tiny = vec[i64]([0])
        self._count: i64 = 0  # spans
        self._pages: i64 = 0  # of all spans that are there
        self._slots = vec[i64]([-1])
        self._end: i64 = 1
        self._room: dict[int, list[int]] = {}

    def size(self) -> int:
        """How many slots there is room for: this table is in memory, whatever else is in files."""
        return int(self._end)

    def state(self) -> tuple[dict[int, int], "vec[i64]", "vec[i64]", "vec[i64]", dict[int, list[int]]]:
        """What the other way goes on from: spans by first page; by span its first slot, and how many it has; slots; free room."""
        return self._here, self._first, self._nelems, self._slots, self._room

    def add(self, rows: Merge) -> None:
        """Take a slice in."""
        self.begun = self.ends = self.shares = 0
        self.spans, self.freed, self.left, self.broken = [], {}, [], {}
        count = rows.count
        kinds, firsts = rows.kind, rows.first
        totals, numbers = self.total, self.number
        total, number = self.bytes, self.events
        start: i64 = 0
        at: i64 = 0
        while at < count:
            kind = kinds[at]
            if kind >= OBJECT and kind <= OBJECT_FREE:
                at += 1
                continue
            self._objects(rows, start, at)
            number = self.events
            if not _IS_OLD[kind]:
                number += 1
            self.events = number
            if kind in (SPAN, SPAN_ALLOC):
                self._take(int(firsts[at]), int(rows.second[at]), int(number))
            elif kind == SPAN_FREE:
                self._give_back(int(firsts[at]), int(number))
            total = self.bytes
            totals[at], numbers[at] = total, number
            at += 1
            start = at
        self._objects(rows, start, count)

    def _objects(self, rows: Merge, start: i64, stop: i64) -> None:  # noqa: PLR0912, PLR0915 -- a call costs more than an event
        """Rows of objects, between which nothing else stands."""
        if start >= stop:
            return
        kinds, firsts, seconds, goroutines = rows.kind, rows.first, rows.second, rows.goroutine
        totals, numbers = self.total, self.number
        tops, leaves, slots = self._tops, self._leaves, self._slots
        bases, sizes, nelems, first_slots, tiny = self._base, self._size, self._nelems, self._first, self._tiny
        born, spans, in_span, types, by = self.born, self.span, self.slot, self.kind, self.goroutine
        ended, ended_by = self.ended, self.ended_by
        begun, ends, life, number, total = self.begun, self.ends, self.lives, self.events, self.bytes
        no_span: i64 = 0
        double: i64 = 0
        not_there: i64 = 0
        at = start
        while at < stop:
            kind = kinds[at]
            if kind != OBJECT:
                number += 1
            word = firsts[at]
            page = word >> _WORDS_SHIFT
            span: i64 = -1
            if page < PAGES:
                top = tops[page >> _LEAF_SHIFT]
                if top >= 0:
                    span = leaves[top + (page & (_LEAF - 1))]
            if span < 0 or sizes[span] == 0:
                no_span += 1
            else:
                size = sizes[span]
                slot = ((word << 3) - (bases[span] << _PAGE_SHIFT)) // size
                if slot >= nelems[span]:
                    slot = nelems[span] - 1
                place = first_slots[span] + slot
                there = slots[place]
                if kind == OBJECT_FREE:
                    if there < 0:
                        not_there += 1
                    else:
                        ended[ends], ended_by[ends] = there, number
                        ends += 1
                        slots[place] = -1
                        total -= size
                elif there >= 0 and tiny[span]:
                    self._share(int(number), int(there), int(seconds[at]), int(goroutines[at]))
                else:
                    if there >= 0:
                        double += 1
                        ended[ends], ended_by[ends] = there, number
                        ends += 1
                        total -= size
                    slots[place] = life
                    g = goroutines[at]
                    born[begun], spans[begun], in_span[begun], types[begun] = number, span, slot, seconds[at]
                    by[begun] = g if g < _MOST_GOROUTINE else _MOST_GOROUTINE
                    begun += 1
                    life += 1
                    total += size
            totals[at], numbers[at] = total, number
            at += 1
        self.begun, self.ends, self.lives, self.events, self.bytes = begun, ends, life, number, total
        self._broken(NO_SPAN, no_span)
        self._broken(DOUBLE, double)
        self._broken(NOT_THERE, not_there)

    def _share(self, number: int, life: int, kind: int, goroutine: int) -> None:
        w = self.shares
        self.shared[w], self.shared_life[w], self.shared_kind[w] = number, life, kind
        self.shared_goroutine[w] = min(goroutine, _MOST_GOROUTINE)
        self.shares = w + 1

    def _broken(self, what: str, count: i64) -> None:
        if count:
            self.broken[what] = self.broken.get(what, 0) + int(count)

    # --- Spans ------------------------------------------------------------------------------------------------------------

    def _take(self, first: int, packed: int, number: int) -> None:
        """A span is born."""
        npages, spanclass = packed >> 16, _NO_CLASS if packed & 1 else (packed & 0xFFFF) >> 1
        if not 0 < npages <= MOST_PAGES or not 0 <= first < PAGES - npages or self._pages + npages > MOST_IN_ALL:
            self._broken(TOO_LONG, 1)
            return
        if spanclass != _NO_CLASS and spanclass >= len(self._sizes):
            self._broken(NO_SUCH_CLASS, 1)
            return
        old = self._here.get(first)
        if old is not None:
            self._retire(old, number)
        span = self._count
        self._here[first] = int(span)
        size = 0 if spanclass == _NO_CLASS else self._sizes[spanclass] or npages << _PAGE_SHIFT
        nelems = 0 if spanclass == _NO_CLASS else self._counts[spanclass] or 1
        self.spans.append((self.heap_start + (first << _PAGE_SHIFT), npages, spanclass, number, size))
        if self._own(first, npages, span):
            self._broken(OVERLAP, 1)
        if span:
            self._base, self._npages = append(self._base, i64(first)), append(self._npages, i64(npages))
            self._size, self._nelems = append(self._size, i64(size)), append(self._nelems, i64(nelems))
            self._first, self._tiny = append(self._first, i64(0)), append(self._tiny, i64(0))
        else:
            self._base[0], self._npages[0], self._size[0], self._nelems[0] = first, npages, size, nelems
        self._tiny[span] = 1 if spanclass == _TINY_CLASS else 0
        self._first[span] = self._place(nelems)
        self._count = span + 1
        self._pages += npages

    def _place(self, nelems: int) -> int:
        """Where in the table of slots there is room for so many."""
        free = self._room.get(nelems)
        if free:
            return free.pop()
        place = self._end
        end = place + nelems
        slots = self._slots
        have: i64 = len(slots)
        while have < end:
            slots = append(slots, -1)
            have += 1
        self._slots = slots
        self._end = end
        return int(place)

    def _own(self, first: i64, npages: i64, span: i64) -> bool:
        """Enter who has these pages, -1: nobody; whether one had them before."""
        over = False
        page = first
        while page < first + npages:
            top = self._tops[page >> _LEAF_SHIFT]
            if top < 0:
                top = self._new_leaf()
                self._tops[page >> _LEAF_SHIFT] = top
            at = top + (page & (_LEAF - 1))
            if self._leaves[at] >= 0:
                over = True
            self._leaves[at] = span
            page += 1
        return over

    def _new_leaf(self) -> i64:
        leaves = self._leaves
        top: i64 = len(leaves)
        n: i64 = 0
        while n < _LEAF:
            leaves = append(leaves, -1)
            n += 1
        self._leaves = leaves
        return top

    def _give_back(self, first: int, number: int) -> None:
        """A span is freed."""
        span = self._here.pop(first, None)
        if span is None:
            self._broken(UNKNOWN_SPAN, 1)
            return
        self._own(first, self._npages[span], -1)
        self._retire(span, number)

    def _retire(self, span: int, number: int) -> None:
        """A span is no more; nothing should be in it."""
        self.freed[span] = number
        self._pages -= self._npages[span]
        first, nelems, size = self._first[span], self._nelems[span], self._size[span]
        slots = self._slots
        found: i64 = 0
        at = first
        while at < first + nelems:
            if slots[at] >= 0:
                self.left.append((int(slots[at]), number))
                slots[at] = -1
                found += 1
            at += 1
        if found:
            self._broken(LEFT, 1)
            self.bytes -= found * size
        self._room.setdefault(int(nelems), []).append(int(first))
