"""mspan: a run of pages cut into slots of one size, and the doubly linked list that spans hang on.

See malloc.py for the overview.  Mirrors the mspan part of Go's runtime/mheap.go and runtime/mbitmap.go.
"""

from typing import Final

from gomem_core.both.slots import Slots, throw

MSPAN_FREE: Final = 3  # free pages: a span too, in this version


class MSpan(Slots):
    """A span: `npages` pages from `start_addr`, in use for objects, for a stack, or free (Go's mspan)."""

    __slots__ = ("in_list", "incache", "limit", "next", "npreleased", "prev", "ptr", "unusedsince")

    next: "MSpan | None"
    prev: "MSpan | None"
    in_list: "MSpanList | None"

    def __init__(self, ptr: int) -> None:
        self.ptr = ptr  # address of this struct: identity, and the tie-break of the treap
        self.sweepgen = 0
        self.init(0, 0)

    def init(self, base: int, npages: int) -> None:
        """Make it describe `npages` pages at `base`, in no list, without slots ((*mspan).init)."""
        self.describe(base, npages)
        self.next = None
        self.prev = None
        self.in_list = None
        self.incache = False
        self.unusedsince = 0
        self.npreleased = 0
        self.limit = 0


class MSpanList:
    """A doubly linked list of spans with a name for messages (Go's mSpanList).  A span is in one list at most."""

    __slots__ = ("count", "first", "last", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.first: MSpan | None = None
        self.last: MSpan | None = None
        self.count = 0  # not Go's: so that nobody walks a list to know how long it is

    def insert(self, s: MSpan) -> None:
        """Put `s` in front."""
        self._claim(s)
        s.next = self.first
        if self.first is None:
            self.last = s
        else:
            self.first.prev = s
        self.first = s

    def insert_back(self, s: MSpan) -> None:
        """Put `s` at the end."""
        self._claim(s)
        s.prev = self.last
        if self.last is None:
            self.first = s
        else:
            self.last.next = s
        self.last = s

    def remove(self, s: MSpan) -> None:
        """Take `s` out; throws when it is in another list."""
        if s.in_list is not self:
            throw("span_list_membership", f"span {s.start_addr:#x} is not in {self.name}")
        if s.prev is None:
            self.first = s.next
        else:
            s.prev.next = s.next
        if s.next is None:
            self.last = s.prev
        else:
            s.next.prev = s.prev
        s.next = s.prev = None
        s.in_list = None
        self.count -= 1

    def _claim(self, s: MSpan) -> None:
        if s.in_list is not None:
            throw("span_list_membership", f"span {s.start_addr:#x} is already in {s.in_list.name}")
        s.in_list = self
        self.count += 1

    def spans(self) -> list[MSpan]:
        """The spans front to back, as a new list."""
        found: list[MSpan] = []
        s = self.first
        while s is not None:
            found.append(s)
            s = s.next
        return found
