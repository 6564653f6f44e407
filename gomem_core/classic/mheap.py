"""mheap: the one page heap.  It hands out runs of pages, splits and merges free ones, and grows the arena.

See malloc.py for the overview.  Mirrors Go's runtime/mheap.go and the sysAlloc part of runtime/malloc.go.
"""

from collections.abc import Callable
from typing import Protocol

from gomem_core.both.mstats import MStats
from gomem_core.both.slots import MSPAN_DEAD, MSPAN_IN_USE, MSPAN_MANUAL, throw
from gomem_core.both.spantable import LEAF_MASK, LEAF_SHIFT, SpanTable
from gomem_core.classic.fixalloc import FixAlloc
from gomem_core.classic.freelarge import FreeLarge
from gomem_core.classic.mspan import MSPAN_FREE, MSpan, MSpanList
from gomem_core.go.amd64 import (
    ARENA_SIZE,
    ARENA_START,
    BITMAP_BYTES_PER_ARENA_BYTE,
    BITMAP_CHUNK,
    GROW_ROUND_PAGES,
    HEAP_ALLOC_CHUNK,
    MAX_MHEAP_LIST,
    PAGE_SHIFT,
    PAGE_SIZE,
    PHYS_PAGE_SIZE,
    PTR_SIZE,
    round_up,
)
from gomem_core.go.events import (
    Event,
    Grow,
    LockTaken,
    Mapped,
    Picked,
    Reclaim,
    SpanAlloc,
    SpanFree,
    SpanMerge,
    SpanSplit,
    Zeroed,
)
from gomem_core.go.sizeclasses import CLASS_TO_SIZE
from gomem_core.world.faults import OutOfMemory

Trace = Callable[[Event], object]
Swept = Callable[[int, int, int], object]


class Sweeper(Protocol):
    """What the heap and mcentral need of the sweeper (mgcsweep.py), which stands above them."""

    def sweep(self, s: MSpan, preserve: bool) -> bool:
        """Sweep one span; True when its pages went back to the heap."""

    def sweepone(self) -> int:
        """Sweep the next unswept span: pages that went back to the heap, or -1 when nothing was left."""

    def deduct_sweep_credit(self, span_bytes: int, caller_sweep_pages: int) -> None:
        """Sweep as much as an allocation of span_bytes owes."""


class MHeap:
    """The page heap (Go's mheap).  Page numbers count from the start of the arena."""

    __slots__ = (
        "arena_end",
        "arena_start",
        "arena_used",
        "bitmap_mapped",
        "busy",
        "busylarge",
        "details",
        "free",
        "freelarge",
        "now",
        "pages_in_use",
        "pages_swept",
        "pages_swept_basis",
        "spanalloc",
        "spans",
        "spans_len",
        "stats",
        "sweep_heap_live_basis",
        "sweep_pages_per_byte",
        "sweep_spans",
        "sweepdone",
        "sweeper",
        "sweepgen",
        "swept",
        "trace",
        "version",
    )

    sweeper: Sweeper

    def __init__(self, freelarge: FreeLarge, spanalloc: FixAlloc, stats: MStats) -> None:
        self.stats = stats
        self.trace: Trace | None = None
        self.details: Trace | None = None  # see Program
        self.swept: Swept | None = None  # likewise
        self.arena_start = ARENA_START
        self.arena_used = ARENA_START
        self.arena_end = ARENA_START + ARENA_SIZE + PAGE_SIZE
        self.bitmap_mapped = 0  # bytes, below arena_start
        self.spans: SpanTable[MSpan] = SpanTable()
        self.spans_len = 0  # mapped entries
        self.free = [MSpanList(f"free[{n}]") for n in range(MAX_MHEAP_LIST)]
        self.freelarge = freelarge
        self.busy = [MSpanList(f"busy[{n}]") for n in range(MAX_MHEAP_LIST)]  # large objects by page count
        self.busylarge = MSpanList("busylarge")
        self.spanalloc = spanalloc
        self.now = 0  # nanoseconds; whoever drives the heap sets it
        self.version = 0  # counts changes of span borders: split, merge, growth
        # Sweeping (mgcsweep.py).  A span's sweepgen is the heap's when it is swept, 2 less when it waits, 1 less in between.
        self.sweepgen = 0
        self.sweepdone = True
        self.sweep_spans: list[list[MSpan]] = [[], []]  # one stack of swept, one of unswept spans in use; they swap roles
        self.pages_in_use = 0
        self.pages_swept = 0  # this cycle
        self.pages_swept_basis = 0
        self.sweep_heap_live_basis = 0
        self.sweep_pages_per_byte = 0.0  # 0: no debt arises

    # --- Handing out --------------------------------------------------------------------------------------------------

    def alloc(self, npages: int, spanclass: int, large: bool, needzero: bool) -> MSpan:
        """A span of `npages` pages in use for `spanclass`, swept, without slots cut ((*mheap).alloc and alloc_m).

        Raises OutOfMemory when the arena cannot grow.
        """
        self.lock()
        if not self.sweepdone:
            self.reclaim(npages)
        s = self.alloc_span_locked(npages)
        stats = self.stats
        stats.heap_inuse += npages << PAGE_SHIFT
        stats.nheap_alloc += 1
        s.sweepgen = self.sweepgen
        self.swept_spans().append(s)
        s.state = MSPAN_IN_USE
        s.spanclass = spanclass
        s.elemsize = CLASS_TO_SIZE[spanclass >> 1] or npages << PAGE_SHIFT
        self.pages_in_use += npages
        if large:
            stats.largealloc += s.elemsize
            stats.nlargealloc += 1
            stats.heap_live += npages << PAGE_SHIFT
            self.busy_list(npages).insert_back(s)  # swept spans are at the end
        if self.trace is not None:
            self.trace(SpanAlloc(s.start_addr, npages, spanclass, int(large), s.needzero, s.ptr, stats.heap_live))
            if needzero and s.needzero:
                self.trace(Zeroed(s.start_addr, npages << PAGE_SHIFT))
        s.needzero = 0
        return s

    def alloc_span_locked(self, npages: int) -> MSpan:
        """Take `npages` pages from the free spans, growing the arena if none is long enough; splits what is too long.

        An exact length is preferred, then the next longer list; within a list the span freed last ((*mheap).allocSpanLocked).
        """
        s = self.find_free_span(npages)
        if s is None:
            self.grow(npages)
            s = self.freelarge.find(npages)
            if s is None:  # so close to the end of the arena that it grew by less than a large span
                raise OutOfMemory(self.growth(npages), self.stats.heap_sys)
        if s.state != MSPAN_FREE or s.npages < npages:
            throw("free_span_fits", f"the free span chosen for {npages} pages is not free or too short")
        from_large = s.in_list is None
        if from_large:
            self.freelarge.remove_span(s)
        else:
            self.free[s.npages].remove(s)
        if self.details is not None:
            self.details(Picked(s.start_addr, s.npages, s.ptr, npages, from_large))
        if s.npreleased > 0:  # all of it counts as back in use, even if only a part is taken
            self.stats.heap_released -= s.npreleased << PAGE_SHIFT
            s.npreleased = 0
        if s.npages > npages:
            self._split(s, npages)
        s.unusedsince = 0
        if npages == 1:  # most spans
            self.spans.set(self.page_of(s.start_addr), s)
        else:
            self.spans.set_range(self.page_of(s.start_addr), npages, s)
        self.stats.heap_idle -= npages << PAGE_SHIFT
        return s

    def find_free_span(self, npages: int) -> MSpan | None:
        """The free span that an allocation of `npages` would take now; None: the arena would have to grow."""
        for n in range(npages, MAX_MHEAP_LIST):
            s = self.free[n].first
            if s is not None:
                return s
        return self.freelarge.find(npages)

    def _split(self, s: MSpan, npages: int) -> None:
        """Cut `s` down to `npages`; the high rest becomes a free span with a struct of its own."""
        t = self.spanalloc.alloc()
        t.init(s.start_addr + (npages << PAGE_SHIFT), s.npages - npages)
        s.npages = npages
        page = self.page_of(t.start_addr)
        self.spans.set(page - 1, s)
        self.spans.set(page, t)
        self.spans.set(page + t.npages - 1, t)
        t.needzero = s.needzero
        self.version += 1
        if self.trace is not None:
            self.trace(SpanSplit(s.start_addr, npages, t.start_addr, t.npages))
        s.state = MSPAN_MANUAL  # so that t does not merge with s at once
        t.state = MSPAN_MANUAL
        self.free_span_locked(t, False, False, s.unusedsince)
        s.state = MSPAN_FREE

    # --- Taking back --------------------------------------------------------------------------------------------------

    def free_span(self, s: MSpan, large: bool) -> None:
        """Take back a swept span without objects ((*mheap).freeSpan)."""
        self.lock()
        if self.trace is not None:
            self.trace(SpanFree(s.start_addr, s.npages, s.spanclass, int(large), s.ptr))
        self.free_span_locked(s, True, True, 0)

    def free_span_locked(self, s: MSpan, acct_inuse: bool, acct_idle: bool, unusedsince: int) -> None:
        """Make `s` free, merge it with free neighbours, put it in front of its list ((*mheap).freeSpanLocked).

        unusedsince 0 means now; a rest of a split inherits its age instead.
        """
        if s.state == MSPAN_IN_USE:
            if s.alloc_count != 0 or s.sweepgen != self.sweepgen:
                throw("freed_span_empty", f"span {s.start_addr:#x} is freed with {s.alloc_count} objects or unswept")
            self.pages_in_use -= s.npages
        elif s.state != MSPAN_MANUAL:
            throw("freed_span_in_use", f"span {s.start_addr:#x} is freed in state {s.state}")
        if acct_inuse:
            self.stats.heap_inuse -= s.npages << PAGE_SHIFT
        if acct_idle:
            self.stats.heap_idle += s.npages << PAGE_SHIFT
        if s.in_list is not None:
            self.busy_list(s.npages).remove(s)
        s.unusedsince = unusedsince or self.now
        s.npreleased = 0

        page = self.page_of(s.start_addr)
        before = self.spans.get(page - 1) if page > 0 else None
        if before is not None and before.state == MSPAN_FREE:
            s.start_addr = before.start_addr
            page -= before.npages
            self.spans.set(page, s)
            self._absorb(s, before)
        if s.nelems or s.free_addr != s.start_addr:  # it had slots, or another beginning
            needzero = s.needzero
            s.describe(s.start_addr, s.npages)
            s.needzero = needzero
        s.state = MSPAN_FREE
        after = self.spans.get(page + s.npages)
        if after is not None and after.state == MSPAN_FREE:
            self.spans.set(page + s.npages + after.npages - 1, s)
            self._absorb(s, after)
        if s.npages < MAX_MHEAP_LIST:
            self.free[s.npages].insert(s)
        else:
            self.freelarge.insert(s)

    def _absorb(self, s: MSpan, other: MSpan) -> None:
        """Add the pages of a free neighbour to `s`; the neighbour's struct is given back."""
        s.npages += other.npages
        s.npreleased += other.npreleased
        s.needzero |= other.needzero
        if other.npages < MAX_MHEAP_LIST:
            self.free[other.npages].remove(other)
        else:
            self.freelarge.remove_span(other)
        other.state = MSPAN_DEAD
        self.version += 1
        if self.trace is not None:
            self.trace(SpanMerge(s.start_addr, s.npages, other.start_addr, other.npages))
        self.spanalloc.free(other)

    # --- Growing ------------------------------------------------------------------------------------------------------

    def grow(self, npages: int) -> None:
        """Extend the arena by `npages` rounded up to 64 KB, at least 1 MB, as a free span ((*mheap).grow).

        Raises OutOfMemory, with nothing changed, when the address space does not suffice.
        """
        rounded = round_up(npages, GROW_ROUND_PAGES)
        ask = self.growth(npages)
        if ask > self.arena_end - self.arena_used:
            ask = rounded << PAGE_SHIFT
        if ask > self.arena_end - self.arena_used:
            raise OutOfMemory(ask, self.stats.heap_sys)
        base = self.arena_used
        self.set_arena_used(base + ask)
        self.stats.heap_sys += ask
        self.stats.nheap_grow += 1
        s = self.spanalloc.alloc()
        s.init(base, ask >> PAGE_SHIFT)
        self.spans.set_range(self.page_of(base), s.npages, s)
        s.sweepgen = self.sweepgen
        s.state = MSPAN_IN_USE  # a pretence, so that freeing it merges it with a free tail of the arena
        self.pages_in_use += s.npages
        self.version += 1
        if self.trace is not None:
            self.trace(Grow(base, s.npages, self.arena_used, self.bitmap_mapped, self.spans_len, s.ptr, rounded))
        self.free_span_locked(s, False, True, 0)

    def growth(self, npages: int) -> int:
        """Bytes that grow would ask for, where there is room."""
        return max(round_up(npages, GROW_ROUND_PAGES) << PAGE_SHIFT, HEAP_ALLOC_CHUNK)

    def set_arena_used(self, arena_used: int) -> None:
        """Map bitmap and spans for the larger arena, and only then let it be larger ((*mheap).setArenaUsed)."""
        used = arena_used - self.arena_start
        bitmap = round_up(round_up(used // BITMAP_BYTES_PER_ARENA_BYTE, BITMAP_CHUNK), PHYS_PAGE_SIZE)
        if bitmap > self.bitmap_mapped:
            if self.trace is not None:
                self.trace(Mapped("bitmap", self.arena_start - bitmap, bitmap - self.bitmap_mapped))
            self.bitmap_mapped = bitmap
        spans_bytes = round_up((used >> PAGE_SHIFT) * PTR_SIZE, PHYS_PAGE_SIZE)
        if spans_bytes > self.spans_len * PTR_SIZE:
            if self.trace is not None:
                start = self.spans_len * PTR_SIZE
                self.trace(Mapped("spans", self.spans_start + start, spans_bytes - start))
            self.spans_len = spans_bytes // PTR_SIZE
        if self.trace is not None:
            self.trace(Mapped("arena", self.arena_used, arena_used - self.arena_used))
        self.arena_used = arena_used

    # --- Reclaiming before handing out ----------------------------------------------------------------------------------

    def reclaim(self, npages: int) -> None:
        """Sweep until `npages` pages came back, large objects first ((*mheap).reclaim)."""
        if self.trace is not None:
            self.trace(Reclaim(npages))
        for n in range(npages, MAX_MHEAP_LIST):
            if self.reclaim_list(self.busy[n], npages) != 0:
                return
        if self.reclaim_list(self.busylarge, npages) != 0:
            return
        reclaimed = 0
        for n in range(min(npages, MAX_MHEAP_LIST)):
            reclaimed += self.reclaim_list(self.busy[n], npages - reclaimed)
            if reclaimed >= npages:
                return
        while reclaimed < npages:
            freed = self.sweeper.sweepone()
            if freed < 0:
                break
            reclaimed += freed
        self.lock()

    def reclaim_list(self, spans: MSpanList, npages: int) -> int:
        """Sweep the list's unswept spans until `npages` pages came back; returns the pages ((*mheap).reclaimList)."""
        reclaimed = 0
        s = spans.first
        while s is not None and s.sweepgen == self.sweepgen - 2:  # swept spans are at the end
            s.sweepgen = self.sweepgen - 1
            spans.remove(s)
            spans.insert_back(s)
            snpages = s.npages
            if self.sweeper.sweep(s, False):
                reclaimed += snpages
            self.lock()
            if reclaimed >= npages:
                break
            s = spans.first
        return reclaimed

    # --- Small things ---------------------------------------------------------------------------------------------------

    @property
    def spans_start(self) -> int:
        """Where the spans array lies: below the bitmap, which lies below the arena."""
        return self.arena_start - ARENA_SIZE // BITMAP_BYTES_PER_ARENA_BYTE - (ARENA_SIZE >> PAGE_SHIFT) * PTR_SIZE

    def lock(self) -> None:
        """Count a taking of the heap's lock: nobody else runs here, but learners want to know."""
        self.stats.nheap_lock += 1
        if self.details is not None:
            self.details(LockTaken("mheap", -1))

    def page_of(self, addr: int) -> int:
        """Page number of an arena address."""
        return (addr - self.arena_start) >> PAGE_SHIFT

    def busy_list(self, npages: int) -> MSpanList:
        """The list of large objects of this length ((*mheap).busyList)."""
        return self.busy[npages] if npages < MAX_MHEAP_LIST else self.busylarge

    def swept_spans(self) -> list[MSpan]:
        """The stack of swept spans in use, last pushed last."""
        return self.sweep_spans[self.sweepgen // 2 % 2]

    def unswept_spans(self) -> list[MSpan]:
        """The stack of spans that wait to be swept."""
        return self.sweep_spans[1 - self.sweepgen // 2 % 2]

    def span_of(self, addr: int) -> MSpan | None:
        """The span in use whose object area holds `addr`, else None (spanOf, with its checks)."""
        if not self.arena_start <= addr < self.arena_used:
            return None
        s = self.spans.get(self.page_of(addr))
        if s is None or s.state != MSPAN_IN_USE or not s.start_addr <= addr < s.limit:
            return None
        return s

    def all_spans(self) -> list[MSpan]:
        """Every span of the arena in address order: each begins where the one before it ends."""
        found: list[MSpan] = []
        page, end = 0, (self.arena_used - self.arena_start) >> PAGE_SHIFT
        get = self.spans.leaves.get
        while page < end:
            leaf = get(page >> LEAF_SHIFT)
            s = leaf[page & LEAF_MASK] if isinstance(leaf, list) else leaf  # SpanTable.get, written out
            if s is None or s.start_addr != self.arena_start + (page << PAGE_SHIFT):
                throw("spans_cover_arena", f"no span begins at {self.arena_start + (page << PAGE_SHIFT):#x}")
            found.append(s)
            page += s.npages
        return found
