"""Counts lifetimes by key: their type, or where that is not known the sort of their slots."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gomem_core.film.tables import BLOCK, BLOCK_SHIFT, NO_CLASS, Tables
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.go.versions import Profile

_TOGETHER: Final = 1 << 16  # lifetimes that are counted together: as many as the processor's cache holds


class Sums(NamedTuple):
    """After an event, by key."""

    objects: Ints
    nbytes: Ints  # of their slots
    born: NDArray[np.float64]  # when, ticks since the beginning, of all of them together: exact below 2 ** 53
    ever: Ints  # objects, with those that were freed since, and those that shared a tiny block
    ever_bytes: Ints


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
            for column, known in zip((objects, nbytes, at, ever, ever_bytes), before, strict=True):
                column[: len(known)] = known
        by_span = self._keys_of_spans()
        ticks = self._ticks_of_blocks()
        for start in range(born.start, born.stop, _TOGETHER):
            count, size, when = self._counted(slice(start, min(start + _TOGETHER, born.stop)), by_span, ticks)
            objects += count
            nbytes += size
            at += when
            ever += count
            ever_bytes += size
        for start in range(0, len(died), _TOGETHER):
            count, size, when = self._counted(died[start : start + _TOGETHER], by_span, ticks)
            objects -= count
            nbytes -= size
            at -= when
        types = np.bincount(self._tables.shares["type"][shared])
        ever[self.sorts : self.sorts + len(types)] += types
        return Sums(objects, nbytes, at, ever, ever_bytes)

    def _keys_of_spans(self) -> NDArray[np.int32]:
        """The key of an object without a type, by number of the span."""
        spanclass = self._tables.spans["spanclass"]
        return np.where(spanclass == NO_CLASS, 0, spanclass).astype(np.int32)

    def _ticks_of_blocks(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """When each block of events begins, since the beginning, and what passes on average between two of its events."""
        tables = self._tables
        begins = np.append(tables.blocks["ticks"], tables.ends) - float(tables.begins)
        return begins, np.diff(begins, append=begins[-1]) / BLOCK

    def _counted(
        self, which: slice | Ints, by_span: NDArray[np.int32], ticks: tuple[NDArray[np.float64], NDArray[np.float64]]
    ) -> tuple[Ints, Ints, NDArray[np.float64]]:
        """Objects, bytes of their slots, and when they were born, of these lifetimes by key."""
        lives, count = self._tables.lives, self.keys
        span, kind = lives["span"][which], lives["type"][which].astype(np.int64)
        keys = np.where(kind > 0, kind + self.sorts, by_span[span])
        nbytes = np.bincount(keys, self._tables.spans["elemsize"][span], count).astype(np.int64)  # exact: less than 2 ** 53
        begins, steps = ticks
        births = lives["born"][which].astype(np.int64)
        births -= 1
        block = births >> BLOCK_SHIFT
        births &= BLOCK - 1
        when: NDArray[np.float64] = np.rint(begins[block] + steps[block] * births)
        when[block < 0] = 0  # before the trace
        return np.bincount(keys, minlength=count).astype(np.int64), nbytes, np.bincount(keys, when, count).astype(np.float64)
