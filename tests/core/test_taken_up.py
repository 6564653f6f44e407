"""`take-up`: a still becomes a session, which goes on as the one did of which it was taken; it can be saved, and resumed."""

import copy
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.script import load_script, read_script, write_script
from gomem_core.files.step import ScriptError
from gomem_core.files.stillfile import still_bytes
from gomem_core.session.console import Console
from gomem_core.session.readheap import READ
from gomem_core.session.resume import resume
from gomem_core.session.session import Session
from gomem_core.session.stills import session_of_file, still_of
from gomem_core.world.facts import Fact
from gomem_core.world.interrupt import Progress, StopRequest
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from tests.core.lines import ANYTHING
from tests.core.test_diff import SCRIPTS, played
from tests.effort import effort
from tests.madeup import made_up

LINES = [
    "alloc 48 scan as a",
    "alloc 48 times 300 as b",
    "link a.0 b.7",
    "drop b.1..b.40",
    "alloc 5",
    "alloc 2M as big",
    "gc mark",
]
MORE = (*ANYTHING, "alloc 3000 times 9 as t", "alloc 40000 as l", "drop l", "drop t every 2", "drop all 30%")


def opened(path: Path) -> Console:
    console = Console(True)
    outcome = console.submit(f"open {path}")
    assert outcome.ok, outcome.error
    return console


def submit(console: Console, line: str) -> Any:
    outcome = console.submit(line)
    assert outcome.ok, (line, outcome.error)
    assert outcome.result is not None
    return outcome.result


@pytest.fixture
def still_file(tmp_path: Path) -> Path:
    path = tmp_path / "heap.still"
    path.write_bytes(still_bytes(still_of(played(LINES), "A heap", whole=True)))
    return path


# --- It goes on alike -------------------------------------------------------------------------------------------------


def without_steps(still: Still) -> tuple[Any, ...]:
    """All that can be compared of a session that began earlier: steps have other numbers."""
    assert isinstance(still.rows, ObjectColumns)
    rows = still.rows._replace(born=None, dropped=None)  # type: ignore[arg-type]
    alive = [step == -1 for step in still.rows.dropped]
    return still.facets._replace(pointers=None), still.pointers.stored, rows, alive  # type: ignore[arg-type]


@settings(max_examples=effort(60, 600))
@given(before=SCRIPTS, after=st.lists(st.sampled_from(MORE), max_size=6))
def test_it_answers_as_the_session_did_and_goes_on_alike(before: list[str], after: list[str]) -> None:
    session = played(before)
    taken = Session(narrate=True, base=still_of(session, whole=True))
    assert without_steps(still_of(taken)) == without_steps(still_of(session))
    for line in ("show spans", "show mcentral", "show free", "show waste", "show stats", "show locks", "advise"):
        there, here = played_line(session, line), played_line(taken, line)
        assert there == here, line
    for line in after:
        assert played_line(session, line) == played_line(taken, line), line
        assert still_of(taken).spans.columns() == still_of(session).spans.columns()
    assert without_steps(still_of(taken)) == without_steps(still_of(session))
    assert taken.check("full")
    taken.goto(0)
    taken.goto(len(taken.steps))
    assert without_steps(still_of(taken)) == without_steps(still_of(session)), "there and back"


def played_line(session: Session, line: str) -> Any:
    """What is answered, with the events."""
    outcome = session.submit(line)
    error = None if outcome.error is None else outcome.error.message.partition(" at step ")[0]
    return error, outcome.result, outcome.events


# --- The command ------------------------------------------------------------------------------------------------------


def test_a_still_becomes_a_session(still_file: Path) -> None:
    console = opened(still_file)
    assert console.submit("alloc 4096 scan").error is not None
    result = submit(console, "take-up")
    assert result.summary == f"the heap in heap.still goes on from here: {console.session.world.spans.count} spans"
    assert result.data == {
        "path": str(still_file),
        "spans": console.session.world.spans.count,
        "objects": 303,
        "gogc": 100,
    }
    assert console.session.world.kind == "session"
    assert console.session.steps == []
    expected = played(LINES).submit("alloc 4096 scan").result
    assert expected is not None
    found = submit(console, "alloc 4096 scan")
    assert {**expected.data, "name": ""} == {**found.data, "name": ""}
    assert submit(console, "drop a").data["names"] == ["a"], "objects keep their names"
    assert submit(console, "goto 0").summary == "step 0 of 2: the heap is as it was read"
    assert console.session.objects.alive == 263


def test_it_is_saved_and_opened_again(still_file: Path) -> None:
    console = opened(still_file)
    for line in (
        "take-up",
        "alloc 4096 scan as x",
        "mark here",
        "alloc 33 times 9 as y",
        f"save {still_file.with_name('on.gomem')}",
    ):
        submit(console, line)
    text = still_file.with_name("on.gomem").read_text()
    assert text == ("gomem 1\ntitle A heap\non heap.still\ntake-up\nalloc 4096 scan as x\nmark here\nalloc 33 times 9 as y\n")
    again = opened(still_file.with_name("on.gomem"))
    assert still_of(again.session).spans == console_start(still_file).spans
    again.goto(2)
    assert still_of(again.session) == still_of(console.session)
    at_end = session_of_file(still_file.with_name("on.gomem"), StopRequest(), Progress())
    assert still_of(at_end) == still_of(console.session)
    elsewhere = still_file.parent / "sub"
    elsewhere.mkdir()
    submit(console, f"save {elsewhere / 'far.gomem'}")
    assert f"on {still_file}\ntake-up\n" in (elsewhere / "far.gomem").read_text()
    assert load_script(elsewhere / "far.gomem").taken_up


def console_start(path: Path) -> Still:
    return session_of_file(path, StopRequest(), Progress()).world.shown  # type: ignore[attr-defined, no-any-return]


def test_other_branches_begin_on_it_too(still_file: Path) -> None:
    console = opened(still_file)
    for line in ("take-up", "alloc 4096 scan as x", "back", "alloc 100 as z"):
        submit(console, line)
    difference = submit(console, "diff branch main")
    assert "1 object" in difference.summary
    submit(console, "branch main")
    submit(console, "forward")
    assert console.session.objects.find_name("x") is not None
    assert console.session.objects.find_name("z") is None


def test_it_is_resumed_as_long_as_the_still_is_there_as_it_was(
    still_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    console = Console(True, kind="run")
    for line in ("open heap.still", "take-up", "alloc 4096 scan as x", "drop b.50"):
        submit(console, line)
    expected = still_of(console.session)
    console.leave(ended=False)
    again = Console(True, kind="run")
    resume(again, None)
    assert still_of(again.session) == expected
    assert again.script.taken_up
    again.leave(ended=False)
    still_file.write_bytes(still_bytes(still_of(played(["alloc 8"]), whole=True)))
    third = Console(True)
    outcome = third.submit("resume")
    assert outcome.error is not None
    assert f"the session goes on from the heap in {still_file}, which is not there as it was" in outcome.error.message


def test_what_is_in_no_file_is_to_be_saved_first(tmp_path: Path) -> None:
    console = Console(True, Strip([still_of(played(LINES), whole=True)]))
    outcome = console.submit("take-up")
    assert outcome.error is not None
    assert outcome.error.message == "a session goes on from the last look in a file, and this is none: save it first"
    submit(console, f"save {tmp_path / 'look.still'}")
    submit(console, "take-up")
    assert console.session.world.kind == "session"


def test_what_is_missing_is_listed_and_nothing_changed() -> None:
    still = still_of(played(LINES))
    doubts = {**still.doubts, Fact.LIVE: "a collection is marking", Fact.MCACHE: "nobody looked"}
    torn = Still(still.place, still.profile, still.facets, still.rows, doubts)
    every = "go1.10, go1.21, go1.22, go1.23, go1.24, go1.25, go1.26, go1.27"
    for one, message in (
        (torn, f"this heap cannot be taken up: {Fact.LIVE}: a collection is marking; mcache: nobody looked"),
        (made_up(), f"this heap cannot be taken up: go9.99 is not modelled: only heaps of {every} can go on"),
    ):
        console = Console(True, Strip([one]))
        outcome = console.submit("take-up")
        assert outcome.error is not None
        assert outcome.error.message == message
        assert console.session.world.kind == "still"
    console = Console(True)
    outcome = console.submit("take-up")
    assert outcome.error is not None
    assert outcome.error.message == "this heap is modelled already: commands change it"


def test_pacing_that_is_not_known_is_told(tmp_path: Path) -> None:
    still = still_of(played(LINES), whole=True)
    doubts = {**still.doubts, Fact.GOGC: "it has no name in a stripped program"}
    still.sums.rest = still.sums.rest._replace(gcpercent=None)
    path = tmp_path / "a.still"
    path.write_bytes(still_bytes(Still(still.place, still.profile, still.facets, still.rows, doubts, unseen=still.unseen)))
    result = submit(console := opened(path), "take-up")
    assert result.summary.endswith("; its pacing is not known, so GOGC is off")
    assert result.data["gogc"] is None
    assert console.session.world.sums.gcpercent == -1


def test_a_still_in_which_something_does_not_fit_leaves_all_as_it_was(still_file: Path) -> None:
    whole = json.loads(gzip.decompress(still_file.read_bytes()))
    wrong = copy.deepcopy(whole)
    wrong["spans"]["alloc_count"][0] -= 1
    still_file.write_bytes(gzip.compress(json.dumps(wrong, separators=(",", ":")).encode()))
    console = opened(still_file)
    outcome = console.submit("take-up")
    assert outcome.error is not None
    assert "what the still says does not fit together" in outcome.error.message
    assert console.session.world.kind == "still"


# --- Session files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("take-up\n", "1:1: no heap is named that could be taken up: on FILE stands before it"),
        ("on heap.still\nshow spans\ntake-up\n", "3:1: take-up stands once, before the first step"),
        ("on heap.still\ntake-up\ntake-up\n", "3:1: take-up stands once, before the first step"),
    ],
)
def test_the_line_stands_at_the_top_of_a_file(text: str, message: str) -> None:
    with pytest.raises(ScriptError, match=message):
        read_script("x", text, "x")


def test_without_the_line_the_heap_is_only_looked_at() -> None:
    with pytest.raises(ScriptError, match="is only read"):
        read_script("x", "on heap.still\nalloc 48\n", "x")
    script = read_script("x", "on heap.still\ntake-up\nalloc 48\n", "x")
    assert (script.on, script.taken_up, [*script.steps]) == ("heap.still", True, ["alloc 48"])
    assert read_script("x", write_script(script), "x") == script


def test_who_may_not_change_a_heap_is_told_how_to(still_file: Path) -> None:
    outcome = opened(still_file).submit("alloc 48")
    assert outcome.error is not None
    assert outcome.error.message == READ
    assert "take-up" in READ
