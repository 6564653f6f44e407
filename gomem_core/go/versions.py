"""What differs between versions of Go in number or in name: a row a version.

Whatever shows or asks a heap takes these from its profile and compares no versions.  What differs in kind, such as free lists and
page bitmaps, is another allocator, not another row.  Sizes are bytes.
"""

from typing import Final, NamedTuple

from gomem_core.frozen import frozen
from gomem_core.go.amd64 import MAX_SMALL_SIZE
from gomem_core.go.sizeclasses import CLASSES, SizeClass


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


@frozen
class Profile:
    """One version of Go."""

    name: str
    classes: tuple[SizeClass, ...]  # by number; class 0 stands for large objects
    small_limit: int  # the longest request that is served from a size class
    reservation: bool  # whether all lies in one: the spans array, the bitmap, an arena, and a spare page
    central_lists: tuple[CentralList, ...]  # in the order in which CentralInfo counts them and panes draw them
    heap_lists: HeapLists

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
        """The span classes that have an mcentral: all but 0 and 1, which are large objects."""
        return range(2, 2 * len(self.classes))

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
    reservation=True,
    central_lists=(
        CentralList("nonempty", "N", "spans with free slots", False, "it has free slots", "spans with a free slot"),
        CentralList("empty", "E", "spans without a free slot", True, "it has none", "spans without one, or cached"),
    ),
    heap_lists=HeapLists("free", "freelarge", "busy", "busylarge"),
)

PROFILES: Final = (GO_1_10,)

# The command language is one for all versions: what any of them has can be written, and the heap says what it does not have.
MOST_CLASSES: Final = max(len(profile.classes) for profile in PROFILES)
LONGEST_SPAN: Final = max(c.npages for profile in PROFILES for c in profile.classes)  # pages of a span with several slots
ALL_CENTRAL_LISTS: Final = tuple({one.name: one for profile in PROFILES for one in profile.central_lists}.values())
