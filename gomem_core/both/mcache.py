"""The part that the mcaches of all versions have: a span for each span class, and a half-used tiny block (runtime/mcache.go)."""

from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from typing import Generic, TypeVar

from gomem_core.both.mstats import MStats
from gomem_core.both.slots import NO_HEADER, Slots
from gomem_core.go.amd64 import TINY_SIZE

S = TypeVar("S", bound=Slots)


@cache
def _sizes_of(sizes: tuple[int, ...]) -> list[tuple[int, int]]:
    """Returns the sizes of objects of each span class that mallocgc serves at first sight; `sizes`: of slots, by size class.

    Those of no bytes are not among them, nor tiny ones, nor those in slots of more than NO_HEADER bytes.
    """
    found = [(0, 0), (0, 0)]
    for last, size in pairwise(sizes):
        end = size + 1 if size <= NO_HEADER else 0
        found += [(last + 1, end), (max(last + 1, TINY_SIZE), end)]
    return found


class AnyMCache(Generic[S]):
    """The cache of P number `p`: `alloc[spanclass]`, even numbers with pointers (scan), odd ones without (noscan).

    An entry that caches nothing is `emptymspan`, which is always full, so that the fast path need not ask.  `scan` and `noscan`
    are the same spans by the size of an object, from 0 to NO_HEADER bytes; `none` is what they are without spans.  They have as
    many empty places more, which a size below 0 finds: to compare each size with 0 takes longer.
    """

    __slots__ = ("_sizes", "_stats", "alloc", "emptymspan", "none", "noscan", "p", "scan", "tiny", "tinyoffset")

    def __init__(self, p: int, emptymspan: S, stats: MStats, slot_sizes: Iterable[int]) -> None:
        """`slot_sizes`: of each size class; the P's books are `stats`."""
        self.p = p
        self.emptymspan = emptymspan
        self._stats = stats
        self._sizes = _sizes_of(tuple(slot_sizes))
        self.alloc = [emptymspan] * len(self._sizes)
        self.none = [emptymspan] * (2 * (NO_HEADER + 1))
        self.noscan, self.scan = self.none[:], self.none[:]
        self.forget_tiny()

    def put(self, spanclass: int, s: S) -> None:
        """Cache `s` from now on."""
        self.alloc[spanclass] = s
        first, end = self._sizes[spanclass]
        if first < end:
            (self.noscan if spanclass & 1 else self.scan)[first:end] = [s] * (end - first)

    def is_by_size(self, spanclass: int) -> bool:
        """Whether the fast path finds the span of a class, and no other."""
        (first, end), s = self._sizes[spanclass], self.alloc[spanclass]
        return all(one is s for one in (self.noscan if spanclass & 1 else self.scan)[first:end])

    def count(self, s: S) -> None:
        """Tell the books of the slots of a cached span that were handed out since they were told last."""
        count = s.alloc_count
        self._stats.nserved_counted += count - s.counted
        s.counted = count

    def uncounted(self) -> int:
        """Returns how many slots were handed out of which the books were not told yet."""
        n = 0
        for s in self.alloc:
            if s.nelems:
                n += s.alloc_count - s.counted
        return n

    def count_all(self) -> None:
        """Tell the books of the slots of all spans."""
        for s in self.alloc:
            if s.nelems:
                self.count(s)

    def forget_tiny(self) -> None:
        """Begin with a fresh tiny block."""
        self.tiny = 0  # address of the tiny block, 0: none
        self.tinyoffset = 0  # bytes of it that are taken
