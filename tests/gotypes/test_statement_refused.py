"""Statements that Go or its version refuses change nothing."""

from typing import Final

import pytest

from tests.gotypes.statementsessions import console_of, failed
from tests.inside import machine_of

CONSTRAINED = "interface contains type constraints"


MOST: Final = "an object has at most 549755813887 here, and 8589934592 with pointers"


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("var x nosuch", 7, "undefined: nosuch"),
        ("new([-1]int) as a", 6, "invalid array length -1 (untyped int constant)"),
        ("new([n]int)", 6, "invalid array length n"),
        ("new(n)", 5, "n is not a type"),
        ("new(struct{ a int; a string })", 20, "a redeclared; other declaration of a: line 1, column 13"),
        ("make(map[[]int]int)", 10, "invalid map key type []int"),
        ("new(G)", 5, "cannot use generic type G[T any] without instantiation"),
        ("new(H[[]int])", 7, "[]int does not satisfy comparable"),
        ("make([]int, -1)", 13, "invalid argument: index -1 (constant of type int) must not be negative"),
        ("make([]int, 5, 3)", 13, "invalid argument: length and capacity swapped"),
        ("make(int)", 6, "invalid argument: cannot make int; type must be slice, map, or channel"),
        ("make([]int)", 1, "invalid operation: make([]int) expects 2 or 3 arguments; found 1"),
        ("new()", 5, "not enough arguments for new() (expected 1, found 0)"),
        ("new(int, int)", 10, "too many arguments for new(int, int) (expected 1, found 2)"),
        ("append(n, 1)", 8, "invalid argument: n (int) is not a slice"),
        ("n + \"x\"", 1, "invalid operation: n + \"x\" (mismatched types int and string)"),
        ("  a + n", 3, "undefined: a"),
        ("var e interface{ ~int }", 7, f"cannot use type interface{{ ~int }} outside a type constraint: {CONSTRAINED}"),
        ("x := nil", 6, "use of untyped nil in assignment"),
        ("s[0] = n", 8, "cannot use n (variable of type int) as *int value in assignment"),
        ("s[5] = nil", 3, "panic: runtime error: index out of range [5] with length 1"),
        ("make([]int, 1<<62)", 1, "panic: runtime error: makeslice: len out of range (4611686018427387904 × 8 bytes)"),
        ("make([]int, 1<<45 + 1)", 1, "panic: runtime error: makeslice: len out of range (35184372088833 × 8 bytes)"),
        ("make([]int, 1<<45)", 1, f"Go would ask the operating system for 281474976710656 bytes; {MOST}"),
        ("make([]*int, 1<<31)", 1, f"Go would ask the operating system for 17179869184 bytes; {MOST}"),
        ("func() int { return nosuch }", 21, "undefined: nosuch"),
        ("new(int) new(int)", 10, "syntax error: unexpected new"),
        ("new(int) as s", 13, "the name s is in use: drop that object first, or choose another name"),
        ("insert n 3", 8, "n is neither a map nor a slice"),
        ("insert nobody 3", 8, "nobody is neither a map nor a slice: there is nothing of that name"),
        ("link s.0 nobody", 10, "no object is called nobody"),
    ],
)  # fmt: skip
def test_what_go_refuses_changes_nothing(line: str, column: int, words: str) -> None:
    console = console_of(
        "1.27", "type G[T any] struct { t T }", "type H[T comparable] struct { t T }", "n := 3", "make([]*int, 1) as s"
    )
    before = machine_of(console.session).engine.capture()
    assert failed(console, line) == (column, words)
    assert machine_of(console.session).engine.capture() == before
    assert console.session.step == 4


def test_what_fails_on_the_way_is_undone() -> None:
    console = console_of("1.27", "make([]int8, 1) as s", "gc")
    before = machine_of(console.session).engine.capture()
    assert "number of times" in failed(console, "append(s, 1) times 99999999")[1]
    assert failed(console, "append(s, 300000000000) times 2")[1].startswith("Go would ask the operating system for ")
    assert failed(console, "append(s, 1<<47) times 2")[1].startswith("Go would ask the operating system for 14073748")
    assert failed(console, "append(s, 1<<48) times 2")[1] == "panic: runtime error: growslice: len out of range"
    assert machine_of(console.session).engine.capture() == before


@pytest.mark.parametrize("line", ["new(int)", "insert x 3", "x := 3"])
def test_go_1_10_has_none(line: str) -> None:
    words = "what statements of Go allocate is known from Go 1.21 on, and this heap is go1.10's; type go 1.27, "
    assert failed(console_of("1.10"), line)[1] == words + "or write it before the first step of a file"


def test_a_word_that_is_no_pointer_cannot_be_linked() -> None:
    console = console_of("1.27", "new(struct{ n int; p *int }) as a", "link a.1 a")
    assert failed(console, "link a.0 a") == (
        7,
        "word 0 of a cannot hold a pointer: in the type struct{ n int; p *int } it is none",
    )
