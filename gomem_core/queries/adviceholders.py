"""What of a heap its program reaches, which objects keep most of that, and which lines allocated it: for advice on dumps."""

from collections.abc import Generator
from typing import Final

import numpy as np

from gomem_core.named import NamedTuple
from gomem_core.queries.advicefigures import HOLDERS, Holder, Pin, SiteHeld
from gomem_core.queries.amounts import by_site
from gomem_core.queries.dominators import ROOT
from gomem_core.queries.freeunits import CHUNK, Ints, Mask
from gomem_core.queries.graphs import graph_of, types_of
from gomem_core.queries.slotgraph import SlotGraph
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from gomem_core.world.world import World

_LEAST: Final = 20  # an object is told that keeps at least one part in so many of what is reached


class Reached(NamedTuple):
    """The objects that the program reaches."""

    graph: SlotGraph
    nodes: Mask  # by node
    by_span: Ints  # how many, of each span

    def holds(self, slots: Ints) -> Mask:
        """Which of these slots have an object that is reached."""
        found: Mask = self.nodes[self.graph.nodes(slots)]
        return found


def reached_of(world: World) -> Generator[None, None, Reached | None]:
    """What is reached, where it is known what refers to what; stops now and then."""
    graph = graph_of(world)
    if graph is None:
        return None
    held = yield from graph.hold()
    nodes = np.array(held.idom) >= ROOT
    nodes[ROOT] = False
    base = np.array(world.spans.column("base"), np.int64)
    row = np.searchsorted(base, graph.addr[nodes[1:]], "right") - 1
    return Reached(graph, nodes, np.bincount(row, minlength=len(base)))


def holders_of(world: World, reached: Reached) -> tuple[Holder, ...]:
    """The objects that keep most, of those that no other keeps; what keeps little is not worth a line."""
    graph = reached.graph
    assert graph.held is not None
    idom, retained = np.array(graph.held.idom), np.array(graph.held.retained)
    outer = np.flatnonzero((idom == ROOT) & reached.nodes)
    least = int(retained[outer].sum()) / _LEAST
    most = outer[np.argsort(-retained[outer], kind="stable")][:HOLDERS].tolist()
    return tuple(_holder(world, graph, node, int(retained[node])) for node in most if retained[node] >= least)


def _holder(world: World, graph: SlotGraph, node: int, nbytes: int) -> Holder:
    addr = int(graph.addr[node - 1])
    info = world.spans.at(addr)
    name = types_of(world).get(addr, "") or "an object"
    return Holder(name, addr, nbytes, 0 if info is None else info.base, tuple(graph.labels(node)))


def pin_held(reached: Reached, pin: Pin) -> Pin:
    """The same with the place where the shortest ways to most of the bytes in the chunk begin, and its object if it is one."""
    graph = reached.graph
    inside = (graph.addr + graph.size > pin.addr) & (graph.addr < pin.addr + CHUNK) & reached.nodes[1:]
    nodes = np.flatnonzero(inside) + 1
    sums: dict[str, list[int]] = {}
    for begin, nbytes in zip(graph.begins[nodes].tolist(), graph.size[nodes - 1].tolist(), strict=True):
        if labels := graph.labels(begin):
            one = sums.setdefault(labels[0], [0, 0])
            one[0] += nbytes
            one[1] += 1
    slot = int(graph.addr[nodes[0] - 1]) if pin.objects == len(nodes) == 1 else 0
    if not sums:
        return pin._replace(slot=slot)
    root = min(sums, key=lambda label: (-sums[label][0], label))
    return pin._replace(slot=slot, root=root, held=sums[root][1])


def sites_held(world: World) -> tuple[SiteHeld, ...]:
    """The lines that allocated most of what is there, where the heap tells which did."""
    still = world.shown if isinstance(world, Strip) else world
    if not isinstance(still, Still) or still.sites is None:
        return ()
    found = sorted(by_site(still), key=lambda one: (-one.nbytes, one.name))
    return tuple(SiteHeld(one.name, one.objects, one.nbytes, still.sites.scaled) for one in found[:HOLDERS] if one.nbytes)
