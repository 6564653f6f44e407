"""The page allocator: which pages are free and which were given back, and the lowest run of free ones (runtime/mpagealloc.go).

See malloc.py for the overview.  Memory is described in chunks of 512 pages (4 MB): a bit a page for "taken", and one for "given
back to the operating system".  Above the chunks stands a tree of summaries, eight to one, so that a search looks at few of them
however large the heap is.  Pages are numbered through all chunks; between arenas that do not touch lies a chunk of nobody's.
"""

from bisect import bisect_right
from typing import Final

from gomem_core.both.slots import throw
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.modern.mpagecache import CACHE_PAGES, PageCache
from gomem_core.modern.pallocbits import ALL, ALL_FREE, CHUNK_PAGES, CHUNK_SHIFT, NO_PAGES, Summary, find_run, merge, summarize

_FANOUT_SHIFT: Final = 3  # summaryLevelBits
_FANOUT: Final = 1 << _FANOUT_SHIFT
_CACHE_MASK: Final = (1 << CACHE_PAGES) - 1


class PageAlloc:
    """Free and given-back pages of one heap (Go's pageAlloc)."""

    __slots__ = ("_bases", "_chunks", "_levels", "_stale_from", "_stale_to", "free", "scavenged")

    def __init__(self) -> None:
        self.free: list[int] = []  # of each chunk, bit i: page i is free
        self.scavenged: list[int] = []  # bit i: page i is given back
        self._levels: list[list[Summary]] = [[]]  # [0]: of each chunk; [k]: of eight of [k - 1]
        self._stale_from, self._stale_to = 0, -1  # chunks that have changed since their summaries were made
        self._bases: list[int] = []  # address of the first page of each stretch of chunks that touch each other
        self._chunks: list[int] = []  # and the number of its first chunk

    # --- Pages and addresses ----------------------------------------------------------------------------------------------

    @property
    def npages(self) -> int:
        """Pages that are described, with those between arenas."""
        return len(self.free) << CHUNK_SHIFT

    def page_of(self, addr: int) -> int:
        """Number of the page at an address, which lies in a chunk."""
        if len(self._bases) == 1:  # nearly always, see _stretch
            return (addr - self._bases[0]) >> PAGE_SHIFT
        at = self._stretch(addr)
        return (self._chunks[at] << CHUNK_SHIFT) + ((addr - self._bases[at]) >> PAGE_SHIFT)

    def find_page(self, addr: int) -> int:
        """Number of the page at any address; -1 where there is no chunk."""
        if len(self._bases) == 1:  # nearly always, see _stretch
            page = (addr - self._bases[0]) >> PAGE_SHIFT
            return page if 0 <= page < len(self.free) << CHUNK_SHIFT else -1
        at = self._stretch(addr)
        if at < 0:
            return -1
        page = (self._chunks[at] << CHUNK_SHIFT) + ((addr - self._bases[at]) >> PAGE_SHIFT)
        end = len(self.free) if at + 1 == len(self._chunks) else self._chunks[at + 1] - 1
        return page if page < end << CHUNK_SHIFT else -1

    def _stretch(self, addr: int) -> int:
        """Place of the stretch of chunks that begins at an address or before it; -1: none does."""
        if len(self._bases) == 1:  # nearly always; a call of bisect_right costs more than all the rest of finding a span
            return 0 if addr >= self._bases[0] else -1
        return bisect_right(self._bases, addr) - 1

    def address(self, page: int) -> int:
        """Where a page begins."""
        if len(self._bases) == 1:
            return self._bases[0] + (page << PAGE_SHIFT)
        at = bisect_right(self._chunks, page >> CHUNK_SHIFT) - 1
        return self._bases[at] + ((page - (self._chunks[at] << CHUNK_SHIFT)) << PAGE_SHIFT)

    def chunk_base(self, chunk: int) -> int:
        """Where a chunk begins, by its number; 0 for one that is nobody's."""
        at = bisect_right(self._chunks, chunk) - 1
        is_gap = at + 1 < len(self._chunks) and chunk + 1 == self._chunks[at + 1]
        return 0 if is_gap else self._bases[at] + ((chunk - self._chunks[at]) << CHUNK_SHIFT + PAGE_SHIFT)

    def stretches(self) -> list[tuple[int, int]]:
        """Where each stretch of chunks that touch each other begins and ends."""
        ends = [*(number - 1 for number in self._chunks[1:]), len(self.free)]
        return [
            (base, base + ((end - first) << CHUNK_SHIFT + PAGE_SHIFT))
            for base, first, end in zip(self._bases, self._chunks, ends, strict=False)  # without any, there is one end too many
        ]

    # --- For images -------------------------------------------------------------------------------------------------------

    def layout(self) -> tuple[tuple[int, int], ...]:
        """Where each stretch of chunks that touch each other begins, and the number of its first chunk."""
        return tuple(zip(self._bases, self._chunks, strict=True))

    def rebuild(self, layout: tuple[tuple[int, int], ...], pages: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
        """Describe other pages: their layout, and the bits of each chunk, free and given back."""
        self._bases, self._chunks = [base for base, _ in layout], [chunk for _, chunk in layout]
        self.free, self.scavenged = list(pages[0]), list(pages[1])
        self._levels = [[NO_PAGES] * len(self.free)]
        self._stale_to = -1
        if self.free:
            self._update(0, len(self.free) - 1, anew=True)

    # --- Growing ----------------------------------------------------------------------------------------------------------

    def grow(self, base: int, nchunks: int) -> None:
        """Describe `nchunks` more chunks from `base`, above all others: free, and given back ((*pageAlloc).grow)."""
        self._settle()
        first = len(self.free)
        if not self._bases or self.address(first << CHUNK_SHIFT) != base:
            if self._bases:
                self._append(0, 0)  # nobody's
            self._bases.append(base)
            self._chunks.append(len(self.free))
        for _ in range(nchunks):
            self._append(ALL, ALL)
        self._update(first, len(self.free) - 1, anew=True)

    def describe(self, free: list[int], scavenged: list[int]) -> None:
        """Set the bits of all chunks, an int for each: those of a heap that was read."""
        self.free[:], self.scavenged[:] = free, scavenged
        self._stale_to = -1
        self._update(0, len(free) - 1, anew=True)

    def _append(self, free: int, scavenged: int) -> None:
        self.free.append(free)
        self.scavenged.append(scavenged)
        self._levels[0].append(ALL_FREE if free else NO_PAGES)

    # --- Searching --------------------------------------------------------------------------------------------------------

    def find(self, npages: int) -> int:
        """The first page of the lowest run of `npages` free pages in the whole heap, -1: there is none ((*pageAlloc).find)."""
        self._settle()
        level = len(self._levels) - 1
        low, high = 0, len(self._levels[level])
        while True:
            summaries, size = self._levels[level], CHUNK_PAGES << level * _FANOUT_SHIFT
            run = 0  # free pages just before the stretch that is looked at
            inside = -1
            for i in range(low, high):
                here = summaries[i]
                if run + here.start >= npages:
                    return i * size - run
                if here.longest >= npages:
                    inside = i
                    break
                run = run + size if here.start == size else here.end
            if inside < 0:
                return -1
            if level == 0:
                return (inside << CHUNK_SHIFT) + find_run(self.free[inside], npages)
            level -= 1
            low = inside << _FANOUT_SHIFT
            high = min(low + _FANOUT, len(self._levels[level]))

    # --- Taking and giving back -------------------------------------------------------------------------------------------

    def alloc_range(self, page: int, npages: int) -> int:
        """Take pages that are free; returns how many of them were given back: these come back now ((*pageAlloc).allocRange)."""
        returned = 0
        chunk, first, left = page >> CHUNK_SHIFT, page & CHUNK_PAGES - 1, npages
        while left:
            count = min(left, CHUNK_PAGES - first)
            mask = (1 << count) - 1 << first
            if self.free[chunk] & mask != mask:
                throw("taken_pages_free", f"{count} pages from {self.address(page):#x} are taken again")
            returned += (self.scavenged[chunk] & mask).bit_count()
            self.free[chunk] &= ~mask
            self.scavenged[chunk] &= ~mask
            chunk, first, left = chunk + 1, 0, left - count
        self._changed(page >> CHUNK_SHIFT, chunk - 1)
        return returned

    def free_range(self, page: int, npages: int) -> None:
        """Give pages back to the heap; the operating system does not get them ((*pageAlloc).free)."""
        chunk, first, left = page >> CHUNK_SHIFT, page & CHUNK_PAGES - 1, npages
        while left:
            count = min(left, CHUNK_PAGES - first)
            mask = (1 << count) - 1 << first
            if self.free[chunk] & mask:
                throw("freed_pages_taken", f"{count} pages from {self.address(page):#x} are freed again")
            self.free[chunk] |= mask
            chunk, first, left = chunk + 1, 0, left - count
        self._changed(page >> CHUNK_SHIFT, chunk - 1)

    def set_aside(self, page: int, npages: int) -> None:
        """Mark the first pages of a heap with a random base as taken; they stay given back (in Go since 1.26)."""
        mask = (1 << npages) - 1 << (page & CHUNK_PAGES - 1)
        self.free[page >> CHUNK_SHIFT] &= ~mask
        self._changed(page >> CHUNK_SHIFT, page >> CHUNK_SHIFT)

    def scavenge_range(self, page: int, npages: int) -> None:
        """Note that free pages, all of one chunk, were given back to the operating system."""
        self.scavenged[page >> CHUNK_SHIFT] |= (1 << npages) - 1 << (page & CHUNK_PAGES - 1)

    # --- The Ps' page caches ------------------------------------------------------------------------------------------------

    def alloc_to_cache(self) -> PageCache:
        """All free pages among the 64 around the lowest free one; without a free page nothing ((*pageAlloc).allocToCache).

        Of the bits for "given back" the cache gets those of pages that it does not have, too.
        """
        page = self.find(1)
        if page < 0:
            return PageCache()
        page &= -CACHE_PAGES
        chunk, shift = page >> CHUNK_SHIFT, page & CHUNK_PAGES - 1
        free = self.free[chunk] >> shift & _CACHE_MASK
        scavenged = self.scavenged[chunk] >> shift & _CACHE_MASK
        self.free[chunk] &= ~(free << shift)
        self.scavenged[chunk] &= ~(free << shift)
        self._changed(chunk, chunk)
        return PageCache(self.address(page), free, scavenged)

    def flush_cache(self, cache: PageCache) -> None:
        """Take the pages of a P's cache back, and all its bits for "given back" ((*pageCache).flush)."""
        if cache.free:
            page = self.page_of(cache.base)
            chunk, shift = page >> CHUNK_SHIFT, page & CHUNK_PAGES - 1
            self.free[chunk] |= cache.free << shift
            self.scavenged[chunk] |= cache.scavenged << shift
            self._changed(chunk, chunk)
        cache.clear()

    # --- Summaries --------------------------------------------------------------------------------------------------------

    @property
    def levels(self) -> list[list[Summary]]:
        """Returns the summaries: [0] of each chunk, [k] of eight of [k - 1]."""
        self._settle()
        return self._levels

    def _changed(self, first: int, last: int) -> None:
        """Note that chunks `first` to `last` have other free pages.  Go makes their summaries anew at once; here a search does.

        While a sweep frees span after span nobody searches.
        """
        if self._stale_to < 0:
            self._stale_from, self._stale_to = first, last
        elif first <= self._stale_to + 1 and self._stale_from <= last + 1:
            self._stale_from, self._stale_to = min(self._stale_from, first), max(self._stale_to, last)
        else:
            self._settle()
            self._stale_from, self._stale_to = first, last

    def _settle(self) -> None:
        if self._stale_to >= 0:
            self._update(self._stale_from, self._stale_to)
            self._stale_to = -1

    def _update(self, first: int, last: int, anew: bool = False) -> None:
        """Make the summaries of chunks `first` to `last` anew, and those above them that are others then ((*pageAlloc).update).

        `anew`: those above may be missing.
        """
        chunks, is_same = self._levels[0], True
        for i in range(first, last + 1):
            summary = summarize(self.free[i])
            is_same = is_same and chunks[i].is_same(summary)
            chunks[i] = summary
        if is_same and not anew:
            return
        level = 0
        while len(self._levels[level]) > _FANOUT:
            below, size = self._levels[level], CHUNK_PAGES << level * _FANOUT_SHIFT
            level += 1
            if level == len(self._levels):
                self._levels.append([])
                first, last = 0, len(below) - 1
            above = self._levels[level]
            first, last = first >> _FANOUT_SHIFT, last >> _FANOUT_SHIFT
            is_same = True
            for i in range(first, last + 1):
                low = i << _FANOUT_SHIFT
                summary = merge(below[low : low + _FANOUT], size)
                if i == len(above):
                    above.append(summary)
                    is_same = False
                elif not above[i].is_same(summary):
                    above[i] = summary
                    is_same = False
            if is_same:  # then all above them are, too
                return
