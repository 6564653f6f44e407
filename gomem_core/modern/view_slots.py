"""What lies in the spans of a heap, as others may see it: slots, words and their bits; see view.py."""

from gomem_core.both.view_slots import SlotView
from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mbitmap import object_mask
from gomem_core.modern.mspan import MSpan
from gomem_core.modern.view_spans import SpanView
from gomem_core.world.records import PtrWords


class ModernSlots(SlotView[MSpan]):
    """Read-only access to slots and words."""

    def __init__(self, heap: Heap, spans: SpanView) -> None:
        super().__init__(heap, spans, heap.profile)
        self._waits = spans.waits

    def waits(self, s: MSpan) -> bool:
        return self._waits(s)

    def runs(self, s: MSpan) -> PtrWords:
        if s.ptr_masks:
            return self._bits(s)
        found = s.words_now()
        return not s.spanclass & 1 if found is None else found

    def _bits(self, s: MSpan) -> bytes:
        """A bit for each word of a span, in which pointers of some slots are no run."""
        words, header = s.elemsize // PTR_SIZE, int(self._profile.has_header(s.spanclass))
        bits = 0
        for index in range(s.nelems - 1, -1, -1):
            bits = bits << words | object_mask(s, index) << header
        return bits.to_bytes(-(-s.nbytes // PTR_SIZE // 8), "little")
