"""What the allocator tells while it works: one small frozen event for each decision.

The first group is the vocabulary of recordings of a real runtime, field for field, so that a replay can be compared with them
event for event.  The second group is what a learner needs besides.  `kind` names an event, `go` the Go function that decides.
Addresses and sizes are bytes, `npages` and `want` pages, `span` the address of the mspan struct.
"""

from typing import ClassVar, Final

from gomem_core.frozen import frozen

# The fields that hold addresses, in any event of this file and of pageevents.py.
ADDRESSES: Final = frozenset(
    {
        *("addr", "arena_end", "arena_used", "base", "bits", "block", "grown_to", "kept", "obj", "old", "other_base"),
        *("rest_base", "slot_addr", "span", "value"),
    }
)
BIT_SETS: Final = frozenset({"free", "scavenged"})  # the fields that hold bit sets: bit i is page i


@frozen
class Event:
    """Base of all events."""

    kind: ClassVar[str]  # the name, as in recordings
    go: ClassVar[str]  # the Go function that decides this


# --- The recordings' vocabulary -----------------------------------------------------------------------------------------


@frozen
class SpanAlloc(Event):
    """The heap handed out a span for objects; `large` for one large object.  needzero is that of the memory before use."""

    base: int
    npages: int
    spanclass: int
    large: int
    needzero: int
    span: int
    heap_live: int

    kind: ClassVar[str] = "span_alloc"
    go: ClassVar[str] = "(*mheap).alloc"


@frozen
class SpanFree(Event):
    """A swept span without objects goes back to the heap (not to the operating system); told before neighbours merge."""

    base: int
    npages: int
    spanclass: int
    large: int
    span: int

    kind: ClassVar[str] = "span_free"
    go: ClassVar[str] = "(*mheap).freeSpan"


@frozen
class Grow(Event):
    """The arena grew upwards; ask_rounded_npages is the need rounded to 64 KB, npages what was mapped (at least 1 MB)."""

    base: int
    npages: int
    arena_used: int
    bitmap_mapped: int
    spans_len: int
    span: int
    ask_rounded_npages: int

    kind: ClassVar[str] = "grow"
    go: ClassVar[str] = "(*mheap).grow"


@frozen
class Picked(Event):
    """The free span chosen to satisfy `want` pages; from_large tells that it came from the container of large spans."""

    base: int
    npages: int
    span: int
    want: int
    from_large: bool

    kind: ClassVar[str] = "picked"
    go: ClassVar[str] = "(*mheap).allocSpanLocked"


@frozen
class CacheSpan(Event):
    """mcentral hands a span with `nfree` free slots to an mcache; heap_live already counts it as fully used."""

    spanclass: int
    base: int
    nfree: int
    freeindex: int
    alloc_count: int
    heap_live: int

    kind: ClassVar[str] = "cache_span"
    go: ClassVar[str] = "(*mcentral).cacheSpan"


@frozen
class UncacheSpan(Event):
    """An mcache gives a span back to its mcentral (a flush)."""

    spanclass: int
    base: int
    nfree: int
    freeindex: int
    alloc_count: int

    kind: ClassVar[str] = "uncache_span"
    go: ClassVar[str] = "(*mcentral).uncacheSpan"


@frozen
class Sweep(Event):
    """A span was swept: its mark bits became its allocation bits.  preserve: the sweeper means to use it at once."""

    base: int
    npages: int
    spanclass: int
    preserve: int
    nfreed: int
    nalloc: int
    freeindex_before: int

    kind: ClassVar[str] = "sweep"
    go: ClassVar[str] = "(*mspan).sweep"


@frozen
class GcStart(Event):
    """A collection starts; trigger 1: the heap reached gc_trigger, 3: somebody asked for it."""

    trigger: int
    heap_live: int
    gc_trigger: int

    kind: ClassVar[str] = "gc_start"
    go: ClassVar[str] = "gcStart"


@frozen
class GcMarked(Event):
    """Marking is done; every span now waits to be swept (its sweepgen is two behind)."""

    sweepgen: int
    heap_live: int
    heap_marked: int

    kind: ClassVar[str] = "gc_marked"
    go: ClassVar[str] = "gcMarkTermination"


@frozen
class Pacing(Event):
    """The trigger of the next collection and its goal were set."""

    gc_trigger: int
    next_gc: int
    heap_marked: int
    heap_live: int

    kind: ClassVar[str] = "pacing"
    go: ClassVar[str] = "gcSetTriggerRatio"


@frozen
class Scavenged(Event):
    """Free pages were given back to the operating system: bytes now, and bytes in all that are given back."""

    released: int
    heap_released: int

    kind: ClassVar[str] = "scavenged"
    go: ClassVar[str] = "(*mheap).scavenge"


# --- What a learner needs besides -----------------------------------------------------------------------------------------


@frozen
class ClassChosen(Event):
    """The size class for a request; spanclass 0 or 1 stands for large, and elemsize is then whole pages."""

    size: int
    spanclass: int
    elemsize: int

    kind: ClassVar[str] = "class_chosen"
    go: ClassVar[str] = "mallocgc"


@frozen
class TinyShared(Event):
    """A tiny object fitted into the half-used 16-byte block of its P: no slot was taken."""

    addr: int
    size: int
    block: int
    offset_after: int

    kind: ClassVar[str] = "tiny_shared"
    go: ClassVar[str] = "mallocgc"


@frozen
class TinyBlock(Event):
    """A tiny object took a new 16-byte block; `kept` says which block its P goes on with, the one with more room."""

    block: int
    size: int
    kept: int

    kind: ClassVar[str] = "tiny_block"
    go: ClassVar[str] = "mallocgc"


@frozen
class McacheHit(Event):
    """The span cached by the P has a free slot (`nfree` of them): no lock is taken."""

    p: int
    spanclass: int
    base: int
    nfree: int

    kind: ClassVar[str] = "mcache_hit"
    go: ClassVar[str] = "(*mcache).nextFree"


@frozen
class McacheMiss(Event):
    """The P's cached span of this class is full (base), or there is none (base 0)."""

    p: int
    spanclass: int
    base: int

    kind: ClassVar[str] = "mcache_miss"
    go: ClassVar[str] = "(*mcache).refill"


@frozen
class SlotTaken(Event):
    """Slot `index` of the P's cached span now holds the object (or the tiny block) at addr."""

    p: int
    spanclass: int
    base: int
    slot: int
    addr: int

    kind: ClassVar[str] = "slot_taken"
    go: ClassVar[str] = "nextFreeFast"


@frozen
class CentralPick(Event):
    """mcentral found a span on its list `where`: "nonempty" or "empty"; swept_now tells that it had to sweep it first."""

    spanclass: int
    base: int
    where: str
    swept_now: bool

    kind: ClassVar[str] = "central_pick"
    go: ClassVar[str] = "(*mcentral).cacheSpan"


@frozen
class CentralMiss(Event):
    """mcentral has no span with a free slot; the lengths of its two lists."""

    spanclass: int
    nonempty: int
    empty: int

    kind: ClassVar[str] = "central_miss"
    go: ClassVar[str] = "(*mcentral).cacheSpan"


@frozen
class SpanSplit(Event):
    """A free span was longer than needed: the low part serves, the rest becomes a free span of its own."""

    base: int
    npages: int
    rest_base: int
    rest_npages: int

    kind: ClassVar[str] = "span_split"
    go: ClassVar[str] = "(*mheap).allocSpanLocked"


@frozen
class SpanMerge(Event):
    """A span that became free absorbed its free neighbour; base and npages are those of the whole afterwards."""

    base: int
    npages: int
    other_base: int
    other_npages: int

    kind: ClassVar[str] = "span_merge"
    go: ClassVar[str] = "(*mheap).freeSpanLocked"


@frozen
class Mapped(Event):
    """Memory of a region ("spans", "bitmap" or "arena") was mapped; nothing resides there until it is touched."""

    region: str
    base: int
    nbytes: int

    kind: ClassVar[str] = "mapped"
    go: ClassVar[str] = "(*mheap).setArenaUsed"


@frozen
class BitsWritten(Event):
    """The heap bitmap of an object was written: `ptr_words` words may hold pointers, of `words` words in its slot."""

    addr: int
    words: int
    ptr_words: int

    kind: ClassVar[str] = "bits_written"
    go: ClassVar[str] = "heapBitsSetType"


@frozen
class BitsCleared(Event):
    """The bitmap of a fresh span was set to one value: 0, or 0xff where every word is an object of its own."""

    base: int
    npages: int
    fill: int

    kind: ClassVar[str] = "bits_cleared"
    go: ClassVar[str] = "heapBits.initSpan"


@frozen
class SysUnused(Event):
    """The operating system got the memory of a free span back; its addresses stay a free span."""

    base: int
    npages: int

    kind: ClassVar[str] = "sys_unused"
    go: ClassVar[str] = "sysUnused"


@frozen
class Zeroed(Event):
    """Used memory was cleared before it is handed out."""

    base: int
    nbytes: int

    kind: ClassVar[str] = "zeroed"
    go: ClassVar[str] = "memclrNoHeapPointers"


@frozen
class PointerWritten(Event):
    """The program stored the pointer `value` in word `word` of the object at `obj`, where `old` was before (0: nil).

    An assignment like any other, which calls no function of the runtime: write barriers are on only while marking goes on.
    """

    base: int
    obj: int
    word: int
    value: int
    old: int

    kind: ClassVar[str] = "pointer_written"
    go: ClassVar[str] = "the program's own store"


@frozen
class LockTaken(Event):
    """A lock was taken: "mheap" (spanclass -1), or "mcentral" of a span class."""

    lock: str
    spanclass: int

    kind: ClassVar[str] = "lock_taken"
    go: ClassVar[str] = "lock"


@frozen
class SweepDebt(Event):
    """An allocation must sweep first: pages owed by now, and pages swept since the basis."""

    owed: int
    swept: int

    kind: ClassVar[str] = "sweep_debt"
    go: ClassVar[str] = "deductSweepCredit"


@frozen
class Reclaim(Event):
    """Before taking `npages` pages while spans wait to be swept, the heap sweeps until as many are free."""

    npages: int

    kind: ClassVar[str] = "reclaim"
    go: ClassVar[str] = "(*mheap).reclaim"
