"""What lies in the spans of a heap, as others may see it: slots, words and their bits; see view.py."""

from typing import Final

from gomem_core.classic.malloc import Heap
from gomem_core.classic.mbitmap import read_bits
from gomem_core.classic.mspan import MSpan
from gomem_core.classic.view_spans import SpanView
from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.sizeclasses import CLASSES
from gomem_core.world.records import SlotInfo, SlotState, WordInfo

_FULL: Final = [((1 << n) - 1).to_bytes((n + 7) >> 3, "little") for n in range(max(c.nelems for c in CLASSES) + 1)]


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
        unswept = s.sweepgen != self._heap.mheap.sweepgen
        found: list[SlotInfo] = []
        for i in range(start, min(s.nelems, s.nelems if stop is None else stop)):
            allocated = s.is_allocated(i)
            marked = s.gcmark_bits >> i & 1 == 1
            state: SlotState = "free"
            if allocated:
                state = "dead" if unswept and not marked else "allocated"
            addr = s.start_addr + i * s.elemsize
            found.append(SlotInfo(i, addr, state, allocated, s.alloc_bits >> i & 1 == 1, marked, s.root_bits >> i & 1 == 1))
        return found

    def at(self, addr: int) -> SlotInfo | None:
        info = self._spans.at(addr)
        if info is None or not info.elemsize:
            return None
        index = (addr - info.base) // info.elemsize
        return next(iter(self.rows(info.base, index, index + 1)), None)

    def elemsize_at(self, addr: int) -> int:
        info = self._spans.at(addr)
        return info.elemsize if info is not None else 0

    def words(self, addr: int, count: int) -> list[WordInfo]:
        info = self._spans.at(addr)
        s = None if info is None else self._spans.in_use(info.base)
        if info is None or s is None:
            return []
        h = self._heap.mheap
        first = (addr - s.start_addr) // PTR_SIZE
        count = min(count, info.nbytes // PTR_SIZE - first)
        stored = s.pointers or {}
        found: list[WordInfo] = []
        for word, digit in enumerate(read_bits(s, first, count), first):
            at = s.start_addr + word * PTR_SIZE
            in_slot = (at - s.start_addr) % s.elemsize // PTR_SIZE
            value = stored.get((at - s.start_addr) // s.elemsize, {}).get(in_slot, 0) if stored else 0
            arena_word = (at - h.arena_start) // PTR_SIZE
            byte_addr = h.arena_start - arena_word // 4 - 1
            found.append(WordInfo(at, digit & 1 == 1, digit & 2 == 2, byte_addr, arena_word % 4, value))
        return found

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
