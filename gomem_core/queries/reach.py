"""Finds what keeps an object alive: paths of links from what the program refers to.

Only what is asked about is looked at: the slots of those objects, and, where the program itself dropped them, the links that
lead to them, backwards to the next object that the program refers to.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Literal

from gomem_core.go.amd64 import PTR_SIZE, TINY_SIZE
from gomem_core.queries.graphs import graph_of
from gomem_core.queries.links import LinkIndex
from gomem_core.world.facts import Fact
from gomem_core.world.objectinfo import Objects
from gomem_core.world.records import SlotInfo
from gomem_core.world.world import World

# "rooted": the program refers to it; "linked": dropped, but reachable; "garbage": unreachable, which no mark has found out yet;
# "dead": the last mark did not reach it, its span is not swept; "swept": gone; "zero": of size 0, it never took memory.
# "taken": it has a slot, and nothing is known of what refers to it.
Fate = Literal["rooted", "linked", "garbage", "dead", "swept", "zero", "taken"]


def slot_of(world: World, objects: Objects, oid: int) -> SlotInfo | None:
    """The slot that still holds the object; None when it was swept, or never took memory."""
    addr = objects.info(oid).addr
    slot = world.slots.at(addr) if objects.find_addr(addr) == oid else None
    return slot if slot is not None and slot.allocated and oid in _held(world, objects, slot) else None


def object_at(world: World, objects: Objects, addr: int) -> int | None:
    """The object whose bytes hold `addr`, else the first of its slot; None where no object is."""
    slot = world.slots.at(addr)
    if slot is None or not slot.allocated:
        return None
    held = _held(world, objects, slot)
    infos = (objects.info(oid) for oid in held)
    return next((o.oid for o in infos if o.holds(addr)), next(iter(held), None))


def _held(world: World, objects: Objects, slot: SlotInfo) -> list[int]:
    """The objects of an allocated slot."""
    return objects.in_slot(slot.addr, world.slots.elemsize_at(slot.addr))


def find_paths(world: World, objects: Objects, oids: Iterable[int], links: LinkIndex | None = None) -> dict[int, list[int]]:
    """The shortest paths by which the program reaches objects, with one walk: the numbers of one it refers to, … and the object.

    Objects without a path are left out.

    `links` spares looking at all spans for what is stored in them; it must have followed the heap's narration.
    """
    paths: dict[int, list[int]] = {}
    if world.doubt(Fact.ROOT):
        return paths
    graph = graph_of(world)
    if graph is not None:  # its nodes are the objects, numbered from 1
        return {oid: [node - 1 for node in way] for oid in oids if (way := graph.way(oid + 1))}
    sought: dict[int, list[int]] = {}  # slot -> objects in it that need a path of links
    for oid in oids:
        slot = slot_of(world, objects, oid)
        if slot is None or slot.state == "dead":
            continue
        if objects.is_alive(oid):
            paths[oid] = [oid]
        elif slot.rooted:  # a tiny block lives as long as any object in it
            paths[oid] = [next((other for other in _held(world, objects, slot) if objects.is_alive(other)), oid), oid]
        else:
            sought.setdefault(slot.addr, []).append(oid)
    if sought:
        via = _walk(world, links or LinkIndex(world), {addr: _targets(world, addr) for addr in sought})
        for addr in sought.keys() & via.keys():
            path = _path(world, objects, via, addr)
            paths |= {oid: [*path, oid] for oid in sought[addr]}
    return paths


def _targets(world: World, addr: int) -> range:
    """Where links into the slot at `addr` can lead: to its object, which may begin behind its type, or to any tiny one in it."""
    info = world.spans.at(addr)
    if info is None or info.elemsize == TINY_SIZE:
        return range(addr, addr + TINY_SIZE)
    begin = addr + PTR_SIZE * world.profile.has_header(info.spanclass)
    return range(begin, begin + 1)


def _walk(world: World, links: LinkIndex, sought: dict[int, range]) -> dict[int, int]:
    """The shortest ways to the slots sought (slot -> where links into it lead): slot -> the slot with a link to it, 0 for roots.

    First backwards as far as the next roots, which finds all slots that matter, then forwards among those, breadth first.
    """
    onward: dict[int, list[int]] = {}
    roots: list[int] = []
    seen = set(sought)
    todo = list(sought)
    while todo:
        slot = todo.pop()
        for source in [source for addr in sought.get(slot) or _targets(world, slot) for source in links.sources(addr)]:
            onward.setdefault(source, []).append(slot)
            if source in seen:
                continue
            seen.add(source)
            if world.pointers.is_root(source):
                roots.append(source)
            else:
                todo.append(source)
    via = dict.fromkeys(sorted(roots), 0)
    ahead = deque(via)
    while ahead:
        source = ahead.popleft()
        for slot in onward.get(source, ()):
            if slot not in via:
                via[slot] = source
                ahead.append(slot)
    return via


def _path(world: World, objects: Objects, via: dict[int, int], addr: int) -> list[int]:
    """The objects before that in the slot `addr` on the way from a root."""
    path: list[int] = []
    while addr := via[addr]:
        path += objects.in_slot(addr, world.slots.elemsize_at(addr))[:1]
    return path[::-1]


def fate(world: World, objects: Objects, oid: int, paths: dict[int, list[int]]) -> Fate:
    """Returns what became of an object; `paths` is what find_paths found for it."""
    return fate_by(world, objects, oid, lambda _: oid in paths)


def fate_by(world: World, objects: Objects, oid: int, is_linked: Callable[[SlotInfo], bool]) -> Fate:
    """Returns what became of an object; `is_linked` says of the slot of a dropped one whether something live leads to it."""
    if world.doubt(Fact.ROOT):
        slot = world.slots.at(objects.addr(oid))
        return "dead" if slot is not None and slot.state == "dead" else "taken"
    if objects.size(oid) == 0:
        return "zero"
    if objects.is_alive(oid):
        return "rooted"
    slot = slot_of(world, objects, oid)
    if slot is None:
        return "swept"
    if slot.state == "dead":
        return "dead"
    return "linked" if is_linked(slot) else "garbage"
