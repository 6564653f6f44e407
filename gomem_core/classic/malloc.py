"""The allocator of Go 1.10 (linux/amd64), decision by decision.  This is the overview that all other files point to.

**Memory.**  One range of address space holds three regions, from low to high: `spans` (512 MB), the heap `bitmap` (16 GB,
used from its end downwards) and the `arena` (512 GB, growing upwards), which holds the objects.  The arena consists of 8 KB
pages. `spans` says for each page which span it belongs to; the bitmap says for each word whether it may hold a pointer.

**Spans.**  A span (mspan.py) is a run of pages: free, or in use for slots of one size, or in use for one large object.  Which
slots are taken stands in two bit sets: allocBits, fixed between sweeps, and freeindex, which only goes up.

**Who is asked for an object, in this order:**

1. Size.  0 bytes: the address of a global.  Up to 32 KB: small, rounded up to one of 66 size classes (sizeclasses.py).  More:
   large. Less than 16 bytes and no pointers: tiny, several share a 16-byte block.
2. `mcache` (mcache.py): each P has a span for each span class (size class × has pointers or not).  Slots are taken from low
   to high addresses.  No lock: a P runs one goroutine at a time.
3. `mcentral` (mcentral.py): for each span class the spans that still have room (`nonempty`) and those that do not or are
   cached (`empty`).  A lock each.  When the P's span is full, it gets another from here, swept if need be.
4. `mheap` (mheap.py): free pages, in lists by length, and large ones in a container of their own (freelarge.py).  One lock.
   A longer span is split; the rest becomes a span of its own.  Large objects come here at once.
5. The operating system: the arena grows by at least 1 MB.

**How memory comes back.**  Nothing is freed one by one.  A collection (mgc.py) marks what the program reaches, then each span
is swept (mgcsweep.py): its mark bits become its allocation bits.  That happens when somebody wants the span, or bit by bit as
payment for allocations.  A span without objects goes back to the heap and merges with free neighbours.  Pages that stay free
for minutes are given back to the operating system (scavenge.py).

**How it is told.**  With a sink in `trace` every decision is told as an event (events.py).  Without one the fast path pays
one `is None` test.

**What is not the runtime's.**  The program's side: which objects it refers to, and what pointers it stores in them
(both/program.py).  Every object is referred to from its birth until `drop`.  Marking stops the world, there are no work buffers
and no goroutine stacks unless a recording brings them, and time is what the driver sets.

Mirrors Go's runtime/malloc.go.
"""

from typing import Final

from gomem_core.both.many import ManyAllocs
from gomem_core.both.mstats import MStats
from gomem_core.both.program import Repeated, Swept, Took
from gomem_core.both.slots import NO_HEADER
from gomem_core.classic.fixalloc import FixAlloc
from gomem_core.classic.freelarge import BestFit, FreeLarge
from gomem_core.classic.mbitmap import heap_bits_set_type, init_bits, read_bits
from gomem_core.classic.mcache import MCache
from gomem_core.classic.mcentral import MCentral
from gomem_core.classic.mgc import GC, TRIGGER_HEAP, flush_mcaches
from gomem_core.classic.mgcsweep import SpanSweeper
from gomem_core.classic.mheap import MHeap, Trace
from gomem_core.classic.mspan import MSpan
from gomem_core.classic.scavenge import FORCE_NOW, scavenge
from gomem_core.go.amd64 import (
    LARGE_SIZE_DIV,
    MAX_SMALL_SIZE,
    MCACHE_SIZE,
    NUM_SIZE_CLASSES,
    NUM_SPAN_CLASSES,
    PAGE_MASK,
    PAGE_SHIFT,
    PTR_SIZE,
    SMALL_SIZE_MAX,
    TINY_SIZE,
)
from gomem_core.go.events import (
    BitsCleared,
    BitsWritten,
    ClassChosen,
    McacheHit,
    McacheMiss,
    SlotTaken,
    Zeroed,
)
from gomem_core.go.heapbits import Pattern, pointer_words
from gomem_core.go.sizeclasses import CLASS_TO_SIZE, SIZE_TO_CLASS8, SIZE_TO_CLASS128, size_to_class
from gomem_core.world.records import MemStats, ServedBy

_SMALL_LIMIT8: Final = SMALL_SIZE_MAX - 8


class Heap(ManyAllocs[MSpan]):
    """The whole allocator: one page heap, 134 mcentrals, an mcache for each P, the collector and the books."""

    __slots__ = ("_noscan", "_scan", "central", "freelarge", "gc", "mcache", "mcaches", "mheap", "sweeper")

    def __init__(self, freelarge: FreeLarge | None = None, spanalloc: FixAlloc | None = None, gcpercent: int = 100) -> None:
        super().__init__(MStats(NUM_SIZE_CLASSES))
        self.mheap = MHeap(freelarge or BestFit(), spanalloc or FixAlloc(), self.stats)
        self.central = [MCentral(spanclass, self.mheap) for spanclass in range(NUM_SPAN_CLASSES)]
        self.sweeper = self.mheap.sweeper = SpanSweeper(self.mheap, self.central)
        self.mcaches = [MCache(0, self.stats)]
        self.stats.mcaches = self.mcaches
        self.use_p(0)
        self.gc = GC(self.mheap, self.central, self.mcaches, gcpercent)
        self.stats.nheap_lock = 0

    # --- Allocating -----------------------------------------------------------------------------------------------------

    def mallocgc(self, size: int, ptrdata: int = 0) -> int:
        """Allocate `size` bytes whose first `ptrdata` bytes consist of pointers (0: noscan); returns the address.

        Negative: of the first -`ptrdata` bytes only every fourth word is a pointer, the first one too.
        Go's mallocgc.  Here stands only its fast path, silent and inlined: up to 512 bytes, a free slot in the cached span
        (nextFreeFast).
        Raises ValueError, and OutOfMemory when the arena cannot grow.
        """
        try:
            if not ptrdata:
                if size <= NO_HEADER:
                    s = self._noscan[size]
                    addr = s.free_addr
                    if addr < s.run_end:
                        s.free_addr = addr + s.elemsize
                        return addr
            elif ptrdata <= size <= NO_HEADER:
                s = self._scan[size]
                addr = s.free_addr
                if ptrdata == s.alike and addr < s.run_end:  # as the objects before it
                    s.free_addr = addr + s.elemsize
                    return addr
        except IndexError:  # far below 0; a size just below it finds an empty place of the table, see AnyMCache
            return self._mallocgc(size, ptrdata)
        if 0 < size < TINY_SIZE and not ptrdata and self.trace is None and (addr := self.tiny_quick(size, self.mcache)):
            return addr
        return self._mallocgc(size, ptrdata)

    def _mallocgc(self, size: int, ptrdata: int) -> int:
        """All else that is silent: larger small objects, others than before, and free slots behind others."""
        is_quick = self.trace is None or self.took is not None
        if is_quick and (size >= TINY_SIZE or (ptrdata and size > 0)) and ptrdata <= size <= MAX_SMALL_SIZE:
            if size <= _SMALL_LIMIT8:
                sizeclass = SIZE_TO_CLASS8[(size + 7) >> 3]
            else:
                sizeclass = SIZE_TO_CLASS128[(size - SMALL_SIZE_MAX + LARGE_SIZE_DIV - 1) >> 7]
            spanclass = sizeclass << 1 if ptrdata else sizeclass << 1 | 1
            s = self.mcache.alloc[spanclass]
            addr = s.free_addr
            if addr < s.run_end:
                s.free_addr = addr + s.elemsize
            elif not (s.free_behind or s.alloc_bits) or not (addr := s.next_run()):
                if self.trace is not None or (ptrdata and not self.is_small(size, ptrdata)):
                    return self.place(size, ptrdata, None)[0]
                s, _ = self.mcache.refill(self.central[spanclass])
                addr = s.next_slot()
                if ptrdata:
                    s.set_words(s.object_index(addr), 1, ptrdata >> 3)
                if self.gc.should_start():
                    self.gc.start(TRIGGER_HEAP)
                return addr
            if ptrdata and ptrdata != s.alike:
                s.set_words(s.object_index(addr), 1, ptrdata >> 3)
            if self.took is not None:
                self.took(s.start_addr, s.object_index(addr), 1)
            return addr
        return self.place(size, ptrdata, None)[0]

    def place(self, size: int, ptrdata: int, pattern: Pattern | None) -> tuple[int, MSpan | None, ServedBy, bool]:  # noqa: ARG002 -- no types here
        """mallocgc in full, narrated: address, span, who served the object, and whether a collection was started."""
        if size < 0 or abs(ptrdata) > size or (ptrdata and (size | ptrdata) % PTR_SIZE):
            raise ValueError(f"no object has {size} bytes of which {ptrdata} are pointers")
        if size == 0:
            self.stats.nzero += 1
            return self.zerobase, None, "zero", False
        if size > MAX_SMALL_SIZE:
            addr, s, served = self._large_alloc(size, ptrdata)
        elif size < TINY_SIZE and not ptrdata:
            addr, s, served = self.tiny_alloc(size)
        else:
            addr, s, served = self._small_alloc(size, ptrdata)
        is_started = served not in ("mcache", "tiny") and self.gc.should_start()
        if is_started:
            self.gc.start(TRIGGER_HEAP)
        return addr, s, served, is_started

    def is_small(self, size: int, ptrdata: int) -> bool:
        """Whether mallocgc has an object of a size class for this."""
        return 0 < size <= MAX_SMALL_SIZE and abs(ptrdata) <= size and not (ptrdata and (size | ptrdata) % PTR_SIZE)

    def span_class(self, size: int, ptrdata: int) -> int:
        """The span class of a small request."""
        return size_to_class(size) << 1 | (0 if ptrdata else 1)

    def set_types(self, s: MSpan, index: int, n: int, ptr_words: int) -> None:
        """Describe the objects in `n` slots from `index` on, which are all alike (heapBitsSetType)."""
        s.set_words(index, n, ptr_words)

    def _small_alloc(self, size: int, ptrdata: int) -> tuple[int, MSpan, ServedBy]:
        spanclass = self.span_class(size, ptrdata)
        if self.details is not None:
            self.details(ClassChosen(size, spanclass, CLASS_TO_SIZE[spanclass >> 1]))
        s, addr, served = self.next_free(spanclass)
        if ptrdata:
            heap_bits_set_type(s, s.object_index(addr), ptrdata >> 3)
            if self.details is not None and s.keeps_words:  # for one-word objects nothing is written
                self.details(BitsWritten(addr, s.elemsize >> 3, len(pointer_words(ptrdata))))
        return addr, s, served

    def next_free(self, spanclass: int) -> tuple[MSpan, int, ServedBy]:
        """Take the next free slot of the P's span, with a refill when it is full ((*mcache).nextFree); see TinyAllocs."""
        mcache = self.mcache
        s = mcache.alloc[spanclass]
        if self.trace is not None:
            if nfree := s.nelems - s.alloc_count:
                self.trace(McacheHit(mcache.p, spanclass, s.start_addr, nfree))
            else:
                self.trace(McacheMiss(mcache.p, spanclass, s.start_addr))
        addr = s.next_slot()
        served: ServedBy = "mcache"
        if not addr:
            s, served = mcache.refill(self.central[spanclass])
            addr = s.next_slot()
        if self.took is not None:
            self.took(s.start_addr, s.object_index(addr), 1)
        elif self.trace is not None:
            self.trace(SlotTaken(mcache.p, spanclass, s.start_addr, s.object_index(addr), addr))
            if s.needzero:
                self.trace(Zeroed(addr, s.elemsize))
        return s, addr, served

    def _large_alloc(self, size: int, ptrdata: int) -> tuple[int, MSpan, ServedBy]:
        """Whole pages straight from the heap, one object a span (largeAlloc)."""
        npages = (size + PAGE_MASK) >> PAGE_SHIFT
        spanclass = 0 if ptrdata else 1
        stats = self.stats
        if self.trace is not None:
            self.trace(ClassChosen(size, spanclass, npages << PAGE_SHIFT))
        grown = stats.nheap_grow
        self.sweeper.deduct_sweep_credit(npages << PAGE_SHIFT, npages)
        s = self.mheap.alloc(npages, spanclass, True, True)
        s.limit = s.start_addr + size
        s.cut(1)
        init_bits(s)
        if self.trace is not None:
            self.trace(BitsCleared(s.start_addr, npages, 0))
        s.take_run(1)
        if ptrdata:
            heap_bits_set_type(s, 0, ptrdata >> 3)
            if self.trace is not None:
                self.trace(BitsWritten(s.start_addr, s.elemsize >> 3, len(pointer_words(ptrdata))))
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

    # --- What the program's side needs --------------------------------------------------------------------------------------

    def span_of(self, addr: int) -> MSpan | None:
        """The span in use for objects that holds `addr` (spanOfHeap)."""
        return self.mheap.span_of(addr)

    def may_point(self, s: MSpan, index: int, word: int) -> bool:
        """Whether word `word` of the slot may hold a pointer."""
        return read_bits(s, index * (s.elemsize >> 3) + word, 1)[0] & 1 == 1

    # --- Everything else a program can ask of the runtime -------------------------------------------------------------------

    def flush(self) -> None:
        """Empty every P's cache, as a collection does (flushallmcaches)."""
        flush_mcaches(self.mheap, self.central, self.mcaches)

    def free_os_memory(self) -> int:
        """Collect, then give all free pages back; returns the bytes given back (debug.FreeOSMemory)."""
        self.gc.collect()
        return scavenge(self.mheap, FORCE_NOW, 0)

    def procs(self, n: int) -> None:
        """Set the number of Ps, at least 1; the mcaches of those that go are flushed in ascending order (procresize)."""
        if n < 1:
            raise ValueError(f"there must be at least one P, not {n}")
        flush_mcaches(self.mheap, self.central, self.mcaches[n:])
        del self.mcaches[n:]
        while len(self.mcaches) < n:
            self.mcaches.append(MCache(len(self.mcaches), self.stats))
        if self.mcache.p >= n:
            self.use_p(0)

    def use_p(self, p: int) -> None:
        """Let P number `p` allocate from now on; raises ValueError when there is none."""
        if not 0 <= p < len(self.mcaches):
            raise ValueError(f"there is no P {p}: the Ps are 0 to {len(self.mcaches) - 1}")
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

    def set_now(self, now: int) -> None:
        """Tell the time, nanoseconds from some start; only the ages of free spans depend on it."""
        self.mheap.now = now

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
        """The same figures without the flush: a cached span's free slots then count as allocated (updatememstats)."""
        mallocs = [0] * NUM_SIZE_CLASSES
        for c in self.central:
            mallocs[c.spanclass >> 1] += c.nmalloc
        return self.stats.mem_stats(CLASS_TO_SIZE, mallocs, self.mheap.spanalloc.inuse, MCACHE_SIZE * len(self.mcaches))
