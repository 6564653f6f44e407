"""What a heap consists of, wherever it is printed: spans, lists, caches, objects, sums."""

from typing import Literal, NotRequired, TypedDict

from gomem_core.report import Addr, Bits

Kind = Literal["scan", "noscan"]
ObjectKind = Literal["scan", "noscan", "head", "every4"]
Class = TypedDict("Class", {"class": int})  # a key that no class statement can have; 0: large
MaybeClass = TypedDict("MaybeClass", {"class": int | None})


class Span(MaybeClass):
    """A span; what only spans in use have is null for others: their class, slots, sweeping, and where their bytes are."""

    base: Addr
    npages: int
    state: Literal["inuse", "manual", "free"]
    spanclass: int | None
    elemsize: int | None
    kind: Kind | None
    nelems: int | None
    alloc_count: int | None
    freeindex: int | None
    sweepgen: int | None
    swept: bool | None
    cached_by: int | None  # number of the P whose mcache has it
    list: str | None  # nonempty, empty, free[N], freelarge, busy[N], busylarge
    next_base: Addr | None  # neighbours on that list
    prev_base: Addr | None
    needzero: bool | None
    npreleased: int | None  # pages of it that were given back to the operating system
    unusedsince: int | None  # of a free span
    ptr: Addr | None  # of the mspan struct


class Bytes(TypedDict):
    """What bytes of spans in use are there for: total is the sum of the first five, wasted that of all but requested."""

    requested: int
    slot_waste: int | None  # ends of slots after what was asked for
    dead: int | None  # slots that the last mark did not reach and that are not swept yet
    free_slots: int
    tails: int  # after the last slots
    wasted: int
    total: int


class SpanShare(Span):
    """A span with what became of its bytes, if it is in use."""

    account: Bytes | None


class ClassWaste(Class, Bytes):
    """The spans of a class: how many would be enough for their objects; in_mcaches are the free slots that a P has."""

    spanclass: int
    elemsize: int | None
    kind: Kind
    spans: int
    needed: int
    objects: int
    in_mcaches: int | None


class SpanDetail(SpanShare):
    """A span with its bit sets."""

    alloc_bits: Bits | None
    alloc_cache: Bits | None
    gcmark_bits: Bits | None


class Central(Class):
    """An mcentral with the lengths of its lists: nonempty and empty in Go 1.10, the other four from 1.21 on."""

    spanclass: int
    elemsize: int | None
    kind: Kind
    nonempty: NotRequired[int]
    empty: NotRequired[int]
    partial: NotRequired[int]
    partialu: NotRequired[int]
    full: NotRequired[int]
    fullu: NotRequired[int]
    nmalloc: int | None
    nlock: int | None


class CentralLists(Central):
    """An mcentral with its lists, front to back."""

    nonempty_bases: NotRequired[list[Addr]]
    empty_bases: NotRequired[list[Addr]]
    partial_bases: NotRequired[list[Addr]]
    partialu_bases: NotRequired[list[Addr]]
    full_bases: NotRequired[list[Addr]]
    fullu_bases: NotRequired[list[Addr]]


class CachedSpan(Class):
    """A span in an mcache, with its number of free slots."""

    spanclass: int
    elemsize: int
    kind: Kind
    base: Addr
    nfree: int


class CachedPages(TypedDict):
    """The page cache of a P: bit i of the sets is page i of the 64 from base on; null in Go 1.10, which has none."""

    base: Addr
    free: Bits
    scavenged: Bits


class Mcache(TypedDict):
    """What a P allocates from; tiny is its half-used tiny block, of which tinyoffset bytes are taken."""

    p: int
    current: bool
    tiny: Addr | None
    tinyoffset: int | None
    cached: list[CachedSpan]
    pages: CachedPages | None


class FreeList(TypedDict):
    """Free spans of one length: a list free[N], or one span of the tree freelarge; where no list has them, stretches of pages."""

    list: str | None
    npages: int
    spans: int
    first: Addr
    npreleased: int


class FreeBases(TypedDict):
    """A free list with its spans, front to back."""

    npages: int
    spans: list[Addr]


class Region(TypedDict):
    """A part of the process's address space; `used` bytes of its `size` are in use."""

    name: str
    start: Addr
    end: Addr
    size: int
    used_start: Addr
    used_end: Addr
    used: int
    grows: Literal["up", "down"] | None


class SizeClass(Class):
    """A row of the table of size classes; of class 0, which stands for large objects, nothing else is known."""

    elemsize: int | None
    npages: int | None
    span_bytes: int | None
    nelems: int | None
    tail_waste: int | None
    max_waste_percent: float | None  # of a span full of the smallest objects that the class serves
    scan_nelems: int | None  # slots for objects with pointers
    noscan_reserve: int | None  # bytes at the end of a span that the runtime keeps for bits
    scan_reserve: int | None
    header: int | None  # bytes in each slot before an object with pointers, which say its type


class Lock(MaybeClass):
    """A lock, and how often it was taken; mheap's has no class."""

    lock: Literal["mheap", "mcentral"]
    spanclass: int | None
    elemsize: int | None
    kind: Kind | None
    taken: int


class Word(TypedDict):
    """A word of a slot with its bits of the heap bitmap, and where in the bitmap they are; scan is null from Go 1.21 on."""

    addr: Addr
    pointer: bool | None
    scan: bool | None
    byte_addr: Addr | None
    shift: int
    value: Addr | None


class StoredPointer(TypedDict):
    """A pointer stored in a word of an object."""

    word: int
    to: Addr


class ObjectRow(TypedDict):
    """An object; `born` is the step that made it; null is what is not known of one that was read, but for its type."""

    name: str | None
    addr: Addr
    size: int | None
    kind: ObjectKind
    type: str | None
    born: int | None
    links: list[StoredPointer] | None


class Counters(TypedDict):
    """The counters of `show stats`; null is what is not known, of gc_trigger and next_gc also what is never reached."""

    heap_sys: int | None
    heap_inuse: int | None
    heap_idle: int | None
    heap_released: int | None
    heap_live: int | None
    heap_marked: int | None
    gc_trigger: int | None
    next_gc: int | None
    numgc: int | None
    nserved_mcache: int | None
    nserved_central: int | None
    nserved_heap: int | None
    nserved_large: int | None
    nserved_os: int | None
    tinyallocs: int | None
    nzero: int | None
    nheap_lock: int | None
    nheap_alloc: int | None
    nheap_grow: int | None
    nmcache_flush: int | None
    nos_release: int | None


class BySize(TypedDict):
    """A row of MemStats.BySize."""

    Size: int
    Mallocs: int
    Frees: int


class MemStats(TypedDict):
    """Fields of runtime.MemStats; Mallocs and Frees count tiny objects that shared a block as made and freed at once."""

    Alloc: int
    TotalAlloc: int | None
    Mallocs: int | None
    Frees: int | None
    HeapAlloc: int
    HeapSys: int | None
    HeapIdle: int | None
    HeapInuse: int
    HeapReleased: int | None
    HeapObjects: int
    StackInuse: int | None
    MSpanInuse: int | None
    MCacheInuse: int | None
    NextGC: int | None
    NumGC: int
    BySize: list[BySize]


class Account(TypedDict):
    """What became of every byte of the used arena; total is their sum."""

    requested: int
    slot_waste: int | None
    dead: int | None
    free_slots: int
    tails: int
    manual: int
    free_pages: int
    given_back: int | None
    total: int
