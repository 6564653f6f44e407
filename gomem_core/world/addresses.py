"""Which object was born last at an address, as seen from any moment.

Each page has a log of the objects that were born in it, in order.  Objects that were born in a row lie in a row mostly, slot
after slot: they are entered as a range, not one by one.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Final

from gomem_core.go.amd64 import PAGE_MASK, PAGE_SHIFT
from gomem_core.world.blocks import AddressRow, Blocks
from gomem_core.world.latest import NONE

_FEW: Final = 4  # addresses that are entered, and looked for, one by one
_RECORD: Final = Struct("=II")  # of a log: an object's number, and its place in the page in bytes
_PLACE: Final = Struct("=I")
_SIZE: Final = _RECORD.size
_SEARCHED: Final = 8  # records for each address that is looked for, from which on one looks for each by itself
_LONG: Final = 10_000  # records of a log that is not read as a whole for a few addresses
_EMPTY: Final = bytearray()

Born = tuple[
    int, Sequence[int] | AddressRow
]  # number of an object, addresses of it and those after it: a row where they lie in one


class Addresses:
    """Finds the object born last at exactly an address, among those whose numbers are below `count`.

    A million objects born one by one took 90 MB in a dictionary, and take 12 in logs.
    """

    __slots__ = ("_known", "_last", "_logs", "_over", "_ranges")

    def __init__(self) -> None:
        self._logs: dict[int, bytearray] = {}  # of each page those that were entered one by one
        self._ranges: list[tuple[int, AddressRow]] = []  # number of the first object, addresses
        self._over: dict[int, list[int]] = {}  # of each page the ranges that have addresses in it, by their places above
        self._known = (0, 0, 0)  # page, bytes of its log and count for which `_last` was found
        self._last: dict[int, int] = {}

    def append(self, oid: int, addr: int) -> None:
        """Enter one object more."""
        log = self._logs.get(addr >> PAGE_SHIFT)
        if log is None:
            log = self._logs[addr >> PAGE_SHIFT] = bytearray()
        log += _RECORD.pack(oid, addr & PAGE_MASK)

    def append_each(self, oid: int, addrs: Iterable[int]) -> None:
        """Enter objects from number `oid` on at these addresses, one by one."""
        logs, record = self._logs, _RECORD.pack
        for number, addr in enumerate(addrs, oid):
            log = logs.get(addr >> PAGE_SHIFT)
            if log is None:
                log = logs[addr >> PAGE_SHIFT] = bytearray()
            log += record(number, addr & PAGE_MASK)

    def extend(self, oid: int, addrs: AddressRow) -> None:
        """Enter objects from number `oid` on at these addresses."""
        if len(addrs) < _FEW:
            self.append_each(oid, addrs)
            return
        place = len(self._ranges)
        self._ranges.append((oid, addrs))
        for page in _pages(addrs):
            self._over.setdefault(page, []).append(place)

    # --- Going through time ---------------------------------------------------------------------------------------------

    def cut(self, count: int, addrs: Sequence[int]) -> list[Born]:
        """Forget all but the first `count` objects; the addresses of all are given.  Returns what can be entered again."""
        gone: list[Born] = []
        end = len(addrs)
        kept: AddressRow = range(0)
        while self._ranges and not kept and self._ranges[-1][0] + len(self._ranges[-1][1]) > count:
            first, held = self._ranges.pop()
            for page in _pages(held):
                self._over[page].pop()
            gone.append((first + len(held), addrs[first + len(held) : end]))
            shown = max(0, count - first)
            gone.append((first + shown, held[shown:]))
            end, kept = max(first, count), held[:shown]
        gone.append((count, addrs[count:end]))
        self._known = (0, 0, 0)
        gone = [one for one in reversed(gone) if one[1]]
        pages = {addr >> PAGE_SHIFT for _, each in gone if not isinstance(each, AddressRow) for addr in each}
        for page in pages:
            log = self._logs[page]
            del log[_shown(log, count) :]
        if kept:
            self.extend(count - len(kept), kept)
        return gone

    def put_back(self, gone: Iterable[Born]) -> None:
        """Enter again what was cut off, where nothing came in its place."""
        for oid, addrs in gone:
            if isinstance(addrs, AddressRow):
                self.extend(oid, addrs)
            else:
                self.append_each(oid, addrs)

    # --- Looking --------------------------------------------------------------------------------------------------------

    def find(self, addr: int, count: int) -> int:
        """The last of the first `count` objects at this address; NONE: none."""
        log = self._logs.get(addr >> PAGE_SHIFT)
        oid = _find(log, addr & PAGE_MASK, count) if log else NONE
        return max(oid, self._in_range(addr, count)) if self._ranges else oid

    def _in_range(self, addr: int, count: int) -> int:
        for place in reversed(self._over.get(addr >> PAGE_SHIFT, ())):
            first, addrs = self._ranges[place]
            if first < count and addr in addrs and (oid := first + addrs.index(addr)) < count:
                return oid
        return NONE

    def find_all(self, addrs: Sequence[int], count: int) -> list[int]:
        """The same of many addresses, with hardly a loop in Python where they are slots of one span."""
        if len(addrs) < _FEW:
            return [self.find(addr, count) for addr in addrs]
        pages = {addr >> PAGE_SHIFT for addr in addrs}
        within = self._one_range(pages, addrs, count)
        if within is not None:
            first, row = within
            if isinstance(row, Blocks):
                return [first + row.index(addr) for addr in addrs]
            start, step = row.start, row.step
            return [first + (addr - start) // step for addr in addrs]
        logged = sum([len(self._logs.get(page, b"")) for page in pages])
        if not self._over.keys().isdisjoint(pages) or logged > _SEARCHED * _SIZE * len(addrs):
            return [self.find(addr, count) for addr in addrs]
        last = self._last_of(pages.pop(), count)
        for page in pages:
            last = last | self._last_of(page, count)
        return [last.get(addr, NONE) for addr in addrs]

    def find_within(self, addr: int, nbytes: int, count: int) -> list[int]:
        """The last of the first `count` objects at each address in a part of a page, by address; only where there is one."""
        page, block = addr >> PAGE_SHIFT, range(addr, addr + nbytes)
        if page in self._over or len(self._logs.get(page, b"")) > _LONG * _SIZE:
            found = (self.find(at, count) for at in block)
        else:
            last = self._last_of(page, count)
            found = (last.get(at, NONE) for at in block)
        return [oid for oid in found if oid != NONE]

    def _last_of(self, page: int, count: int) -> dict[int, int]:
        """The last of the first `count` objects at each address in a page, as far as they were entered one by one."""
        log = self._logs.get(page, _EMPTY)
        known = (page, len(log), count)
        if known != self._known:  # who looks at one slot of a page mostly looks at the others
            records = memoryview(log).cast("I")[: _shown(log, count) // _PLACE.size].tolist()
            base = page << PAGE_SHIFT
            self._last = dict(zip([base + place for place in records[1::2]], records[::2], strict=True))
            self._known = known
        return self._last

    def _one_range(self, pages: set[int], addrs: Sequence[int], count: int) -> tuple[int, AddressRow] | None:
        """The range that all these addresses, in these pages, lie in, if no other object was born in these pages since."""
        places = self._over.get(addrs[0] >> PAGE_SHIFT) if self._ranges else None
        if not places:
            return None
        first, held = self._ranges[places[-1]]
        if first + len(held) > count or not all(map(held.__contains__, addrs)):
            return None
        last = all(self._over[page][-1] == places[-1] and _newest(self._logs.get(page)) < first for page in pages)
        return (first, held) if last else None


def _find(log: bytearray, place: int, count: int) -> int:
    """The last of the first `count` objects at this place in the log's page; NONE."""
    wanted, end = _PLACE.pack(place), _shown(log, count)
    at = log.rfind(wanted, 0, end)
    while at >= 0 and at % _SIZE != _PLACE.size:  # across records
        at = log.rfind(wanted, 0, at + _PLACE.size - 1)
    return NONE if at < 0 else int(_RECORD.unpack_from(log, at - _PLACE.size)[0])


def _newest(log: bytearray | None) -> int:
    """The object that was entered last; NONE."""
    return int(_RECORD.unpack_from(log, len(log) - _SIZE)[0]) if log else NONE


def _shown(log: bytearray, count: int) -> int:
    """How many bytes of a log tell of the first `count` objects."""
    if not log or _RECORD.unpack_from(log, len(log) - _SIZE)[0] < count:  # nothing is hidden, mostly
        return len(log)
    return bisect_left(range(0, len(log), _SIZE), count, key=lambda at: _RECORD.unpack_from(log, at)[0]) * _SIZE


def _pages(addrs: AddressRow) -> Iterable[int]:
    """The pages that these addresses lie in."""
    if isinstance(addrs, Blocks) or addrs.step <= 1 << PAGE_SHIFT:
        return range(addrs[0] >> PAGE_SHIFT, (addrs[-1] >> PAGE_SHIFT) + 1)
    return [addr >> PAGE_SHIFT for addr in addrs]
