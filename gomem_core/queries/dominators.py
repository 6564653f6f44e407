"""Dominators of a graph: what keeps what alive (T. Lengauer and R. E. Tarjan, 1979, the version with path compression).

A node dominates another if every way from the root to that one leads through it: without it the other would be garbage.  The time
is that of m log n steps for m edges and n nodes, whatever the graph: a damaged or hostile file cannot make it longer.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Generator, Sequence
from typing import Final

from gomem_core.named import NamedTuple

ROOT: Final = 0  # node 0 has an edge to everything to which a root refers; the others are numbered from 1
NOWHERE: Final = -1
_SLICE: Final = 2_000  # nodes: some milliseconds


class Dominated(NamedTuple):
    """The nodes that can be reached from node 0, in an order in which each stands behind its dominator."""

    order: array[int]  # number of a node, ROOT first
    idom: array[int]  # by node: its immediate dominator, NOWHERE: it cannot be reached, or it is the root


def dominators(first: Sequence[int], to: Sequence[int]) -> Generator[None, None, Dominated]:
    """The immediate dominator of each node; node v has edges to to[first[v] : first[v + 1]].  Stops now and then on its way."""
    order, parent, number = yield from _depth_first(first, to)
    count = len(order)
    # From here on nodes are numbered in the order in which they were reached, so that a parent has a smaller number.
    into: list[list[int]] = [[] for _ in range(count)]
    for at, node in enumerate(order):
        if not at % _SLICE:
            yield
        for target in to[first[node] : first[node + 1]]:
            into[number[target]].append(at)
    idom = yield from _immediate(into, parent)
    found = array("q", [NOWHERE]) * len(number)
    for at in range(1, count):
        found[order[at]] = order[idom[at]]
    return Dominated(array("q", order), found)


def _depth_first(first: Sequence[int], to: Sequence[int]) -> Generator[None, None, tuple[list[int], list[int], list[int]]]:
    """Nodes in the order in which they are reached, depth first; where in it the parent of each is; the place of each node."""
    number = [NOWHERE] * (len(first) - 1)
    order: list[int] = [ROOT]
    parent: list[int] = [0]
    number[ROOT] = 0
    stack: list[tuple[int, int]] = [(0, first[ROOT])]  # place of a node, and the edge to be followed next
    while stack:
        at, edge = stack.pop()
        end = first[order[at] + 1]
        while edge < end:
            target = to[edge]
            edge += 1
            if number[target] < 0:
                if not len(order) % _SLICE:
                    yield
                stack.append((at, edge))
                number[target] = len(order)
                stack.append((len(order), first[target]))
                parent.append(at)
                order.append(target)
                break
    return order, parent, number


def _immediate(into: list[list[int]], parent: list[int]) -> Generator[None, None, list[int]]:
    """The immediate dominator of each node; `into`: from where edges lead to it."""
    count = len(into)
    semi: list[int] = [*range(count)]  # the semidominator
    best: list[int] = [*range(count)]  # of the way up to the ancestor: the node with the smallest semidominator
    ancestor = [NOWHERE] * count
    idom: list[int] = [0] * count
    waiting: list[list[int]] = [[] for _ in range(count)]  # nodes of which this one is the semidominator

    def evaluate(node: int) -> int:
        """The node with the smallest semidominator on the way up; shortens that way."""
        if ancestor[node] < 0:
            return node
        way: list[int] = []
        at = node
        while ancestor[ancestor[at]] >= 0:
            way.append(at)
            at = ancestor[at]
        for one in reversed(way):
            above = ancestor[one]
            if semi[best[above]] < semi[best[one]]:
                best[one] = best[above]
            ancestor[one] = ancestor[above]
        return best[node]

    for node in range(count - 1, 0, -1):
        if not node % _SLICE:
            yield
        own = node
        for source in into[node]:
            found = semi[evaluate(source)] if ancestor[source] >= 0 else semi[source]
            own = min(own, found)
        semi[node] = own
        up = parent[node]
        ancestor[node] = up
        if own == up:  # as with nearly all: then it is the dominator, too
            idom[node] = up
        else:
            waiting[own].append(node)
        for one in waiting[up]:
            found = evaluate(one)
            idom[one] = found if semi[found] < up else up
        waiting[up].clear()
    for node in range(1, count):
        if idom[node] != semi[node]:
            idom[node] = idom[idom[node]]
    return idom
