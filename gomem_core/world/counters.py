"""The running counters of a heap."""

from typing import Protocol


class Counters(Protocol):
    """Running counters (Go's mstats): bytes unless a name says otherwise; those that begin with n are numbers."""

    heap_sys: int  # mapped for the heap
    heap_idle: int  # in free spans
    heap_inuse: int  # in spans that hold objects
    heap_released: int  # of heap_idle, given back to the operating system
    stacks_inuse: int
    heap_live: int  # as the pacer sees it: a cached span counts as full
    heap_marked: int
    gc_trigger: int
    next_gc: int
    trigger_ratio: float
    numgc: int
    largealloc: int
    nlargealloc: int
    largefree: int
    nlargefree: int
    nsmallfree: list[int]  # swept objects by size class
    tinyallocs: int  # tiny objects that shared a block
    nzero: int  # size 0: no memory at all
    nserved_mcache: int  # a slot from the P's cached span, no lock
    nserved_central: int  # mcentral had a span
    nserved_heap: int  # the heap cut a span for the class
    nserved_large: int  # the heap handed out a large object
    nserved_os: int  # the arena had to grow, for either of the two
    nheap_lock: int
    nheap_alloc: int  # spans handed out
    nheap_grow: int
    nmcache_flush: int
    nos_release: int  # spans given back to the operating system (madvise calls)
    nswept: int  # spans swept
    nswept_in_vain: int  # of these, spans in which nothing was freed, and that nobody wanted for a slot they had
