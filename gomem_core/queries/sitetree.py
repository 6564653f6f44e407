"""Call sites as a tree: from where a program begins down to the lines that allocate, the branch with most bytes first."""

from collections.abc import Iterator

from gomem_core.named import NamedTuple
from gomem_core.world.sites import CallSite, Sites


class Branch(NamedTuple):
    """A function on the way, called from the one above it; with what it and all that it calls allocated."""

    depth: int
    name: str
    objects: int
    nbytes: int
    own: int  # bytes of which it is the innermost line


class _Node:
    __slots__ = ("below", "nbytes", "objects", "own")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.objects = self.nbytes = self.own = 0


def site_tree(sites: Sites, ever: bool = False, least: float = 0.0) -> list[Branch]:
    """The tree, each branch before what it calls, without those that have less than a share `least` of all bytes.

    It counts what is in use, or with `ever` all that was allocated.  A line that calls itself is one branch for each call.
    """
    root = _Node()
    objects, nbytes = (sites.alloc_objects, sites.alloc_bytes) if ever else (sites.inuse_objects, sites.inuse_bytes)
    for row, number in enumerate(sites.stack):
        if not objects[row] and not nbytes[row]:
            continue
        node = root
        _count(node, objects[row], nbytes[row])
        for line in reversed(sites.stacks[number]):
            node = node.below.setdefault(_called(line), _Node())
            _count(node, objects[row], nbytes[row])
        node.own += nbytes[row]
    return [*_branches(root, least * root.nbytes)]


def folded(tree: list[Branch]) -> list[Branch]:
    """The same, with a way on which nothing turns off as one branch: what calls only one other, and allocates nothing itself."""
    found: list[Branch] = []
    less: list[int] = []  # depths that were folded away on the way to where it is
    for one in tree:
        while less and less[-1] >= one.depth:
            less.pop()
        above = found[-1] if found else None
        below = above is not None and one.depth - len(less) == above.depth + 1
        if above is not None and below and not above.own and (above.objects, above.nbytes) == (one.objects, one.nbytes):
            found[-1] = one._replace(depth=above.depth, name=f"{above.name} › {one.name}")
            less.append(one.depth - 1)
            continue
        found.append(one._replace(depth=one.depth - len(less)))
    return found


def _count(node: _Node, objects: int, nbytes: int) -> None:
    node.objects += objects
    node.nbytes += nbytes


def _called(line: CallSite) -> str:
    return line.function or "?"


def _branches(root: _Node, least: float) -> Iterator[Branch]:
    """The branches in order, without recursion: a stack may be deep."""
    todo = [(0, name, node) for name, node in _in_order(root)]
    while todo:
        depth, name, node = todo.pop()
        if node.nbytes >= least:
            yield Branch(depth, name, node.objects, node.nbytes, node.own)
            todo += [(depth + 1, name, one) for name, one in _in_order(node)]


def _in_order(node: _Node) -> list[tuple[str, _Node]]:
    """What it calls, most bytes last."""
    return sorted(node.below.items(), key=lambda one: (one[1].nbytes, one[1].objects, one[0]))
