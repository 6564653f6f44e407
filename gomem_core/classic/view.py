"""The heap of Go 1.10 as others may see it: a world (world/world.py), read-only, nothing copied but what is asked for.

Panes, `show` and lessons read the heap through this and never touch the allocator itself.  Each facet has a file of its own; here
are the small ones: slots, caches, sums and extents.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from typing import Final

from gomem_core.both.slots import MSPAN_IN_USE
from gomem_core.both.view_pointers import PointerView
from gomem_core.both.view_slots import SlotView
from gomem_core.classic.foresight import Foresight
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mbitmap import bitmap_fill
from gomem_core.classic.mspan import MSpan
from gomem_core.classic.view_lists import ListView
from gomem_core.classic.view_spans import SpanView
from gomem_core.go.amd64 import ARENA_SIZE, BITMAP_BYTES_PER_ARENA_BYTE, PTR_SIZE
from gomem_core.go.versions import GO_1_10
from gomem_core.world.arenas import Arena, Arenas
from gomem_core.world.facts import SESSION_DOUBTS, Fact
from gomem_core.world.records import McacheInfo, MemStats, PtrWords, Region
from gomem_core.world.world import Kind


class HeapView:
    """Read-only access to one heap; what an allocation would find is in `ahead`."""

    kind: Final[Kind] = "session"

    def __init__(self, heap: Heap) -> None:
        self.profile = GO_1_10
        self.doubts = SESSION_DOUBTS
        self.ahead = Foresight(heap)
        self.spans = SpanView(heap)
        self.slots = ClassicSlots(heap, self.spans)
        self.pointers = PointerView(self.slots, heap.span_of, self.spans.all_in_use)
        self.lists = ListView(heap, self.spans)
        self.caches = CacheView(heap)
        self.sums = SumView(heap)
        self.extents = ExtentView(heap)

    def doubt(self, fact: Fact) -> str:
        """Why a fact is not known; empty where it is, as most are."""
        return self.doubts.get(fact, "")

    def exchanged(self, bases: array[int]) -> None:
        """Another heap stands in the place of the one that was seen; its spans begin at `bases`, in address order."""
        self.spans.exchanged(bases)


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


class CacheView:
    """The mcache of each P."""

    def __init__(self, heap: Heap) -> None:
        self._heap = heap

    def mcaches(self) -> list[McacheInfo]:
        return [
            McacheInfo(
                c.p,
                c is self._heap.mcache,
                c.tiny,
                c.tinyoffset,
                tuple([(i, s.start_addr, s.nelems - s.alloc_count) for i, s in enumerate(c.alloc) if s is not c.emptymspan]),
            )
            for c in self._heap.mcaches
        ]


class SumView:
    """What the runtime counts."""

    def __init__(self, heap: Heap) -> None:
        self._heap = heap
        self.stats: Final = heap.stats

    def mem_stats(self) -> MemStats:
        return self._heap.mem_stats()

    @property
    def central_locks(self) -> int:
        return sum([c.nlock for c in self._heap.central])  # a generator would be a call for each

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


class ExtentView:
    """The one reservation of Go 1.10: spans | bitmap | arena."""

    def __init__(self, heap: Heap) -> None:
        self._heap = heap
        self._arenas = Arenas([Arena(0, 0, 0)])  # as of when it was asked last
        self._laid: tuple[tuple[int, int, int, int], list[Region]] = (
            (0, 0, 0, 0),
            [],
        )  # and of which numbers they are made

    @property
    def arenas(self) -> Arenas:
        h = self._heap.mheap
        seen = self._arenas.parts[0]
        if seen.used != h.arena_used or seen.start != h.arena_start:
            self._arenas = Arenas([Arena(h.arena_start, h.arena_used, h.arena_start + ARENA_SIZE)])
        return self._arenas

    def layout(self) -> list[Region]:
        """The regions, which are asked for at every step and seldom change."""
        h = self._heap.mheap
        numbers = h.arena_start, h.arena_used, h.bitmap_mapped, h.spans_len
        if self._laid[0] != numbers:
            self._laid = numbers, self._regions()
        return self._laid[1]

    def _regions(self) -> list[Region]:
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
