"""The allocator of Go 1.21 to 1.27 (linux/amd64), decision by decision.  This is the overview that all other files point to.

**Memory.**  The heap lies in arenas of 64 MB, one after the other from 0xc000000000 on, or from a random place (since 1.26).
An arena consists of 8 KB pages.  Free pages are no spans, as they were in Go 1.10: a bit a page tells that they are free, another
that the operating system has their memory back (mpagealloc.py).  The heap grows by 4 MB, a chunk, at least.

**Spans.**  A span (mspan.py) is a run of pages in use: for slots of one size, for one large object, for a stack, or for what
the collector needs.  Which slots are taken stands in two bit sets: allocBits, fixed between sweeps, and freeindex, which only
goes up.

**Who is asked for an object, in this order:**

1. Size.  0 bytes: the address of a global.  Up to 32 KB: small, rounded up to one of 67 size classes.  More: large.  Less than 16
   bytes and no pointers: tiny, several share a 16-byte block.  Since 1.22 an object with pointers of more than 512 bytes has its
   type in the first word of its slot, and takes 8 bytes more (mbitmap.py).
2. `mcache` (mcache.py): each P has a span for each span class (size class × has pointers or not).  No lock.
3. `mcentral` (mcentral.py): for each span class four queues: spans with a free slot and without, swept and waiting to be swept.
   When the P's span is full, it gets another from here: the oldest one, swept if need be.
4. Pages, for a new span.  Fewer than 16: from the P's page cache (mpagecache.py), 64 pages in a row of which it owns the free
   ones.  No lock.  Else the lowest run of free pages in the whole heap.  Large objects come here at once.
5. The operating system: the heap grows (mheap.py).

**How memory comes back.**  Nothing is freed one by one.  A collection (mgc.py) marks what the program reaches; then each span
waits to be swept (mgcsweep.py): its mark bits become its allocation bits.  That happens when somebody wants the span, or bit by
bit as payment for allocations, or before pages are taken.  Pages of a span without objects become free.

**How it is told.**  With a sink in `trace` every decision is told as an event (events.py, pageevents.py).  Without one the fast
path pays one `is None` test.

**What is not the runtime's.**  The program's side: which objects it refers to, and what pointers it stores (both/program.py).
Marking stops the world.  The runtime allocates nothing for itself but the collector's work buffers; nothing happens by the clock.

What differs between these versions stands in their profiles (go/versions.py).  Mirrors Go's runtime/malloc.go.
"""

from typing import Final

from gomem_core.both.many import ManyAllocs
from gomem_core.both.mstats import MStats
from gomem_core.both.program import Repeated, Swept, Took
from gomem_core.both.rows import Rows
from gomem_core.both.slots import NO_HEADER
from gomem_core.go.amd64 import (
    PAGE_MASK,
    PAGE_SHIFT,
    PTR_SIZE,
    TINY_SIZE,
)
from gomem_core.go.events import ClassChosen, McacheHit, McacheMiss, SlotTaken, Zeroed
from gomem_core.go.heapbits import Pattern
from gomem_core.go.pageevents import HeaderWritten, SpanBitsWritten, TypeKept
from gomem_core.go.release import FIRST_BASE
from gomem_core.go.versions import Profile
from gomem_core.modern.mbitmap import (
    heap_set_pattern,
    heap_set_type,
    heap_set_types,
    init_bits,
    may_hold_pointer,
    pointer_count,
)
from gomem_core.modern.mcache import MCache
from gomem_core.modern.mcentral import MCentral
from gomem_core.modern.mgc import GC, TRIGGER_HEAP
from gomem_core.modern.mgcscavenge import scavenge_all
from gomem_core.modern.mgcsweep import SpanSweeper
from gomem_core.modern.mheap import MHeap, Trace
from gomem_core.modern.mpagecache import PageCache
from gomem_core.modern.mspan import MSpan
from gomem_core.modern.refillrow import note_row, refill_row, tell_row
from gomem_core.modern.sizetables import span_class_tables
from gomem_core.world.records import Allocated, MemStats, ServedBy

_HEADER: Final = PTR_SIZE  # mallocHeaderSize
_HIT: Final[ServedBy] = "mcache"


class Heap(ManyAllocs[MSpan]):
    """The whole allocator: one page heap, 136 mcentrals, mcache and page cache of each P, the collector and the books."""

    __slots__ = (
        *("central", "gc", "headers", "mcache", "mcaches", "mheap", "p", "profile", "sweeper"),
        *("_noscan", "_noscan_class", "_scan", "_scan_class", "_small_limit"),
    )

    def __init__(self, profile: Profile, base: int = FIRST_BASE, padding: int = 0, gcpercent: int = 100) -> None:
        """Make an empty heap that will begin at `base`, a multiple of 4 MB, with `padding` pages of its first chunk set aside."""
        super().__init__(MStats(len(profile.classes)))
        self.profile = profile
        self.mheap = MHeap(profile, self.stats, base, padding)
        self.central = [MCentral(spanclass, self.mheap) for spanclass in profile.span_classes]
        self.sweeper = self.mheap.sweeper = SpanSweeper(self.mheap, self.central)
        self.mcaches = [MCache(0, self.mheap)]
        self.stats.mcaches = self.mcaches
        self.use_p(0)
        self.gc = GC(self.mheap, self.central, self.mcaches, self.sweeper, gcpercent)
        self.headers = [_HEADER if profile.has_header(spanclass) else 0 for spanclass in profile.span_classes]
        self._noscan_class, self._scan_class = span_class_tables(profile.classes, self.headers[-2] > 0)
        self._small_limit = profile.small_limit

    # --- Allocating -----------------------------------------------------------------------------------------------------

    def mallocgc(self, size: int, ptrdata: int = 0) -> int:
        """Allocate `size` bytes whose first `ptrdata` bytes consist of pointers (0: noscan); returns the address.

        Negative: of the first -`ptrdata` bytes only every fourth word is a pointer, the first one too.
        Go's mallocgc.  Here stands only its fast path, silent and inlined: an object of up to 512 bytes, a free slot in the
        cached span (nextFreeFast).  Raises ValueError, and OutOfMemory when addresses end.
        """
        try:
            if not ptrdata:
                if size <= NO_HEADER:
                    s = self._noscan[size]
                    addr = s.free_addr
                    if addr < s.run_end:
                        s.free_addr = addr + s.elemsize
                        return addr
            elif size <= NO_HEADER and ptrdata <= size:
                s = self._scan[size]
                if ptrdata == s.alike:  # as the objects before it
                    addr = s.free_addr
                    if addr < s.run_end:
                        s.free_addr = addr + s.elemsize
                        return addr
        except IndexError:  # far below 0; a size just below it finds an empty place of the table, see AnyMCache
            return self._mallocgc(size, ptrdata)
        if 0 < size < TINY_SIZE and not ptrdata and self.trace is None and (addr := self.tiny_quick(size, self.mcache)):
            return addr
        return self._mallocgc(size, ptrdata)

    def _mallocgc(self, size: int, ptrdata: int) -> int:
        """All else that is silent: larger small objects, others than before, free slots behind others; the rest does `place`."""
        is_quick = self.trace is None or self.took is not None
        if is_quick and (size >= TINY_SIZE or (ptrdata and size > 0)) and ptrdata <= size <= self._small_limit:
            spanclass = (self._scan_class if ptrdata else self._noscan_class)[(size + 7) >> 3]
            s = self.mcache.alloc[spanclass]
            addr = s.free_addr
            if addr < s.run_end:
                s.free_addr = addr + s.elemsize
            elif not (s.free_behind or s.alloc_bits) or not (addr := s.next_run()):
                if self.trace is not None or ptrdata % PTR_SIZE or -ptrdata > size:
                    return self.place(size, ptrdata, None)[0]
                s, _ = self.mcache.refill(self.central[spanclass], self.p)
                addr = s.free_addr
                if addr < s.run_end:
                    s.free_addr = addr + s.elemsize
                else:
                    addr = s.next_run()
                if ptrdata and ptrdata != s.alike:
                    heap_set_type(s, s.object_index(addr), ptrdata >> 3)
                if self.stats.heap_live >= self.gc.pacer.trigger:  # should_start, written out: it is asked at each refill
                    self.gc.start(TRIGGER_HEAP, self.p)
                return addr + self.headers[spanclass]
            if ptrdata and ptrdata != s.alike:
                heap_set_type(s, s.object_index(addr), ptrdata >> 3)
            if self.took is not None:
                self.took(s.start_addr, s.object_index(addr), 1)
            return addr + self.headers[spanclass]
        return self.place(size, ptrdata, None)[0]

    def alloc(self, size: int, ptrdata: int = 0, pattern: Pattern | None = None) -> Allocated:
        """mallocgc in full, narrated; tells who served the object.  Raises as mallocgc does.

        With a `pattern`, its pointers are where its type has them, up to `ptrdata`.
        """
        if pattern is not None and size <= self._small_limit and self.trace is None:  # the fast path of mallocgc, for types
            spanclass = self._scan_class[(size + 7) >> 3]
            s = self.mcache.alloc[spanclass]
            slot, served, is_started = s.free_addr, _HIT, False
            if slot < s.run_end:
                s.free_addr = slot + s.elemsize
            elif 0 < ptrdata <= size and not (s.free_behind or s.alloc_bits):
                s, served = self.mcache.refill(self.central[spanclass], self.p)
                slot = s.next_slot()
            else:
                return super().alloc(size, ptrdata, pattern)
            self._set_type(s, (slot - s.start_addr) // s.elemsize, size, ptrdata, pattern)
            if served != _HIT and self.gc.pacer.should_start():
                self.gc.start(TRIGGER_HEAP, self.p)
                is_started = True
            addr = slot + self.headers[spanclass]
            return Allocated(addr, s.elemsize, spanclass, s.start_addr, served, False, served != _HIT, is_started)
        return super().alloc(size, ptrdata, pattern)

    def place(self, size: int, ptrdata: int, pattern: Pattern | None) -> tuple[int, MSpan | None, ServedBy, bool]:
        """mallocgc in full, narrated: address, span, who served the object, and whether a collection was started."""
        if size < 0 or abs(ptrdata) > size or ptrdata % PTR_SIZE:
            raise ValueError(f"no object has {size} bytes of which {ptrdata} are pointers")
        if size == 0:
            self.stats.nzero += 1
            return self.zerobase, None, "zero", False
        if size > self._small_limit:
            addr, s, served = self._large_alloc(size, ptrdata, pattern)
        elif size < TINY_SIZE and not ptrdata:
            addr, s, served = self.tiny_alloc(size)
        else:
            addr, s, served = self._small_alloc(size, ptrdata, pattern)
        is_started = served not in ("mcache", "tiny") and self.gc.pacer.should_start()
        if is_started:
            self.gc.start(TRIGGER_HEAP, self.p)
        return addr, s, served, is_started

    def is_small(self, size: int, ptrdata: int) -> bool:
        """Whether mallocgc has an object of a size class for this."""
        return 0 < size <= self._small_limit and abs(ptrdata) <= size and not ptrdata % PTR_SIZE

    def set_types(self, s: MSpan, index: int, n: int, ptr_words: int) -> None:
        """Describe the objects in `n` slots from `index` on, which are all alike."""
        heap_set_types(s, index, n, ptr_words)

    def span_class(self, size: int, ptrdata: int) -> int:
        """The span class of a small request; its header is counted."""
        return (self._scan_class if ptrdata else self._noscan_class)[(size + 7) >> 3]

    def _small_alloc(self, size: int, ptrdata: int, pattern: Pattern | None) -> tuple[int, MSpan, ServedBy]:
        spanclass = self.span_class(size, ptrdata)
        if self.details is not None:
            self.details(ClassChosen(size, spanclass, self.profile.classes[spanclass >> 1].size))
        s, slot, served = self.next_free(spanclass)
        addr = slot + self.headers[spanclass]
        if ptrdata:
            index = s.object_index(slot)
            self._set_type(s, index, size, ptrdata, pattern)
            if self.details is not None:
                self._tell_type(s, index, addr)
        return addr, s, served

    def _set_type(self, s: MSpan, index: int, size: int, ptrdata: int, pattern: Pattern | None) -> None:
        """Write which words of an object are pointers; where its type stands before it or in its span, up to the slot's end."""
        if pattern is None:
            heap_set_type(s, index, ptrdata >> 3)
            return
        s.set_words(index, 1, ptrdata >> 3)
        header = self.headers[s.spanclass]
        is_repeated = header or (s.spanclass <= 1 and self.profile.heap_bits == "span")
        heap_set_pattern(s, index, pattern, (s.elemsize - header if is_repeated else size) >> 3)

    def _tell_type(self, s: MSpan, index: int, addr: int) -> None:
        """Narrate where it was written which words of an object are pointers."""
        if self.trace is None:
            return
        words = pointer_count(s, index)
        if self.headers[s.spanclass]:
            self.trace(HeaderWritten(s.start_addr + index * s.elemsize, addr, words))
        elif s.spanclass <= 1 and self.profile.heap_bits == "span":
            self.trace(TypeKept(addr, words))
        elif s.keeps_words:  # else nothing is written
            bits = s.start_addr + s.nbytes - self.profile.span_end(s.spanclass) if self.profile.heap_bits == "span" else 0
            self.trace(SpanBitsWritten(addr, bits, s.elemsize >> 3, words))

    def next_free(self, spanclass: int) -> tuple[MSpan, int, ServedBy]:
        """Take the next free slot of the P's span, with a refill when it is full ((*mcache).nextFree); see TinyAllocs."""
        mcache = self.mcache
        s = mcache.alloc[spanclass]
        if self.trace is not None:
            if nfree := s.nelems - s.alloc_count:
                self.trace(McacheHit(mcache.p, spanclass, s.start_addr, nfree))
            else:
                self.trace(McacheMiss(mcache.p, spanclass, s.start_addr))
        slot = s.next_slot()
        served: ServedBy = "mcache"
        if not slot:
            s, served = mcache.refill(self.central[spanclass], self.p)
            slot = s.next_slot()
        if self.took is not None:
            self.took(s.start_addr, s.object_index(slot), 1)
        elif self.trace is not None:
            self.trace(SlotTaken(mcache.p, spanclass, s.start_addr, s.object_index(slot), slot))
            if s.needzero:
                self.trace(Zeroed(slot, s.elemsize))
        return s, slot, served

    def take_spans(self, size: int, ptrdata: int, most: int, rows: Rows, served: dict[str, int]) -> int:
        """Allocate up to `most` objects that fill fresh spans; returns 0 where the next span is to be looked for."""
        spanclass = self.span_class(size, ptrdata)
        central = self.central[spanclass]
        if most < 2 * central.nelems:
            return 0
        row = refill_row(self.mcache, central, self.sweeper, self.gc.pacer, most // central.nelems, self.p)
        if row:
            note_row(row, self.mheap, ptrdata, served)
            tell_row(row, self.headers[spanclass], rows)
        return len(row) * central.nelems

    def _large_alloc(self, size: int, ptrdata: int, pattern: Pattern | None) -> tuple[int, MSpan, ServedBy]:
        """Whole pages straight from the heap, one object a span ((*mcache).allocLarge)."""
        npages = (size + PAGE_MASK) >> PAGE_SHIFT
        spanclass = 0 if ptrdata else 1
        stats = self.stats
        if self.trace is not None:
            self.trace(ClassChosen(size, spanclass, npages << PAGE_SHIFT))
        grown = stats.nheap_grow
        self.sweeper.deduct_sweep_credit(npages << PAGE_SHIFT, npages)
        s = self.mheap.alloc(npages, spanclass, 1, self.p)
        stats.largealloc += s.elemsize
        stats.nlargealloc += 1
        stats.heap_live += s.nbytes
        self.central[spanclass].push_swept(s, True)
        s.take_run(1)
        init_bits(s, self.profile)
        if ptrdata:
            self._set_type(s, 0, size, ptrdata, pattern)
        if self.trace is not None:
            if ptrdata:
                self._tell_type(s, 0, s.start_addr)
            if s.needzero:
                self.trace(Zeroed(s.start_addr, s.elemsize))
        if stats.nheap_grow != grown:
            served: ServedBy = "os"
            stats.nserved_os += 1
        else:
            served = "mheap"
            stats.nserved_large += 1
        return s.start_addr, s, served

    def cache(self) -> MCache:
        """The mcache of the P that runs now."""
        return self.mcache

    def drop(self, addr: int) -> None:
        """Forget a reference, as Program has it; compiled, a method is called in less time where few classes inherit it."""
        s = self._near
        if s is not None and addr == s.rooted_addr and addr < s.free_addr and s.tiny_refs is None:
            s.rooted_addr = addr + s.elemsize
        else:
            self._drop(addr)

    # --- What the program's side needs --------------------------------------------------------------------------------------

    def span_of(self, addr: int) -> MSpan | None:
        """The span in use for objects that holds `addr` (spanOfHeap)."""
        return self.mheap.span_of(addr)

    def header(self, spanclass: int) -> int:
        """Bytes of a slot before the object in it."""
        return self.headers[spanclass]

    def may_point(self, s: MSpan, index: int, word: int) -> bool:
        """Whether word `word` of the slot may hold a pointer."""
        return may_hold_pointer(s, index, word - self.headers[s.spanclass] // PTR_SIZE)

    # --- Everything else a program can ask of the runtime -------------------------------------------------------------------

    def flush(self) -> None:
        """Empty every P's cache, as ReadMemStats does (flushallmcaches)."""
        self.gc.flush()

    def free_os_memory(self) -> int:
        """Collect, then give all free pages back; returns the bytes given back (debug.FreeOSMemory)."""
        self.gc.collect(self.p)
        return scavenge_all(self.mheap)

    def procs(self, n: int) -> None:
        """Set the number of Ps, at least 1; those that go give back their spans and pages, in ascending order (procresize)."""
        if n < 1:
            raise ValueError(f"there must be at least one P, not {n}")
        for mcache in self.mcaches[n:]:
            self.stats.nmcache_flush += 1
            mcache.release_all(self.central, self.p)
            self.mheap.flush_page_cache(mcache.p)
        del self.mcaches[n:], self.mheap.page_caches[n:]
        while len(self.mcaches) < n:
            self.mcaches.append(MCache(len(self.mcaches), self.mheap))
            self.mheap.page_caches.append(PageCache())
        if self.mcache.p >= n:
            self.use_p(0)

    def use_p(self, p: int) -> None:
        """Let P number `p` allocate from now on; raises ValueError when there is none."""
        if not 0 <= p < len(self.mcaches):
            raise ValueError(f"there is no P {p}: the Ps are 0 to {len(self.mcaches) - 1}")
        self.p = p  # NO_P while the process has no Ps yet
        self.mcache = self.mcaches[p]  # of the P that runs now
        self._look()

    def _look(self) -> None:
        """Find the spans of the fast path: those of the P, and none while each step is told."""
        c = self.mcache
        self._noscan, self._scan = (c.noscan, c.scan) if self.trace is None else (c.none, c.none)

    def count(self) -> None:
        """Tell the books of all slots that were handed out."""
        for c in self.mcaches:
            c.count_all()

    def set_trace(
        self, trace: Trace | None, took: Took | None = None, repeated: Repeated | None = None, swept: Swept | None = None
    ) -> None:
        """Narrate from now on, as Program says; the page heap too.

        `swept` is told what sweeps did, instead: thousands, at each collection.
        """
        super().set_trace(trace, took, repeated)
        self._look()
        self.mheap.trace, self.mheap.details, self.mheap.swept = trace, self.details, swept

    def read_mem_stats(self) -> MemStats:
        """runtime.ReadMemStats.  It changes the allocator: every mcache is flushed, and so later addresses."""
        self.flush()
        return self.mem_stats()

    def mem_stats(self) -> MemStats:
        """The same figures without the flush, which changes none of them."""
        return self.stats.mem_stats(self.mheap.elemsizes, self.small_allocs(), None, None)

    def small_allocs(self) -> list[int]:
        """Slots ever handed out, by size class."""
        self.count()
        return self.mheap.nsmallalloc[:]
