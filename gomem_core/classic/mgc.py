"""The collector: find what the program can still reach, set the next trigger (runtime/mgc.go).

See malloc.py for the overview.  Marking stops the world, as with GODEBUG=gcstoptheworld=1; so the trigger ratio stays at the
7/8 that Go starts with, since only concurrent cycles adjust it.
"""

from gomem_core.both.mgcmark import mark
from gomem_core.both.slots import MSPAN_IN_USE, throw
from gomem_core.classic.mcache import MCache
from gomem_core.classic.mcentral import MCentral
from gomem_core.classic.mheap import MHeap
from gomem_core.go.amd64 import PAGE_SIZE, U64_MAX
from gomem_core.go.events import GcMarked, GcStart, Pacing

TRIGGER_HEAP = 1  # the heap reached gc_trigger
TRIGGER_FORCED = 3  # runtime.GC()

_DEFAULT_HEAP_MINIMUM = 4 << 20
_SWEEP_MIN_HEAP_DISTANCE = 1 << 20


class GC:
    """Collections and their pacing for one heap.  `gcpercent` is GOGC, -1: off."""

    __slots__ = ("central", "gcpercent", "heap", "heapminimum", "mcaches")

    def __init__(self, heap: MHeap, central: list[MCentral], mcaches: list[MCache], gcpercent: int) -> None:
        self.heap = heap
        self.central = central
        self.mcaches = mcaches  # the same list that the allocator holds: procs change
        self.heapminimum = _DEFAULT_HEAP_MINIMUM
        self.gcpercent = 100
        heap.stats.heap_marked = int(self.heapminimum / (1 + heap.stats.trigger_ratio))  # as if there had been a cycle
        self.set_gc_percent(gcpercent)

    def set_gc_percent(self, percent: int) -> None:
        """Set GOGC, any negative number for off, and with it trigger and goal (setGCPercent)."""
        self.heap.lock()
        self.gcpercent = max(percent, -1)
        self.heapminimum = self.minimum()
        self.set_trigger_ratio(self.heap.stats.trigger_ratio)

    def minimum(self) -> int:
        """The least heap at which a collection starts, as GOGC is now."""
        return (_DEFAULT_HEAP_MINIMUM * (self.gcpercent & U64_MAX) & U64_MAX) // 100

    def should_start(self) -> bool:
        """Whether the heap has reached the trigger (gcTrigger.test)."""
        return self.heap.stats.heap_live >= self.heap.stats.gc_trigger

    def start(self, trigger: int) -> None:
        """Finish the last sweep, then mark what is reachable; sweeping is left to others (gcStart … gcMarkTermination)."""
        h = self.heap
        while h.sweeper.sweepone() >= 0:
            pass
        stats = h.stats
        if h.trace is not None:
            h.trace(GcStart(trigger, stats.heap_live, stats.gc_trigger))
        flush_mcaches(h, self.central, self.mcaches)
        stats.heap_marked = stats.heap_live = mark_swept(h)
        stats.numgc += 1
        h.sweepgen += 2
        h.sweepdone = False
        h.pages_swept = 0
        if h.swept_spans():
            throw("swept_stack_empty", f"{len(h.swept_spans())} spans count as swept when sweeping starts")
        if h.trace is not None:
            h.trace(GcMarked(h.sweepgen, stats.heap_live, stats.heap_marked))
        self.set_trigger_ratio(stats.trigger_ratio)

    def collect(self) -> None:
        """runtime.GC(): a whole cycle, and everything swept."""
        self.start(TRIGGER_FORCED)
        while self.heap.sweeper.sweepone() >= 0:
            pass

    def set_trigger_ratio(self, ratio: float) -> None:
        """Compute trigger, goal and sweep speed from the heap marked last (gcSetTriggerRatio)."""
        h = self.heap
        stats = h.stats
        gogc = self.gcpercent
        if gogc >= 0:
            ratio = min(ratio, 0.95 * gogc / 100)
        stats.trigger_ratio = max(ratio, 0.0)
        stats.gc_trigger = stats.next_gc = U64_MAX
        if gogc >= 0:
            minimum = self.heapminimum
            if not h.sweepdone:  # leave room in which to sweep
                minimum = max(minimum, stats.heap_live + _SWEEP_MIN_HEAP_DISTANCE * gogc // 100)
            stats.gc_trigger = max(int(stats.heap_marked * (1 + stats.trigger_ratio)), minimum)
            stats.next_gc = max(stats.heap_marked + stats.heap_marked * gogc // 100, stats.gc_trigger)
        self._set_sweep_speed()
        if h.trace is not None:
            h.trace(Pacing(stats.gc_trigger, stats.next_gc, stats.heap_marked, stats.heap_live))

    def _set_sweep_speed(self) -> None:
        """Pages to sweep for each byte allocated, so that all is swept 1 MB before the next trigger."""
        h = self.heap
        h.sweep_pages_per_byte = 0.0
        if h.sweepdone:
            return
        # "Never" is 2^64-1, which the runtime takes for the signed -1 here: then the least distance holds.
        trigger = -1 if h.stats.gc_trigger == U64_MAX else h.stats.gc_trigger
        distance = max(trigger - h.stats.heap_live - _SWEEP_MIN_HEAP_DISTANCE, PAGE_SIZE)
        pages = h.pages_in_use - h.pages_swept
        if pages > 0:
            h.sweep_pages_per_byte = pages / distance
            h.sweep_heap_live_basis = h.stats.heap_live
            h.pages_swept_basis = h.pages_swept


def flush_mcaches(h: MHeap, central: list[MCentral], mcaches: list[MCache]) -> None:
    """Empty every P's cache (flushallmcaches)."""
    for mcache in mcaches:
        h.stats.nmcache_flush += 1
        mcache.release_all(central)


def mark_swept(h: MHeap) -> int:
    """Mark what the program reaches; returns the bytes of the slots (gcMark).

    All spans are swept at this point, so the stack of swept spans holds every span in use.
    """
    spans = h.swept_spans()
    for s in spans:
        if s.state != MSPAN_IN_USE:
            throw("swept_stack_in_use", f"span {s.start_addr:#x} is on the swept stack in state {s.state}")
    return mark(spans, h.span_of)
