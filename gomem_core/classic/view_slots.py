"""What lies in the spans of a heap, as others may see it: slots, words and their bits; see view.py."""

from array import array
from typing import Final

from gomem_core.classic.malloc import Heap
from gomem_core.classic.mbitmap import bitmap_fill
from gomem_core.classic.mspan import MSpan
from gomem_core.classic.view_spans import SpanView, has_slots
from gomem_core.go.sizeclasses import CLASSES
from gomem_core.go.versions import GO_1_10
from gomem_core.world.records import PtrWords, SlotColumns, SlotInfo, WordInfo
from gomem_core.world.slotrows import SpanBits, slot_at, slot_rows, word_rows

_FULL: Final = [((1 << n) - 1).to_bytes((n + 7) >> 3, "little") for n in range(max(c.nelems for c in CLASSES) + 1)]
_NO_BITS: Final = (0, 0, 0, 0, False)


class SlotView:
    """Read-only access to slots and words."""

    def __init__(self, heap: Heap, spans: SpanView) -> None:
        self._heap = heap
        self._spans = spans

    def bits(self, base: int) -> tuple[int, int, int]:
        s = self._spans.in_use(base)
        return (0, 0, 0) if s is None else (s.alloc_bits, s.alloc_cache, s.gcmark_bits)

    def rows(self, base: int, start: int = 0, stop: int | None = None) -> list[SlotInfo]:
        s = self._spans.in_use(base)
        if s is None:
            return []
        return slot_rows(self._spans.info(s), SpanBits(s.alloc_bits, s.gcmark_bits, s.root_bits), start, stop)

    def at(self, addr: int) -> SlotInfo | None:
        return slot_at(addr, self._spans.at(addr), self.rows)

    def elemsize_at(self, addr: int) -> int:
        info = self._spans.at(addr)
        return info.elemsize if info is not None else 0

    def words(self, addr: int, count: int) -> list[WordInfo]:
        info = self._spans.at(addr)
        s = None if info is None else self._spans.in_use(info.base)
        if info is None or s is None:
            return []
        return word_rows(info, addr, count, _runs(s), s.pointers or {}, GO_1_10, self._heap.mheap.arena_start)

    def columns(self) -> SlotColumns:
        bits = [
            (s.alloc_bits, s.alloc_cache, s.gcmark_bits, s.root_bits, _copied(s)) if has_slots(s) else _NO_BITS
            for s in self._spans.mspans(0, None)
        ]
        return SlotColumns(*zip(*bits, strict=True)) if bits else SlotColumns((), (), (), (), ())

    def sets(self, base: int) -> tuple[int, int] | None:
        s = self._spans.in_use(base)
        if s is None:
            return None
        allocated = s.allocated_bits()
        return allocated, allocated if s.sweepgen == self._heap.mheap.sweepgen else allocated & s.gcmark_bits

    def set_bytes(self, start: int, stop: int) -> tuple[bytes, bytes]:
        spans, sweepgen = self._spans.mspans(start, stop), self._heap.mheap.sweepgen
        allocated = [_FULL[s.nelems] if s.freeindex == s.nelems else _bytes_of(s, s.allocated_bits()) for s in spans]
        joined = b"".join(allocated)
        if {s.sweepgen for s in spans if s.nelems} <= {sweepgen}:
            return joined, joined
        live = [
            taken if s.sweepgen == sweepgen else _bytes_of(s, s.allocated_bits() & s.gcmark_bits)
            for s, taken in zip(spans, allocated, strict=True)
        ]
        return joined, b"".join(live)

    def base_of(self, addr: int) -> int:
        s = self._heap.mheap.span_of(addr)
        return 0 if s is None else s.start_addr + s.object_index(addr) * s.elemsize

    @property
    def zerobase(self) -> int:
        return self._heap.zerobase


def _bytes_of(s: MSpan, bits: int) -> bytes:
    return bits.to_bytes((s.nelems + 7) >> 3, "little")


def _runs(s: MSpan) -> PtrWords:
    """What the heap bitmap says of a span in use."""
    return bitmap_fill(s) != 0 if s.ptr_words is None else s.ptr_words


def _copied(s: MSpan) -> PtrWords:
    """The same, to be kept: a bool or an array of its own."""
    runs = _runs(s)
    return runs[:] if isinstance(runs, array) else runs
