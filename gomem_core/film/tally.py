"""Counts lifetimes by key: their type, or where that is not known the sort of their slots."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.film.tables import BLOCK, BLOCK_SHIFT, NO_CLASS, Tables
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.go.versions import Profile
from gomem_core.named import NamedTuple

_TOGETHER: Final = 1 << 16  # lifetimes that are counted together: as many as the processor's cache holds

Floats = NDArray[np.float64]


class Sums(NamedTuple):
    """After an event, by key."""

    objects: Ints
    nbytes: Ints  # of their slots
    born: Floats  # when, ticks since the beginning, of all of them together
    ever: Ints  # objects, with those that were freed since, and those that shared a tiny block
    ever_bytes: Ints


class _Known(NamedTuple):
    """What is looked up of each lifetime."""

    key: Ints  # by number of a span: that of an object in it without a type
    nbytes: Floats  # by number of a span: of a slot
    begins: Floats  # by number of a block of events: when it begins, ticks since the beginning
    steps: Floats  # ... and what passes on average between two of its events
    keys: int


class Tally:
    """Counts on from sums that are known."""

    def __init__(self, tables: Tables, profile: Profile) -> None:
        self._tables = tables
        self.sorts: Final = len(profile.span_classes)  # keys of slots; those of types follow

    @property
    def keys(self) -> int:
        """How many there are."""
        return self.sorts + len(self._tables.types)

    def sums(self, before: Sums | None, born: slice, died: Ints, shared: slice) -> Sums:
        """The sums `before`, None: nothing, after these were born and died, and tiny objects came into blocks."""
        keys = self.keys
        objects, nbytes, at, ever, ever_bytes = (np.zeros(keys, dtype) for dtype in ("i8", "i8", "f8", "i8", "i8"))
        if before is not None:
            for column, kept in zip((objects, nbytes, at, ever, ever_bytes), before, strict=True):
                column[: len(kept)] = kept
        known = self._known()
        for start in range(born.start, born.stop, _TOGETHER):
            count, size, when = self._counted(slice(start, min(start + _TOGETHER, born.stop)), known)
            objects += count
            nbytes += size
            at += when
            ever += count
            ever_bytes += size
        for start in range(0, len(died), _TOGETHER):
            count, size, when = self._counted(died[start : start + _TOGETHER], known)
            objects -= count
            nbytes -= size
            at -= when
        types = np.bincount(self._tables.shares["type"][shared])
        ever[self.sorts : self.sorts + len(types)] += types
        return Sums(objects, nbytes, at, ever, ever_bytes)

    def _known(self) -> _Known:
        tables = self._tables
        spanclass = tables.spans["spanclass"].astype(np.int64)
        begins = np.append(tables.blocks["ticks"], tables.ends) - float(tables.begins)
        return _Known(
            np.where(spanclass == NO_CLASS, 0, spanclass),
            tables.spans["elemsize"].astype(np.float64),
            begins,
            np.diff(begins, append=begins[-1]) / BLOCK,
            self.keys,
        )

    def _counted(self, which: slice | Ints, known: _Known) -> tuple[Ints, Ints, Floats]:
        """Objects, bytes of their slots, and when they were born, of these lifetimes by key."""
        lives, keys = self._tables.lives, known.keys
        span, key, births = (lives[name][which].astype(np.int64) for name in ("span", "type", "born"))
        untyped = np.flatnonzero(key == 0)
        key += self.sorts
        key[untyped] = known.key[span[untyped]]
        births -= 1
        block = births >> BLOCK_SHIFT
        births &= BLOCK - 1
        when = known.steps[block]
        when *= births
        when += known.begins[block]
        if len(block) and int(block.min()) < 0:
            when[block < 0] = 0  # before the trace
        return (
            np.bincount(key, minlength=keys).astype(np.int64),
            np.bincount(key, known.nbytes[span], keys).astype(np.int64),  # exact: less than 2 ** 53
            np.bincount(key, when, keys).astype(np.float64),
        )
