"""Sums by type at a moment of a film: what is there, and what there ever was, with those that shared a tiny block."""

from typing import Final

import numpy as np

from gomem_core.film.columns import upto
from gomem_core.film.film import SECOND, Film
from gomem_core.film.tables import BLOCK, BLOCK_SHIFT, NO_CLASS
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.world.typed import TypeSum

_TOGETHER: Final = 1 << 16  # lifetimes that are counted together: as many as the processor's cache holds
_APART: Final = 1 << 17  # lifetimes between two sums that are kept


class TypeSums:
    """Counts by type up to an event; what takes long is kept for the next moment."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._kept: list[tuple[Ints, Ints]] = []  # objects and bytes of all lifetimes before each _APART-th

    def at(self, event: int) -> list[TypeSum]:
        """The sums after an event."""
        film, tables = self._film, self._film.tables
        lives = tables.lives
        names = self._names()
        objects, nbytes, ages = self._there(film.lives_at(event), event)
        ever, ever_bytes = self._ever(upto(lives["born"], event))
        shared = tables.shares["type"][: upto(tables.shares["event"], event)]
        ever += self._wide(np.bincount(shared))
        seconds = film.time(event) / SECOND
        made = ever_bytes - self._counted(slice(0, tables.before))[1]
        return [
            TypeSum(
                names[n],
                int(objects[n]),
                int(nbytes[n]),
                int(ever[n]),
                int(ever_bytes[n]),
                int(ages[n]) if objects[n] else None,
                int(made[n]) / seconds if seconds else None,
            )
            for n in np.flatnonzero(ever).tolist()
        ]

    def _names(self) -> list[str]:
        """What stands for each key: a type, or where that is not known a sort of slots."""
        profile = self._film.profile
        slots = []
        for spanclass in profile.span_classes:
            size = profile.classes[spanclass >> 1].size if spanclass > 1 else 0
            slots.append(f"{f'{size} B' if size else 'large,'} {'without' if spanclass & 1 else 'with'} pointers")
        return [*slots, *self._film.tables.types]

    def _wide(self, counts: Ints) -> Ints:
        """Counts by number of a type as counts by key."""
        first = len(self._film.profile.span_classes)
        wide = np.zeros(first + len(self._film.tables.types), np.int64)
        wide[first : first + len(counts)] = counts
        return wide

    def _keys(self, which: Ints | slice) -> tuple[Ints, Ints]:
        """The key and the bytes of each of these lifetimes."""
        tables = self._film.tables
        span, kind = tables.lives["span"][which], tables.lives["type"][which].astype(np.int64)
        spanclass = tables.spans["spanclass"][span]
        keys = np.where(kind > 0, kind + len(self._film.profile.span_classes), np.where(spanclass == NO_CLASS, 0, spanclass))
        return keys, tables.spans["elemsize"][span]

    def _summed(self, keys: Ints, sizes: Ints) -> tuple[Ints, Ints]:
        """Objects and bytes by key."""
        count = len(self._film.profile.span_classes) + len(self._film.tables.types)
        nbytes = np.bincount(keys, sizes, count).astype(np.int64)  # exact: less than 2 ** 53
        return np.bincount(keys, minlength=count).astype(np.int64), nbytes

    def _counted(self, which: slice) -> tuple[Ints, Ints]:
        """The same of these lifetimes."""
        return self._summed(*self._keys(which))

    def _ever(self, until: int) -> tuple[Ints, Ints]:
        """The same of the first so many lifetimes."""
        count = len(self._film.profile.span_classes) + len(self._film.tables.types)
        while (len(self._kept) + 1) * _APART <= until:
            start = len(self._kept) * _APART
            objects, nbytes = self._counted(slice(start, start + _APART))
            if self._kept:
                before, bytes_before = self._kept[-1]
                objects[: len(before)] += before
                nbytes[: len(before)] += bytes_before
            self._kept.append((objects, nbytes))
        whole = until // _APART
        objects, nbytes = self._counted(slice(whole * _APART, until))
        if whole:
            before, bytes_before = self._kept[whole - 1]
            objects[: len(before)] += before[:count]
            nbytes[: len(before)] += bytes_before[:count]
        return objects, nbytes

    def _there(self, there: Ints, event: int) -> tuple[Ints, Ints, Ints]:
        """Objects, their bytes, and how old they are on average, ns, by key.

        Births are told by where they lie in the block of events that they are in.
        """
        tables = self._film.tables
        count = len(self._film.profile.span_classes) + len(tables.types)
        objects, nbytes, born = np.zeros(count, np.int64), np.zeros(count), np.zeros(count)
        begins = np.append(tables.blocks["ticks"], tables.ends) - float(tables.begins)
        steps = np.diff(begins, append=begins[-1]) / BLOCK
        for start in range(0, len(there), _TOGETHER):
            some = there[start : start + _TOGETHER]
            keys, sizes = self._keys(some)
            births = tables.lives["born"][some].astype(np.int64) - 1
            block = births >> BLOCK_SHIFT
            objects += np.bincount(keys, minlength=count)
            nbytes += np.bincount(keys, sizes, count)
            ticks = begins[block] + steps[block] * (births & (BLOCK - 1))
            ticks[births < 0] = 0
            born += np.bincount(keys, ticks, count)
        ages = self._film.time(event) - born / np.maximum(objects, 1) * (SECOND / (tables.ticks_per_second or SECOND))
        return objects, nbytes.astype(np.int64), np.maximum(ages, 0).astype(np.int64)  # bytes are exact below 2 ** 53
