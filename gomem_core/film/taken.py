"""Which slots are taken after an event: a bit each, made from those of an earlier event and what happened since."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.film.tables import NO_CLASS, Tables
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.go.versions import Profile
from gomem_core.named import NamedTuple


class Taken(NamedTuple):
    """The spans with objects, and their slots."""

    spans: Ints  # their numbers, in address order
    first: Ints  # where the bits of each begin, a byte, and at the end where all end
    bits: NDArray[np.uint8]  # the first slot of a byte is its lowest bit

    @property
    def counts(self) -> Ints:
        """How many slots of each span are taken."""
        if not len(self.spans):
            return np.zeros(0, np.int64)
        return np.add.reduceat(np.bitwise_count(self.bits), self.first[:-1], dtype=np.int64)


_NOWHERE: Final = -(1 << 32)  # less than any slot makes up for
NONE_TAKEN: Final = Taken(np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0, np.uint8))


class Slots:
    """Knows where slots are among the bits of a moment."""

    def __init__(self, tables: Tables, profile: Profile) -> None:
        self._tables = tables
        counts = np.array([profile.nelems(c) or 1 for c in profile.span_classes], np.int64)
        self._nbytes = (counts + 7) // 8  # of the bits of a span, by span class

    def with_objects(self, spans: Ints) -> Ints:
        """Those of these spans that can hold some."""
        found: Ints = spans[self._tables.spans["spanclass"][spans] != NO_CLASS]
        return found

    def first(self, spans: Ints) -> Ints:
        """Where the bits of each of these begin, and where all end."""
        nbytes = self._nbytes[self._tables.spans["spanclass"][spans]]
        return np.concatenate([[0], np.cumsum(nbytes)])

    def later(self, before: Taken, spans: Ints, born: Ints, died: Ints) -> Taken:
        """The slots of these spans, after the lifetimes `died` ended, and those `born` began of which none has ended."""
        first = self.first(spans)
        row = np.full(len(self._tables.spans), _NOWHERE)
        row[before.spans] = np.arange(len(before.spans))
        old = row[spans]
        kept = np.flatnonzero(old >= 0)
        bits = np.zeros(int(first[-1]), np.uint8)
        bits[_ranges(first, kept)] = before.bits[_ranges(before.first, old[kept])]
        row[before.spans] = _NOWHERE
        row[spans] = first[:-1]
        slots = np.unpackbits(bits, bitorder="little").view(bool)
        slots[self._places(row, died)] = False
        slots[self._places(row, born)] = True
        return Taken(spans, first, np.packbits(slots, bitorder="little"))

    def _places(self, byte: Ints, lives: Ints) -> Ints:
        """Which bits are theirs; `byte` has the first one of each span, _NOWHERE: it is gone."""
        rows = self._tables.lives
        places: Ints = byte[rows["span"][lives]]
        places <<= 3
        places += rows["slot"][lives]
        return places if not len(places) or int(places.min()) >= 0 else places[places >= 0]


def _ranges(first: Ints, rows: Ints) -> Ints:
    """The numbers from `first` of each row up to that of the next one."""
    lengths = first[rows + 1] - first[rows]
    found: Ints = np.repeat(first[rows] - (np.cumsum(lengths) - lengths), lengths)
    found += np.arange(len(found))
    return found
