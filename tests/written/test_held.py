"""What keeps an object alive, and what it keeps: against walks that are too simple to be wrong."""

import sys
import time
from array import array
from itertools import accumulate
from random import Random

import pytest

from gomem_core.queries.account import Account
from gomem_core.queries.advicelines import lines_of
from gomem_core.queries.advise import advise
from gomem_core.queries.dominators import Dominated, dominators
from gomem_core.queries.graphs import graph_of, hold_now
from gomem_core.queries.reach import fate, find_paths
from gomem_core.queries.slotgraph import SlotGraph
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.world.interrupt import Stopped, StopRequest
from gomem_core.written.dump import world_of_dump
from tests.written.dumpfile import dumped, segment, thing
from tests.written.realfiles import NAMES, dump_world

Graph = list[list[int]]
HEAP = 0xC000000000


def dominated(graph: Graph) -> Dominated:
    first = [*accumulate(map(len, graph), initial=0)]
    walk = dominators(first, [to for targets in graph for to in targets])
    while True:
        try:
            next(walk)
        except StopIteration as done:
            found: Dominated = done.value
            return found


def reached(graph: Graph, without: int = -1) -> set[int]:
    """The nodes to which a way leads from node 0 that does not touch `without`."""
    seen = {0} - {without}
    todo = [*seen]
    while todo:
        for to in graph[todo.pop()]:
            if to not in seen and to != without:
                seen.add(to)
                todo.append(to)
    return seen


def simple(graph: Graph) -> list[int]:
    """The immediate dominator of each node, by taking each node away."""
    there = reached(graph)
    above = {node: {0} for node in there}
    for node in there - {0}:
        for lost in there - reached(graph, node) - {node}:
            above[lost].add(node)
    return [
        max(above[node], key=lambda one: len(above[one]) if one else 0) if node in there - {0} else -1
        for node in range(len(graph))
    ]


def test_dominators_are_what_taking_nodes_away_tells() -> None:
    random = Random(1)
    for _ in range(1200):
        count = random.randint(1, 14)
        graph = [[random.randrange(count) for _ in range(random.randint(0, 3))] for _ in range(count)]
        found = dominated(graph)
        assert found.idom.tolist() == simple(graph)
        place = {node: at for at, node in enumerate(found.order)}
        assert {*place} == reached(graph)
        assert all(place[found.idom[node]] < place[node] for node in found.order if node)


@pytest.mark.parametrize("name", ["go1.23.9-phases", "go1.26.6-lru", "go1.27.3-trees"])
def test_what_an_object_keeps_is_what_cannot_be_reached_without_it(name: str) -> None:
    graph = graph_of(dump_world(name))
    assert graph is not None
    held = hold_now(graph)
    edges = [graph.to[graph.first[node] : graph.first[node + 1]] for node in range(len(graph))]
    size, there = [0, *graph.size.tolist()], reached(edges)
    assert held.retained[0] == sum(size[node] for node in there)
    largest = sorted(range(1, len(graph)), key=lambda node: -held.retained[node])[:25]
    for node in {*largest, *Random(name).sample(range(1, len(graph)), 25)}:
        lost = there - reached(edges, node)
        assert held.retained[node] == sum(size[one] for one in lost)
    deepest = max(largest, key=lambda node: len(graph.chain(node)))
    assert [*graph.chain(deepest)[:-1]] == [one for one in graph.way(deepest)[:-1] if deepest not in reached(edges, one)]


@pytest.mark.parametrize("name", NAMES)
def test_links_are_those_that_the_still_has(name: str) -> None:
    """The graph's edges lead to the slot that holds the target of each pointer, and no others."""
    w = dump_world(name)
    graph = graph_of(w)
    assert graph is not None
    addrs = [0, *graph.addr.tolist()]
    assert [w.objects.addr(node - 1) & ~15 for node in range(1, len(graph))] == [addr & ~15 for addr in addrs[1:]]
    edges = {
        (addrs[node], addrs[to]) for node in range(1, len(graph)) for to in graph.to[graph.first[node] : graph.first[node + 1]]
    }
    found = set()
    for source in w.pointers.holders():
        for slot in (w.slots.at(to) for _, to in w.pointers.stored_in(source)):
            if slot is not None and slot.allocated and slot.addr != source:
                found.add((source, slot.addr))
    assert edges == found


def test_a_type_counts_what_its_objects_keep_once() -> None:
    """a → b → c, all of one type but c: b lies within what a keeps."""
    a, b, c = HEAP, HEAP + 48, HEAP + 96
    w = world_of_dump(dumped(thing(a, 48, [b]), thing(b, 48, [c, a]), thing(c, 48, [0]), segment(0x500000, [a])), "")
    graph = graph_of(w)
    assert graph is not None
    hold_now(graph)
    assert graph.retained_by(["", "T", "T", "U"]) == {"T": 144, "U": 48}
    assert graph.retained_by(["", "T", "U", "T"]) == {"T": 144, "U": 96}
    assert [graph.chain(node) for node in (1, 2, 3)] == [[1], [1, 2], [1, 2, 3]]


def test_paths_and_fates_of_a_heap_with_a_cycle_and_garbage() -> None:
    a, b, c, lost = (HEAP + 48 * n for n in range(4))
    records = (thing(a, 48, [b]), thing(b, 48, [c + 40, a]), thing(c, 48, [b]), thing(lost, 48, [lost, c]))
    w = world_of_dump(dumped(*records, segment(0x500000, [a])), "")
    paths = find_paths(w, w.objects, range(4))
    assert paths == {0: [0], 1: [0, 1], 2: [0, 1, 2]}
    assert [fate(w, w.objects, oid, paths) for oid in range(4)] == ["rooted", "linked", "linked", "garbage"]
    graph = graph_of(w)
    assert graph is not None
    assert graph.reached() == (3, 144)
    assert hold_now(graph).retained.tolist() == [144, 144, 96, 48, 0]
    assert graph.holders(3) == [2, 4]


def test_it_stops_when_it_is_asked_to() -> None:
    graph = graph_of(dump_world("go1.27.3-jsonrt"))
    assert graph is not None
    graph = SlotGraph(dump_world("go1.27.3-jsonrt"))
    stop = StopRequest()
    stop.asked = True
    with pytest.raises(Stopped):
        hold_now(graph, stop)
    assert graph.held is None


def deep(count: int) -> Graph:
    """A list in which each node also leads back, and half way up."""
    return [[node + 1, max(1, node - 1), node // 2 or 1] for node in range(count)] + [[]]


def wide(count: int) -> Graph:
    """A tree, and from each third node an edge to anywhere."""
    random = Random(3)
    tree = ([one for one in (2 * node + 1, 2 * node + 2) if one < count] for node in range(count))
    return [[*targets, random.randrange(1, count)] if node % 3 == 0 else targets for node, targets in enumerate(tree)]


@pytest.mark.parametrize("shape", [deep, wide])
def test_the_time_grows_as_the_graph_does(shape: object) -> None:
    """Four times the nodes take about four times the calls of functions, whose number no load of a machine changes."""
    assert callable(shape)

    def calls(count: int) -> int:
        found = 0

        def profile(_frame: object, event: str, _arg: object) -> None:
            nonlocal found
            found += event == "call"

        graph = shape(count)
        sys.setprofile(profile)
        try:
            dominated(graph)
        finally:
            sys.setprofile(None)
        return found

    assert calls(20_000) < 5 * calls(5_000)


@pytest.mark.thorough
def test_200000_objects_take_less_than_five_seconds() -> None:
    graph = wide(200_001)
    began = time.process_time()
    assert len(dominated(graph).order) == 200_001
    assert time.process_time() - began < 5
    assert isinstance(dominated(graph).idom, array)


@pytest.mark.parametrize("name", ["go1.24.11-tiny", "go1.27.3-lru", "go1.27.3-grow"])
def test_advice_tells_what_lives_and_what_few_objects_keep_it(name: str) -> None:
    """A walk over the dump's own pointers finds the same, and so does one without an object for what it keeps."""
    w = dump_world(name)
    found = advise(w)
    assert w.roots is not None
    size: dict[int, int] = {}
    links: dict[int, list[int]] = {}
    for info in w.spans.each():
        for slot in w.slots.rows(info.base) if info.state == "inuse" else ():
            if slot.allocated:
                size[slot.addr] = info.elemsize
    for source in w.pointers.holders():
        slots = (w.slots.at(to) for _, to in w.pointers.stored_in(source))
        links[source] = [slot.addr for slot in slots if slot is not None and slot.addr in size]

    def walk(without: int = 0) -> set[int]:
        seen = {slot for slot in w.roots.slot if slot in size and slot != without} if w.roots is not None else set()
        todo = [*seen]
        while todo:
            for to in links.get(todo.pop(), ()):
                if to not in seen and to != without:
                    seen.add(to)
                    todo.append(to)
        return seen

    there = walk()
    assert found.reached
    assert (found.live_count, found.live) == (len(there), sum(size[slot] for slot in there))
    assert found.dead == sum(size.values()) - sum(size[slot] for slot in there)
    assert found.holders
    for one in found.holders:
        assert one.nbytes == sum(size[slot] for slot in there - walk(one.addr))
        assert one.roots == tuple(w.roots.of(one.addr))
    assert w.sites is not None
    assert sum(site.nbytes for site in found.sites) <= sum(w.sites.inuse_bytes)
    told = {line.what: line for line in lines_of(found)}
    for what in ("live", "holder"):
        assert told[what].nbytes == {"live": found.live, "holder": found.holders[-1].nbytes}[what]
    order = SpanOrder(w, lambda: Account(w, w.objects))
    order.filter(told["holder"].filter)
    assert [info.base for info in order.rows(0, len(order))] == [found.holders[-1].base], "enter shows its span"
    assert not [line.text for line in lines_of(found) if "of type type" in line.text]
