"""Free pages by units of memory: which lie beside spans in use, and which few spans are in the way of most of them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.named import NamedTuple
from gomem_core.queries.advicefigures import NAMED, PINS, Few, Pin, Units

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

CHUNK: Final = 4 << 20  # bytes for which Go keeps one page bitmap (pallocChunkBytes)
HUGE: Final = 2 << 20  # of a huge page on amd64
_NEARLY_FULL: Final = 496 / 512  # of its pages (scavChunkHiOccFrac)


class Pages(NamedTuple):
    """All spans in address order, as far as units are about them."""

    base: Ints
    npages: Ints
    taken: Mask  # holds objects, or stacks
    free: Ints  # pages of it that are free for everybody and were not given back
    objects: Ints  # in it


class UnitSums:
    """The sums of each unit of `size` bytes, a power of two, in which a span lies, at least in part, by address."""

    def __init__(self, pages: Pages, size: int) -> None:
        self._pages = pages
        self._size = size
        self._span, self._unit, starts, ends = _pieces(pages, size)  # a piece is what of a span lies in one unit
        self._number = np.zeros(0, np.int64)
        self.unit = np.zeros(0, np.int64)
        if len(self._unit):
            begins = np.append(True, self._unit[1:] != self._unit[:-1])
            self._number = np.cumsum(begins) - 1
            self.unit = self._unit[begins]
        taken, free = pages.taken[self._span], pages.free[self._span]
        npages = np.maximum(pages.npages[self._span], 1)
        self.free = self._sum(free * ends // npages - free * starts // npages) << PAGE_SHIFT
        self.taken = self._sum(np.where(taken, ends - starts, 0)) << PAGE_SHIFT
        self.spans = self._sum(taken.astype(np.int64))
        self.objects = self._sum(np.where(taken, pages.objects[self._span], 0))

    def _sum(self, values: Ints) -> Ints:
        return np.bincount(self._number, values, len(self.unit)).astype(np.int64)

    def _in(self, units: Ints) -> Ints:
        """Numbers of the spans that hold something in these units."""
        chosen = np.zeros(len(self.unit), bool)
        chosen[units] = True
        spans = self._span[chosen[self._number] & self._pages.taken[self._span]]
        return spans[np.append(True, spans[1:] != spans[:-1])] if len(spans) else spans  # they are in order

    def _worst(self) -> Ints:
        """Units with free pages beside something, those with most free bytes for each object first."""
        beside = np.flatnonzero((self.free > 0) & (self.spans > 0))
        alone = np.maximum(self.objects[beside], 1) / self.free[beside]
        return beside[np.lexsort((self.unit[beside], -self.free[beside], alone))]

    def units(self) -> Units:
        """The sums of all units."""
        worst = self._worst()
        beside = int(self.free[worst].sum())
        enough = np.flatnonzero(2 * np.cumsum(self.free[worst]) >= beside)
        few = worst[: int(enough[0]) + 1] if len(worst) else worst
        spans = self._in(few)
        nearly_full = worst[self.taken[worst] >= _NEARLY_FULL * self._size]
        return Units(
            size=self._size,
            whole=int(self.free[self.spans == 0].sum()),
            beside=beside,
            units=len(worst),
            full=int(self.free[nearly_full].sum()),
            few=Few(
                units=len(few),
                free=int(self.free[few].sum()),
                spans=len(spans),
                objects=int(self._pages.objects[spans].sum()),
                bases=self._named(spans),
            ),
        )

    def _named(self, spans: Ints) -> tuple[int, ...]:
        return tuple(self._pages.base[spans[:NAMED]].tolist())

    def pins(self) -> tuple[Pin, ...]:
        """The units, at least half of them free, with most free bytes for each object; without the addresses of objects."""
        found = []
        worst = self._worst()
        for n in worst[2 * self.free[worst] >= self._size][:PINS].tolist():
            spans = self._in(np.array([n]))
            place = int(self.unit[n]) * self._size
            found.append(Pin(place, int(self.free[n]), len(spans), int(self.objects[n]), self._named(spans), 0))
        return tuple(found)


def _pieces(pages: Pages, size: int) -> tuple[Ints, Ints, Ints, Ints]:
    """What of each span lies in each unit: number of the span, of the unit, and which pages of the span: from, up to."""
    end = pages.base + (pages.npages << PAGE_SHIFT)
    shift = size.bit_length() - 1
    first, last = pages.base >> shift, (end - 1) >> shift
    count = last - first + 1
    span = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(span)) - np.repeat(np.cumsum(count) - count, count)
    unit = first[span] + within
    base = pages.base[span]
    starts = np.maximum(unit << shift, base) - base
    ends = np.minimum((unit + 1) << shift, end[span]) - base
    return span, unit, starts >> PAGE_SHIFT, ends >> PAGE_SHIFT
