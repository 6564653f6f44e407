"""Sums by type at a moment of a film: what is there, and what there ever was, with those that shared a tiny block."""

from typing import Final

import numpy as np

from gomem_core.film.film import SECOND, Film
from gomem_core.film.tables import NO_CLASS
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.world.typed import TypeSum

_FEW: Final = 200_000  # objects whose births are told between the beginnings of two blocks of events
_APART: Final = 1 << 19  # lifetimes between two sums that are kept


class TypeSums:
    """Counts by type up to an event; what takes long is kept for the next moment."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._kept: list[tuple[Ints, Ints]] = []  # objects and bytes of all lifetimes before each _APART-th

    def at(self, event: int) -> list[TypeSum]:
        """The sums after an event."""
        film, tables = self._film, self._film.tables
        lives = tables.lives
        there = film.lives_at(event)
        names = self._names()
        keys, sizes = self._keys(there)
        objects, nbytes = self._summed(keys, sizes)
        ever, ever_bytes = self._ever(int(np.searchsorted(lives["born"], event, side="right")))
        shared = tables.shares["type"][: int(np.searchsorted(tables.shares["event"], event, side="right"))]
        ever += self._wide(np.bincount(shared))
        ages = self._ages(there, keys, objects, event)
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

    def _ages(self, there: Ints, keys: Ints, objects: Ints, event: int) -> Ints:
        """How old the objects are on average, ns, by key; births are told by the blocks of events that they are in."""
        tables = self._film.tables
        if not len(tables.blocks) or not len(there):
            return np.zeros(len(objects), np.int64)
        births, first = tables.lives["born"][there], tables.blocks["first"]
        if len(there) <= _FEW:
            events, times = np.append(first, tables.events), np.append(tables.blocks["ticks"], tables.ends)
            ticks = np.interp(births, events, times) - tables.begins
            ticks[births == 0] = 0
        else:  # of very many, a third of the time: they are in the order of their births, so that those of a block lie together
            edges = np.searchsorted(births, first)
            counts = np.diff(np.append(edges, len(there)))
            ticks = np.repeat(np.append(0, tables.blocks["ticks"] - tables.begins), np.append(edges[0], counts))
        born = np.bincount(keys, ticks, len(objects)) / np.maximum(objects, 1)
        ages = self._film.time(event) - born * (SECOND / (tables.ticks_per_second or SECOND))
        return np.maximum(ages, 0).astype(np.int64)
