"""The links of a heap that is read, as a graph: who keeps an object alive, and how much would be freed without it.

Its nodes are the allocated slots in address order, numbered as SlotObjects does, but from 1; node 0 is the program, with an edge
to all that it refers to itself.  A pointer anywhere into a slot is a link to it, as a collection takes it.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections import deque
from collections.abc import Generator, Iterable
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from gomem_core.queries.dominators import NOWHERE, ROOT, dominators
from gomem_core.world.records import SpanField
from gomem_core.world.still import Still

Ints = NDArray[np.int64]

_SLICE: Final = 4_000  # nodes: some milliseconds


class Held:
    """What each node keeps alive; by node, bytes of slots."""

    def __init__(self, idom: array[int], order: array[int], retained: array[int]) -> None:
        self.idom = idom  # NOWHERE: nothing refers to it
        self.order = order  # each behind the one that dominates it
        self.retained = retained  # what would be freed with it; 0: it is garbage itself


class SlotGraph:
    """The links between the slots of a still whose pointers and roots are known."""

    def __init__(self, still: Still) -> None:
        self._still = still
        self.held: Held | None = None  # once `hold` was done
        self.first, self.to = self._edges()  # node v has edges to to[first[v] : first[v + 1]]

    def __len__(self) -> int:
        return len(self.addr) + 1

    # --- Nodes ------------------------------------------------------------------------------------------------------------

    def _column(self, name: SpanField) -> Ints:
        return np.array(self._still.spans.column(name), np.int64)

    @cached_property
    def _places(self) -> tuple[Ints, Ints]:
        """The row of the span of each slot with an object, and the number of the slot there."""
        return self._bits([sets[0] for sets in self._sets()])

    def _sets(self) -> Iterable[tuple[int, int]]:
        for info in self._still.spans.each():
            yield self._still.slots.sets(info.base) or (0, 0)

    def _bits(self, sets: list[int]) -> tuple[Ints, Ints]:
        """(row, number) of each bit that is set, by row and number."""
        size = (self._column("nelems") + 7) // 8
        joined = b"".join(one.to_bytes(count, "little") for one, count in zip(sets, size.tolist(), strict=True))
        at = np.flatnonzero(np.unpackbits(np.frombuffer(joined, np.uint8), bitorder="little"))
        starts = (np.cumsum(size) - size) * 8
        row = np.searchsorted(starts, at, "right") - 1
        return row, at - starts[row]

    @cached_property
    def addr(self) -> Ints:
        """Address of each slot with an object, in order; that of node v is addr[v - 1]."""
        row, slot = self._places
        return self._column("base")[row] + slot * self._column("elemsize")[row]

    @cached_property
    def size(self) -> Ints:
        """Bytes of each of these slots."""
        return self._column("elemsize")[self._places[0]]

    def nodes(self, addr: Ints | NDArray[np.uint64]) -> Ints:
        """The node whose slot holds each address, 0: none does."""
        if not len(self.addr):
            return np.zeros(len(addr), np.int64)
        at = np.searchsorted(self.addr, addr.astype(np.int64), "right") - 1
        inside = (at >= 0) & (addr.astype(np.int64) - self.addr[at] < self.size[at])
        return np.where(inside, at + 1, 0)

    # --- Edges ------------------------------------------------------------------------------------------------------------

    def _edges(self) -> tuple[list[int], list[int]]:
        slots, _, targets = (np.array(column) for column in self._still.pointers.stored.columns)
        source, target = self.nodes(slots), self.nodes(targets)
        row, slot = self._bits([*(self._still.slots.columns().root_bits or [])])
        rooted = self.nodes(self._column("base")[row] + slot * self._column("elemsize")[row])
        good = (source > 0) & (target > 0) & (source != target)
        source, target = np.append(np.zeros(len(rooted), np.int64), source[good]), np.append(rooted, target[good])
        order = np.argsort(source, kind="stable")
        first = np.searchsorted(source[order], np.arange(len(self) + 1))
        return first.tolist(), target[order].tolist()

    @cached_property
    def _nearer(self) -> list[int]:
        """The node through which the shortest way from the program to each node leads, NOWHERE: there is no way."""
        before = [NOWHERE] * len(self)
        before[ROOT] = ROOT
        todo = deque([ROOT])
        first, to = self.first, self.to
        while todo:
            node = todo.popleft()
            for target in to[first[node] : first[node + 1]]:
                if before[target] < 0:
                    before[target] = node
                    todo.append(target)
        return before

    @cached_property
    def begins(self) -> Ints:
        """The node where the shortest way to each node begins, to which the program refers itself; 0: there is no way."""
        before = np.array(self._nearer, np.int64)
        found = np.where(before > ROOT, before, np.arange(len(self)))
        while ((further := found[found]) != found).any():  # twice as far each time
            found = further
        return np.where(before < ROOT, 0, found)

    def fate(self, node: int) -> Literal["rooted", "linked", "garbage"]:
        """What becomes of a node: the program refers to it itself, through others, or not at all."""
        before = self._nearer[node]
        return "linked" if before > ROOT else "rooted" if before == ROOT else "garbage"

    def reached(self) -> tuple[int, int]:
        """How many objects the program can reach, and the bytes of their slots."""
        reached = np.array(self._nearer[1:], np.int64) > NOWHERE
        return int(reached.sum()), int(self.size[reached].sum())

    def way(self, node: int) -> list[int]:
        """The nodes on the shortest way from the program to a node, which is the last; none where nothing refers to it."""
        if self._nearer[node] < 0:
            return []
        found = [node]
        while self._nearer[found[-1]]:
            found.append(self._nearer[found[-1]])
        return found[::-1]

    def labels(self, node: int) -> list[str]:
        """The places from which the program refers to a node itself."""
        roots = self._still.roots
        return [] if roots is None else roots.of(int(self.addr[node - 1]))

    def holders(self, node: int) -> list[int]:
        """The nodes that have an edge to a node, without the program."""
        start, end = np.searchsorted(self._targets[0], [node, node + 1])
        return [one for one in sorted({*self._targets[1][start:end].tolist()}) if one]

    @cached_property
    def _targets(self) -> tuple[Ints, Ints]:
        """Edges by where they lead: (target, source)."""
        target = np.array(self.to, np.int64)
        source = np.repeat(np.arange(len(self)), np.diff(self.first))
        order = np.argsort(target, kind="stable")
        return target[order], source[order]

    # --- What is kept -----------------------------------------------------------------------------------------------------

    def hold(self) -> Generator[None, None, Held]:
        """Find out what each object keeps alive; stops now and then on its way, and is done once."""
        if self.held is None:
            found = yield from dominators(self.first, self.to)
            retained = [0, *self.size.tolist()]
            for node, up in enumerate(found.idom):
                if up < 0 and node:
                    retained[node] = 0
            order, idom = found.order, found.idom
            for at in range(len(order) - 1, 0, -1):
                if not at % _SLICE:
                    yield
                node = order[at]
                retained[idom[node]] += retained[node]
            self.held = Held(idom, order, array("q", retained))
        return self.held

    def chain(self, node: int) -> list[int]:
        """The nodes without any of which a node would be garbage, outermost first, and the node; `hold` is done."""
        assert self.held is not None
        found = [node]
        while (up := self.held.idom[found[-1]]) > ROOT:
            found.append(up)
        return found[::-1]

    def retained_by(self, kinds: list[Any]) -> dict[Any, int]:  # Any: what tells kinds of objects apart
        """Bytes that would be freed without all objects of a kind, for each kind; `kinds` by node, `hold` is done.

        What several objects of a kind keep, one within another, counts once.  What only they together keep is not among it.
        """
        assert self.held is not None
        held, below = self.held, self._tree
        sums: dict[Any, int] = {}
        open_kinds: dict[Any, int] = {}
        todo: list[tuple[int, bool]] = [(node, False) for node in below.get(ROOT, ())]
        while todo:
            node, leaves = todo.pop()
            kind = kinds[node]
            if leaves:
                open_kinds[kind] -= 1
                continue
            if not open_kinds.get(kind):
                sums[kind] = sums.get(kind, 0) + held.retained[node]
            open_kinds[kind] = open_kinds.get(kind, 0) + 1
            todo.append((node, True))
            todo += [(one, False) for one in below.get(node, ())]
        return sums

    @cached_property
    def _tree(self) -> dict[int, list[int]]:
        """The nodes that each node dominates immediately."""
        assert self.held is not None
        found: dict[int, list[int]] = {}
        for node, up in enumerate(self.held.idom):
            if up >= 0:
                found.setdefault(up, []).append(node)
        return found
