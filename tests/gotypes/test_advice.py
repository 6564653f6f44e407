"""The order of fields that is smallest, against all orders; the smallest change that reaches a smaller slot."""

from itertools import permutations
from random import Random

import pytest

from gomem_core.gotypes.advice import best_inside, best_order, smallest_change
from gomem_core.gotypes.describe import describe, facts_of, overview, to_change
from gomem_core.gotypes.types import GoTypes
from tests.gotypes.truth import MODERN, types_of

LATEST = MODERN[-1]
PARTS = ("bool", "int16", "int32", "int64", "string", "any", "*int", "struct{}", "[3]byte", "complex64", "[0]int64", "[]int")


def test_no_order_is_better_than_the_best() -> None:
    types, random = GoTypes(LATEST), Random(17)
    better = 0
    for _ in range(40):
        chosen = random.choices(PARTS, k=random.randint(2, 5))
        fields = [f"f{i} {part}" for i, part in enumerate(chosen)]
        every = [types.typed(f"struct{{ {'; '.join(order)} }}") for order in permutations(fields)]
        sizes = {(one.shape.size, one.shape.ptr_bytes) for one in every}
        found = best_order(LATEST, every[0])
        if found is None:
            assert (every[0].shape.size, every[0].shape.ptr_bytes) == min(sizes), fields
            continue
        better += 1
        assert (found.size, found.ptr_bytes) == min(sizes), fields
        ordered = [next(f for f in fields if f.startswith(f"{name} ")) for name in found.names]
        assert types.typed(f"struct{{ {'; '.join(ordered)} }}").shape[::2] == (found.size, found.ptr_bytes)
    assert better > 10


def test_no_orders_inside_are_better_than_the_best() -> None:
    types, random = GoTypes(LATEST), Random(20)
    better = 0
    for _ in range(60):
        inner = [f"i{i} {part}" for i, part in enumerate(random.choices(PARTS, k=3))]
        outer = [f"o{i} {part}" for i, part in enumerate(random.choices(PARTS, k=2))]

        def written(inside: tuple[str, ...], outer: list[str] = outer) -> list[str]:
            return [*outer, f"in [2]struct{{ {'; '.join(inside)} }}"]

        every = [
            types.typed(f"struct{{ {'; '.join(order)} }}")
            for inside in permutations(inner)
            for order in permutations(written(inside))
        ]
        given, smallest = every[0], min(one.shape.size for one in every)
        own = best_order(LATEST, given)
        found = best_inside(types, given, own)
        reached = given.shape.size if own is None else own.size
        better += found is not None
        assert (reached if found is None else found.shape.size) == smallest, (inner, outer)
    assert better > 5


INSIDE = """
type pair[K comparable, V any] struct { ok bool; k K; done bool; v V }
type inner struct { a bool; n int; b bool }
type outer struct { pair[int, bool]; x bool; in inner; arr [3]inner; mu sync.Mutex }
type ref struct { p *inner; list []pair[int, bool]; t time.Timer }
"""


def test_an_order_inside_is_carried_on_to_what_holds_it() -> None:
    types = types_of(LATEST, INSIDE)
    outer = facts_of(types, types.typed("outer"))
    assert outer.order is None
    assert describe(outer, None).lines()[-5:] == [
        "with the types inside it in their best orders, too:",
        "  pair[int, bool]: k, ok, done, v (the best for these arguments; all instances share it)",
        "  inner: n, a, b",
        "  40 bytes less: 96, a slot of 96 instead of 144",
        "smallest change: in the best order, 1 byte less and it fits 128",
    ]
    assert facts_of(types, types.typed("ref")).inside is None, "what it only refers to, and what is the library's, is left out"
    assert types.declared_in(types.typed("pair[string, bool]")) == "declarations.go:2"
    found = [(facts_of(types, types.typed(name)), types.line(name)) for name in ("inner", "outer")]
    assert to_change(found)[0] == (
        "  outer: 96 bytes instead of 136, a slot of 96 instead of 144, with these orders: "
        "pair[int, bool]: k, ok, done, v (the best for these arguments; all instances share it); inner: n, a, b"
    )


# Slots of Go 1.27: 8, 16, 24, 32, 48, 64 …; with pointers and more than 512 bytes, 8 of a slot are a header.
@pytest.mark.parametrize(
    ("text", "fewer", "slot", "reordered"),
    [
        ("struct{ s [6]int64; a, b byte }", 2, 48, False),
        ("struct{ ok bool; n int; done bool }", 0, 16, True),
        ("struct{ ok bool; n [2]int; m int32; done bool }", 0, 24, True),
        ("struct{ ok bool; n [6]int; m int32; done bool }", 6, 48, True),
        ("[65]*int", 8, 512, False),
        ("[33]byte", 1, 32, False),
        ("[5000]int64", 7232, 32768, False),
        ("[32769]byte", 1, 32768, False),
    ],
)
def test_the_smallest_change(text: str, fewer: int, slot: int, reordered: bool) -> None:
    assert smallest_change(LATEST, GoTypes(LATEST).typed(text)) == (fewer, slot, reordered)


@pytest.mark.parametrize("text", ["int8", "struct{}", "*int", "[15]byte"])
def test_what_has_the_smallest_slot_cannot_get_a_smaller_one(text: str) -> None:
    assert smallest_change(LATEST, GoTypes(LATEST).typed(text)) is None


def test_what_people_read() -> None:
    types = types_of(LATEST, "type conn struct { s [6]int64; a byte; b byte }\ntype w struct { p *int; q bool }")
    lines = describe(facts_of(types, types.typed("conn")), "f.go:1").lines()
    assert lines == [
        "go1.27: conn: 56 bytes, aligned to 8, no pointers, declared in f.go:1",
        "offset  size  padding  words  field  type",
        "     0    48        –  –      s      [6]int64",
        "    48     1        –  –      a      uint8",
        "    49     1        6  –      b      uint8",
        "6 of 56 bytes are padding",
        "an object: a slot of 64 bytes (class 6, noscan), 8 bytes unused",
        "a slice of them: 10 in 576 bytes (16 unused), 100 in 6144 bytes (544 unused), 1000 in 57344 bytes (1344 unused)",
        "smallest change: 2 bytes less and it fits 48",
    ]
    table = overview([(facts_of(types, types.typed(name)), types.line(name)) for name in types.names])
    assert [row[7] for row in table.rows] == ["conn", "w"]


def test_the_worst_of_many_come_first_with_what_to_change() -> None:
    types = types_of(
        LATEST,
        "type flags uint8\n"  # shares a tiny block: nothing is unused
        "type grid struct { cells [65]*int }\n"  # 520 bytes, 8 of header, 48 unused
        "type config struct { a bool; s string; b bool; n int; c bool; m int; d bool }\n"  # 3 x 7 + 7 bytes of padding
        "type timer struct { on bool; d int64; f func(); rep bool }",  # 7 + 7
    )
    found = [(facts_of(types, types.typed(name)), types.line(name)) for name in types.names]
    assert [(row[7], row[0]) for row in overview(found).rows] == [("grid", 48), ("config", 28), ("timer", 14)]
    assert to_change(found) == [
        "  grid: 8 bytes less, and it fits 512 instead of 576",
        "  config: fields in the order s, n, m, a, b, c, d: 40 bytes instead of 64, a slot of 48 instead of 64",
        "  timer: fields in the order f, d, on, rep: 24 bytes instead of 32, a slot of 24 instead of 32",
    ]
