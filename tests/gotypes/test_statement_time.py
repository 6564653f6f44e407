"""Statements on the way through time, in files and journals."""

from pathlib import Path

from gomem_core.files.script import load_script
from gomem_core.session.console import Console
from gomem_core.session.resume import resume
from tests.gotypes.statementsessions import console_of, done, sizes, state
from tests.inside import machine_of

STEPS = (
    *("type node struct { next *node; n int }", "make(map[string]int) as m", "insert m 9", "n := 300", "any(n) as i"),
    *("make([]*node, 1) as s", "append(s, 3)", "&node{next: &node{}} as p", "go f() as g", "drop g", "go f()", "insert m 400"),
    "n++",
    *("func() int { n++; return n } as f", "drop p", "gc", "alloc [12]node as t", "s = nil", "drop all"),
)  # fmt: skip


def test_there_and_back() -> None:
    console = console_of("1.27")
    seen = []
    for line in STEPS:
        done(console, line)
        seen.append(state(console))
    for step in (3, 1, 19, 12, 13, 0, 7, 18, 19):
        console.submit(f"goto {step}")
        if step:
            assert state(console) == seen[step - 1], step
    console.submit("goto 6")
    done(console, "append(s, 3)", "invariants")


def test_another_way_from_the_middle() -> None:
    console = console_of("1.27", "make([]int, 1) as s", "append(s, 1)", "append(s, 1)", "back 2")
    assert sizes(done(console, "append(s, 100)")) == [896]  # 102 ints, and as many more as the slot holds
    done(console, "branch main", "goto end")
    assert done(console, "append(s, 1)")["len"] == 4


def test_a_session_is_saved_as_it_was_typed(tmp_path: Path) -> None:
    console = console_of("1.27", *STEPS)
    path = tmp_path / "s.gomem"
    console.submit(f"save {path}")
    lines = path.read_text().splitlines()
    assert [line for line in lines if line and not line.startswith(("gomem", "go 1"))] == [*STEPS]
    again = Console(narrate=False)
    again.begin(load_script(path))
    again.goto(len(STEPS))
    assert machine_of(again.session).engine.capture() == machine_of(console.session).engine.capture()


def test_a_journal_goes_on_with_values() -> None:
    console = console_of("1.27", "make([]int, 4) as s", kind="run")
    journal = console.journal
    assert journal is not None
    console.leave(ended=False)
    again = Console(narrate=False)
    resume(again, journal.id)
    assert done(again, "append(s, 1)")["cap"] == 8
