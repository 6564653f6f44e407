"""The objects of one moment of a film: their numbers are those of the allocated slots in address order."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gomem_core.film.film import Film
from gomem_core.film.residents import Residents
from gomem_core.world.objectinfo import ALIVE, ObjectField, ObjectInfo
from gomem_core.world.slotobjects import SlotObjects

if TYPE_CHECKING:
    from gomem_core.world.still_slots import StillSlots
    from gomem_core.world.still_spans import StillSpans

_UNKNOWN = "only objects that a command made can be told apart by who refers to them"


class FilmObjects(SlotObjects):
    """What lies in the allocated slots, with what the film tells of its life."""

    def __init__(self, film: Film, spans: StillSpans, slots: StillSlots, residents: Residents) -> None:
        """`residents` knows the lifetime of each."""
        self._film = film
        self._residents = residents
        super().__init__(film.profile, spans, slots, _Types(self), _UNKNOWN)

    @cached_property
    def before(self) -> array[int]:
        """How many objects lie before each span, in address order; at the end, how many there are."""
        return array("q", self._residents.before.tobytes())

    def life(self, oid: int) -> int:
        """The number of its lifetime in the film."""
        return self._residents.one(oid)

    def type_of(self, oid: int) -> str:
        """The name of its type; nothing where that is not known."""
        tables = self._film.tables
        return tables.types[int(tables.lives["type"][self.life(oid)])]

    def info(self, oid: int) -> ObjectInfo:
        """Its row."""
        tables, life = self._film.tables, self.life(oid)
        lives = tables.lives
        freed = int(lives["freed"][life])
        return (
            super()
            .info(oid)
            ._replace(
                born=int(lives["born"][life]),
                type=self.type_of(oid),
                goroutine=(int(lives["goroutine"][life]) or None) if life >= tables.before else None,
                swept=freed if freed <= self._film.events else None,
            )
        )

    def column(self, name: ObjectField, start: int = 0, stop: int | None = None) -> memoryview:
        """One field of objects number start to stop."""
        stop = len(self) if stop is None else min(stop, len(self))
        some, lives = self._residents.some(start, stop), self._film.tables.lives
        match name:
            case "born" | "type":
                return memoryview(array("q", lives[name][some].astype(np.int64).tobytes()))
            case "goroutine":  # of what was there before, it is the one that began the trace
                own = np.where(some >= self._film.tables.before, lives[name][some].astype(np.int64), -1)
                return memoryview(array("q", own.tobytes()))
            case "swept":
                freed = lives["freed"][some].astype(np.int64)
                freed[freed > self._film.events] = ALIVE
                return memoryview(array("q", freed.tobytes()))
            case _:
                return super().column(name, start, stop)

    @property
    def type_names(self) -> list[str]:
        """The names of types; the column `type` has places in this list."""
        return self._film.tables.types


class _Types(Mapping[int, str]):
    """Types by the address of a slot, as SlotObjects has them; looked up when they are asked for."""

    def __init__(self, objects: FilmObjects) -> None:
        self._objects = objects

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[int]:
        return (self._objects.addr(oid) for oid in range(len(self._objects)))

    def __getitem__(self, addr: int) -> str:
        oid = self._objects.find_addr(addr)
        if oid is None:
            raise KeyError(addr)
        return self._objects.type_of(oid)
