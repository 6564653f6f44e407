"""The spans of a heap as others may see them: by address and in address order; see view.py."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from struct import pack
from typing import Final

from gomem_core.both.slots import MSPAN_IN_USE, alloc_counts
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mspan import MSPAN_FREE, MSpan, MSpanList
from gomem_core.go.amd64 import MAX_MHEAP_LIST, PAGE_MASK, PAGE_SHIFT
from gomem_core.go.events import Event, Grow, SpanMerge, SpanSplit
from gomem_core.world.records import STATES, SpanField, SpanInfo

_LARGE: Final = "freelarge"
_BORDERS: Final = frozenset({SpanSplit, SpanMerge, Grow})  # events after which spans begin elsewhere
_IN_USE, _FREE, _MANUAL = (STATES.index(state) for state in ("inuse", "free", "manual"))


class SpanView:
    """Span borders are indexed when they changed, then every look-up is a bisection."""

    def __init__(self, heap: Heap) -> None:
        self._heap = heap
        self._version = -1
        self._bases = array("q")
        self._mspans: list[MSpan] = []  # of those at the first of these bases; after an exchange, as far as they were needed
        all_lists = [*heap.mheap.free, *heap.mheap.busy, heap.mheap.busylarge]
        all_lists += [spans for c in heap.central for spans in (c.nonempty, c.empty)]
        self.list_names = tuple(sorted({"", _LARGE, *map(_short, all_lists)}))
        self._list_numbers = {spans: self.list_names.index(_short(spans)) for spans in all_lists}

    def exchanged(self, bases: array[int]) -> None:
        """Another heap stands in the place of the one that was seen; its spans begin at `bases`, in address order."""
        self._bases, self._mspans = bases, []
        self._version = self._heap.mheap.version

    def follow(self, event: Event) -> None:
        """Keep the index up to date from the heap's own narration instead of building it anew after each change."""
        if type(event) not in _BORDERS or self._version != self._heap.mheap.version - 1:
            return
        match event:
            case SpanSplit():
                self._begins(event.rest_base)
            case SpanMerge():
                gone = event.other_base
                if gone == event.base:  # the one before: the border between the two is the one that goes
                    gone += event.other_npages << PAGE_SHIFT
                at = bisect_left(self._bases, gone)
                del self._bases[at], self._mspans[at : at + 1]
                if at <= len(self._mspans):
                    self._mspans[at - 1] = self.mspan(event.base)
            case Grow():
                self._begins(event.base)
            case _:
                return
        self._version += 1

    def _begins(self, base: int) -> None:
        """A new span begins here."""
        at = bisect_left(self._bases, base)
        self._bases.insert(at, base)
        if at <= len(self._mspans):
            self._mspans.insert(at, self.mspan(base))

    @property
    def count(self) -> int:
        return len(self._index())

    def rows(self, start: int = 0, stop: int | None = None, step: int = 1) -> list[SpanInfo]:
        if step == 1:
            return [self.info(s) for s in self.mspans(start, stop)]
        numbers = range(*slice(start, stop, step).indices(self.count))
        return [self.info(s) for n in numbers for s in self.mspans(n, n + 1)]

    def each(self) -> Iterator[SpanInfo]:
        return (self.info(self.mspan(base)) for base in self._index())

    def at(self, addr: int) -> SpanInfo | None:
        h = self._heap.mheap
        if not h.arena_start <= addr < h.arena_used:
            return None
        bases, known = self._index(), self._mspans
        number = bisect_right(bases, addr) - 1
        return self.info(known[number] if number < len(known) else self.mspan(bases[number]))

    def number(self, base: int) -> int:
        h = self._heap.mheap
        if not h.arena_start <= base < h.arena_used:
            return -1
        return bisect_right(self._index(), base) - 1

    def entry(self, page: int) -> tuple[int, bool]:
        s = self._heap.mheap.spans.get(page)
        if s is None:
            return 0, False
        h = self._heap.mheap
        true = self.at(h.arena_start + (page << PAGE_SHIFT))
        edge = true is not None and true.ptr == s.ptr
        if edge and s.state == MSPAN_FREE:
            first = h.page_of(s.start_addr)
            edge = page in (first, first + s.npages - 1)
        return s.start_addr, edge

    def disputed(self, base: int) -> str:  # noqa: ARG002 -- nothing in this heap contradicts itself
        return ""

    def left_over(self) -> list[tuple[int, int, int]]:
        h = self._heap.mheap
        found: list[tuple[int, int, int]] = []
        for s in self.mspans(0, None):
            if s.state == MSPAN_FREE and s.npages > 2:
                first = h.page_of(s.start_addr)
                found += h.spans.runs(first + 1, s.npages - 2)
        return found

    def _index(self) -> array[int]:
        h = self._heap.mheap
        if self._version != h.version:
            self._mspans = h.all_spans()
            self._bases = array("q", [s.start_addr for s in self._mspans])
            self._version = h.version
        return self._bases

    def mspans(self, start: int, stop: int | None) -> list[MSpan]:
        """Returns the mspans number start to stop."""
        bases, known = self._index(), self._mspans
        stop = len(bases) if stop is None else stop
        if len(known) < stop:
            get, arena = self._heap.mheap.spans.get, self._heap.mheap.arena_start
            found = [get((base - arena) >> PAGE_SHIFT) for base in bases[len(known) : stop]]
            known += [s for s in found if s is not None]  # all are there
        return known[start:stop]

    def column(self, name: SpanField, start: int = 0, stop: int | None = None) -> memoryview:
        if name == "base":
            return memoryview(self._index()[start:stop])
        found = self._COLUMNS[name](self, self.mspans(start, stop))
        return memoryview(pack(f"{len(found)}q", *found)).cast("q")  # in half the time that an array takes

    # Loops of their own, since info() takes ten times as long for a field; `has_slots` and `is_full` are written out in them.

    def _states(self, spans: list[MSpan]) -> list[int]:
        return [_IN_USE if has_slots(s) else _FREE if s.state == MSPAN_FREE else _MANUAL for s in spans]

    def _cached_by(self, spans: list[MSpan]) -> list[int]:
        return [self._cache_of(s) if s.incache else -1 for s in spans]

    def _swept(self, spans: list[MSpan]) -> list[int]:
        sweepgen = self._heap.mheap.sweepgen
        return [s.sweepgen == sweepgen or not has_slots(s) for s in spans]

    def _lists(self, spans: list[MSpan]) -> list[int]:
        numbers, none, large = self._list_numbers, self.list_names.index(""), self.list_names.index(_LARGE)
        return [
            numbers[s.in_list] if s.in_list is not None else large if s.state == MSPAN_FREE and self._is_large(s) else none
            for s in spans
        ]

    _COLUMNS: Final[dict[SpanField, Callable[[SpanView, list[MSpan]], list[int]]]] = {
        "npages": lambda _, spans: [s.npages for s in spans],
        "state": _states,
        # Who has no slots has 0 of these.
        "spanclass": lambda _, spans: [s.spanclass for s in spans],
        "elemsize": lambda _, spans: [s.elemsize for s in spans],
        "nelems": lambda _, spans: [s.nelems for s in spans],
        "alloc_count": lambda _, spans: alloc_counts(spans),
        "sweepgen": lambda _, spans: [s.sweepgen for s in spans],
        "cached_by": _cached_by,
        "list_name": _lists,
        "npreleased": lambda _, spans: [s.npreleased for s in spans],
        "freeindex": lambda _, spans: [s.freeindex if s.state == MSPAN_IN_USE and s.elemsize else 0 for s in spans],
        "swept": _swept,
        "next_base": lambda _, spans: [s.next.start_addr if s.next is not None else 0 for s in spans],
        "prev_base": lambda _, spans: [s.prev.start_addr if s.prev is not None else 0 for s in spans],
        "needzero": lambda _, spans: [s.needzero for s in spans],
        "unusedsince": lambda _, spans: [s.unusedsince for s in spans],
        "ptr": lambda _, spans: [s.ptr for s in spans],
    }

    def mspan(self, base: int) -> MSpan:
        """Returns the mspan that holds `base`.  Raises KeyError outside the used arena."""
        s = self._heap.mheap.spans.get(self._heap.mheap.page_of(base))
        if s is None:
            raise KeyError(base)
        return s

    def info(self, s: MSpan) -> SpanInfo:
        """Returns the record of an mspan."""
        in_use = has_slots(s)
        return SpanInfo(  # by place: to name all fields takes four times as long, and a step looks at some fifty spans
            s.start_addr,
            s.npages,
            "inuse" if in_use else "free" if s.state == MSPAN_FREE else "manual",
            s.spanclass if in_use else 0,
            s.elemsize if in_use else 0,
            s.nelems if in_use else 0,
            s.alloc_count if in_use else 0,
            s.freeindex if in_use else 0,
            s.sweepgen,
            not in_use or s.sweepgen == self._heap.mheap.sweepgen,  # swept
            self._cache_of(s) if s.incache else -1,
            self._list_name(s),
            s.next.start_addr if s.next is not None else 0,
            s.prev.start_addr if s.prev is not None else 0,
            bool(s.needzero),
            s.npreleased,
            s.unusedsince,
            s.ptr,
        )

    def _cache_of(self, s: MSpan) -> int:
        """The P whose mcache holds it; -1 for none, also where it is on its way there."""
        if not has_slots(s):
            return -1
        return next((c.p for c in self._heap.mcaches if c.alloc[s.spanclass] is s), -1)

    def _list_name(self, s: MSpan) -> str:
        """The list that really holds it: halfway in a command a span may hang on none."""
        if s.in_list is not None:
            return self.list_names[self._list_numbers[s.in_list]]
        return _LARGE if s.state == MSPAN_FREE and self._is_large(s) else ""

    def _is_large(self, s: MSpan) -> bool:
        """Whether a free span is among the large ones."""
        return s.npages >= MAX_MHEAP_LIST and self._heap.mheap.freelarge.holds(s)

    def slotted(self, start: int, stop: int | None) -> list[MSpan | None]:
        """Returns the mspans number start to stop, None for one without slots."""
        return [s if s.state == MSPAN_IN_USE and s.elemsize else None for s in self.mspans(start, stop)]  # has_slots

    def all_in_use(self) -> list[MSpan]:
        """Returns every span in use: the stacks of swept and unswept ones together have them, some of them twice."""
        stacks = self._heap.mheap.sweep_spans
        return list({s.ptr: s for stack in stacks for s in stack if s.state == MSPAN_IN_USE}.values())

    def in_use(self, base: int) -> MSpan | None:
        """Returns the span in use at `base`; not what the system just gave, which halfway in a command is one without slots."""
        h = self._heap.mheap
        if not h.arena_start <= base < h.arena_used or base & PAGE_MASK:
            return None
        s = h.spans.get(h.page_of(base))
        return s if s is not None and has_slots(s) and s.start_addr == base else None


def bases_from(s: MSpan | None, limit: int) -> list[int]:
    """Bases of at most `limit` spans of a list, from span `s` on."""
    found: list[int] = []
    while s is not None and len(found) < limit:
        found.append(s.start_addr)
        s = s.next
    return found


def _short(spans: MSpanList) -> str:
    """The name of a list as records have it: without that of the mcentral."""
    return spans.name.rpartition(".")[2]


def has_slots(s: MSpan) -> bool:
    """Whether it is in use for objects; while the arena grows, the new span only pretends to be (see grow in mheap.py)."""
    return s.state == MSPAN_IN_USE and s.elemsize > 0
