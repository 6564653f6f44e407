"""Where spans lie: any number of arenas, anywhere in the address space, and the numbers of their pages.

Pages are numbered through all arenas, in address order and without what lies between them.  A heap of Go 1.10 has one arena.
"""

from collections.abc import Iterable
from itertools import pairwise

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.named import NamedTuple


class Arena(NamedTuple):
    """Addresses for spans: [start, used) is in use, and it can grow up to `end`."""

    start: int
    used: int
    end: int

    @property
    def pages(self) -> int:
        """Pages in use."""
        return (self.used - self.start) >> PAGE_SHIFT


class Arenas:
    """All arenas of a heap; those that touch each other are to be given as one.  There is at least one, which may be unused."""

    __slots__ = ("digits", "end", "pages", "parts", "start")

    def __init__(self, parts: Iterable[Arena]) -> None:
        self.parts = tuple(sorted(parts))
        if not self.parts or any(b.start <= a.end for a, b in pairwise(self.parts)):
            raise ValueError(f"arenas must be apart, and one at least: {self.parts}")
        used = [a for a in self.parts if a.pages]
        self.start = used[0].start if used else self.parts[0].start
        """Address of page 0; where nothing is in use, of where it will be."""
        self.end = used[-1].used if used else self.start
        """The address after the last page in use."""
        self.pages = sum([a.pages for a in used])
        """Pages in use, in all arenas."""
        self.digits = len(f"{max(self.start, self.end - 1):x}")
        """How many digits the longest address in use has, in hexadecimal."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Arenas) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    @property
    def nbytes(self) -> int:
        """Bytes in use, in all arenas."""
        return self.pages << PAGE_SHIFT

    def at(self, addr: int) -> Arena:
        """The arena whose pages `addr` is among or follows; the first one for what lies before all."""
        return next((a for a in reversed(self.parts) if a.start <= addr), self.parts[0])

    def is_between(self, addr: int) -> bool:
        """Whether it lies between two arenas."""
        return self.at(addr).end <= addr < self.parts[-1].start

    def page(self, addr: int) -> int:
        """Number of the page at `addr`; outside the arenas it is what it would be if `at(addr)` went on up to there."""
        arena = self.at(addr)
        before = sum([a.pages for a in self.parts if a < arena])
        return before + ((addr - arena.start) >> PAGE_SHIFT)

    def address(self, page: int) -> int:
        """Where a page begins; numbers beyond those in use are told as if the last arena went on."""
        for arena in self.parts[:-1]:
            if page < arena.pages:
                return arena.start + (page << PAGE_SHIFT)
            page -= arena.pages
        return self.parts[-1].start + (page << PAGE_SHIFT)
