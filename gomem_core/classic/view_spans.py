"""The spans of a heap as others may see them: by address and in address order; see view.py."""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator

from gomem_core.classic.malloc import Heap
from gomem_core.classic.mspan import MSPAN_FREE, MSPAN_IN_USE, MSpan
from gomem_core.go.amd64 import MAX_MHEAP_LIST, PAGE_MASK, PAGE_SHIFT
from gomem_core.go.events import Event, Grow, SpanMerge, SpanSplit
from gomem_core.world.records import SpanColumns, SpanInfo, State


class SpanView:
    """Span borders are indexed when they changed, then every look-up is a bisection."""

    def __init__(self, heap: Heap) -> None:
        self._heap = heap
        self._version = -1
        self._bases: list[int] = []

    def exchanged(self, bases: list[int]) -> None:
        """Another heap stands in the place of the one that was seen; its spans begin at `bases`, in address order."""
        self._bases = bases
        self._version = self._heap.mheap.version

    def follow(self, event: Event) -> None:
        """Keep the index up to date from the heap's own narration instead of building it anew after each change."""
        if self._version != self._heap.mheap.version - 1:
            return
        match event:
            case SpanSplit():
                insort(self._bases, event.rest_base)
            case SpanMerge():
                gone = event.other_base
                if gone == event.base:  # the one before: the border between the two is the one that goes
                    gone += event.other_npages << PAGE_SHIFT
                del self._bases[bisect_left(self._bases, gone)]
            case Grow():
                self._bases.append(event.base)
            case _:
                return
        self._version += 1

    @property
    def count(self) -> int:
        return len(self._index())

    def rows(self, start: int = 0, stop: int | None = None) -> list[SpanInfo]:
        return [self.info(self.mspan(base)) for base in self._index()[start:stop]]

    def each(self) -> Iterator[SpanInfo]:
        return (self.info(self.mspan(base)) for base in self._index())

    def columns(self) -> SpanColumns:
        spans = self.mspans()
        h = self._heap.mheap
        used = [has_slots(s) for s in spans]
        both = list(zip(spans, used, strict=True))
        return SpanColumns(
            base=array("Q", [s.start_addr for s in spans]),
            npages=array("q", [s.npages for s in spans]),
            state=tuple([_state(s, u) for s, u in both]),
            spanclass=array("q", [s.spanclass if u else 0 for s, u in both]),
            elemsize=array("q", [s.elemsize if u else 0 for s, u in both]),
            nelems=array("q", [s.nelems if u else 0 for s, u in both]),
            alloc_count=array("q", [s.alloc_count if u else 0 for s, u in both]),
            freeindex=array("q", [s.freeindex if u else 0 for s, u in both]),
            sweepgen=array("q", [s.sweepgen for s in spans]),
            swept=tuple([not u or s.sweepgen == h.sweepgen for s, u in both]),
            cached_by=array("q", [self._cached_by(s) if u and s.incache else -1 for s, u in both]),
            list_name=tuple(map(self._list_name, spans)),
            next_base=array("Q", [s.next.start_addr if s.next is not None else 0 for s in spans]),
            prev_base=array("Q", [s.prev.start_addr if s.prev is not None else 0 for s in spans]),
            needzero=tuple([s.needzero != 0 for s in spans]),
            npreleased=array("q", [s.npreleased for s in spans]),
            unusedsince=array("q", [s.unusedsince for s in spans]),
            ptr=array("Q", [s.ptr for s in spans]),
        )

    def at(self, addr: int) -> SpanInfo | None:
        h = self._heap.mheap
        if not h.arena_start <= addr < h.arena_used:
            return None
        bases = self._index()
        return self.info(self.mspan(bases[bisect_right(bases, addr) - 1]))

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

    def left_over(self) -> list[tuple[int, int, int]]:
        h = self._heap.mheap
        found: list[tuple[int, int, int]] = []
        for s in self.mspans():
            if s.state == MSPAN_FREE and s.npages > 2:
                first = h.page_of(s.start_addr)
                found += h.spans.runs(first + 1, s.npages - 2)
        return found

    def mspans(self) -> list[MSpan]:
        """Returns all mspans of the arena, in address order."""
        return [self.mspan(base) for base in self._index()]

    def _index(self) -> list[int]:
        h = self._heap.mheap
        if self._version != h.version:
            self._bases = [s.start_addr for s in h.all_spans()]
            self._version = h.version
        return self._bases

    def mspan(self, base: int) -> MSpan:
        """Returns the mspan that holds `base`.  Raises KeyError outside the used arena."""
        s = self._heap.mheap.spans.get(self._heap.mheap.page_of(base))
        if s is None:
            raise KeyError(base)
        return s

    def info(self, s: MSpan) -> SpanInfo:
        """Returns the record of an mspan."""
        h = self._heap.mheap
        in_use = has_slots(s)
        return SpanInfo(
            base=s.start_addr,
            npages=s.npages,
            state=_state(s, in_use),
            spanclass=s.spanclass if in_use else 0,
            elemsize=s.elemsize if in_use else 0,
            nelems=s.nelems if in_use else 0,
            alloc_count=s.alloc_count if in_use else 0,
            freeindex=s.freeindex if in_use else 0,
            sweepgen=s.sweepgen,
            swept=not in_use or s.sweepgen == h.sweepgen,
            cached_by=self._cached_by(s) if in_use and s.incache else -1,
            list_name=self._list_name(s),
            next_base=s.next.start_addr if s.next is not None else 0,
            prev_base=s.prev.start_addr if s.prev is not None else 0,
            needzero=bool(s.needzero),
            npreleased=s.npreleased,
            unusedsince=s.unusedsince,
            ptr=s.ptr,
        )

    def _cached_by(self, s: MSpan) -> int:
        """The P that has it cached; -1 where it is on its way to one."""
        return next((c.p for c in self._heap.mcaches if c.alloc[s.spanclass] is s), -1)

    def _list_name(self, s: MSpan) -> str:
        """The list that really holds it: halfway in a command a span may hang on none."""
        if s.in_list is not None:
            name = s.in_list.name
            return name[name.rfind(".") + 1 :]
        large = s.state == MSPAN_FREE and s.npages >= MAX_MHEAP_LIST and self._heap.mheap.freelarge.holds(s)
        return "freelarge" if large else ""

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


def _state(s: MSpan, in_use: bool) -> State:
    return "inuse" if in_use else "free" if s.state == MSPAN_FREE else "manual"


def has_slots(s: MSpan) -> bool:
    """Whether it is in use for objects; while the arena grows, the new span only pretends to be (see grow in mheap.py)."""
    return s.state == MSPAN_IN_USE and s.elemsize > 0
