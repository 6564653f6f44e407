"""What lies in the spans of a heap, as others may see it: slots, words and their bits; see view.py."""

from gomem_core.both.view_slots import SlotView
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mbitmap import bitmap_fill
from gomem_core.classic.mspan import MSpan
from gomem_core.classic.view_spans import SpanView
from gomem_core.go.versions import GO_1_10
from gomem_core.world.records import PtrWords


class ClassicSlots(SlotView[MSpan]):
    """Read-only access to slots and words."""

    def __init__(self, heap: Heap, spans: SpanView) -> None:
        super().__init__(heap, spans, GO_1_10)
        self._heap = heap

    def waits(self, s: MSpan) -> bool:
        return s.sweepgen != self._heap.mheap.sweepgen

    def waiting(self, spans: list[MSpan]) -> list[bool]:
        h = self._heap.mheap
        return [] if h.sweepdone else [s.sweepgen != h.sweepgen for s in spans]

    def runs(self, s: MSpan) -> PtrWords:
        found = s.words_now()
        return bitmap_fill(s) != 0 if found is None else found
