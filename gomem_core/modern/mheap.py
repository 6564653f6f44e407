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
    RECLAIMED_ALL,
    HeapGrown,
    PageCacheFilled,
    PageCacheFlushed,
    PagesFreed,
    PagesFrom,
    PagesReclaimed,
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

MAX_ADDRESS: Final = 1 << 47  # of the addresses that a program can have
NO_P: Final = -1  # the process has no Ps yet: the first mcache is used, and no page cache
_CACHED_PAGES: Final = CACHE_PAGES // 4  # longer spans are not cut from a page cache
_MOST_TOUCHED: Final = 200
_RECLAIM_PAGES: Final = 512  # pagesPerReclaimerChunk


class Sweeper(Protocol):
    """What the heap and mcentrals need of the sweeper (mgcsweep.py), which stands above them."""

    def sweep(self, s: MSpan, preserve: bool, why: SweptFor) -> bool:
        """Sweep one span; True when its pages went back to the heap."""

    def sweepone(self, why: SweptFor) -> int:
        """Sweep the next span that waits: pages that went back to the heap, -1 when none was left."""

    def deduct_sweep_credit(self, span_bytes: int, caller_sweep_pages: int) -> None:
        """Sweep as much as an allocation of span_bytes owes."""


class MHeap:
    """The page heap (Go's mheap)."""

    __slots__ = (
        "arena_bytes",
        "arena_end",
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
        self.elemsizes = [c.size for c in profile.classes]
        self.stats = stats
        self.trace: Trace | None = None
        self.details: Trace | None = None  # see Program
        self.pages = PageAlloc()
        self.spans: SpanTable[MSpan] = SpanTable()  # by the numbers of `pages`
        self.page_caches = [PageCache()]  # of each P
        self.grown_to = base  # up to here memory is mapped: pages above it do not exist yet (curArena.base)
        self.arena_end = base // profile.arena_bytes * profile.arena_bytes  # up to here it is reserved (curArena.end)
        self.padding = padding
        self.zeroed_base: dict[int, int] = {}  # of each arena: the end of what was ever handed out in it, an offset in bytes
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

    def alloc(self, npages: int, spanclass: int, p: int) -> MSpan:
        """A span in use for `spanclass`, swept, without slots cut ((*mheap).alloc).  Raises OutOfMemory."""
        if not self.sweepdone:
            self.reclaim(npages)
        s = self._alloc_span(npages, spanclass, p, "")
        s.state = MSPAN_IN_USE
        s.spanclass = spanclass
        s.elemsize = self.elemsizes[spanclass >> 1] or npages << PAGE_SHIFT
        self.pages_in_use += npages
        self.stats.heap_inuse += npages << PAGE_SHIFT
        self.stats.nheap_alloc += 1
        return s

    def alloc_manual(self, npages: int, p: int, use: str) -> MSpan:
        """A span for a stack or for work buffers ((*mheap).allocManual).  Raises OutOfMemory."""
        s = self._alloc_span(npages, 0, p, use)
        s.state = MSPAN_MANUAL
        self.nmanual += 1
        if use == "stack":
            self.stats.stacks_inuse += npages << PAGE_SHIFT
        self.stats.heap_sys -= npages << PAGE_SHIFT
        return s

    def _alloc_span(self, npages: int, spanclass: int, p: int, use: str) -> MSpan:
        addr, scav, src = self._find_pages(npages, p)
        if not use:  # a collection that follows takes a work buffer
            self.pages_from = src
        page = self.pages.page_of(addr)
        s = MSpan(addr, npages)
        s.sweepgen = self.sweepgen
        s.needzero = int(self.note_use(addr, npages))
        if s.needzero and scav == npages and self.profile.scavenged_is_zero:
            s.needzero = 0
        self.spans.set_range(page, npages, s)
        self.nspans += 1
        self.touch(page, npages)
        self.stats.heap_idle -= npages << PAGE_SHIFT
        self.stats.heap_released -= scav << PAGE_SHIFT
        if self.trace is not None:
            self.trace(PagesTaken(addr, npages, spanclass, src, scav, s.needzero, use))
        return s

    def _find_pages(self, npages: int, p: int) -> tuple[int, int, PagesFrom]:
        """Address of free pages, which are taken now, how many of them were given back, and where they were found."""
        if p != NO_P and npages < _CACHED_PAGES:
            cache = self.page_caches[p]
            if cache.is_empty():
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

    def note_use(self, base: int, npages: int) -> bool:
        """Whether any of these pages was handed out before; now they are ((*mheap).allocNeedsZero)."""
        arena_bytes, needs = self.arena_bytes, False
        end = base + (npages << PAGE_SHIFT)
        while base < end:
            arena = base // arena_bytes
            offset = base - arena * arena_bytes
            upto = min(offset + end - base, arena_bytes)
            used = self.zeroed_base.get(arena, 0)
            needs = needs or offset < used
            if upto > used:
                self.zeroed_base[arena] = upto
            base += upto - offset
        return needs

    def note_row(self, base: int, end: int) -> int:
        """Note that memory of one arena is handed out; returns up to where that was done in this arena before."""
        arena = base // self.arena_bytes
        start = arena * self.arena_bytes
        used = start + self.zeroed_base.get(arena, 0)
        if end > used:
            self.zeroed_base[arena] = end - start
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
        return s if s is not None and s.state == MSPAN_IN_USE and addr < s.limit else None

    def all_spans(self) -> list[MSpan]:
        """All spans, also stacks and work buffers, in address order."""
        return self.spans.distinct()

    # --- Reclaiming -------------------------------------------------------------------------------------------------------

    def reclaim(self, npages: int) -> None:
        """Before `npages` pages are taken: sweep spans without a mark until as many are free ((*mheap).reclaim)."""
        if self.trace is not None:
            self.trace(PagesReclaimed(npages, self.reclaim_index, self.reclaim_credit))
        if self.reclaim_index >= RECLAIMED_ALL:
            return
        while npages > 0:
            if self.reclaim_credit:
                used = min(self.reclaim_credit, npages)
                self.reclaim_credit -= used
                npages -= used
                continue
            if self.reclaim_index >= len(self.sweep_arenas) * self.profile.arena_bytes >> PAGE_SHIFT:
                self.reclaim_index = RECLAIMED_ALL
                return
            found = self._reclaim_chunk(self.reclaim_index)
            self.reclaim_index += _RECLAIM_PAGES
            self.reclaim_credit += max(found - npages, 0)
            npages -= found

    def _reclaim_chunk(self, index: int) -> int:
        """Sweep the spans without marks that begin in 512 pages; returns the pages freed ((*mheap).reclaimChunk)."""
        arena, page = divmod(index, self.profile.arena_bytes >> PAGE_SHIFT)
        page = self.pages.find_page(self.sweep_arenas[arena] + (page << PAGE_SHIFT))
        if page < 0:
            return 0
        found, end = 0, page + _RECLAIM_PAGES
        while (page := self.spans.next_page(page, end)) < end:
            s = self.spans.get(page)
            assert s is not None  # next_page found it
            begins, npages = self.pages.page_of(s.start_addr), s.npages
            if begins == page and s.state == MSPAN_IN_USE and not s.page_mark and s.sweepgen == self.sweepgen - 2:
                s.sweepgen = self.sweepgen - 1
                if self.sweeper.sweep(s, False, "reclaim"):
                    found += npages
            page = begins + npages
        return found

    # --- A new cycle --------------------------------------------------------------------------------------------------------

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
