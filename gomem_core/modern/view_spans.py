"""The spans of a heap as others may see them, and between them the pages that belong to none; see view.py."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import pairwise
from operator import itemgetter
from struct import pack
from typing import Final

from gomem_core.both.slots import MSPAN_IN_USE
from gomem_core.go.amd64 import PAGE_MASK
from gomem_core.modern.freepages import Stretch, stretches
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mspan import MSpan, SpanSet
from gomem_core.modern.view_extents import ExtentView
from gomem_core.world.records import STATES, SpanField, SpanInfo

Row = MSpan | Stretch
_IN_USE, _FREE, _MANUAL = (STATES.index(state) for state in ("inuse", "free", "manual"))


class SpanView:
    """Rows in address order; they are made anew when pages changed hands, then every look-up is a bisection."""

    def __init__(self, heap: Heap, extents: ExtentView) -> None:
        self._heap = heap
        self._extents = extents
        self._version = -1
        self._bases: list[int] = []
        self._rows: list[Row] = []
        profile = heap.profile
        self.list_names = tuple(sorted({"", *profile.central_names, profile.padding}))
        self._partial, self._partial_unswept, self._full, self._full_unswept = profile.central_names

    def _index(self) -> list[int]:
        """Bases of all rows; where few pages changed hands since it was asked last, only the rows there are made anew."""
        h = self._heap.mheap
        if self._version != h.version:
            if 0 < h.version - self._version == len(h.touched):
                self._look_again(h.touched)
            else:
                self._rows = self._rows_in(0, h.pages.npages)
                self._bases = self._bases_of(self._rows)
            h.touched.clear()
            self._version = h.version
        return self._bases

    def _look_again(self, touched: list[tuple[int, int]]) -> None:
        """Make the rows anew that have any of these pages, and their neighbours, with which they may have become one.

        Rows that lie together are made together, since a new one may lie across the border of two old ones.
        """
        stretches: list[tuple[int, int, int, int]] = []  # first and last row; first page, and the page after the last
        for page, npages in sorted(touched):
            first, last, start, end = self._around(page, npages)
            if stretches and first <= stretches[-1][1] + 1:
                before = stretches.pop()
                first, last = before[0], max(last, before[1])
                start, end = min(start, before[2]), max(end, before[3])
            stretches.append((first, last, start, end))
        for first, last, start, end in reversed(stretches):
            rows = self._rows_in(start, end)
            self._rows[first : last + 1] = rows
            self._bases[first : last + 1] = self._bases_of(rows)

    def _around(self, page: int, npages: int) -> tuple[int, int, int, int]:
        """The rows that have any of these pages, with their neighbours: the first and the last, and where they begin and end."""
        pages, bases = self._heap.mheap.pages, self._bases
        if not bases:
            return 0, -1, 0, pages.npages
        first = max(bisect_right(bases, pages.address(page)) - 2, 0)
        last = min(bisect_right(bases, pages.address(page + npages - 1)), len(bases) - 1)
        end = pages.page_of(bases[last]) + self._rows[last].npages
        return first, last, min(page, pages.page_of(bases[first])), max(page + npages, end)

    def _bases_of(self, rows: list[Row]) -> list[int]:
        address = self._heap.mheap.pages.address
        return [row.start_addr if isinstance(row, MSpan) else address(row.page) for row in rows]

    def _rows_in(self, start: int, end: int) -> list[Row]:
        """The rows of pages start to end, which are borders of rows."""
        h = self._heap.mheap
        rows: list[tuple[int, Row]] = [(stretch.page, stretch) for stretch in stretches(h, start, end)]
        page = h.spans.next_page(start, end)
        while page < end:
            s = h.spans.get(page)
            assert s is not None  # next_page found it
            rows.append((page, s))
            page = h.spans.next_page(page + s.npages, end)
        rows.sort(key=itemgetter(0))
        return [row for _, row in rows]

    # --- Rows -----------------------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        return len(self._index())

    def rows(self, start: int = 0, stop: int | None = None, step: int = 1) -> list[SpanInfo]:
        bases = self._index()[start:stop:step]
        return [self._record(base, row) for base, row in zip(bases, self._rows[start:stop:step], strict=True)]

    def each(self) -> Iterator[SpanInfo]:
        bases = self._index()
        return (self._record(base, row) for base, row in zip(bases, self._rows, strict=True))

    def at(self, addr: int) -> SpanInfo | None:
        number = self.number(addr)
        return None if number < 0 else self._record(self._bases[number], self._rows[number])

    def number(self, base: int) -> int:
        if self._heap.mheap.pages.find_page(base) < 0:
            return -1
        return bisect_right(self._index(), base) - 1

    def entry(self, page: int) -> tuple[int, bool]:
        number = self.number(self._extents.arenas.address(page))
        row = self._rows[number] if number >= 0 else None
        return (row.start_addr, True) if isinstance(row, MSpan) else (0, False)

    def disputed(self, base: int) -> str:  # noqa: ARG002 -- nothing in this heap contradicts itself
        return ""

    def left_over(self) -> list[tuple[int, int, int]]:
        return []  # free pages have no entries

    # --- For the other facets ---------------------------------------------------------------------------------------------

    def in_use(self, base: int) -> MSpan | None:
        """Returns the span in use at exactly `base`."""
        if base & PAGE_MASK:
            return None
        page = self._heap.mheap.pages.find_page(base)
        s = None if page < 0 else self._heap.mheap.spans.get(page)
        return s if s is not None and _has_slots(s) and s.start_addr == base else None

    def all_in_use(self) -> list[MSpan]:
        """Returns every span in use."""
        return [s for s in self._heap.mheap.all_spans() if s.state == MSPAN_IN_USE]

    def slotted(self, start: int, stop: int | None) -> list[MSpan | None]:
        """Returns the spans with slots among rows number start to stop, None for other rows."""
        self._index()
        return [row if isinstance(row, MSpan) and _has_slots(row) else None for row in self._rows[start:stop]]

    def mspans(self, start: int, stop: int | None) -> list[MSpan]:
        """Returns the structs of rows number start to stop, as far as they have one."""
        self._index()
        return [row for row in self._rows[start:stop] if isinstance(row, MSpan)]

    def info(self, s: MSpan) -> SpanInfo:
        """Returns the record of a span."""
        return self._record(s.start_addr, s)

    def waits(self, s: MSpan) -> bool:
        """Whether a span waits to be swept, also one that is cached since before the last mark."""
        return _has_slots(s) and s.sweepgen not in (self._heap.mheap.sweepgen, self._heap.mheap.sweepgen + 3)

    def list_name(self, s: MSpan) -> str:
        """Returns the name of the queue that it waits in; empty for one that is cached, or that has no slots."""
        sweepgen = self._heap.mheap.sweepgen
        if not _has_slots(s) or s.sweepgen not in (sweepgen, sweepgen - 2):
            return ""
        queue, name = self._queue_of(s)
        return name if queue.at(s.place) is s else ""  # halfway in a command it may be in none

    def _queue_of(self, s: MSpan) -> tuple[SpanSet, str]:
        """The queue for a span like this, and its name."""
        c, is_swept = self._heap.central[s.spanclass], s.sweepgen == self._heap.mheap.sweepgen
        if s.alloc_count == s.nelems:
            return (c.full_swept, self._full) if is_swept else (c.full_unswept, self._full_unswept)
        return (c.partial_swept, self._partial) if is_swept else (c.partial_unswept, self._partial_unswept)

    def place(self, s: MSpan, limit: int) -> int:
        """Returns its place, from 1, in the queue that it waits in; 0: in none, or more than `limit` from both its ends."""
        if not self.list_name(s):
            return 0
        queue, _ = self._queue_of(s)
        place, length = queue.ahead_of(s) + 1, len(queue) - queue.stale
        if queue.stale:  # some ahead of it may have been swept out of their turn
            place = next(n for n, one in enumerate(self.queue(s.spanclass, self._queue_of(s)[1]), 1) if one is s)
        return place if place <= limit or length - place < limit else 0

    def queue(self, spanclass: int, name: str) -> Iterator[MSpan]:
        """Returns the spans that really wait in a queue, front to back."""
        c = self._heap.central[spanclass]
        if name in (self._partial, self._full):
            return iter(c.partial_swept if name == self._partial else c.full_swept)
        return (s for s in (c.partial_unswept if name == self._partial_unswept else c.full_unswept) if c.waits(s))

    # --- Records and columns ------------------------------------------------------------------------------------------------

    def _record(self, base: int, row: Row) -> SpanInfo:
        h = self._heap.mheap
        if isinstance(row, Stretch):
            name = h.profile.padding if row.is_padding else ""
            given_back = row.npages if row.given_back else 0
            free = SpanInfo(
                base, row.npages, "free", 0, 0, 0, 0, 0, h.sweepgen, True, row.cached_by, name, 0, 0, None, 0, None, None
            )
            return free._replace(npreleased=given_back)
        in_use = _has_slots(row)
        name = self.list_name(row)
        before, following = self._neighbours(row) if name else (0, 0)
        return SpanInfo(
            row.start_addr,
            row.npages,
            "inuse" if in_use else "manual",
            row.spanclass if in_use else 0,
            row.elemsize if in_use else 0,
            row.nelems,
            row.alloc_count,
            row.freeindex,
            row.sweepgen,
            not self.waits(row),
            self._cache_of(row),
            name,
            following,
            before,
            bool(row.needzero),
            0,
            None,
            None,
        )

    def _cache_of(self, s: MSpan) -> int:
        """The P whose mcache holds it; -1 for none."""
        if s.sweepgen & 1 == 0 or not s.elemsize:  # those in a cache are one or three ahead of the heap
            return -1
        return next((c.p for c in self._heap.mcaches if c.alloc[s.spanclass] is s), -1)

    def _neighbours(self, s: MSpan) -> tuple[int, int]:
        """Bases of the spans before and after it in its queue; 0: none."""
        queue, _ = self._queue_of(s)
        found = [0, 0]
        for side, step in enumerate((-1, 1)):
            place = s.place + step
            other = queue.at(place)
            while other is not None and other.sweepgen != s.sweepgen:  # it was swept out of its turn
                place += step
                other = queue.at(place)
            found[side] = 0 if other is None else other.start_addr
        return found[0], found[1]

    def column(self, name: SpanField, start: int = 0, stop: int | None = None) -> memoryview:
        bases = self._index()[start:stop]
        found = bases if name == "base" else self._COLUMNS[name](self, self._rows[start:stop])
        return memoryview(pack(f"{len(found)}q", *found)).cast("q")  # in half the time that an array takes

    def _names(self, rows: list[Row]) -> list[int]:
        numbers = {name: number for number, name in enumerate(self.list_names)}
        padding, none = numbers[self._heap.profile.padding], numbers[""]
        return [numbers[self.list_name(row)] if isinstance(row, MSpan) else padding if row.is_padding else none for row in rows]

    def _linked(self, rows: list[Row], step: int) -> list[int]:
        """The neighbour of each span in its queue, `step` places on; all queues are walked once."""
        found: dict[int, int] = {}
        for c in self._heap.central:
            for name in self._heap.profile.central_names:
                bases = [s.start_addr for s in self.queue(c.spanclass, name)]
                pairs = pairwise(bases)
                found.update(pairs if step > 0 else ((b, a) for a, b in pairs))
        return [found.get(row.start_addr, 0) if isinstance(row, MSpan) else 0 for row in rows]

    def _alloc_counts(self, rows: list[Row]) -> list[int]:
        spans = [row if isinstance(row, MSpan) else None for row in rows]
        # `is_full`, written out: most are, and need not work out how many slots are taken.
        return [0 if s is None else s.alloc_count if s.free_addr != s.run_end or s.free_behind else s.nelems for s in spans]

    def _field(self, rows: list[Row], field: str) -> list[int]:
        return [getattr(row, field) if isinstance(row, MSpan) else 0 for row in rows]

    _COLUMNS: Final[dict[SpanField, Callable[["SpanView", list[Row]], list[int]]]] = {
        "npages": lambda _, rows: [row.npages for row in rows],
        "state": lambda _, rows: [
            _FREE if not isinstance(row, MSpan) else _IN_USE if _has_slots(row) else _MANUAL for row in rows
        ],
        "spanclass": lambda self, rows: self._field(rows, "spanclass"),
        "elemsize": lambda self, rows: self._field(rows, "elemsize"),
        "nelems": lambda self, rows: self._field(rows, "nelems"),
        "alloc_count": _alloc_counts,
        "freeindex": lambda self, rows: self._field(rows, "freeindex"),
        "sweepgen": lambda self, rows: [row.sweepgen if isinstance(row, MSpan) else self._heap.mheap.sweepgen for row in rows],
        "swept": lambda self, rows: [not isinstance(row, MSpan) or not self.waits(row) for row in rows],
        "cached_by": lambda self, rows: [self._cache_of(row) if isinstance(row, MSpan) else row.cached_by for row in rows],
        "list_name": _names,
        "next_base": lambda self, rows: self._linked(rows, 1),
        "prev_base": lambda self, rows: self._linked(rows, -1),
        "needzero": lambda _, rows: [row.needzero if isinstance(row, MSpan) else -1 for row in rows],
        "unusedsince": lambda _, rows: [-1] * len(rows),
        "ptr": lambda _, rows: [-1] * len(rows),
        "npreleased": lambda _, rows: [row.npages * (not isinstance(row, MSpan) and row.given_back) for row in rows],
    }


def _has_slots(s: MSpan) -> bool:
    """Whether it is in use for objects, and cut; halfway in a command a span may not be yet."""
    return s.state == MSPAN_IN_USE and s.nelems > 0
