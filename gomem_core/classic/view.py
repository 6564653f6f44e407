"""The heap as others may see it: read-only, by address or by rows, nothing copied but what is asked for.

Spans are looked up in view_spans.py, slots and words in view_slots.py, lists and caches in view_lists.py; here are the sums.
Panes, `show` and lessons read the heap through this and never touch the allocator itself.  What is returned are small frozen
records.  Addresses and sizes are bytes; pages are numbered from the start of the arena.
"""

from gomem_core.classic.foresight import Foresight
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mspan import MSPAN_IN_USE
from gomem_core.classic.mstats import MStats
from gomem_core.classic.view_lists import ListView
from gomem_core.classic.view_slots import SlotView
from gomem_core.go.amd64 import ARENA_SIZE, BITMAP_BYTES_PER_ARENA_BYTE, PAGE_SHIFT, PTR_SIZE
from gomem_core.world.records import MemStats, Region


class HeapView(SlotView, ListView):
    """Read-only access to one heap; what an allocation would find is in `ahead`."""

    def __init__(self, heap: Heap) -> None:
        super().__init__(heap)
        self.ahead = Foresight(heap)

    @property
    def central_locks(self) -> int:
        return sum([c.nlock for c in self._heap.central])  # a generator would be a call for each

    @property
    def stats(self) -> MStats:
        return self._heap.stats

    def mem_stats(self) -> MemStats:
        return self._heap.mem_stats()

    @property
    def arena(self) -> tuple[int, int]:
        return self._heap.mheap.arena_start, self._heap.mheap.arena_used

    @property
    def pages(self) -> int:
        return (self._heap.mheap.arena_used - self._heap.mheap.arena_start) >> PAGE_SHIFT

    @property
    def gcpercent(self) -> int:
        return self._heap.gc.gcpercent

    @property
    def sweepgen(self) -> int:
        return self._heap.mheap.sweepgen

    @property
    def sweepdone(self) -> bool:
        return self._heap.mheap.sweepdone

    @property
    def unswept_count(self) -> int:
        h = self._heap.mheap
        return len({s.ptr for s in h.unswept_spans() if s.state == MSPAN_IN_USE and s.sweepgen == h.sweepgen - 2})

    def layout(self) -> list[Region]:
        h = self._heap.mheap
        bitmap_start = h.arena_start - ARENA_SIZE // BITMAP_BYTES_PER_ARENA_BYTE
        used_spans = h.spans_start + h.spans_len * PTR_SIZE
        arena_end = h.arena_start + ARENA_SIZE
        return [
            Region("environment, arguments", *(0x7FFFFFFFE000, 0x7FFFFFFFF000) * 2, "", "set up by the kernel at start"),
            Region("stack", 0x7FFFFF7FF000, 0x7FFFFFFFE000, 0x7FFFFFFDD000, 0x7FFFFFFFE000, "down", "of the first thread"),
            Region("heap: arena", h.arena_start, arena_end, h.arena_start, h.arena_used, "up", "the objects, in 8 KB pages"),
            Region(
                *("heap: bitmap", bitmap_start, h.arena_start, h.arena_start - h.bitmap_mapped, h.arena_start, "down"),
                "2 bits a word: may it hold a pointer?",
            ),
            Region("heap: spans", h.spans_start, bitmap_start, h.spans_start, used_spans, "up", "page → mspan, 8 bytes a page"),
            Region("globals", *(0x548000, 0x5BE000) * 2, "", "data and bss; objects of size 0 all live at one address here"),
            Region("code", *(0x400000, 0x548000) * 2, "", "the program and the Go runtime"),
        ]
