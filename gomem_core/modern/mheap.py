"""mheap: the one page heap.  It finds pages for spans, takes them back, and grows (runtime/mheap.go).

See malloc.py for the overview.
"""

from collections.abc import Callable
from typing import Final, Protocol

from gomem_core.both.mstats import MStats
from gomem_core.both.slots import MSPAN_IN_USE, MSPAN_MANUAL, throw
from gomem_core.both.spantable import SpanTable
from gomem_core.go.amd64 import PAGE_SHIFT, round_up
from gomem_core.go.events import Event
from gomem_core.go.pageevents import (
    HeapGrown,
    PageCacheFilled,
    PageCacheFlushed,
    PagesFreed,
    PagesFrom,
    PagesTaken,
    SweptFor,
)
from gomem_core.go.versions import Profile
from gomem_core.modern.mpagealloc import PageAlloc
from gomem_core.modern.mpagecache import CACHE_PAGES, PageCache
from gomem_core.modern.mspan import MSpan
from gomem_core.modern.pallocbits import CHUNK_PAGES, CHUNK_SHIFT
from gomem_core.world.faults import OutOfMemory

Trace = Callable[[Event], object]
Swept = Callable[[int, int, int], object]

MAX_ADDRESS: Final = 1 << 47  # of the addresses that a program can have
NO_P: Final = -1  # the process has no Ps yet: the first mcache is used, and no page cache
_CACHED_PAGES: Final = CACHE_PAGES // 4  # longer spans are not cut from a page cache
_MOST_TOUCHED: Final = 200


class Sweeper(Protocol):
    """What the heap and mcentrals need of the sweeper (mgcsweep.py), which stands above them."""

    def sweep(self, s: MSpan, preserve: bool, why: SweptFor) -> bool:
        """Sweep one span; True when its pages went back to the heap."""

    def sweepone(self, why: SweptFor) -> int:
        """Sweep the next span that waits: pages that went back to the heap, -1 when none was left."""

    def deduct_sweep_credit(self, span_bytes: int, caller_sweep_pages: int) -> None:
        """Sweep as much as an allocation of span_bytes owes."""

    def reclaim(self, npages: int) -> None:
        """Sweep before so many pages are taken, until as many are free."""


class MHeap:
    """The page heap (Go's mheap)."""

    __slots__ = (
        "arena_bytes",
        "arena_end",
        "arena_shift",
        "details",
        "elemsizes",
        "grown_to",
        "nmanual",
        "nsmallalloc",
        "nspans",
        "nunswept",
        "padding",
        "page_caches",
        "pages",
        "pages_from",
        "pages_in_use",
        "pages_swept",
        "profile",
        "reclaim_credit",
        "reclaim_index",
        "spans",
        "stats",
        "sweep_arenas",
        "sweep_heap_live_basis",
        "sweep_pages_per_byte",
        "sweepdone",
        "sweeper",
        "sweepgen",
        "swept",
        "swept_basis",
        "touched",
        "trace",
        "version",
        "work_buffer",
        "zeroed_base",
    )

    sweeper: Sweeper

    def __init__(self, profile: Profile, stats: MStats, base: int, padding: int) -> None:
        """Describe a heap without memory, which will begin at `base`; of its first chunk `padding` pages are set aside."""
        self.profile = profile
        self.arena_bytes = profile.arena_bytes
        self.arena_shift = profile.arena_bytes.bit_length() - 1
        self.elemsizes = [c.size for c in profile.classes]
        self.stats = stats
        self.trace: Trace | None = None
        self.details: Trace | None = None  # see Program
        self.swept: Swept | None = None  # likewise
        self.pages = PageAlloc()
        self.spans: SpanTable[MSpan] = SpanTable()  # by the numbers of `pages`
        self.page_caches = [PageCache()]  # of each P
        self.grown_to = base  # up to here memory is mapped: pages above it do not exist yet (curArena.base)
        self.arena_end = base // profile.arena_bytes * profile.arena_bytes  # up to here it is reserved (curArena.end)
        self.padding = padding
        self.zeroed_base: dict[int, int] = {}  # of each arena, by number: up to which address memory was ever handed out in it
        self.work_buffer: MSpan | None = None  # what a mark needed, until the sweep after it ends
        self.nsmallalloc = [0] * len(profile.classes)  # slots handed out, by size class, of spans that are not cached any more
        self.nspans = 0  # those in `spans`
        self.pages_from: PagesFrom = "heap"  # where the pages of the last span for objects were found
        self.nmanual = 0  # of these, stacks and work buffers
        self.nunswept = 0  # and those that wait to be swept
        self.version = 0  # counts changes of which pages belong to what
        self.touched: list[tuple[int, int]] = []  # pages of the last changes: the number of the first, and how many
        # Sweeping (mgcsweep.py).  sweepdone says that somebody looked and found nothing left; at the start nobody has.
        self.sweepgen = 0
        self.sweepdone = False
        self.pages_in_use = 0
        self.pages_swept = 0  # this cycle
        self.swept_basis = 0  # pages_swept and heap_live when the speed was set last
        self.sweep_heap_live_basis = 0
        self.sweep_pages_per_byte = 0.0  # 0: no debt arises
        # Reclaiming.
        self.reclaim_index = 0  # pages that were looked at in this cycle
        self.reclaim_credit = 0
        self.sweep_arenas: list[int] = []  # where those begin that were there at the last mark

    # --- Handing out ------------------------------------------------------------------------------------------------------

    def alloc(self, npages: int, spanclass: int, nelems: int, p: int, use: str = "") -> MSpan:
        """A span in use for `spanclass`, swept, cut into `nelems` slots ((*mheap).alloc and allocSpan).  Raises OutOfMemory.

        With a `use` it is nobody's yet: see alloc_manual.
        """
        if not use and not self.sweepdone:
            self.sweeper.reclaim(npages)
        addr, scav = self.page_caches[p].alloc(npages) if p != NO_P and npages < _CACHED_PAGES else (0, 0)
        src: PagesFrom = "cache"
        if not addr:
            addr, scav, src = self._find_pages(npages, p)
        s = MSpan(addr, npages)
        s.sweepgen = self.sweepgen
        nbytes, stats = npages << PAGE_SHIFT, self.stats
        used = self.zeroed_base.get(addr >> self.arena_shift, 0)
        if addr + nbytes > used:
            used = self.note_use(addr, addr + nbytes)
        if addr < used and not (scav == npages and self.profile.scavenged_is_zero):
            s.needzero = 1
        page = self.pages.page_of(addr)
        if npages == 1:  # most spans
            self.spans.set(page, s)
        else:
            self.spans.set_range(page, npages, s)
        self.nspans += 1
        self.version += 1  # `touch`, written out
        if len(self.touched) < _MOST_TOUCHED:
            self.touched.append((page, npages))
        stats.heap_idle -= nbytes
        if scav:
            stats.heap_released -= scav << PAGE_SHIFT
        if self.trace is not None:
            self.trace(PagesTaken(addr, npages, spanclass, src, scav, s.needzero, use))
        if use:
            return s
        s.state = MSPAN_IN_USE
        s.spanclass = spanclass
        s.elemsize = elemsize = self.elemsizes[spanclass >> 1] or nbytes
        s.nelems = nelems
        s.run_end = addr + nelems * elemsize
        self.pages_from = src  # a work buffer is none: a collection that follows takes one
        self.pages_in_use += npages
        stats.heap_inuse += nbytes
        stats.nheap_alloc += 1
        return s

    def alloc_manual(self, npages: int, p: int, use: str) -> MSpan:
        """A span for a stack or for work buffers ((*mheap).allocManual).  Raises OutOfMemory."""
        s = self.alloc(npages, 0, 0, p, use)
        s.state = MSPAN_MANUAL
        self.nmanual += 1
        if use == "stack":
            self.stats.stacks_inuse += npages << PAGE_SHIFT
        self.stats.heap_sys -= npages << PAGE_SHIFT
        return s

    def _find_pages(self, npages: int, p: int) -> tuple[int, int, PagesFrom]:
        """Address of free pages, which are taken now, how many of them were given back, and where they were found.

        The P's page cache has no run of so many.
        """
        if p != NO_P and npages < _CACHED_PAGES and self.page_caches[p].is_empty():
            cache = self.page_caches[p] = self.pages.alloc_to_cache()
            self._touch_cache(cache)
            if self.trace is not None:
                self.trace(PageCacheFilled(p, cache.base, cache.free, cache.scavenged))
            addr, scav = cache.alloc(npages)
            if addr:
                return addr, scav, "cache"
        page = self.pages.find(npages)
        src: PagesFrom = "heap"
        if page < 0:
            self.grow(npages)
            page = self.pages.find(npages)
            src = "heap+grow"
            if page < 0:
                throw("grown_heap_fits", f"the heap has grown, and still lacks {npages} pages in a row")
        return self.pages.address(page), self.pages.alloc_range(page, npages), src

    def growth(self, npages: int) -> int:
        """Bytes by which the heap would grow for `npages` pages."""
        return round_up(npages, CHUNK_PAGES) << PAGE_SHIFT

    def grow(self, npages: int) -> None:
        """Map memory for `npages` more pages, rounded up to chunks, and reserve arenas for it ((*mheap).grow).

        Raises OutOfMemory where addresses end.
        """
        ask, base = self.growth(npages), self.grown_to
        if base + ask > self.arena_end:
            end = max(self.arena_end + round_up(ask, self.profile.arena_bytes), round_up(base + ask, self.profile.arena_bytes))
            if end > MAX_ADDRESS:
                raise OutOfMemory(ask, self.stats.heap_sys)
            self.arena_end = end
        self.grown_to += ask
        first = not self.pages.free
        self.pages.grow(base, ask >> CHUNK_SHIFT + PAGE_SHIFT)
        if first and self.padding:
            self.pages.set_aside(0, self.padding)
        self.touch(self.pages.page_of(base), ask >> PAGE_SHIFT)
        stats = self.stats
        stats.heap_sys += ask
        stats.heap_idle += ask
        stats.heap_released += ask
        stats.nheap_grow += 1
        if self.trace is not None:
            self.trace(HeapGrown(base, ask, self.grown_to, self.arena_end))

    def note_use(self, base: int, end: int) -> int:
        """Note that memory is handed out; returns up to which address some of it was before ((*mheap).allocNeedsZero).

        Not above `base`: none was.
        """
        arena = base >> self.arena_shift
        used = self.zeroed_base.get(arena, 0)
        if end > used:
            if end > arena + 1 << self.arena_shift:
                return self._note_arenas(base, end)
            self.zeroed_base[arena] = end
        return used

    def _note_arenas(self, base: int, end: int) -> int:
        used = 0
        while base < end:
            upto = min(end, (base >> self.arena_shift) + 1 << self.arena_shift)
            used = max(used, self.note_use(base, upto))
            base = upto
        return used

    # --- Taking back ------------------------------------------------------------------------------------------------------

    def free_span(self, s: MSpan) -> None:
        """Take the pages of a span without objects back ((*mheap).freeSpan)."""
        self.pages_in_use -= s.npages
        self.stats.heap_inuse -= s.nbytes
        self._free(s, "")

    def free_manual(self, s: MSpan, use: str) -> None:
        """Take the pages of a stack or of work buffers back ((*mheap).freeManual)."""
        self.nmanual -= 1
        if use == "stack":
            self.stats.stacks_inuse -= s.nbytes
        self.stats.heap_sys += s.nbytes
        self._free(s, use)

    def _free(self, s: MSpan, use: str) -> None:
        if self.trace is not None:
            self.trace(PagesFreed(s.start_addr, s.npages, use))
        page = self.pages.page_of(s.start_addr)
        self.pages.free_range(page, s.npages)
        self.spans.clear_range(page, s.npages)
        self.nspans -= 1
        self.stats.heap_idle += s.nbytes
        self.touch(page, s.npages)
        s.describe(s.start_addr, s.npages)

    def flush_page_cache(self, p: int) -> None:
        """Give the pages in the cache of a P back."""
        cache = self.page_caches[p]
        if self.trace is not None and cache.free:
            self.trace(PageCacheFlushed(p, cache.base, cache.free, cache.scavenged))
        self._touch_cache(cache)
        self.pages.flush_cache(cache)

    def _touch_cache(self, cache: PageCache) -> None:
        if cache.free:
            self.touch(self.pages.page_of(cache.base), CACHE_PAGES)

    def touch(self, page: int, npages: int) -> None:
        """Note that pages changed hands, for whoever keeps rows of them: more changes than these it need not know one by one."""
        self.version += 1
        if len(self.touched) < _MOST_TOUCHED:
            self.touched.append((page, npages))

    def touch_row(self, page: int, npages: int, count: int) -> None:
        """The same of `count` spans of `npages` pages each."""
        for _ in range(min(count, _MOST_TOUCHED - len(self.touched))):
            self.touched.append((page, npages))
            page += npages
        self.version += count

    def touch_all(self) -> None:
        """Note that all may have changed hands."""
        self.version += _MOST_TOUCHED + 1
        self.touched.clear()

    # --- Looking up -------------------------------------------------------------------------------------------------------

    def span_of(self, addr: int) -> MSpan | None:
        """The span in use for objects that holds `addr`; None where there is none (spanOfHeap)."""
        page = self.pages.find_page(addr)
        if page < 0:
            return None
        s = self.spans.get(page)
        return s if s is not None and s.state == MSPAN_IN_USE and addr < s.start_addr + s.nelems * s.elemsize else None

    def all_spans(self) -> list[MSpan]:
        """All spans, also stacks and work buffers, in address order."""
        return self.spans.distinct()

    # --- Sweeping -----------------------------------------------------------------------------------------------------------

    def sweep_debt(self, span_bytes: int, caller_sweep_pages: int) -> int:
        """Pages that are to be swept before an allocation of `span_bytes` by a caller who will itself sweep so many.

        Not above 0: none.
        """
        grown = self.stats.heap_live - self.sweep_heap_live_basis
        if grown > 0:
            span_bytes += grown
        return int(self.sweep_pages_per_byte * span_bytes) - caller_sweep_pages - self.pages_swept + self.swept_basis

    def start_sweeping(self) -> None:
        """Every span waits to be swept from now on; their marks are made (the end of gcMarkTermination)."""
        self.sweepgen += 2
        self.sweepdone = False
        self.nunswept = self.nspans - self.nmanual
        self.pages_swept = 0
        self.reclaim_index = self.reclaim_credit = 0
        self.sweep_arenas = self.arenas()

    def end_sweeping(self) -> None:
        """Nothing is left to be swept: the background sweeper gives the work buffers back."""
        self.sweepdone = True
        if self.work_buffer is not None:
            self.free_manual(self.work_buffer, "workbuf")
            self.work_buffer = None

    def arenas(self) -> list[int]:
        """Where each arena begins that holds pages, in address order."""
        size = self.profile.arena_bytes
        return sorted({self.pages.chunk_base(i) // size * size for i in range(len(self.pages.free)) if self.pages.chunk_base(i)})
