"""What became of an object, and what keeps it alive, in one sentence: for `show object`, `find` and the Objects pane."""

from typing import TYPE_CHECKING, Final

from gomem_core.queries.dominators import ROOT
from gomem_core.queries.graphs import graph_of
from gomem_core.queries.reach import Fate, fate, slot_of
from gomem_core.report import format_bytes, told
from gomem_core.world.facts import Fact
from gomem_core.world.objectinfo import Objects
from gomem_core.world.world import World

if TYPE_CHECKING:
    from gomem_core.queries.slotgraph import SlotGraph

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
_KEPT_TINY: Final = "alive: {other} shares its tiny block"


def fate_sentence(world: World, objects: Objects, oid: int, paths: dict[int, list[int]]) -> str:
    """What became of the object, without a full stop; `paths` is what find_paths found for it."""
    what = fate(world, objects, oid, paths)
    if what == "taken":
        return f"{_FATES[what]}: {world.doubt(Fact.ROOT)}"
    graph = graph_of(world)
    if graph is not None and what != "garbage":
        return _held(objects, graph, oid, paths[oid])
    return _kept(world, objects, paths[oid]) if what == "linked" else _FATES[what]


def _held(objects: Objects, graph: "SlotGraph", oid: int, path: list[int]) -> str:
    """The way to an object of a program that was read, with the place where it begins, and what the object keeps."""
    node, labels = oid + 1, graph.labels(path[0] + 1)
    where = labels[0] if labels else "a root"
    others = f" and {told(len(labels) - 1, '{n} other place', '{n} other places')}" if len(labels) > 1 else ""
    way = " → ".join(_shortened([objects.name(one) for one in path]))
    found = f"alive: {where}{others} → {way}"
    if graph.held is not None:
        found += f"; keeps {format_bytes(graph.held.retained[node])}"
        if (up := graph.held.idom[node]) > ROOT:
            found += f", and would be garbage without {objects.name(up - 1)}"
    return found


def _shortened(names: list[str]) -> list[str]:
    if len(names) <= _PATH:
        return names
    half = _PATH // 2
    return [*names[:half], f"({len(names) - 2 * half} more)", *names[-half:]]


def _kept(world: World, objects: Objects, path: list[int]) -> str:
    """Which root keeps the last object of the path alive, and how."""
    names = [objects.name(oid) for oid in path]
    slots = [slot_of(world, objects, oid) for oid in path[-2:]]
    if slots[0] == slots[-1]:
        return _KEPT_TINY.format(other=names[-2])
    return _KEPT.format(path=" → ".join(_shortened(names)))
