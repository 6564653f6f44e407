"""The quantities that `until` and `expect` can ask for: a closed table of names.

What each is computed from stands in gomem_core/queries/quantities.py, which knows the heap.  All are whole numbers.
"""

from typing import Final

from gomem_core.named import NamedTuple


class Quantity(NamedTuple):
    """What a quantity says, and whether it is a number of bytes (4M) or a plain count."""

    help: str
    is_bytes: bool = False


ALSO: Final = {  # names of fields of runtime.MemStats
    "HeapAlloc": "heap_alloc",
    "HeapObjects": "heap_objects",
    "HeapInuse": "heap_inuse",
    "HeapSys": "heap_sys",
    "HeapIdle": "heap_idle",
    "HeapReleased": "heap_released",
    "NumGC": "numgc",
    "NextGC": "next_gc",
    "Mallocs": "mallocs",
    "Frees": "frees",
    "TotalAlloc": "total_alloc",
}
QUANTITIES: Final[dict[str, Quantity]] = {
    # the arena
    "spans": Quantity("spans in the arena, whatever they are used for"),
    "spans_inuse": Quantity("spans that hold objects"),
    "spans_free": Quantity("free spans"),
    "pages": Quantity("pages of the arena"),
    "pages_inuse": Quantity("pages of spans that hold objects"),
    "pages_free": Quantity("pages of free spans"),
    "released_pages": Quantity("pages of free spans that were given back to the operating system"),
    "arena_used": Quantity("size of the arena", is_bytes=True),
    "bitmap_mapped": Quantity("mapped part of the heap bitmap", is_bytes=True),
    "spans_mapped": Quantity("mapped part of the region spans", is_bytes=True),
    "unswept": Quantity("spans that wait for the sweeper"),
    "cached": Quantity("spans in the mcaches of all Ps"),
    # objects
    "objects": Quantity("objects the program refers to"),
    "heap_objects": Quantity("slots taken, as MemStats counts them: a cached span is full"),
    "mallocs": Quantity("slots ever taken and tiny objects that shared one, as MemStats counts them"),
    "frees": Quantity("slots ever freed, and tiny objects that shared one, which count as freed at once"),
    "heap_alloc": Quantity("bytes of the slots taken, as MemStats counts them", is_bytes=True),
    "total_alloc": Quantity("bytes of the slots ever taken", is_bytes=True),
    # the counters of `show stats`
    "heap_sys": Quantity("arena mapped", is_bytes=True),
    "heap_inuse": Quantity("in spans that hold objects", is_bytes=True),
    "heap_idle": Quantity("in free spans", is_bytes=True),
    "heap_released": Quantity("of those, given back to the operating system", is_bytes=True),
    "heap_live": Quantity("what the pacer counts; a cached span is full", is_bytes=True),
    "heap_marked": Quantity("what the last mark found; before the first mark, a start value of 2236962", is_bytes=True),
    "gc_trigger": Quantity("heap_live at which the next collection starts", is_bytes=True),
    "next_gc": Quantity("heap_live it aims to stay below", is_bytes=True),
    "numgc": Quantity("collections"),
    "nserved_mcache": Quantity("small objects served by the P's cached span"),
    "nserved_central": Quantity("small objects for which mcentral gave a span it had"),
    "nserved_heap": Quantity("small objects for which mheap cut a new span"),
    "nserved_large": Quantity("large objects served by mheap"),
    "nserved_os": Quantity("objects for which the arena had to grow"),
    "tinyallocs": Quantity("tiny objects that shared a block"),
    "nzero": Quantity("objects of size 0"),
    "nheap_lock": Quantity("times the heap's lock was taken"),
    "nheap_alloc": Quantity("spans the heap handed out"),
    "nheap_grow": Quantity("times the arena grew"),
    "nmcache_flush": Quantity("times an mcache was emptied"),
    "nos_release": Quantity("spans given back to the operating system"),
    # and two that are easier to say
    "grows": Quantity("times the arena grew"),
    "refills": Quantity("times an mcache got another span"),
    "central_locks": Quantity("times the lock of an mcentral was taken, all together"),
}
