"""What became of an object, and what keeps it alive, in one sentence: for `show object`, `find` and the Objects pane."""

from typing import Final

from gomem_core.queries.reach import Fate, fate, slot_of
from gomem_core.world.facts import Fact
from gomem_core.world.objectinfo import Objects
from gomem_core.world.world import World

_PATH: Final = 8  # names of a path that are told

_FATES: Final[dict[Fate, str]] = {
    "rooted": "alive: the program refers to it, it is a root",
    "linked": "",  # its path is told
    "garbage": "unreachable: the next collection will free it",
    "dead": "dead: the last mark passed it by, the sweep has yet to come",
    "swept": "gone: its slot was swept",
    "taken": "its slot is taken; whether anything refers to it is not known",
    "zero": "takes no memory: objects of size 0 share this address",
}
_KEPT: Final = "alive: root {path}"
_KEPT_FAR: Final = "alive: root {start} → ({more} more) → {end}"
_KEPT_TINY: Final = "alive: {other} shares its tiny block"


def fate_sentence(world: World, objects: Objects, oid: int, paths: dict[int, list[int]]) -> str:
    """What became of the object, without a full stop; `paths` is what find_paths found for it."""
    what = fate(world, objects, oid, paths)
    if what == "taken":
        return f"{_FATES[what]}: {world.doubt(Fact.ROOT)}"
    return _kept(world, objects, paths[oid]) if what == "linked" else _FATES[what]


def _kept(world: World, objects: Objects, path: list[int]) -> str:
    """Which root keeps the last object of the path alive, and how."""
    names = [objects.name(oid) for oid in path]
    slots = [slot_of(world, objects, oid) for oid in path[-2:]]
    if slots[0] == slots[-1]:
        return _KEPT_TINY.format(other=names[-2])
    if len(names) <= _PATH:
        return _KEPT.format(path=" → ".join(names))
    start, end = (" → ".join(part) for part in (names[: _PATH // 2], names[-_PATH // 2 :]))
    return _KEPT_FAR.format(start=start, end=end, more=len(names) - _PATH)
