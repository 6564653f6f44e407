"""Large free spans: the treap against its definition, best fit against a search of all."""

from hypothesis import given
from hypothesis import strategies as st

from gomem_core.classic.freelarge import BestFit, Treap
from gomem_core.classic.mspan import MSPAN_FREE, MSpan

Key = tuple[int, int]  # pages, address of the struct
Tree = tuple[Key, "Tree", "Tree"] | None


def make_span(ptr: int, npages: int) -> MSpan:
    s = MSpan(ptr)
    s.init(0xC420000000 + ptr * (1 << 30), npages)
    s.state = MSPAN_FREE
    return s


def cartesian(priorities: dict[Key, int]) -> Tree:
    """The only tree that is sorted by key and a heap by (distinct) priorities, smallest on top: no rotation needed to know it."""
    if not priorities:
        return None
    top = min(priorities, key=lambda key: priorities[key])
    left = {key: p for key, p in priorities.items() if key < top}
    right = {key: p for key, p in priorities.items() if key > top}
    return top, cartesian(left), cartesian(right)


def choice(tree: Tree, npages: int) -> Key | None:
    """As the facts say: too short, go right; else left only if the left child itself is long enough; else this one."""
    if tree is None:
        return None
    key, left, right = tree
    if key[0] < npages:
        return choice(right, npages)
    if left is not None and left[0][0] >= npages:
        return choice(left, npages)
    return key


def preorder(tree: Tree, depth: int = 0) -> list[tuple[Key, int]]:
    if tree is None:
        return []
    key, left, right = tree
    return [(key, depth), *preorder(left, depth + 1), *preorder(right, depth + 1)]


OPS = st.lists(st.tuples(st.sampled_from(["insert", "insert", "remove", "span"]), st.integers(128, 140), st.integers(0, 50)))


@given(ops=OPS, priorities=st.permutations(range(60)))
def test_the_treap_has_the_one_possible_shape_and_chooses_as_go_does(
    ops: list[tuple[str, int, int]], priorities: list[int]
) -> None:
    left = iter(priorities)
    model: dict[Key, int] = {}
    drawn: list[int] = []

    def fastrand() -> int:
        drawn.append(next(left))
        return drawn[-1]

    treap = Treap(fastrand)
    spans: dict[Key, MSpan] = {}
    for ptr, (op, npages, which) in enumerate(ops[:60], 1):
        if op == "insert":
            key = (npages, ptr)
            spans[key] = make_span(ptr, npages)
            treap.insert(spans[key])
            model[key] = drawn[-1]
        elif op == "remove":
            expected = choice(cartesian(model), npages)
            found = treap.find(npages)
            assert (found and (found.npages, found.ptr)) == expected
            if found is not None and expected is not None:
                treap.remove_span(found)
                del model[expected]
        elif model:
            key = sorted(model)[which % len(model)]
            treap.remove_span(spans[key])
            del model[key]
        shape = [((node.npages, node.span.ptr), depth) for node, depth in treap.preorder()]
        assert shape == preorder(cartesian(model))
        assert [(s.npages, s.ptr) for s in treap.spans()] == [key for key, _ in shape]


@given(ops=OPS)
def test_best_fit_is_the_shortest_that_suffices_then_the_lowest(ops: list[tuple[str, int, int]]) -> None:
    container = BestFit()
    spans: list[MSpan] = []
    for i, (op, npages, which) in enumerate(ops):
        if op == "insert":
            ptr = i * 37 % 1009  # addresses in no particular order
            spans.append(make_span(ptr, npages))
            container.insert(spans[-1])
        elif op == "remove":
            fitting = [s for s in spans if s.npages >= npages]
            expected = min(fitting, key=lambda s: (s.npages, s.start_addr), default=None)
            assert container.find(npages) is expected
            if expected is not None:
                container.remove_span(expected)
                spans.remove(expected)
        elif spans:
            container.remove_span(spans.pop(which % len(spans)))
        assert container.find(128) is min(spans, key=lambda s: (s.npages, s.start_addr), default=None)
        assert container.spans() == sorted(spans, key=lambda s: (s.npages, s.start_addr))


def test_the_treap_is_not_best_fit() -> None:
    """The left child (128) is too short, so 150 is taken although 130 would do: the runtime does not look further down."""
    priorities = iter([1, 2, 3])
    treap = Treap(lambda: next(priorities))
    for ptr, npages in ((1, 150), (2, 128), (3, 130)):
        treap.insert(make_span(ptr, npages))
    best = BestFit()
    for s in treap.spans():
        best.insert(s)
    found, fit = treap.find(129), best.find(129)
    assert found is not None
    assert fit is not None
    assert (found.npages, fit.npages) == (150, 130)
