"""Which object was born last at an address, as seen from any moment.

Objects that were born in a row lie in a row mostly, slot after slot: they are entered as a range, not one by one.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.world.latest import NONE, Latest

_FEW: Final = 4  # addresses that are entered one by one rather than as a range


class Addresses:
    """Finds the object born last at exactly an address, among those whose numbers are below `count`."""

    __slots__ = ("_mixed", "_oids", "_pages", "_ranges", "_single")

    def __init__(self) -> None:
        self._single: Latest[int] = Latest()  # of those that were entered one by one
        self._oids = array("i")  # their numbers, as soon as there are ranges: before that an entry's number is the object's
        self._mixed = False
        self._ranges: list[tuple[int, range]] = []  # number of the first object, addresses
        self._pages: dict[int, list[int]] = {}  # of each page the ranges that have addresses in it, by their places above

    def append(self, oid: int, addr: int) -> None:
        """Enter one object more."""
        self._single.append(addr)
        if self._mixed:
            self._oids.append(oid)

    def append_each(self, oid: int, addrs: Sequence[int]) -> None:
        """Enter objects from number `oid` on at these addresses, one by one."""
        self._single.append_each(addrs)
        if self._mixed:
            self._oids.extend(range(oid, oid + len(addrs)))

    def extend(self, oid: int, addrs: range) -> None:
        """Enter objects from number `oid` on at these addresses."""
        if len(addrs) < _FEW:
            for number, addr in enumerate(addrs, oid):
                self.append(number, addr)
            return
        if not self._mixed:
            self._mixed = True
            self._oids.extend(range(oid))
        place = len(self._ranges)
        self._ranges.append((oid, addrs))
        for page in _pages(addrs):
            self._pages.setdefault(page, []).append(place)

    def cut(self, count: int, addr_of: Sequence[int]) -> list[tuple[int, range]]:
        """Forget all but the first `count` objects; the addresses of all are given.  Returns what can be entered again."""
        shown = self._shown(count)
        oids = self._oids[shown:] if self._mixed else range(count, len(addr_of))
        gone = [(oid, range(addr_of[oid], addr_of[oid] + 1)) for oid in oids]
        self._single.cut(shown, [addrs.start for _, addrs in gone])
        del self._oids[shown:]
        while self._ranges and (last := self._ranges[-1])[0] + len(last[1]) > count:
            first, addrs = self._ranges.pop()
            for page in _pages(addrs):
                self._pages[page].pop()
            kept = max(0, count - first)
            gone.append((first + kept, addrs[kept:]))
            if kept:
                self.extend(first, addrs[:kept])
                break
        return sorted(gone, key=lambda each: each[0])

    def put_back(self, gone: Iterable[tuple[int, range]]) -> None:
        """Enter again what was cut off, where nothing came in its place."""
        for oid, addrs in gone:
            self.extend(oid, addrs)

    def find(self, addr: int, count: int) -> int:
        """The last of the first `count` objects at this address; NONE: none."""
        number = self._single.find(addr, self._shown(count))
        if not self._mixed:
            return number
        oid = NONE if number == NONE else self._oids[number]
        return max(oid, self._in_range(addr, count)) if self._ranges else oid

    def _in_range(self, addr: int, count: int) -> int:
        for place in reversed(self._pages.get(addr >> PAGE_SHIFT, ())):
            first, addrs = self._ranges[place]
            if first < count and addr in addrs and (oid := first + addrs.index(addr)) < count:
                return oid
        return NONE

    def _shown(self, count: int) -> int:
        """How many entries of single ones are shown."""
        return bisect_left(self._oids, count) if self._mixed else count

    def find_all(self, addrs: Sequence[int], count: int) -> list[int]:
        """The same of many addresses, with hardly a loop in Python where they are slots of one span."""
        if not self._mixed:
            return self._single.find_all(addrs, count)  # an entry's number is the object's
        within = self._one_range(addrs, count)
        if within is None:
            return [self.find(addr, count) for addr in addrs]
        first, (start, step) = within[0], (within[1].start, within[1].step)
        return [first + (addr - start) // step for addr in addrs]

    def _one_range(self, addrs: Sequence[int], count: int) -> tuple[int, range] | None:
        """The range that all these addresses lie in, if none of them had another object since."""
        places = self._pages.get(addrs[0] >> PAGE_SHIFT) if addrs else None
        if not places or self._single.knows_any(addrs):
            return None
        first, held = self._ranges[places[-1]]
        whole = first + len(held) <= count and all(map(held.__contains__, addrs))
        last = all(self._pages[page][-1] == places[-1] for page in {addr >> PAGE_SHIFT for addr in addrs})
        return (first, held) if whole and last else None


def _pages(addrs: range) -> Iterable[int]:
    """The pages that these addresses lie in."""
    if addrs.step <= 1 << PAGE_SHIFT:
        return range(addrs[0] >> PAGE_SHIFT, (addrs[-1] >> PAGE_SHIFT) + 1)
    return [addr >> PAGE_SHIFT for addr in addrs]
