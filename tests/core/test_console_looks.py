"""Lines that only look change nothing, in a session, a script, and where steps wait."""

import pytest

from gomem_core.files.journal import read
from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from tests.core.consoles import answer, begun, complaint
from tests.inside import heap_of


@pytest.fixture
def console() -> Console:
    return begun()


def test_who_only_looks_changes_nothing_wherever_the_session_stands() -> None:
    console = Console(True, read_script("s", "alloc 48 as a\nalloc 48 as b", "s"))
    console.submit("goto end")
    console.submit("back")
    for line in ("show spans", "help alloc", "find a", "show object a", "invariants"):
        outcome = console.submit(line)
        assert outcome.ok
        assert outcome.result is not None
    assert not console.submit("show object nobody").ok
    assert (console.session.step, console.session.steps, console.session.branches.others) == (
        *(1, ["alloc 48 as a", "alloc 48 as b"], []),
    )
    assert console.submit("forward").ok
    assert console.submit("show spans").step == 2
    assert len(console.session.steps) == 2


def test_looking_takes_no_time_writes_nothing_and_can_be_wrong() -> None:
    console = Console(True, kind="run")
    console.submit("alloc 48 as a")
    assert console.journal is not None
    before = (heap_of(console.session).mheap.now, read(console.journal.path).records, console.session.outcome)
    for line in ("show spans", "help", "find a", "invariants", "show classes"):
        assert console.submit(line).ok
    assert not console.submit("show object nobody").ok
    assert console.submit("expect error nobody").ok
    assert (heap_of(console.session).mheap.now, read(console.journal.path).records, console.session.outcome) == before
    console.submit("back")
    assert console.session.goto(0, 2) is not None
    assert console.submit("show stats").ok
    assert complaint(console.submit("invariants"))[0].startswith("in the middle of a command the invariants need not hold")
    assert (console.session.step, console.session.event) == (0, 2)


def test_in_a_script_a_line_that_only_looks_is_a_step() -> None:
    console = Console(False)
    console.scripted = True
    for line in ("alloc 48", "show spans", "back"):
        console.submit(line)
    assert console.session.steps == ["alloc 48", "show spans"]
    assert console.submit("show stats").ok  # where steps lie ahead it would leave them
    assert console.session.steps == ["alloc 48", "show spans"]


def test_a_read_only_session_can_be_looked_at(console: Console) -> None:
    console.read_only = True
    assert console.submit("show spans").ok
    assert console.submit("help alloc").ok
    assert complaint(console.submit("pause"))[0].startswith("this session is read-only")


@pytest.mark.parametrize("line", ["alloc 8", "say hm", "pause"])
def test_whatever_is_typed_where_steps_wait_begins_another_future(line: str) -> None:
    console = Console(True, read_script("s", "alloc 48\nalloc 64\n", "s"))
    console.submit("forward")
    assert console.take_left() == ""
    console.submit(line)
    assert console.take_left() == "main"
    assert console.take_left() == ""
    assert (console.session.step, len(console.session.steps)) == (2, 2)
    assert answer(console.submit("branch main")) == "this is the branch main now; step 1 of 2: alloc 48"
    assert console.session.steps == ["alloc 48", "alloc 64"]
    console.submit("goto end")
    console.submit(line)
    assert console.take_left() == ""
    assert console.session.branches.name == "main"
