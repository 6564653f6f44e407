"""The collector: find what the program can still reach; then all spans wait to be swept (runtime/mgc.go).

See malloc.py for the overview.  Marking stops the world, as with GODEBUG=gcstoptheworld=1.
"""

from typing import Final

from gomem_core.both.mgcmark import mark
from gomem_core.both.slots import MSPAN_IN_USE
from gomem_core.go.events import GcMarked, GcStart
from gomem_core.go.pageevents import TinyMarked
from gomem_core.modern.mcache import MCache
from gomem_core.modern.mcentral import MCentral
from gomem_core.modern.mgcpacer import Pacer
from gomem_core.modern.mgcsweep import SpanSweeper
from gomem_core.modern.mheap import MHeap

TRIGGER_HEAP: Final = 1  # the heap reached the trigger; numbers as GcStart has them
TRIGGER_FORCED: Final = 3  # runtime.GC()
_WORK_BUFFER_PAGES: Final = 4  # workbufAlloc


class GC:
    """Collections of one heap."""

    __slots__ = ("central", "heap", "mcaches", "pacer", "sweeper")

    def __init__(self, heap: MHeap, central: list[MCentral], mcaches: list[MCache], sweeper: SpanSweeper, gcpercent: int) -> None:
        self.heap = heap
        self.central = central
        self.mcaches = mcaches  # the same list that the allocator holds: procs change
        self.sweeper = sweeper
        self.pacer = Pacer(heap, gcpercent)

    def start(self, trigger: int, p: int) -> None:
        """Finish the last sweep, then mark what is reachable; sweeping is left to others (gcStart … gcMarkTermination).

        Work buffers come from the pages of P number `p`.
        """
        h = self.heap
        self.sweeper.finish()
        stats = h.stats
        if h.trace is not None:
            h.trace(GcStart(trigger, stats.heap_live, stats.gc_trigger))
        if h.work_buffer is None:
            h.work_buffer = h.alloc_manual(_WORK_BUFFER_PAGES, p, "workbuf")
        self.flip(self._mark())
        self.pacer.commit(False)
        self.pacer.pace_sweeper(self.pacer.trigger)
        self.pacer.tell()
        self.flush()

    def _mark(self) -> int:
        """Mark what the program reaches, and the tiny blocks that are being filled; returns the bytes of their slots."""
        h = self.heap
        spans = h.all_spans()
        marked = mark([s for s in spans if s.state == MSPAN_IN_USE], h.span_of)
        for c in self.mcaches:
            s = h.span_of(c.tiny)
            if s is None:
                continue
            if h.trace is not None:
                h.trace(TinyMarked(c.p, c.tiny))
            bit = 1 << s.object_index(c.tiny)
            if not s.gcmark_bits & bit:
                s.gcmark_bits |= bit
                marked += s.elemsize
        for s in spans:
            s.page_mark = s.gcmark_bits != 0
        return marked

    def flip(self, marked: int) -> None:
        """Marking is done, with `marked` bytes of slots: the queues of swept and unswept spans swap roles."""
        h = self.heap
        h.stats.heap_marked = h.stats.heap_live = marked
        h.stats.numgc += 1
        h.start_sweeping()
        self.sweeper.cursor = 0
        if h.trace is not None:
            h.trace(GcMarked(h.sweepgen, marked, marked))

    def flush(self) -> None:
        """Empty every P's cache, in order of their numbers; each does it itself, before it next allocates."""
        for mcache in self.mcaches:
            self.heap.stats.nmcache_flush += 1
            mcache.release_all(self.central, mcache.p)

    def collect(self, p: int) -> None:
        """runtime.GC(): a whole cycle, and everything swept."""
        self.start(TRIGGER_FORCED, p)
        self.sweeper.sweep_all()
