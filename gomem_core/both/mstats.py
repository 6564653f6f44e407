"""The books: what the allocator counts as it works (runtime/mstats.go).

Each allocator has one of these.
"""

from collections.abc import Sequence
from typing import Protocol

from gomem_core.go.amd64 import U64_MAX
from gomem_core.world.records import MemStats

NUM_BY_SIZE = 61  # MemStats.BySize has 61 of the classes: its length was fixed before there were more


class Counted(Protocol):
    """What hands out slots and tells the books later: an mcache."""

    def uncounted(self) -> int:
        """Returns how many slots it handed out since it told the books last."""


class MStats:
    """Running counters (Go's mstats, with the mheap's and mcache's own counters): bytes unless a name says otherwise."""

    __slots__ = (
        "gc_trigger",
        "heap_idle",
        "heap_inuse",
        "heap_live",
        "heap_marked",
        "heap_released",
        "heap_sys",
        "largealloc",
        "largefree",
        "mcaches",
        "next_gc",
        "nheap_alloc",
        "nheap_grow",
        "nheap_lock",
        "nlargealloc",
        "nlargefree",
        "nmcache_flush",
        "nos_release",
        "nserved_central",
        "nserved_counted",
        "nserved_heap",
        "nserved_large",
        "nserved_os",
        "nsmallfree",
        "nswept",
        "nswept_in_vain",
        "numgc",
        "nzero",
        "stacks_inuse",
        "tinyallocs",
        "trigger_ratio",
    )

    def __init__(self, classes: int) -> None:
        """`classes`: how many size classes there are, with class 0."""
        self.heap_sys = 0  # mapped for the heap
        self.heap_idle = 0  # in free spans
        self.heap_inuse = 0  # in spans that hold objects
        self.heap_released = 0  # of heap_idle, given back to the operating system
        self.stacks_inuse = 0
        self.heap_live = 0  # as the pacer sees it: a cached span counts as full
        self.heap_marked = 0
        self.gc_trigger = U64_MAX
        self.next_gc = U64_MAX
        self.trigger_ratio = 7 / 8
        self.numgc = 0
        self.largealloc = 0
        self.nlargealloc = 0
        self.largefree = 0
        self.nlargefree = 0
        self.nsmallfree = [0] * classes  # swept objects by size class
        self.tinyallocs = 0  # tiny objects that shared a block
        # How allocations were served, for learners; Go does not count these.
        self.nzero = 0  # size 0: no memory at all
        self.nserved_counted = 0  # of nserved_mcache, those that the mcaches told of
        self.nserved_central = 0  # mcentral had a span
        self.nserved_heap = 0  # the heap cut a span for the class
        self.nserved_large = 0  # the heap handed out a large object
        self.nserved_os = 0  # the arena had to grow, for either of the two
        self.nheap_lock = 0
        self.nheap_alloc = 0  # spans handed out
        self.nheap_grow = 0
        self.nmcache_flush = 0
        self.nos_release = 0  # spans given back to the operating system (madvise calls)
        self.nswept = 0  # spans swept
        self.nswept_in_vain = 0  # of these, spans in which nothing was freed, and that nobody wanted for a slot they had
        self.mcaches: Sequence[Counted] = ()  # those whose slots are counted here

    @property
    def nserved_mcache(self) -> int:
        """Returns how many requests got a slot from the P's cached span, without a lock."""
        n = self.nserved_counted
        for c in self.mcaches:
            n += c.uncounted()
        return n

    @nserved_mcache.setter
    def nserved_mcache(self, n: int) -> None:
        self.nserved_counted = n  # an image is restored: its mcaches have told of all their slots

    def mem_stats(self, sizes: Sequence[int], mallocs: list[int], mspan_inuse: int | None, mcache_inuse: int | None) -> MemStats:
        """What runtime.ReadMemStats makes of them.

        `sizes` of the slots of each size class, `mallocs` slots of it that were ever handed out; bytes of mspan and mcache
        structs, None where they are not known.
        """
        frees = self.nsmallfree
        nmalloc = sum(mallocs) + self.nlargealloc + self.tinyallocs
        nfree = sum(frees) + self.nlargefree + self.tinyallocs
        total = self.largealloc + sum([n * size for n, size in zip(mallocs, sizes, strict=True)])
        live = total - self.largefree - sum([n * size for n, size in zip(frees, sizes, strict=True)])
        return MemStats(
            Alloc=live,
            TotalAlloc=total,
            Mallocs=nmalloc,
            Frees=nfree,
            HeapAlloc=live,
            HeapSys=self.heap_sys,
            HeapIdle=self.heap_idle,
            HeapInuse=self.heap_inuse,
            HeapReleased=self.heap_released,
            HeapObjects=nmalloc - nfree,
            StackInuse=self.stacks_inuse,
            MSpanInuse=mspan_inuse,
            MCacheInuse=mcache_inuse,
            NextGC=self.next_gc,
            NumGC=self.numgc,
            BySize=tuple(zip(sizes, mallocs, frees, strict=True))[:NUM_BY_SIZE],
        )
