"""Moves that are typed: along the steps, to marks, into other branches, into the middle of a command."""

import pytest

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from tests.core.consoles import SCRIPT, answer, at, begun, complaint


@pytest.fixture
def console() -> Console:
    return begun()


# --- Along the steps ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "step"),
    [
        *(("back", 1), ("back 2", 0), ("back 99", 0), ("forward", 3), ("forward 99", 3), ("goto 0", 0), ("goto 3", 3)),
        *(("goto start", 0), ("goto end", 3), ("goto 2", 2)),
    ],
)
def test_moves_lead_there(line: str, step: int, console: Console) -> None:
    assert answer(console.submit(line)).startswith(f"step {step} of 3: ")
    assert at(console, step)


@pytest.mark.parametrize(
    ("before", "line", "message", "column"),
    [
        ("goto 0", "back", "this is the beginning; nothing lies before it", 1),
        ("goto 3", "forward 2", "this is the end; no step lies ahead", 1),
        ("goto 2", "goto 4", "there is no step 4; steps go from 0 to 3", 6),
        ("mark first", "goto frist", "no step is marked frist", 6),
        ("goto 2", "diff 4", "there is no step 4; steps go from 0 to 3", 6),
        ("goto 2", "branch nosuch", "there is no other branch called nosuch; there are: none so far", 8),
    ],
)
def test_what_leads_nowhere_changes_nothing(before: str, line: str, message: str, column: int, console: Console) -> None:
    console.submit(before)
    step = console.session.step
    assert complaint(console.submit(line)) == (message, column)
    assert at(console, step)


def test_a_misspelt_mark_gets_a_suggestion(console: Console) -> None:
    console.submit("mark first")
    error = console.submit("goto frist").error
    assert error is not None
    assert error.suggestion == "first"


def test_until_an_event_goes_to_the_first_command_that_tells_it(console: Console) -> None:
    for line in ("alloc 40000", "gc", "alloc 48", "gc", "goto 1"):
        console.submit(line)
    # The steps: a, b, 40000, gc, ... -- what was typed behind step 2 made another branch.
    assert console.session.steps[2:] == ["alloc 40000", "gc", "alloc 48", "gc"]
    assert answer(console.submit("until gc")) == "step 4 of 6: gc"
    assert answer(console.submit("until gc")) == "step 6 of 6: gc"
    console.submit("goto 4")
    result = console.submit("until grow").result
    assert result is not None
    assert result.summary == "no further step has the event grow; this is the end, step 6"
    assert result.data["found"] is False


def test_until_a_quantity_goes_at_least_a_step(console: Console) -> None:
    console.submit("goto 0")
    assert answer(console.submit("until objects >= 1")) == "step 1 of 3: alloc 48 as a"
    assert answer(console.submit("until objects >= 1")) == "step 2 of 3: alloc 48 as b"
    assert answer(console.submit("until heap_live < 1")).startswith(
        "heap_live < 1 comes true in no further step; this is the end, "
    )
    assert at(console, 3)


def test_a_silent_console_hears_of_events_where_it_must(console: Console) -> None:
    silent = Console(narrate=False)
    for line in (*console.session.steps, "gc", "goto 1"):
        silent.submit(line)
    assert answer(silent.submit("until gc")) == "step 4 of 4: gc"
    assert answer(silent.submit("expect event gc")) == "so it is: event gc_start"
    assert complaint(silent.submit("expect no event gc"))[0] == "expected no event gc_start; found it told gc_start"
    assert at(silent, 4)


def test_halfway_in_a_command_back_leads_to_its_beginning(console: Console) -> None:
    assert console.session.goto(2, 3) is not None
    assert console.session.event == 3
    assert answer(console.submit("back")) == "step 2 of 3: alloc 48 as b"
    console.session.goto(2, 3)
    assert answer(console.submit("back 2")) == "step 1 of 3: alloc 48 as a"
    console.session.goto(0, 1)
    assert answer(console.submit("back")) == "step 0 of 3: the heap is empty"


# --- Marks, other branches -----------------------------------------------------------------------------------------------


def test_a_mark_leads_back_and_can_be_moved(console: Console) -> None:
    assert answer(console.submit("mark here")) == "step 2 is the bookmark here now; goto here returns to it"
    console.submit("goto end")
    assert answer(console.submit("goto here")).startswith("step 2 of 3")
    console.submit("goto 1")
    console.submit("mark here")
    console.submit("goto end")
    assert answer(console.submit("goto here")).startswith("step 1 of 3")


def test_a_diff_moves_nothing_and_does_nothing(console: Console) -> None:
    console.submit("goto 1")
    console.session.goto(1, 2)
    result = console.submit("diff 3")
    assert result.ok
    assert console.difference is not None
    assert (console.session.step, console.session.event) == (1, 2)
    console.submit("goto 1")
    assert console.difference is None


def test_another_future_that_is_taken_up_does_no_steps() -> None:
    console = Console(True, read_script("s", SCRIPT, "s"))
    assert console.submit("diff 4").ok
    assert answer(console.submit("branch other")) == "this is the branch other now; step 0 of 3: the heap is empty"
    assert console.session.step == 0
    assert console.submit("alloc 8").ok
    assert console.session.steps == ["alloc 8"]
    assert console.session.branches.others == ["main", "other", "third"]


def test_what_is_typed_in_the_past_makes_another_future(console: Console) -> None:
    console.submit("mark two")
    console.submit("goto 1")
    console.submit("alloc 64 as other")
    outcome = console.submit("branch")
    assert answer(outcome) == "this branch is called future2; 1 other branch"
    assert outcome.result is not None
    assert outcome.result.data == {
        "current": "future2",
        "rows": [{"branch": "main", "from": 1, "steps": 2, "first": "alloc 48 as b"}],
    }
    assert complaint(console.submit("goto two")) == ("the bookmark two is on branch main: type branch main, then goto two", 6)
    error = console.submit("branch mian").error
    assert error is not None
    assert (error.message, error.suggestion) == ("there is no other branch called mian; there are: main", "main")
    assert answer(console.submit("branch main")) == "this is the branch main now; step 1 of 3: alloc 48 as a"
    assert answer(console.submit("goto two")) == "step 2 of 3: alloc 48 as b"
    assert at(console, 2)


def test_a_future_of_a_file_that_has_no_steps_is_listed_too() -> None:
    console = Console(True, read_script("s", "alloc 48\nbranch bare from 1\n", "s"))
    result = console.submit("branch").result
    assert result is not None
    assert result.data["rows"] == [{"branch": "bare", "from": 1, "steps": 0, "first": None}]
    assert console.submit("branch bare").ok


EVENTS_OF_64 = 12  # size class, refill, two locks, the choice of a span, its split …: a class that has no span yet


# --- Halfway ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("narrate", [True, False])
def test_a_place_in_the_middle_of_a_command_can_be_gone_to(narrate: bool) -> None:
    console = Console(narrate)
    for line in ("alloc 48", "mark one", "alloc 64"):
        console.submit(line)
    assert answer(console.submit("goto 1.3")).startswith("step 1 of 2 and 3 of ")
    assert (console.session.step, console.session.event) == (1, 3)
    assert answer(console.submit("goto one.2")).startswith("step 1 of 2 and 2 of ")
    console.submit("goto end")
    assert complaint(console.submit("goto 1.999")) == (
        f"the command after step 1 has no event 999: its events are 1 to {EVENTS_OF_64}",
        6,
    )
    assert complaint(console.submit("goto 2.1")) == ("step 2 is the last one; there is no command after it, so no events", 6)
    assert (console.session.step, console.session.event) == (2, 0)


def test_marks_and_comparisons_in_the_middle_of_a_command_speak_of_the_whole_step(console: Console) -> None:
    console.submit("mark m1")
    console.submit("goto 2.3")
    assert answer(console.submit("mark m2")) == (
        "step 2 is the bookmark m2 now, since only whole steps have names; goto m2 goes there"
    )
    assert answer(console.submit("diff m1")).startswith("step 2 as a whole, not 2.3: nothing differs")
    assert (console.session.step, console.session.event) == (2, 3)


def test_until_that_finds_nothing_is_no_error_with_steps_ahead_or_without() -> None:
    for back in (False, True):
        console = Console(narrate=True)
        console.submit("alloc 48")
        if back:
            console.submit("back")
        outcome = console.submit("until gc")
        assert outcome.ok
        assert outcome.result is not None
        assert outcome.result.found is False
        assert console.session.step == 1
