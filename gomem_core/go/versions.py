"""What differs between versions of Go in number or in name: a row a version.

Whatever shows or asks a heap takes these from its profile and compares no versions.  What differs in kind, such as free lists and
page bitmaps, is another allocator, not another row.  Sizes are bytes.
"""

import re
from bisect import bisect_left
from dataclasses import replace
from typing import Final, Literal

from gomem_core.frozen import frozen
from gomem_core.go import language as languages
from gomem_core.go.amd64 import ARENA_SIZE, ARENA_START, MAX_SMALL_SIZE, PAGE_SHIFT, PTR_SIZE
from gomem_core.go.sizeclasses import CLASSES, SizeClass, is_noscan, make_classes
from gomem_core.named import NamedTuple

# Where the bits are that say which words hold pointers: "two bits": pointer and scan bit of every word, in one bitmap that grows
# downwards.  "arena": a pointer bit of every word, in a table for each arena.  "span": a pointer bit of every word, at the end of
# a span of small slots; above that the type of each object stands before it, and of a large one in its span.
HeapBits = Literal["two bits", "arena", "span"]
BITS_IN_SPAN: Final = 512  # bytes of the largest slot whose pointer bits stand at the end of its span (minSizeForMallocHeader)
INLINE_MARKS: Final = range(16, 513)  # bytes of slots whose marks stand at the end of their span, where a version has that
INLINE_MARK_BYTES: Final = 128  # spanInlineMarkBits
_BITMAP_SHARE: Final = 64  # a pointer bit for each word: a byte for 64


class CentralList(NamedTuple):
    """A list of an mcentral, and the words for what has its place there."""

    name: str  # as SpanInfo.list_name has it; a word of at most eight letters, for filters and columns
    sign: str  # one letter, for the page map
    spans: str  # what spans are on it
    cached: bool  # and those that an mcache has, too
    each: str  # what is said of one of them
    counted: str  # and of all where they are only counted


class HeapLists(NamedTuple):
    """Names of the heap's own lists; SpanInfo.list_name has a length in pages behind those that are one a length: free[3]."""

    free: str  # of free spans, a list a length
    free_large: str  # of longer ones
    busy: str  # of large objects, a list a length
    busy_large: str  # of longer ones


MOST_MODELLED: Final = ARENA_SIZE - 1  # bytes of an object in heaps of any version


@frozen
class Profile:
    """One version of Go."""

    name: str
    classes: tuple[SizeClass, ...]  # by number; class 0 stands for large objects
    small_limit: int  # the longest request that is served from a size class
    max_alloc: int  # bytes of the longest slice for which the heap is asked; longer ones panic
    reservation: bool  # whether all lies in one: the spans array, the bitmap, an arena, and a spare page
    arena_start: int  # where the first arena begins; 0: anywhere
    arena_bytes: int
    central_lists: tuple[CentralList, ...]  # in the order in which CentralInfo counts them and panes draw them
    heap_lists: HeapLists | None  # None: which pages are free is told by bits, and large objects hang on lists of mcentrals too
    padding: str  # what pages are called that lie before all others and are never used; "": there are none
    heap_bits: HeapBits
    preset_one_word: bool  # whether a span of one-word objects says once and for all that each is a pointer
    scavenged_is_zero: bool  # whether a span whose pages all come back from the operating system counts as zero
    inline_marks: bool  # whether small slots have their mark bits at the end of their span
    modelled: bool  # whether there is an allocator for it, so that a session can be one of this version
    rungs: tuple[str, ...]  # who is asked for an object, in this order: those of the ladder
    language: languages.Language | None = None  # what statements of Go become; None: that is known from 1.21 on
    functions: tuple[tuple[str, str], ...] = ()  # (kind of an event, the Go function that decides it), if not as the event says

    @property
    def largest_class(self) -> int:
        """Number of the last size class."""
        return len(self.classes) - 1

    @property
    def span_classes(self) -> range:
        """Every span class: a size class doubled, plus one for objects without pointers."""
        return range(2 * len(self.classes))

    @property
    def central_classes(self) -> range:
        """The span classes whose spans hang on lists of an mcentral.

        0 and 1, which are large objects, are among them only where the heap has no lists of its own for those.
        """
        return range(2 if self.heap_lists is not None else 0, 2 * len(self.classes))

    def too_long(self, nbytes: int) -> str:
        """Why nothing of so many bytes is allocated: Go panics, or it is more than a heap here has; empty where it may be."""
        if nbytes > self.max_alloc:
            return f"panic: runtime error: makeslice: len out of range ({nbytes} bytes, and Go allows {self.max_alloc} at most)"
        if nbytes > MOST_MODELLED:
            return f"Go would ask the operating system for {nbytes} bytes; an object has at most {MOST_MODELLED} here"
        return ""

    def function(self, kind: str, usual: str) -> str:
        """The Go function of this version that decides an event of some kind; `usual` is the one that the event names."""
        return dict(self.functions).get(kind, usual)

    def span_end(self, spanclass: int) -> int:
        """Bytes at the end of a span of this class that the runtime keeps for bits: pointer bits, inline marks."""
        c = self.classes[spanclass >> 1]
        marks = self.marks_end(spanclass)
        has_bits = self.heap_bits == "span" and 0 < c.size <= BITS_IN_SPAN and not is_noscan(spanclass)
        return marks + ((c.npages << PAGE_SHIFT) // _BITMAP_SHARE if has_bits else 0)

    def marks_end(self, spanclass: int) -> int:
        """Bytes of these that inline marks take: the last ones."""
        return INLINE_MARK_BYTES if self.inline_marks and self.classes[spanclass >> 1].size in INLINE_MARKS else 0

    def nelems(self, spanclass: int) -> int:
        """Slots in a span of this class; 0 for large objects."""
        c = self.classes[spanclass >> 1]
        return ((c.npages << PAGE_SHIFT) - self.span_end(spanclass)) // c.size if c.number else 0

    def has_header(self, spanclass: int) -> bool:
        """Whether the type of each object stands in the first word of its slot."""
        c = self.classes[spanclass >> 1]
        return self.heap_bits == "span" and c.size > BITS_IN_SPAN and not is_noscan(spanclass)

    def header(self, size: int, noscan: bool) -> int:
        """Bytes before a small object of `size` bytes, in its slot, that say its type."""
        return PTR_SIZE if self.heap_bits == "span" and not noscan and BITS_IN_SPAN < size <= self.small_limit else 0

    def size_class(self, size: int, noscan: bool) -> int:
        """Number of the class that serves a request of `size` bytes; 0: it is large, or takes no memory."""
        if not 0 < size <= self.small_limit:
            return 0
        return bisect_left(self.classes, size + self.header(size, noscan), key=lambda c: c.size)

    @property
    def central_names(self) -> tuple[str, ...]:
        """Names of the lists of an mcentral, in their order."""
        return tuple(one.name for one in self.central_lists)

    @property
    def small_limit_text(self) -> str:
        """The longest small request, in kilobytes where it is a whole number of them."""
        whole, rest = divmod(self.small_limit, 1024)
        return f"{self.small_limit} bytes" if rest else f"{whole} KB"


GO_1_10: Final = Profile(
    name="go1.10",
    classes=tuple(CLASSES),
    small_limit=MAX_SMALL_SIZE,
    max_alloc=ARENA_SIZE - 1,  # _MaxMem
    reservation=True,
    arena_start=ARENA_START,
    arena_bytes=ARENA_SIZE,
    central_lists=(
        CentralList("nonempty", "N", "spans with free slots", False, "it has free slots", "spans with a free slot"),
        CentralList("empty", "E", "spans without a free slot", True, "it has none", "spans without one, or cached"),
    ),
    heap_lists=HeapLists("free", "freelarge", "busy", "busylarge"),
    padding="",
    heap_bits="two bits",
    preset_one_word=True,
    scavenged_is_zero=False,
    inline_marks=False,
    modelled=True,
    rungs=("size class", "mcache", "mcentral", "mheap", "OS"),
)
_SINCE_1_21: Final = (("pacing", "(*gcControllerState).commit"), ("scavenged", "(*pageAlloc).scavengeOne"))
_TYPE_SET: Final = ("span_bits_written", "header_written", "type_kept")  # which has a function each since Go 1.24
GO_1_21: Final = Profile(
    name="go1.21",
    classes=tuple(make_classes(68, 32)),
    small_limit=MAX_SMALL_SIZE,
    max_alloc=1 << 48,  # maxAlloc: 1 << heapAddrBits
    reservation=False,
    arena_start=0xC000000000,
    arena_bytes=64 << 20,
    central_lists=(
        CentralList("partial", "P", "swept spans with free slots", False, "it has free slots", "swept, with a free slot"),
        CentralList("partialu", "p", "the same, not swept yet", False, "it has some, not swept", "not swept, with a free slot"),
        CentralList("full", "F", "swept spans without a free slot", False, "it has none", "swept, without a free slot"),
        CentralList("fullu", "f", "the same, not swept yet", False, "sweeping may free some", "not swept, without a free slot"),
    ),
    heap_lists=None,
    padding="",
    heap_bits="arena",
    preset_one_word=True,
    scavenged_is_zero=False,
    inline_marks=False,
    modelled=True,
    rungs=("size class", "tiny block", "mcache", "partial", "partialu", "fullu", "page cache", "mheap", "OS"),
    language=languages.GO_1_21,
    functions=(*_SINCE_1_21, *((kind, "heapBitsSetType") for kind in _TYPE_SET)),
)
GO_1_22: Final = replace(
    GO_1_21,
    name="go1.22",
    small_limit=32760,
    heap_bits="span",
    preset_one_word=False,
    language=languages.GO_1_22,
    functions=(*_SINCE_1_21, *((kind, "heapSetType") for kind in _TYPE_SET)),
)
GO_1_24: Final = replace(
    GO_1_22,
    name="go1.24",
    preset_one_word=True,
    language=languages.GO_1_24,
    functions=(*_SINCE_1_21, ("tiny_shared", "mallocgcTiny"), ("tiny_block", "mallocgcTiny")),
)
_GO_1_25: Final = replace(GO_1_24, name="go1.25", language=languages.GO_1_25)
_GO_1_26: Final = replace(
    _GO_1_25,
    name="go1.26",
    arena_start=0,
    padding="padding",
    inline_marks=True,
    scavenged_is_zero=True,
    language=languages.GO_1_26,
)


def _with_marks(profile: Profile) -> tuple[SizeClass, ...]:
    """Its classes, in whose spans the inline marks leave room for fewer slots."""
    found = list(profile.classes[:1])
    for c in profile.classes[1:]:
        nbytes, nelems = c.npages << PAGE_SHIFT, profile.nelems(2 * c.number + 1)
        smallest = found[-1].size + 1
        found.append(
            c._replace(nelems=nelems, tail_waste=nbytes - nelems * c.size, max_waste=(nbytes - nelems * smallest) / nbytes)
        )
    return tuple(found)


GO_1_26: Final = replace(_GO_1_26, classes=_with_marks(_GO_1_26))

PROFILES: Final = (
    GO_1_10,
    GO_1_21,
    GO_1_22,
    replace(GO_1_22, name="go1.23", language=languages.GO_1_23),
    GO_1_24,
    _GO_1_25,
    GO_1_26,
    replace(GO_1_26, name="go1.27"),
)

# The command language is one for all versions: what any of them has can be written, and the heap says what it does not have.
MOST_CLASSES: Final = max(len(profile.classes) for profile in PROFILES)
MOST_SLOTS: Final = max(c.nelems for profile in PROFILES for c in profile.classes)  # of a span
LONGEST_SPAN: Final = max(c.npages for profile in PROFILES for c in profile.classes)  # pages of a span with several slots
ALL_CENTRAL_LISTS: Final = tuple({one.name: one for profile in PROFILES for one in profile.central_lists}.values())


def profile_named(name: str) -> Profile | None:
    """The row of a version as the runtime names it, go1.24.11 or go1.27.3-X:nogreenteagc; None where there is none."""
    minor = re.match(r"go1\.[0-9]{1,3}(?![0-9])", name)
    return None if minor is None else next((one for one in PROFILES if one.name == minor[0]), None)
