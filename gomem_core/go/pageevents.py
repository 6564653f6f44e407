"""What the allocator of Go 1.21 to 1.27 tells besides what all tell (events.py): of pages, their caches, queues of spans.

Each field has the name that recordings of real runtimes have for it, so that a replay can be compared event for event.  Addresses
and sizes are bytes, `npages` and `scav` pages; `free` and `scavenged` are bit sets of 64 pages.
"""

from typing import ClassVar, Final, Literal

from gomem_core.frozen import frozen
from gomem_core.go.events import Event

PagesFrom = Literal["cache", "heap", "heap+grow"]  # the P's page cache, a search through the heap, the same after it grew
CachedFrom = Literal["partial_swept", "partial_unswept", "full_unswept", "grow"]
SweptFor = Literal["", "credit", "reclaim"]  # nobody in particular; payment for an allocation; to get pages
RECLAIMED_ALL: Final = 1 << 63  # the index of `PagesReclaimed` when all arenas were looked at (reclaimIndex)


@frozen
class PagesTaken(Event):
    """Pages became a span: where they were found, and how many of them come back from the operating system (`scav`).

    `spanclass` is that of a span for objects; `use` says "stack" or "workbuf" of any other, and is empty for objects.
    """

    base: int
    npages: int
    spanclass: int
    src: PagesFrom
    scav: int
    needzero: int
    use: str

    kind: ClassVar[str] = "pages_taken"
    go: ClassVar[str] = "(*mheap).allocSpan"

    @property
    def is_large(self) -> bool:
        """Whether they became one large object."""
        return not self.use and self.spanclass <= 1


@frozen
class PagesFreed(Event):
    """The pages of a span went back to the heap's bitmap; the operating system does not get them."""

    base: int
    npages: int
    use: str

    kind: ClassVar[str] = "pages_freed"
    go: ClassVar[str] = "(*mheap).freeSpanLocked"


@frozen
class PageCacheFilled(Event):
    """A P took all free pages of the 64 around the heap's lowest free one; base 0: the heap has none."""

    p: int
    base: int
    free: int
    scavenged: int

    kind: ClassVar[str] = "page_cache_filled"
    go: ClassVar[str] = "(*pageAlloc).allocToCache"


@frozen
class PageCacheFlushed(Event):
    """A P gave the pages of its cache back to the heap."""

    p: int
    base: int
    free: int
    scavenged: int

    kind: ClassVar[str] = "page_cache_flushed"
    go: ClassVar[str] = "(*pageCache).flush"


@frozen
class HeapGrown(Event):
    """`nbytes` from `base` on became free pages; the arenas that are reserved end at `arena_end`."""

    base: int
    nbytes: int
    grown_to: int
    arena_end: int

    kind: ClassVar[str] = "heap_grown"
    go: ClassVar[str] = "(*mheap).grow"


@frozen
class SpanCached(Event):
    """A span entered the mcache of a P: where it was found, and what of it is taken."""

    p: int
    spanclass: int
    base: int
    freeindex: int
    alloc_count: int
    src: CachedFrom

    kind: ClassVar[str] = "span_cached"
    go: ClassVar[str] = "(*mcache).refill"


@frozen
class SpanUncached(Event):
    """A span left the mcache of a P; stale: it was cached before the last mark, and is swept now."""

    p: int
    spanclass: int
    base: int
    freeindex: int
    alloc_count: int
    stale: bool

    kind: ClassVar[str] = "span_uncached"
    go: ClassVar[str] = "(*mcentral).uncacheSpan"


@frozen
class CentralEmpty(Event):
    """No queue of the mcentral had a span with a free slot: how many wait in partial and full, swept and not swept."""

    spanclass: int
    partial_swept: int
    partial_unswept: int
    full_swept: int
    full_unswept: int

    kind: ClassVar[str] = "central_empty"
    go: ClassVar[str] = "(*mcentral).cacheSpan"


@frozen
class SpanSwept(Event):
    """A span was swept: its mark bits became its allocation bits.  preserve: the sweeper means to use it at once."""

    base: int
    npages: int
    spanclass: int
    nalloc: int
    nfreed: int
    freeindex: int
    preserve: bool
    why: SweptFor
    page_mark: bool

    kind: ClassVar[str] = "span_swept"
    go: ClassVar[str] = "(*sweepLocked).sweep"


@frozen
class PagesReclaimed(Event):
    """Before pages are taken while sweeping goes on, spans without marks are swept, from page `index` of the arenas on.

    `credit`: pages that sweeping freed beyond what was wanted; index is RECLAIMED_ALL when all arenas were looked at.
    """

    npages: int
    index: int
    credit: int

    kind: ClassVar[str] = "pages_reclaimed"
    go: ClassVar[str] = "(*mheap).reclaim"


@frozen
class HeaderWritten(Event):
    """The object's type stands in the first word of its slot, so that the object begins 8 bytes after it."""

    slot_addr: int
    addr: int
    ptr_words: int

    kind: ClassVar[str] = "header_written"
    go: ClassVar[str] = "heapSetTypeSmallHeader"


@frozen
class TypeKept(Event):
    """The type of a large object with pointers stands in its span, not in its memory."""

    addr: int
    ptr_words: int

    kind: ClassVar[str] = "type_kept"
    go: ClassVar[str] = "heapSetTypeLarge"


@frozen
class SpanBitsWritten(Event):
    """The pointer bits of an object were written at `bits`, near the end of its span's page: a bit a word."""

    addr: int
    bits: int
    words: int
    ptr_words: int

    kind: ClassVar[str] = "span_bits_written"
    go: ClassVar[str] = "heapSetTypeNoHeader"


@frozen
class TinyMarked(Event):
    """The tiny block that a P was filling is marked: it survives, even if nothing in it is referred to."""

    p: int
    block: int

    kind: ClassVar[str] = "tiny_marked"
    go: ClassVar[str] = "gcMarkTinyAllocs"


@frozen
class InlineMarksMoved(Event):
    """The mark bits that stand beside the objects, at the end of the span, were moved to its gcmarkBits and cleared."""

    base: int
    nmarked: int

    kind: ClassVar[str] = "inline_marks_moved"
    go: ClassVar[str] = "(*mspan).moveInlineMarks"
