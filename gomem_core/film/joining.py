"""A heap dump beside the trace that the program wrote until just before: types and births of the dump's objects.

Both tell addresses of one process.  What lay in a slot at the end of the trace, and was not swept, is what the dump has there: an
object that was freed and another one that took its slot between trace and dump would be taken for it, so that types are derived.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from functools import cached_property
from typing import Final

import numpy as np

from gomem_core.film.reel import FilmReel
from gomem_core.named import NamedTuple
from gomem_core.world.facts import Fact
from gomem_core.world.objectinfo import ObjectInfo, Objects
from gomem_core.world.slotobjects import SlotObjects
from gomem_core.world.still import Still
from gomem_core.world.world import unknown

_NUMBERED: Final = "type 0x"  # a type that the dump knows only by its address
_LEAST: Final = 0.5  # of the objects have to be in the trace, or they are of another process
NOTE: Final = "≈ types and births of {known:,} of {all:,} objects are those that {trace} tells of their slots"


class NotOfOneProcess(Exception):
    """Trace and dump do not belong together; the text says how that is known."""


class _Life(NamedTuple):
    type: str
    born: int | None  # event; 0: before the trace
    goroutine: int | None


def joined(reel: FilmReel, dump: Still) -> Still:
    """The dump, with what the trace tells of its objects.  Raises NotOfOneProcess."""
    missing = unknown(dump, "spans", "slots")
    if missing or dump.kind != "dump":
        raise NotOfOneProcess("only a heap dump has objects that a trace can tell of")
    objects = dump.objects
    lives = _lives(reel, objects)
    if len(lives) < _LEAST * len(objects):
        raise NotOfOneProcess(
            f"they are of two processes: of {len(objects):,} objects in the dump {len(lives):,} lie where the trace has one"
        )
    return _Joined(dump, lives, NOTE.format(known=len(lives), all=len(objects), trace=reel.film.title))


def _lives(reel: FilmReel, objects: Objects) -> dict[int, _Life]:
    """What the trace tells at its end, by the address of an object in the dump; only where slots are of one size."""
    there = reel.moment(reel.events).objects
    mine, size = (np.frombuffer(objects.column(name), np.int64) for name in ("addr", "slot"))
    told, told_size = (np.frombuffer(there.column(name), np.int64) for name in ("addr", "slot"))
    if not len(told):
        return {}
    found = np.minimum(np.searchsorted(told, mine), len(told) - 1)
    same = np.flatnonzero((told[found] == mine) & (told_size[found] == size))
    lives: dict[int, _Life] = {}
    for addr, oid in zip(mine[same].tolist(), found[same].tolist(), strict=True):
        info = there.info(oid)
        lives[addr] = _Life(info.type, info.born, info.goroutine)
    return lives


class _Joined(Still):
    """The still of a dump whose objects know more."""

    def __init__(self, dump: Still, lives: dict[int, _Life], note: str) -> None:
        self.lives = lives
        types = {} if not isinstance(dump.rows, dict) else dict(dump.rows)
        profile = dump.profile
        for addr, life in lives.items():
            slot = dump.slots.base_of(addr)
            if life.type and types.get(slot, _NUMBERED).startswith(_NUMBERED):
                types[slot] = life.type
        place = dump.place._replace(note="; ".join(filter(None, (dump.place.note, note))))
        super().__init__(place, profile, dump.facets, types, dump.doubts, dump.kind, dump.unseen, dump.roots, dump.sites)

    @cached_property
    def objects(self) -> Objects:
        """The objects, each with its birth."""
        return _Objects(self)


class _Objects(SlotObjects):
    def __init__(self, still: _Joined) -> None:
        assert isinstance(still.rows, dict)
        super().__init__(still.profile, still.spans, still.slots, still.rows, still.doubt(Fact.ROOT))
        self._lives = still.lives

    def info(self, oid: int) -> ObjectInfo:
        """Its row."""
        found = super().info(oid)
        life = self._lives.get(found.addr)
        return found if life is None else found._replace(born=life.born, goroutine=life.goroutine)
