"""`whatif`: what commands would do is what they then do, and trying them changes nothing."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.report import Result
from gomem_core.session.console import Console
from gomem_core.session.session import Session
from tests.inside import machine_of
from tests.versions import VERSIONS, session_of

BEFORE = [
    "alloc 48 scan as a",
    "alloc 64 scan as b",
    "link a.0 b",
    "alloc 4096 times 300",
    "churn 500 sizes web",
    "procs 2",
    "p 1",
]
TRIED = [
    "alloc 48 scan times 400",
    "alloc 100K times 60 as big",
    "drop 50%",
    "drop all",
    "gc",
    "gc mark",
    "flush",
    "link b.1 a",
    "type node struct { next *node }",
    "make(map[string]int, 100) as m",
    "insert m 900",
    "&struct{ p *int }{new(int)} as q",
    "n := 300",
    "drop m",
    "churn 300",
    "memstats",
    "procs 1",
    "freeos",
    "show waste",
]
STATEMENTS = [  # of Go, which 1.10 has not
    "new([65]*int) as p",
    "make([]int, 3) as s",
    "append(held, 100)",
    "insert table 40",
    "make(map[string]int, 20) as m",
    "drop table",
]


def answer(console: Console, line: str) -> Result:
    outcome = console.submit(line)
    assert outcome.result is not None, outcome.error
    return outcome.result


def data(console: Console, line: str) -> Any:
    return answer(console, line).data


def state(session: Session) -> tuple[object, ...]:
    """All that must not change."""
    machine = machine_of(session)
    objects = session.objects.columns()._replace(type_names=[])  # which keeps those of what was tried
    names = session.objects.names("", 1 << 20)
    return machine.engine.capture(), objects, names, machine.engine.now, session.step, session.trail.recorded, session.at_end


@given(st.sampled_from(VERSIONS), st.lists(st.sampled_from(TRIED), min_size=1, max_size=5), st.booleans())
def test_nothing_changes(version: str, tried: list[str], with_more: bool) -> None:
    session = session_of(version)
    console = Console(narrate=True)
    console.session = session
    for line in BEFORE:
        assert session.submit(line).ok
    if with_more:  # steps lie ahead
        session.goto(4)
    before = state(session)
    console.submit(f"whatif {'; '.join(tried)}")
    assert state(session) == before
    session.check("full")
    session.goto(len(session.steps))
    session.check("full")
    assert session.objects.find_name("big.1") is None


@pytest.mark.parametrize("version", VERSIONS)
def test_what_it_foretells_happens(version: str) -> None:
    session = session_of(version)
    console = Console(narrate=True)
    console.session = session
    for line in BEFORE:
        session.submit(line)
    found = data(console, "whatif drop 50%; gc; alloc 100K times 60; alloc 48 scan times 400")
    for line in ("drop 50%", "gc", "alloc 100K times 60", "alloc 48 scan times 400"):
        assert session.submit(line).ok
    now = data(console, "whatif invariants cheap")
    figures, after = found["figures"], now["figures"]
    assert {name: then for name, (_, then) in figures.items()} == {name: was for name, (was, _) in after.items()}
    assert now["differs"] == []
    assert {"pages_in_use", "slot_waste", "numgc"} <= {*found["differs"]}


@given(st.lists(st.sampled_from([*STATEMENTS, "gc", "drop 50%"]), min_size=1, max_size=5))
def test_what_names_of_go_stand_for_does_not_change_either(tried: list[str]) -> None:
    session = session_of("1.27")
    console = Console(narrate=True)
    console.session = session
    for line in ("make([]int, 5) as held", "make(map[string]int) as table", "insert table 8"):
        assert session.submit(line).ok
    before, types = state(session), [session.objects.info(oid).type for oid in range(len(session.objects))]
    console.submit(f"whatif {'; '.join(tried)}")
    assert state(session) == before
    session.check("full")
    after = [answer(console, line).summary for line in ("append(held, 1)", "insert table 1")]
    assert after == [
        "held is []int of 6, capacity 10; 1 object, 80 B of slots",
        "table is map[string]int with 9 entries; 3 objects, 456 B of slots",  # a table, its groups, a directory
    ]
    assert [session.objects.info(oid).type for oid in range(len(types))] == types


def test_it_is_said_in_words() -> None:
    console = Console(narrate=True)
    console.submit("alloc 48 times 10000")
    text = "\n".join(answer(console, "whatif drop 50%; gc").lines())
    assert text.startswith("what if: 2 commands: 234.4K more wasted in spans, 1 collection; nothing was changed\n")  # 5000 x 48 B
    assert re.search(r"48  noscan +59 +59 +3\.2K +237\.6K +\+234\.4K", text)
    assert "> gc\n  collected: freed 5000 slots (234.4K)" in text


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("whatif drop x", 13, "no object is called x"),
        ("whatif alloc 48; drop x", 23, "no object is called x"),
        ("whatif alloc 48;; gc", 17, "a command is missing here"),
        ("whatif gc; back", 12, "back moves through the session: it cannot be tried"),
        ("whatif gc; allok 8", 12, "allok is not a command; help lists them"),
        ("whatif type T struct { a int; a int }", 31, "a redeclared; other declaration of a: line 1, column 17"),
        ("whatif", 7, "whatif: COMMANDS is missing; it is one command or more, with ; between them"),
    ],
)
def test_what_it_refuses(line: str, column: int, words: str) -> None:
    console = Console(narrate=True)
    before = state(console.session)
    error = console.submit(line).error
    assert error is not None
    assert (error.column, error.message) == (column, words)
    assert state(console.session) == before


def test_halfway_in_a_command_it_stays_there() -> None:
    console = Console(narrate=True)
    console.submit("alloc 48 times 300")
    console.goto(0, 3)
    assert data(console, "whatif alloc 16")["figures"]["spans"] == [0, 1]
    assert (console.session.step, console.session.event) == (0, 3)
