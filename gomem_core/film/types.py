"""Sums by type at a moment of a film: what is there, and what there ever was, with those that shared a tiny block."""

from typing import Final

import numpy as np

from gomem_core.film.film import SECOND, Film
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.world.typed import Course, TypeSum

_SHARED: Final = "in a tiny block, of unknown type"  # with other objects, so that it is none of the slots


class TypeSums:
    """Counts by type up to an event."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._course: tuple[tuple[int, int, int], Course] | None = None  # what was asked last, and the answer
        self._before: tuple[int, Ints] | None = None  # of how many lifetimes before the trace these are the bytes by key

    def at(self, event: int) -> list[TypeSum]:
        """The sums after an event."""
        film = self._film
        names, sums = self._names(), film.checkpoints.sums(event)
        seconds, ticks = film.time(event) / SECOND, film.tables.ticks_per_second or SECOND
        ages = film.time(event) - sums.born / np.maximum(sums.objects, 1) * (SECOND / ticks)
        made = sums.ever_bytes.copy()
        before = self._bytes_before()
        made[: len(before)] -= before
        return [
            TypeSum(
                names[n],
                int(sums.objects[n]),
                int(sums.nbytes[n]),
                int(sums.ever[n]),
                int(sums.ever_bytes[n]),
                max(int(ages[n]), 0) if sums.objects[n] else None,
                int(made[n]) / seconds if seconds else None,
            )
            for n in np.flatnonzero(sums.ever).tolist()
        ]

    def course(self, first: int, last: int, count: int) -> Course:
        """The bytes of each type at moments from one event to another one."""
        asked = first, last, count
        if self._course is None or self._course[0] != asked:
            film, names = self._film, self._names()
            found = film.checkpoints.course(first, last, count)
            columns = np.zeros((len(found), len(names)), np.int64)
            for row, (_, sums) in enumerate(found):
                columns[row, : len(sums.nbytes)] = sums.nbytes
            ever = np.flatnonzero(columns.any(axis=0))
            nbytes = {names[n]: columns[:, n].tolist() for n in ever.tolist()}
            self._course = asked, Course([film.time(event) for event, _ in found], nbytes)
        return self._course[1]

    def _bytes_before(self) -> Ints:
        """Bytes by key of what was there when the trace began."""
        before = self._film.tables.before
        if self._before is None or self._before[0] != before:
            self._before = before, self._film.checkpoints.sums(0).nbytes
        return self._before[1]

    def _names(self) -> list[str]:
        """What stands for each key: a type, or where that is not known a sort of slots."""
        profile = self._film.profile
        slots = []
        for spanclass in profile.span_classes:
            size = profile.classes[spanclass >> 1].size if spanclass > 1 else 0
            slots.append(f"{f'{size} B' if size else 'large,'} {'without' if spanclass & 1 else 'with'} pointers")
        return [*slots, _SHARED, *self._film.tables.types[1:]]
