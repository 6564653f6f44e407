"""The queues in which the spans of a heap wait, and its free pages by length, as others may see them; see view.py."""

import sys
from itertools import islice

from gomem_core.modern.freepages import stretches
from gomem_core.modern.malloc import Heap
from gomem_core.modern.view_spans import SpanView
from gomem_core.world.records import CentralInfo, SpanInfo


class ListView:
    """Read-only access to mcentrals and to stretches of free pages."""

    def __init__(self, heap: Heap, spans: SpanView) -> None:
        self._heap = heap
        self._spans = spans
        self._names = heap.profile.central_names
        self._version = -1
        self._lengths: dict[int, list[int]] = {}

    def central(self, spanclass: int) -> CentralInfo:
        c = self._heap.central[spanclass]
        queues = (c.partial_swept, c.partial_unswept, c.full_swept, c.full_unswept)
        return CentralInfo(spanclass, tuple([len(queue) - queue.stale for queue in queues]), None, None)

    def asked(self) -> list[int]:
        return [c.spanclass for c in self._heap.central if self.central(c.spanclass).asked]

    def chain(self, spanclass: int, name: str, limit: int = 1 << 60) -> list[int]:
        return [s.start_addr for s in islice(self._spans.queue(spanclass, name), min(limit, sys.maxsize))]

    def last(self, spanclass: int, name: str) -> int:
        base = 0
        for s in self._spans.queue(spanclass, name):
            base = s.start_addr
        return base

    def place(self, base: int, limit: int) -> int:
        s = self._spans.in_use(base)
        return 0 if s is None else self._spans.place(s, limit)

    def free_lists(self) -> list[tuple[int, int]]:
        return [(npages, len(bases)) for npages, bases in sorted(self._free_runs().items())]

    def free_list(self, npages: int, limit: int = 1 << 60) -> list[int]:
        return self._free_runs().get(npages, [])[:limit]

    def _free_runs(self) -> dict[int, list[int]]:
        """Bases of the longest stretches of free pages that every P can take, by their length."""
        h = self._heap.mheap
        if self._version != h.version:
            self._lengths = {}
            start = end = 0
            for stretch in stretches(h, 0, h.pages.npages):
                if stretch.cached_by >= 0 or stretch.is_padding:
                    continue
                if stretch.page != end:
                    self._note(start, end)
                    start = stretch.page
                end = stretch.page + stretch.npages
            self._note(start, end)
            self._version = h.version
        return self._lengths

    def _note(self, start: int, end: int) -> None:
        if end > start:
            self._lengths.setdefault(end - start, []).append(self._heap.mheap.pages.address(start))

    def free_large(self) -> list[SpanInfo]:
        return []

    def free_large_lengths(self, most: int) -> list[tuple[int, int, int]]:  # noqa: ARG002 -- the heap has no list of them
        return []
