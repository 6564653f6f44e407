"""The queues in which the spans of a heap wait, and its free pages by length, as others may see them; see view.py."""

from gomem_core.go.amd64 import PAGE_SHIFT
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
        c, waits = self._heap.central[spanclass], self._spans.is_waiting_in_queue
        partial_unswept, full_unswept = (sum(map(waits, queue)) if queue else 0 for queue in (c.partial_unswept, c.full_unswept))
        return CentralInfo(spanclass, (len(c.partial_swept), partial_unswept, len(c.full_swept), full_unswept), None, None)

    def asked(self) -> list[int]:
        return [c.spanclass for c in self._heap.central if self.central(c.spanclass).asked]

    def chain(self, spanclass: int, name: str, limit: int = 1 << 60) -> list[int]:
        return [s.start_addr for s in self._spans.queue(spanclass, name)[:limit]]

    def last(self, spanclass: int, name: str) -> int:
        found = self._spans.queue(spanclass, name)
        return found[-1].start_addr if found else 0

    def place(self, base: int, limit: int) -> int:
        s = self._spans.in_use(base)
        name = "" if s is None else self._spans.list_name(s)
        if s is None or not name:
            return 0
        waiting = self._spans.queue(s.spanclass, name)
        place = waiting.index(s) + 1
        return place if place <= limit or len(waiting) - place < limit else 0

    def free_lists(self) -> list[tuple[int, int]]:
        return [(npages, len(bases)) for npages, bases in sorted(self._free_runs().items())]

    def free_list(self, npages: int, limit: int = 1 << 60) -> list[int]:
        return self._free_runs().get(npages, [])[:limit]

    def _free_runs(self) -> dict[int, list[int]]:
        """Bases of the longest stretches of free pages that every P can take, by their length."""
        if self._version != self._heap.mheap.version:
            self._lengths = {}
            start = end = 0
            for info in self._spans.each():
                is_free = info.state == "free" and info.cached_by == -1 and not info.list_name
                if not is_free or info.base != end:
                    self._note(start, end)
                    start = info.base
                end = info.base + info.nbytes if is_free else start
            self._note(start, end)
            self._version = self._heap.mheap.version
        return self._lengths

    def _note(self, start: int, end: int) -> None:
        if end > start:
            self._lengths.setdefault((end - start) >> PAGE_SHIFT, []).append(start)

    def free_large(self) -> list[SpanInfo]:
        return []

    def free_large_lengths(self, most: int) -> list[tuple[int, int, int]]:  # noqa: ARG002 -- the heap has no list of them
        return []
