"""The journal keeps all that is typed at a console."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.journal import Journal, read
from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_core.session.resume import _Told, resume
from tests.core.consoles import SCRIPT, answer, at, complaint
from tests.effort import effort
from tests.inside import machine_of, timeline_of
from tests.versions import ANY_VERSION


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
