"""Lines that are typed: moves, marks, other branches, files, expectations, and the journal that keeps all of it."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.classic.image import capture
from gomem_core.files.journal import Journal, read
from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome
from gomem_core.session.resume import _Told, resume
from tests.effort import effort
from tests.inside import heap_of, machine_of, timeline_of
from tests.versions import ANY_VERSION

SCRIPT = """\
alloc 48 as a
alloc 48 as b
expect served mcache
mark two
drop a
say look
gc
branch other from 1
alloc 64 as c
mark there
alloc 40000 as d
branch third from 2 of other
gc
"""


@pytest.fixture
def console() -> Console:
    """Behind the second of three commands."""
    console = Console(narrate=True)
    for line in ("alloc 48 as a", "alloc 48 as b", "alloc 40000 as c", "back"):
        assert console.submit(line).ok
    return console


def at(console: Console, number: int) -> bool:
    """Whether it stands after so many steps, with the heap that these make."""
    fresh = Console(narrate=False)
    for line in console.session.steps[:number]:
        fresh.session.submit(line)
    return console.session.step == number and capture(heap_of(console.session)) == capture(heap_of(fresh.session))


def answer(outcome: Outcome) -> str:
    assert outcome.error is None, outcome.error.message
    assert outcome.result is not None
    return outcome.result.summary


def complaint(outcome: Outcome) -> tuple[str, int]:
    """What is wrong, and where in the line."""
    assert outcome.result is None
    assert outcome.error is not None
    return outcome.error.message, outcome.error.column


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


# --- Files --------------------------------------------------------------------------------------------------------------


def test_what_was_saved_is_opened_as_it_was(console: Console, tmp_path: Path) -> None:
    path = tmp_path / "a file.gomem"
    console.submit("mark two")
    console.submit("goto 1")
    console.submit("drop a")
    assert answer(console.submit(f"save {path}")) == f"2 steps saved in {path}"
    assert answer(console.submit(f"save {path}")).startswith("2 steps saved")  # its own it may write again
    console.submit("gc")
    other = Console(narrate=True)
    assert answer(other.submit(f"open {path}")) == f"2 steps of {path} ahead"
    assert other.session.step == 0
    assert other.session.steps == ["alloc 48 as a", "drop a"]
    branches = other.session.branches
    assert [branches.line(name)[branches.shared_with(name) :] for name in branches.others] == [
        ["alloc 48 as b\nmark two", "alloc 40000 as c"]
    ]
    assert answer(other.submit(f"save {path}")).endswith(str(path))


def test_somebody_elses_file_is_not_written_over(console: Console, tmp_path: Path) -> None:
    path = tmp_path / "other.gomem"
    path.write_text("precious")
    assert complaint(console.submit(f"save {path}")) == (f"{path} is there already; save under another name", 6)
    assert path.read_text() == "precious"
    assert complaint(console.submit(f"save {tmp_path}/no/such"))[0].startswith(f"cannot write {tmp_path}/no/such: No such file")
    assert [p.name for p in tmp_path.iterdir()] == ["other.gomem"]


def test_a_file_that_cannot_be_opened_leaves_the_session(console: Console, tmp_path: Path) -> None:
    path = tmp_path / "bad.gomem"
    path.write_text("alloc 48\nalloc -1\n")
    assert complaint(console.submit(f"open {path}"))[0].startswith(f"{path}:2:7: ")
    assert complaint(console.submit("open /no/such"))[0] == "/no/such: cannot be read: No such file or directory"
    assert at(console, 2)


def test_the_first_step_back_from_the_end_undoes_a_command_also_where_a_bookmark_stands_last() -> None:
    console = Console(True, read_script("s", "alloc 48 as a\nalloc 48 as b\nmark m\n", "s"))
    assert console.submit("goto end").ok
    assert console.session.step == 2
    console.backward()
    assert (console.session.step, console.session.objects.alive) == (1, 1)


# --- Expectations -------------------------------------------------------------------------------------------------------


def test_what_comes_true_is_kept_with_the_step(console: Console) -> None:
    assert answer(console.submit("expect served mcache")) == "so it is: served mcache"
    assert complaint(console.submit("expect objects 5"))[0] == "expected objects = 5; found objects = 2"
    assert console.session.steps[1] == "alloc 48 as b\nexpect served mcache"
    assert console.content().decode() == "gomem 1\nalloc 48 as a\nalloc 48 as b\nexpect served mcache\nalloc 40000 as c\n"


def test_an_error_is_expected_of_the_line_before(console: Console) -> None:
    assert complaint(console.submit("expect error"))[0] == "expected error; found it was done without an error"
    console.submit("drop nobody")
    assert answer(console.submit("expect error nobody")) == "so it is: error nobody"
    assert complaint(console.submit("expect error memory"))[0].endswith("found the error no object is called nobody")
    assert console.session.steps[1] == "alloc 48 as b"  # of which it does not speak


def test_what_the_step_of_a_file_does_not_fulfil() -> None:
    console = Console(True, read_script("s", "alloc 48\nexpect served os\nexpect objects 7\nexpect no event grow\n", "s"))
    found = console.unmet(console.forward())
    assert [(line, what.partition(",")[0]) for line, what in found] == [
        ("expect objects 7", "objects = 1"),
        ("expect no event grow", "it told grow"),
    ]


def test_what_is_said_is_a_step_of_its_own(console: Console) -> None:
    outcome = console.submit("say Look *here*")
    assert outcome.said is not None
    assert outcome.said.says == ("Look *here*",)
    assert console.session.steps[2:] == ["say Look *here*\npause"]
    assert answer(console.submit("focus why 3")) == "panes: why, bitmap"


def test_what_is_to_be_selected_has_to_be_there() -> None:
    console = Console(True)
    console.submit("alloc 48 as a times 2")
    assert answer(console.submit("select a.2")) == "selected 0xc420000030, in span 0xc420000000"
    assert answer(console.submit("select 0xc420002008")) == "selected 0xc420002008, in span 0xc420002000"
    assert console.submit("select b").error is not None
    assert console.submit("select 0xc420100000").error is not None


# --- The journal --------------------------------------------------------------------------------------------------------


def test_a_session_is_taken_up_by_the_name_of_its_journal() -> None:
    first = Console(True, kind="run")
    for line in ("alloc 48 as a", "alloc 48 as b", "back", "mark one"):
        first.submit(line)
    assert first.journal is not None
    name = first.journal.id
    first.leave(ended=False)
    second = Console(narrate=True)
    assert answer(second.submit(f"resume {name}")) == "taken up again: step 1 of 2: alloc 48 as a"
    assert at(second, 1)
    assert second.session.bookmarks == {"one": 1}
    second.submit("forward")
    assert second.journal is not None
    assert complaint(Console(narrate=True).submit(f"resume {name}"))[0].endswith("another gomem is writing it")
    assert complaint(second.submit("resume nosuch"))[0].partition(";")[0].endswith("no journal begins with 'nosuch'")
    assert at(second, 2)


def test_a_wrong_line_typed_halfway_leaves_a_journal_that_knows_where_one_stands() -> None:
    console = Console(True, kind="explorer")
    console.submit("alloc 48")
    console.session.goto(0, 2)
    console.moved()
    assert not console.submit("drop nobody").ok
    stands = console.session.step, console.session.event
    console.leave(ended=False)
    again = Console(narrate=True)
    resume(again, None)
    assert (again.session.step, again.session.event) == stands


def test_while_a_file_is_opened_one_of_the_two_sessions_can_always_be_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.gomem"
    path.write_text("alloc 48\n")
    console = Console(True, kind="run")
    console.submit("alloc 64")
    old, close = console.journal, Journal.close
    written: list[str] = []

    def closed(journal: Journal, ended: bool) -> None:
        if journal is old:
            assert console.journal is not None
            written.extend(record.verb for record in read(console.journal.path).records)
        close(journal, ended)

    monkeypatch.setattr(Journal, "close", closed)
    assert console.submit(f"open {path}").ok
    assert written == ["load", "file"]  # before the old one was ended
    assert old is not None
    assert read(old.path).ended


EVENTS_OF_64 = 12  # size class, refill, two locks, the choice of a span, its split …: a class that has no span yet

MOVES = [
    *("back", "back 2", "forward", "forward 3", "goto end", "goto 1", "goto two", "goto there", "goto m", "mark m", "mark two"),
    *("diff 4", "diff two", "until grow", "until gc", "until objects > 2", "branch main", "branch other", "branch third"),
    *(
        "branch future2",
        "branch future3",
        "show spans",
        "branch",
        "alloc 48",
        "alloc 5 as t",
        "drop b",
        "gc",
        "say hm",
        "expect objects > 0",
        "# no",
        "x",
    ),
    *("expect served mcache", "expect event grow"),
]


@settings(max_examples=effort(20, 60))
@given(st.randoms(use_true_random=False), st.booleans(), ANY_VERSION)
def test_at_each_moment_the_journal_tells_the_whole_session(r: Random, narrate: bool, version: str) -> None:
    head = f"go {version}\n"
    console = Console(narrate, read_script("s", head + SCRIPT, "s"), "run")
    for _ in range(r.randint(1, 25)):
        if r.random() < 0.3:
            console.forward()
        else:
            console.submit(r.choice(MOVES))
        session, timeline = console.session, timeline_of(console.session)
        assert console.journal is not None
        told = _Told(console.journal.path)
        records = read(console.journal.path).records
        if not records:  # nothing happened yet: there is nothing to be taken up
            assert (session.step, timeline.name) == (0, "main")
            continue
        for record in records:
            told.take(record)
        assert (told.step, told.event) == (session.step, session.event)
        told.timeline.cursor = told.step  # `resume` goes there
        assert told.timeline.steps == timeline.steps
        assert told.timeline.marks == timeline.marks
        assert told.timeline.branches == timeline.branches
        assert told.timeline.name == timeline.name
        assert told.timeline.release == timeline.release
    console.leave()
    while console.session.step < len(console.session.steps):
        console.forward()
    fresh = Console(False, read_script("s", head + "\n".join(console.session.steps), "s"))
    while fresh.forward() is not None:
        pass
    assert machine_of(console.session).engine.capture() == machine_of(fresh.session).engine.capture()


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
