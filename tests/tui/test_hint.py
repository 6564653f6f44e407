"""What the line below the prompt says while one types: what is wrong, as soon as no further key can make it right."""

import pytest

from gomem_core.files.script import read_script
from gomem_core.lang import BY_WORD
from gomem_core.session.candidates import offers
from gomem_core.session.console import Console
from gomem_tui.hint import hint


@pytest.fixture(scope="module")
def desk() -> Console:
    """At the end of its steps; step 2 is called here, and another branch, main, has a step of its own."""
    desk = Console(narrate=True)
    for line in ("alloc 48 scan as node", "alloc 64 as buffer", "mark here", "gc", "goto 2", "alloc 16 as gone", "drop gone"):
        assert desk.submit(line).ok
    return desk


def said(line: str, desk: Console) -> str:
    session = desk.session
    return hint(line, desk, offers(session))


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("alloc 300 scan", "300 is not a multiple of 8"),
        ("alloc 300 scan as x", "300 is not a multiple of 8"),
        ("alloc 48 as node", "the name node is in use"),
        ("aloc", "alloc"),
        ("alloc x", "column 7"),
        ("alloc 48 skan", "scan"),
        ("drop nobody", "no object is called nobody"),
        ("link node.9 buffer", "word 9 of node cannot hold a pointer"),
        ("link buffer.0 node", "word 0 of buffer cannot hold a pointer"),
        ("link node.0 nobody", "no object is called nobody"),
        ("show object nobody", "no object is called nobody"),
        ("alloc 48 as node times 2 x", "column"),
        (":alloc 48 as node", "the name node is in use"),
        ("drop gone", "gone was dropped"),
        ("drop node node", "node is named twice"),
        ("drop o7", "no object is called o7"),
        ("p 1", "there is no P1"),
        ("goto nowhere", "no step is marked nowhere"),
        ("goto 5", "there is no step 5; steps go from 0 to 4"),
        ("diff nowhere", "no step is marked nowhere"),
        ("branch nobody", "there is no other branch called nobody"),
        ("select nobody", "no object is called nobody"),
        ("select 0xc428000000", "no span is at 0xc428000000"),
        ("forward", "this is the end"),
        ("forward 2", "this is the end"),
    ],
)
def test_what_is_wrong_is_said_before_enter(line: str, part: str, desk: Console) -> None:
    assert part in said(line, desk)
    assert said(line, desk).startswith("✗ ")


@pytest.mark.parametrize(
    "line",
    [
        "a",
        "allo",
        "alloc",
        "alloc ",
        "alloc 48 sc",
        "alloc 48 as",
        "alloc 48 as nod",
        "alloc 48 as gone",  # a dropped name is free again
        "link nod",
        "link node.0 buf",
        "show ob",
        "show object no",
        "gc",
        "goto",
        "goto he",
        "goto 4",
        "back 9",
        "branch ma",
        "diff here",
        "drop nod",
        "drop buffer no",
        "forw",
        "p",  # may become procs
        ":alloc 48 as x",
        "mark here",
    ],
)
def test_what_is_only_unfinished_is_not_called_wrong(line: str, desk: Console) -> None:
    assert not said(line, desk).startswith("✗ ")


def test_a_beginning_is_no_foresight(desk: Console) -> None:
    assert said("drop nod", desk).startswith("drop TARGET")
    assert said("drop node", desk).startswith("drops 1 object, 48 B")


def test_a_session_that_may_only_be_looked_at_says_so_while_one_types() -> None:
    desk = Console(narrate=True)
    desk.read_only = True
    for line in ("alloc 48", "gc", "mark x", "save x"):
        assert said(line, desk).startswith("✗ column 1: this session is read-only"), line
    for line in ("show stats", "goto 0", "find 0xc420000000"):
        assert not said(line, desk).startswith("✗"), line


def test_nothing_changes_while_one_types(desk: Console) -> None:
    session = desk.session
    before = session.world.sums.mem_stats(), len(session.objects), session.step, session.branches.name
    for line in (
        "alloc 48 as y",
        "link node.0 buffer",
        "drop all",
        "show object node",
        "goto 0",
        "branch main",
        "p 0",
        "select node",
    ):
        said(line, desk)
    assert (session.world.sums.mem_stats(), len(session.objects), session.step, session.branches.name) == before


@pytest.fixture(scope="module")
def go_desk() -> Console:
    desk = Console(narrate=True)
    desk.begin(read_script("s", "go 1.27\ntype node struct { next *node; key string; ok bool }\nmake([]int, 3) as s\n", "s"))
    desk.goto(2)
    return desk


TABLES = "maps.Map 48 B in 48 scan, [1]*maps.table 8 B in 8 scan, maps.table 32 B in 32 scan"  # facts, section 9
NEW, MAKE = (BY_WORD[word].form for word in ("new", "make"))


@pytest.mark.parametrize(
    ("line", "said_of_it"),
    [
        ("make(map[", MAKE),
        ("make(map[string]int", "1 object, 48 B of slots: maps.Map 48 B in 48 scan"),
        ("make(map[string]int, 100", f"4 objects, 3.5K of slots: {TABLES}, [16]map.group[string]int 3200 B in 3456 scan"),
        ("new(nod", NEW),
        ("new(node) as", NEW),
        ("new(node) as x times 10", "10 objects, 320 B of slots: node 32 B in 32 scan"),
        ("&node{", "1 object, 32 B of slots: node 32 B in 32 scan"),
        ("make([]*int, 65)", "1 object, 576 B of slots: [65]*int 520 B in 576 scan"),
        ("alloc [12]nod", "alloc SIZE"),
        ("alloc [12]node", "1 object, 384 B of slots: [12]node 384 B in 384 scan"),
        ("any(5)", "no object in the heap"),
        ("x := ", "VALUE [as NAME]"),
        ('[]byte("it is not', "VALUE [as NAME]"),
        ("type x struct { a", "type DECLARATION"),
        ("new(nodx)", "✗ column 5: undefined: nodx"),
        ("new(struct{ a nosuch; b in", "✗ column 15: undefined: nosuch"),
        ("make([]int, -1)", "✗ column 13: invalid argument: index -1"),
        ("make([]int, 5, 3", MAKE),  # 3 may become 30
        ("make([]int, 5, 3)", "✗ column 13: invalid argument: length and capacity swapped"),
        ("map[[]int]int{}", "✗ column 5: invalid map key type []int"),
        ("type x struct { a x }", "✗ column 6: invalid recursive type: x refers to itself"),
        ("append(s, 3)", "1 object, 48 B of slots: [6]int 48 B in 48 noscan"),
    ],
)
def test_a_statement_says_what_it_will_allocate(line: str, said_of_it: str, go_desk: Console) -> None:
    assert said(line, go_desk).startswith(said_of_it)
    assert (go_desk.session.step, len(go_desk.session.objects)) == (2, 1)
