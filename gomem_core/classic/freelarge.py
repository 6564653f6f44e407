"""Free spans of 128 pages (1 MB) and more: one small interface, two ways to choose among them.

See malloc.py for the overview.  `BestFit` takes the smallest that is long enough, the lowest address among equals: what the
popular description says, and Go up to 1.8 did.  `Treap` is what Go 1.9 to 1.11 really use (runtime/mgclarge.go): its answer
depends on random priorities and is often not the best fit.  Both are search trees that priorities keep in balance; they differ
in what breaks ties and in how they look for a span.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from gomem_core.both.slots import throw
from gomem_core.classic.mspan import MSpan


class FreeLarge(Protocol):
    """Holds the large free spans; a span's npages must not change while it is inside."""

    def insert(self, s: MSpan) -> None:
        """Take `s` in."""

    def remove_span(self, s: MSpan) -> None:
        """Take `s` out; throws when it is not inside."""

    def find(self, npages: int) -> MSpan | None:
        """The span to be taken for `npages` pages; None when none is long enough."""

    def holds(self, s: MSpan) -> bool:
        """Whether `s` is inside."""

    def spans(self) -> list[MSpan]:
        """All spans, in the order the scavenger visits them."""

    def by_length(self) -> Iterator[MSpan]:
        """All spans one by one, shortest first."""


class TreapNode:
    """A node of a treap: a search tree by (npages, tie), a heap by priority."""

    __slots__ = ("left", "npages", "parent", "priority", "right", "span", "tie")

    def __init__(self, span: MSpan, tie: int, priority: int, parent: "TreapNode | None") -> None:
        self.span = span
        self.npages = span.npages
        self.tie = tie
        self.priority = priority
        self.parent = parent
        self.left: TreapNode | None = None
        self.right: TreapNode | None = None


class _SpanTree:
    """What both have in common: insertion, removal, order.  `fastrand` hands out priorities."""

    __slots__ = ("fastrand", "root")

    def __init__(self, fastrand: Callable[[], int]) -> None:
        self.fastrand = fastrand
        self.root: TreapNode | None = None

    def _tie(self, s: MSpan) -> int:
        """What orders spans of the same length."""
        raise NotImplementedError

    def _find(self, npages: int) -> TreapNode | None:
        """The node whose span is taken for `npages`."""
        raise NotImplementedError

    def insert(self, s: MSpan) -> None:
        """Insert as a leaf, then rotate up while the parent's priority is greater ((*mTreap).insert)."""
        npages, tie = s.npages, self._tie(s)
        parent: TreapNode | None = None
        t = self.root
        left = False
        while t is not None:
            parent = t
            left = npages < t.npages or (npages == t.npages and tie < t.tie)
            t = t.left if left else t.right
        node = TreapNode(s, tie, self.fastrand(), parent)
        if parent is None:
            self.root = node
        elif left:
            parent.left = node
        else:
            parent.right = node
        while node.parent is not None and node.parent.priority > node.priority:
            if node.parent.left is node:
                self._rotate_right(node.parent)
            else:
                self._rotate_left(node.parent)

    def remove_span(self, s: MSpan) -> None:
        """Find the node by its key and remove it; throws when it is not inside ((*mTreap).removeSpan)."""
        t = self._node(s)
        if t is None:
            throw("freelarge_membership", f"span {s.start_addr:#x} of {s.npages} pages is not among the large free spans")
        self._remove_node(t)

    def holds(self, s: MSpan) -> bool:
        """Whether `s` is inside."""
        return self._node(s) is not None

    def _node(self, s: MSpan) -> TreapNode | None:
        npages, tie = s.npages, self._tie(s)
        t = self.root
        while t is not None and t.span is not s:
            t = t.left if npages < t.npages or (npages == t.npages and tie < t.tie) else t.right
        return t

    def find(self, npages: int) -> MSpan | None:
        """The span to be taken for `npages` pages, left inside (the look-up of (*mTreap).remove)."""
        t = self._find(npages)
        return None if t is None else t.span

    def spans(self) -> list[MSpan]:
        """All spans in preorder, which is the scavenger's order."""
        return [node.span for node, _ in self.preorder()]

    def by_length(self) -> Iterator[MSpan]:
        """All spans one by one, shortest first, in the order of their ties among equals."""
        above: list[TreapNode] = []
        t = self.root
        while t is not None or above:
            while t is not None:
                above.append(t)
                t = t.left
            t = above.pop()
            yield t.span
            t = t.right

    def preorder(self) -> list[tuple[TreapNode, int]]:
        """Nodes and their depths: a node before its left, then its right subtree."""
        found: list[tuple[TreapNode, int]] = []
        todo: list[tuple[TreapNode, int]] = [(self.root, 0)] if self.root is not None else []
        while todo:
            node, depth = todo.pop()
            found.append((node, depth))
            if node.right is not None:
                todo.append((node.right, depth + 1))
            if node.left is not None:
                todo.append((node.left, depth + 1))
        return found

    def _remove_node(self, t: TreapNode) -> None:
        """Rotate the node down until it is a leaf, then cut it off ((*mTreap).removeNode)."""
        while t.left is not None or t.right is not None:
            if t.right is None or (t.left is not None and t.left.priority < t.right.priority):
                self._rotate_right(t)
            else:
                self._rotate_left(t)
        self._replace(t, None)

    def _replace(self, old: TreapNode, new: TreapNode | None) -> None:
        """Hang `new` where `old` hangs."""
        parent = old.parent
        if new is not None:
            new.parent = parent
        if parent is None:
            self.root = new
        elif parent.left is old:
            parent.left = new
        else:
            parent.right = new

    def _rotate_left(self, x: TreapNode) -> None:
        """x's right child takes its place; x becomes that child's left child."""
        y = x.right
        if y is None:
            throw("treap_shape", "rotation to the left without a right child")
        self._replace(x, y)
        x.right = y.left
        if y.left is not None:
            y.left.parent = x
        y.left = x
        x.parent = y

    def _rotate_right(self, y: TreapNode) -> None:
        """y's left child takes its place; y becomes that child's right child."""
        x = y.left
        if x is None:
            throw("treap_shape", "rotation to the right without a left child")
        self._replace(y, x)
        y.left = x.right
        if x.right is not None:
            x.right.parent = y
        x.right = y
        y.parent = x


class Treap(_SpanTree):
    """Go's mTreap: `fastrand` hands out the priorities, which decide the shape and so the choices."""

    __slots__ = ()

    def _tie(self, s: MSpan) -> int:
        return s.ptr

    def _find(self, npages: int) -> TreapNode | None:
        """Not best fit: it goes left only where the left child itself is long enough, not something further below."""
        t = self.root
        while t is not None:
            if t.npages < npages:
                t = t.right
            elif t.left is not None and t.left.npages >= npages:
                t = t.left
            else:
                return t
        return None


class BestFit(_SpanTree):
    """True best fit: the shortest span that is long enough, the lowest among equals.  Its shape decides nothing."""

    __slots__ = ("_seed",)

    def __init__(self) -> None:
        super().__init__(self._xorshift)
        self._seed = 0x9E3779B9

    def _xorshift(self) -> int:
        """Any priorities keep the tree flat; these are the same in every session (Marsaglia's xorshift32)."""
        x = self._seed
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        self._seed = x
        return x

    def _tie(self, s: MSpan) -> int:
        return s.start_addr

    def _find(self, npages: int) -> TreapNode | None:
        best: TreapNode | None = None
        t = self.root
        while t is not None:
            if t.npages >= npages:
                best = t
                t = t.left
            else:
                t = t.right
        return best

    def spans(self) -> list[MSpan]:
        """All spans, shortest first, the lowest among equals."""
        return sorted(super().spans(), key=lambda s: (s.npages, s.start_addr))
