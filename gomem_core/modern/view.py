"""The heap of Go 1.21 to 1.27 as others may see it: a world (world/world.py), read-only, nothing copied but what is asked for.

Each facet has a file of its own; here are the small ones: slots, caches and sums.
"""

from typing import Any, Final, cast

from gomem_core.both.mstats import MStats
from gomem_core.both.view_pointers import PointerView
from gomem_core.both.view_slots import SlotView
from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.modern.foresight import Foresight
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mbitmap import object_mask
from gomem_core.modern.mspan import MSpan
from gomem_core.modern.view_extents import ExtentView
from gomem_core.modern.view_lists import ListView
from gomem_core.modern.view_spans import SpanView
from gomem_core.world.counters import Counters
from gomem_core.world.facts import COUNTER_FACTS, MODERN_DOUBTS, Fact
from gomem_core.world.records import McacheInfo, MemStats, PageCache, PtrWords
from gomem_core.world.world import Kind, NotKnown


class HeapView:
    """Read-only access to one heap; what an allocation would find is in `ahead`."""

    kind: Final[Kind] = "session"

    def __init__(self, heap: Heap) -> None:
        self.profile = heap.profile
        self.doubts = MODERN_DOUBTS
        self.ahead = Foresight(heap)
        self.extents = ExtentView(heap)
        self.spans = SpanView(heap, self.extents)
        self.slots = ModernSlots(heap, self.spans)
        self.pointers = PointerView(self.slots, heap.span_of, self.spans.all_in_use)
        self.lists = ListView(heap, self.spans)
        self.caches = CacheView(heap)
        self.sums = SumView(heap)

    def doubt(self, fact: Fact) -> str:
        """Why a fact is not known; empty where it is."""
        return self.doubts.get(fact, "")


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


class CacheView:
    """The mcache and the page cache of each P."""

    def __init__(self, heap: Heap) -> None:
        self._heap = heap

    def mcaches(self) -> list[McacheInfo]:
        return [
            McacheInfo(
                c.p,
                c is self._heap.mcache,
                c.tiny,
                c.tinyoffset,
                tuple((i, s.start_addr, s.nelems - s.alloc_count) for i, s in enumerate(c.alloc) if s is not c.emptymspan),
                PageCache(pages.base, pages.free, pages.scavenged),
            )
            for c, pages in zip(self._heap.mcaches, self._heap.mheap.page_caches, strict=True)
        ]


class _Counted:
    """The books, without what is not modelled."""

    def __init__(self, stats: MStats) -> None:
        self._stats = stats

    def __getattr__(self, name: str) -> Any:  # Any: numbers, and lists of them
        fact = COUNTER_FACTS.get(name)
        if fact in (Fact.LOCKS, Fact.TRIGGER_RATIO):
            raise NotKnown(MODERN_DOUBTS[fact])
        return getattr(self._stats, name)


class SumView:
    """What the runtime counts."""

    def __init__(self, heap: Heap) -> None:
        self._heap = heap
        self.stats: Final = cast("Counters", _Counted(heap.stats))

    def mem_stats(self) -> MemStats:
        return self._heap.mem_stats()

    @property
    def central_locks(self) -> int:
        raise NotKnown(MODERN_DOUBTS[Fact.LOCKS])

    @property
    def gcpercent(self) -> int:
        return self._heap.gc.pacer.gcpercent

    @property
    def sweepgen(self) -> int:
        return self._heap.mheap.sweepgen

    @property
    def sweepdone(self) -> bool:
        return self._heap.mheap.sweepdone or not self._heap.mheap.sweepgen  # before the first mark nothing waits

    @property
    def unswept_count(self) -> int:
        return self._heap.mheap.nunswept
