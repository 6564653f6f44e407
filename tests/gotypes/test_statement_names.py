"""What names stand for behind statements of Go, and which are there already."""

import pytest

from tests.gotypes.statementsessions import console_of, done, failed, living, sizes, state

# --- What names stand for ---------------------------------------------------------------------------------------------------


def test_a_name_is_dropped_with_all_that_it_is() -> None:
    console = console_of("1.27", "new(int) as other", "make(map[string]int, 100) as m", "insert m 300", "drop m")
    assert living(console) == {"other"}
    done(console, "gc")
    assert console.session.world.sums.stats.numgc == 1


def test_what_another_name_leads_to_stays() -> None:
    console = console_of("1.27", "new(int) as p", "q := p", "make([]*int, 1) as s", "s[0] = q", "drop p")
    assert living(console) == {"p", "s"}
    done(console, "drop q")
    assert living(console) == {"s"}


def test_append_moves_a_name_to_the_larger_array() -> None:
    console = console_of("1.27", "make([]int, 3, 4) as s", "append(s, 1)")
    assert len(console.session.objects) == 1
    answer = done(console, "append(s, 1)")
    assert (answer["name"], answer["len"], answer["cap"], sizes(answer)) == ("s", 5, 8, [64])
    assert len(living(console)) == 1
    assert done(console, "append(s, 4) as t")["cap"] == 16
    assert done(console, "len(s)")["count"] == 0
    assert sizes(done(console, "append(s, 3)")) == []


def test_pointers_move_with_the_elements() -> None:
    console = console_of("1.27", "[]*int{new(int), nil, new(int)} as s", "append(s, 9)")
    addr = console.session.objects.info(console.session.objects.find_name("s") or 0).addr
    assert [word for word, _ in console.session.world.pointers.stored_in(addr)] == [0, 2]


def test_a_goroutine_that_ended_is_used_again() -> None:
    console = console_of("1.27", "go f() as g")
    assert sizes(done(console, "go f()")) == [456]
    done(console, "drop g")
    assert sizes(done(console, "go f()")) == []
    assert sizes(done(console, "go f()")) == [456]


def test_statements_are_done_several_times() -> None:
    answer = done(console_of("1.27"), "&struct{ p *int }{new(int)} as x times 3")
    assert answer["count"] == 6
    assert [o["name"] for o in answer["objects"]] == ["x.1", "o1", "x.2", "o2", "x.3", "o3"]


# --- Names that are there already ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("x := new(int)", 3, "no new variables on left side of := (x = … assigns)"),
        ("x, y := nil, 3", 6, "no new variables on left side of := (x, y = … assigns)"),
        ("_ := 3", 3, "no new variables on left side of :="),
        ("a, a := 1, 2", 4, "a repeated on left side of :="),
        ("w := 5; w := 6", 11, "no new variables on left side of := (w = … assigns)"),
        ("var x int", 5, "x redeclared in this block (x = … assigns)"),
        ("x, z := 3, 4", 9, "cannot use 3 (constant of type int) as *int value in assignment"),
        ("q := new(int)", 1, "the name q is in use: drop that object first, or choose another name"),
    ],
)
def test_a_name_is_declared_once(line: str, column: int, message: str) -> None:
    """As in Go, whose words these are; a name of an object that is no value is not taken from it."""
    console = console_of("1.27", "x := new(int)", "y := 2", "alloc 48 as q")
    before = state(console)
    assert failed(console, line) == (column, message)
    assert state(console) == before


def test_a_name_is_free_when_it_was_dropped_and_other_scopes_have_their_own() -> None:
    console = console_of(
        "1.27", "x := new(int)", "x, y := new(int), 2", "var R any", "R = x", "drop all", "x := 5", "var R string"
    )
    assert done(console, "x := 300; any(x)")["count"] == 1
    assert done(console, "any(x)")["count"] == 0
