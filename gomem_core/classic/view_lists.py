"""The lists on which the spans of a heap hang, as others may see them; see view.py."""

from gomem_core.classic.malloc import Heap
from gomem_core.classic.mspan import MSpan, MSpanList
from gomem_core.classic.view_spans import SpanView, bases_from
from gomem_core.world.lengths import by_length
from gomem_core.world.records import CentralInfo, SpanInfo


class ListView:
    """Read-only access to mcentrals and free lists."""

    def __init__(self, heap: Heap, spans: SpanView) -> None:
        self._heap = heap
        self._spans = spans

    def central(self, spanclass: int) -> CentralInfo:
        c = self._heap.central[spanclass]
        return CentralInfo(spanclass, (c.nonempty.count, c.empty.count), c.nmalloc, c.nlock)

    def asked(self) -> list[int]:
        return [c.spanclass for c in self._heap.central if c.nlock]  # a record of each would take ten times as long

    def chain(self, spanclass: int, name: str, limit: int = 1 << 60) -> list[int]:
        return bases_from(self._central_list(spanclass, name).first, limit)

    def last(self, spanclass: int, name: str) -> int:
        s = self._central_list(spanclass, name).last
        return 0 if s is None else s.start_addr

    def _central_list(self, spanclass: int, name: str) -> MSpanList:
        c = self._heap.central[spanclass]
        return {"nonempty": c.nonempty, "empty": c.empty}[name]

    def place(self, base: int, limit: int) -> int:
        s = self._spans.mspan(base)
        if s.in_list is None:
            return 0
        ahead: MSpan | None = s
        behind: MSpan | None = s
        for steps in range(limit):
            ahead, behind = ahead and ahead.prev, behind and behind.next
            if ahead is None:
                return steps + 1
            if behind is None:
                return s.in_list.count - steps
        return 0

    def free_lists(self) -> list[tuple[int, int]]:
        return [(n, free.count) for n, free in enumerate(self._heap.mheap.free) if free.count]

    def free_list(self, npages: int, limit: int = 1 << 60) -> list[int]:
        return bases_from(self._heap.mheap.free[npages].first, limit)

    def free_large(self) -> list[SpanInfo]:
        return [self._spans.info(s) for s in self._heap.mheap.freelarge.spans()]

    def free_large_lengths(self, most: int) -> list[tuple[int, int, int]]:
        return by_length(((s.npages, s.start_addr) for s in self._heap.mheap.freelarge.by_length()), most)
