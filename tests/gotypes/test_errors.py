"""What Go's compiler complains about, in its words and at its columns; and what nobody should have to type."""

import pytest

from gomem_core.go.versions import GO_1_10
from gomem_core.gotypes.errors import GoError, Unsized
from gomem_core.gotypes.types import GoTypes
from tests.gotypes.truth import MODERN, types_of

GENERIC = """
type G[T any] struct { v T }
type C[T comparable] struct { v T }
type num interface{ ~int | ~float64 }
type S[T num] []T
"""


def refused(declared: str, text: str) -> tuple[str, int]:
    """The whole message, and the column."""
    types = types_of(MODERN[-1], declared)
    for _ in range(2):  # what was found out before an error must not be taken for granted after it
        with pytest.raises(GoError) as caught:
            types.typed(text)
    assert caught.value.place is not None
    return str(caught.value), caught.value.place.column


# The words are those of the compilers of Go 1.21 and 1.27, for one-line programs; columns count bytes from 1.
@pytest.mark.parametrize(
    ("declared", "text", "message", "column"),
    [
        ("type T struct{ b T }", "T", "invalid recursive type: T refers to itself", 6),
        ("type A struct{ b B }; type B struct{ a [2]A }", "B", "invalid recursive type A; A refers to B; B refers to A", 6),
        ("type T T", "T", "invalid recursive type: T refers to itself", 6),
        ("type I interface{ m(); I }", "I", "invalid recursive type: I refers to itself", 6),
        ("", "struct{ a nosuch }", "undefined: nosuch", 11),
        ("", "[1<<50]int", "type [1125899906842624]int larger than address space", 1),
        ("", "[-1]int", "invalid array length -1 (untyped int constant)", 2),
        ("const n = -2", "[n]int", "invalid array length n (untyped int constant -2)", 2),
        ("var n = 3", "[n]int", "invalid array length n", 2),
        ("", "struct{ a int; a string }", "a redeclared; other declaration of a: line 1, column 9", 16),
        ("", "map[[]int]int", "invalid map key type []int", 5),
        ("type F func()", "map[struct{ f F }]int", "invalid map key type struct{ f F }", 5),
        (GENERIC, "G", "cannot use generic type G[T any] without instantiation", 1),
        (GENERIC, "C[[]int]", "[]int does not satisfy comparable", 3),
        (GENERIC, "S[string]", "string does not satisfy num (string missing in ~int | ~float64)", 3),
        (GENERIC, "G[int, int]", "too many type arguments for type G: have 2, want 1", 8),
        (GENERIC, "num", "cannot use type num outside a type constraint: interface contains type constraints", 1),
        ("", "int[bool]", "int is not a generic type", 1),
        ("", "chan [70000]byte", "channel element type too large (>64kB)", 1),
        ("", "struct{ *error }", "embedded field type cannot be a pointer to an interface", 10),
        ("type P *int", "struct{ P }", "embedded field type cannot be a pointer", 9),
        ("", "sync.Nosuch", "undefined: sync.Nosuch", 1),
        ("", "struct{ é nosuch }", "undefined: nosuch", 12),
        ("", "struct{", "syntax error: unexpected end, expected }", 1),
        ("", "5", "syntax error: a type was expected", 1),
        ("", "int = 5", "a type was expected, and nothing behind it", 7),
    ],
)
def test_words_and_column(declared: str, text: str, message: str, column: int) -> None:
    assert refused(declared, text) == (message, column)


def test_a_type_that_needs_ever_larger_instances_of_itself() -> None:
    with pytest.raises(GoError, match="instantiation cycle:; T instantiated as \\[\\]T") as caught:
        types_of(MODERN[-1], "type R2[T any] struct { p *R2[[]T] }")
    assert caught.value.place is not None
    assert caught.value.place.column == 9
    types_of(MODERN[-1], "type L[T any] struct { next *L[T] }").typed("L[L[int]]")


def test_a_name_that_is_declared_twice() -> None:
    types = types_of(MODERN[-1], "type t int\ntype t string")
    assert [str(problem) for problem in types.problems] == [
        "t redeclared in this block; other declaration of t: declarations.go, line 1"
    ]
    assert types.typed("t").shape.size == 8


def test_generic_declarations_are_checked_without_arguments() -> None:
    types = types_of(MODERN[-1], "type M[K any] map[K]int\ntype N[K comparable] map[K]int\ntype B[T any] struct { v T }")
    with pytest.raises(GoError, match="invalid map key type K \\(missing comparable constraint\\)"):
        types.declared("M")
    assert types.declared("N").shape.size == 8
    with pytest.raises(Unsized, match="depends on the type parameter T"):
        types.declared("B")


def test_what_was_not_read_can_be_pointed_to_and_is_named_with_its_line() -> None:
    types = types_of(
        MODERN[-1], 'package p\n\nimport "example.com/x/v2"\n\ntype A struct {\n\tp *x.Y\n}\ntype B struct {\n\tv x.Z\n}\n'
    )
    assert types.typed("A").mask == "1"
    with pytest.raises(Unsized, match=r"the size of x\.Z is not known: package example.com/x/v2 was not read") as caught:
        types.typed("B")
    assert caught.value.place is not None
    assert caught.value.place[1:] == (9, 4)


def test_a_package_of_several_files() -> None:
    """Constants know the imports of their own file; a name may come from a package that is imported with a dot."""
    types = types_of(MODERN[-1], 'package p\nimport h "crypto/sha256"\nconst size = h.Size * 2')
    types.add(
        'package p\nimport . "example.com/dots"\ntype A [size]byte\ntype B struct { p *Dot }\ntype C struct { d Dot }', "b.go"
    )
    types.add('package p\ntype D [len(names)]int\ntype E [other.N]int\nvar names [3]string\nimport "example.com/other"', "c.go")
    assert [types.typed(name).shape.size for name in "AB"] == [64, 8]
    for name, why in (
        ("C", "the size of Dot is not known: it may be of a package imported with a dot"),
        ("D", "the array length len(names) is not known"),
        ("E", "the array length other.N is not known"),
    ):
        with pytest.raises(Unsized) as caught:
            types.typed(name)
        assert caught.value.message == why


def test_methods_with_type_parameters_are_passed_by() -> None:
    """Go 1.27 has them, and the grammar does not."""
    types = types_of(MODERN[-1], "package p\ntype A int\nfunc (a *A) N[T any](n T) T { return n }\ntype B [2]A\n")
    assert types.typed("B").shape.size == 16
    with pytest.raises(GoError, match="syntax error: unexpected"):
        types_of(MODERN[-1], "package p\ntype A struct { b }}\n")


def test_the_library_of_go_1_10_is_known_in_part() -> None:
    types = GoTypes(GO_1_10)
    assert types.typed("struct{ sync.Mutex; r io.Reader }").mask == "001"[:3]
    with pytest.raises(Unsized, match=r"types of the standard library are known from Go 1\.21 on"):
        types.typed("sync.Pool")


def test_constants() -> None:
    text = """package p
import ("crypto/sha256"; "unsafe")
const (
    _ = iota
    a = 1 << (10 * iota)
    b
)
const c, d = 'x' - 0x70, "four"
type A [b / a]byte
type B [c]byte
type C [len(d)]byte
type D [sha256.Size + int(2.0)]byte
type E [unsafe.Sizeof(struct{ a int; b bool }{}) - 7%4]byte
"""
    types = types_of(MODERN[-1], text)
    assert [types.typed(name).shape.size for name in "ABCDE"] == [1024, 8, 4, 34, 13]


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ("type A0 int\n" + "\n".join(f"type A{i} struct{{ a A{i - 1} }}" for i in range(1, 3000)), "A2999"),
        ("type A0 int\n" + "\n".join(f"type A{i} = struct{{ a, b A{i - 1} }}" for i in range(1, 80)), "A79"),
        ("type p[A, B any] struct{ a A }\n" + "\n".join(f"type p{i} = p[p{i - 1}, p{i - 1}]" for i in range(1, 80)), "p79"),
        (
            "type p[A, B any] struct{ a A }\ntype E0[T any] struct { a T }\n"
            + "\n".join(f"type E{i}[T any] struct{{ a E{i - 1}[p[T, T]] }}" for i in range(1, 60)),
            "E59[int]",
        ),
        ("const A = B + B\nconst B = A", "[A]int"),
        ("\n".join(f"const c{i} = c{i - 1} + c{i - 1}" for i in range(1, 90)) + "\nconst c0 = 1 << 500", "[c89]int"),
        ("", "[" * 30_000 + "int"),
        ("", "[]" * 20_000 + "int"),
        ("", "[" + "(" * 5000 + "1" + ")" * 5000 + "]int"),
        ("", "struct{ a, b, c \0 }"),
        ("", " " * 70_000 + "int"),
    ],
    ids=range(11),
)
def test_whatever_is_typed_ends_in_a_sentence(declared: str, text: str) -> None:
    with pytest.raises(GoError, match=r"\w"):
        types_of(MODERN[-1], declared).typed(text)
