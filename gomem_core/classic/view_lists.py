"""The lists on which the spans of a heap hang, as others may see them; see view.py."""

from typing import Literal

from gomem_core.classic.malloc import Heap
from gomem_core.classic.mspan import MSpan
from gomem_core.classic.view_spans import SpanView, bases_from
from gomem_core.world.records import CentralInfo, SpanInfo


class ListView:
    """Read-only access to mcentrals and free lists."""

    def __init__(self, heap: Heap, spans: SpanView) -> None:
        self._heap = heap
        self._spans = spans

    def mcentrals(self) -> dict[int, CentralInfo]:
        return {spanclass: self.central(spanclass) for spanclass in range(len(self._heap.central))}

    def central(self, spanclass: int) -> CentralInfo:
        c = self._heap.central[spanclass]
        return CentralInfo(spanclass, c.nonempty.count, c.empty.count, c.nmalloc, c.nlock)

    def chain(self, spanclass: int, which: Literal["nonempty", "empty"], limit: int = 1 << 60) -> list[int]:
        c = self._heap.central[spanclass]
        return bases_from((c.nonempty if which == "nonempty" else c.empty).first, limit)

    def last(self, spanclass: int, which: Literal["nonempty", "empty"]) -> int:
        c = self._heap.central[spanclass]
        s = (c.nonempty if which == "nonempty" else c.empty).last
        return 0 if s is None else s.start_addr

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
        found: dict[int, tuple[int, int]] = {}
        for n, s in enumerate(self._heap.mheap.freelarge.by_length()):
            if n == most:
                if len(found) > 1:
                    found.popitem()
                break
            count, base = found.get(s.npages, (0, s.start_addr))
            found[s.npages] = count + 1, base
        return [(npages, count, base) for npages, (count, base) in found.items()]
