"""While many steps are done at once the journal follows; and records that cannot be understood."""

from pathlib import Path
from typing import Any

import pytest

from gomem_core.files.journal import JournalError, read
from gomem_core.files.journal.file import journal_directory
from gomem_core.files.script import read_script
from gomem_core.lang.commands import Churn
from gomem_core.report import Result
from gomem_core.session.commands.table import STEPS
from gomem_core.session.console import Console
from gomem_core.session.resume import resume
from tests.core.journals import made, plain


def on_script(text: str) -> Console:
    return Console(True, read_script("s", text, "s"), "run")


def records(console: Console) -> list[list[object]]:
    assert console.journal is not None
    return plain(console.journal.path)


@pytest.mark.parametrize("line", ["forward", "goto end", "until grow", "churn 7"])
def test_what_the_session_began_with_is_written_before_the_first_step_is_done(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    console = on_script("churn 5\n")
    seen: list[list[list[object]]] = []

    def look(_world: Any, _command: Any) -> Result:
        seen.append(records(console))
        return Result("")

    monkeypatch.setitem(STEPS, Churn, look)
    console.submit(line)
    assert seen == [[["load", "s", "gomem 1\nchurn 5\n"]]]


@pytest.mark.parametrize("line", ["goto end", "until objects > 1000", "forward 99"])
def test_the_journal_follows_a_long_run_of_steps(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gomem_core.session.stepper._TELL_EVERY", 10)
    console = on_script("alloc 48\n" * 35)
    console.submit(line)
    steps = [record[1] for record in records(console)[1:]]
    assert steps[-1] == 35
    assert all(isinstance(step, int) for step in steps)
    gaps = [int(str(after)) - int(str(before)) for before, after in zip([0, *steps], steps, strict=False)]
    assert max(gaps) <= 10
    assert len(steps) <= 5  # and not each of them


def test_where_it_stands_is_written_before_a_heavy_step(monkeypatch: pytest.MonkeyPatch) -> None:
    console = on_script("alloc 48\nalloc 48\nchurn 1000000\n")
    seen: list[list[object]] = []

    def look(_world: Any, _command: Any) -> Result:
        seen.append(records(console)[-1])
        return Result("")

    monkeypatch.setitem(STEPS, Churn, look)
    console.submit("goto end")
    assert seen == [["goto", 2, 0]]


def test_who_only_compares_leaves_no_trace_of_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gomem_core.session.stepper._TELL_EVERY", 10)
    console = on_script("alloc 48\n" * 35)
    console.submit("diff 30")
    assert records(console) == []


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ('["do", "banana"]', "banana is not a command"),
        ('["do", "goto 3"]', "goto is for the prompt; a session file cannot hold it"),
        ('["do", "expect spans 3"]', "expect speaks of the command before it, and here is none"),
        ('["do", ""]', "a step has a command; here is none"),
        ('["do", "say x\\nbanana"]', "step:2:1: banana is not a command"),
        ('["line", 1, "banana"]', "banana is not a command"),
        ('["line", 1, "gc"]', "only an expectation is added to a step"),
        ('["line", 7, "expect spans 3"]', "there is no step 7"),
        ('["mark", "a b", 1]', "a b is not a name for a bookmark"),
        ('["mark", "a", 9]', "there is no step 9"),
        ('["branch", "nosuch"]', "there is no other branch called nosuch"),
        ('["goto", 2, 0]', "there is no step 2; steps go from 0 to 1"),
        ('["dance"]', "this gomem knows no record dance"),
        ('["do", 7]', "expected do str"),
        ('["load", "s", "banana"]', "s:1:1: banana is not a command"),
    ],
)
def test_a_record_that_is_not_understood_is_told_with_its_line_and_nothing_changes(record: str, why: str) -> None:
    path = made(journal_directory(), "bad", f'["do", "alloc 48"]\n{record}\n'.encode())
    before = path.read_bytes()
    console = Console(True)
    console.submit("alloc 64 as mine")
    with pytest.raises(JournalError) as caught:
        resume(console, "bad")
    assert str(caught.value).startswith(f"{path}:3: written by a later gomem, or damaged: {why}")
    error = console.submit("resume bad").error
    assert error is not None
    assert why in error.message
    assert list(console.session.history) == ["alloc 64 as mine"]
    assert path.read_bytes() == before
    assert not read(path).locked


def test_the_session_that_was_there_before_a_file_was_opened_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s.gomem"
    path.write_text("gc\n")
    console = Console(True, kind="run")
    untouched = console.submit(f"open {path}").result
    assert untouched is not None
    assert untouched.summary == f"1 step of {path} ahead"  # in which nothing had happened
    console.submit("forward")
    assert console.journal is not None
    name = console.journal.id
    after = console.submit(f"open {path}").result
    assert after is not None
    assert after.summary == f"1 step of {path} ahead; resume {name} takes up the session before"
    assert console.submit(f"resume {name}").ok
    assert console.session.step == 1


def test_a_full_disk_is_told_once_and_the_session_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(True, kind="run")
    console.submit("alloc 48")
    journal = console.journal
    assert journal is not None
    with monkeypatch.context() as patch:
        patch.setattr("gomem_core.files.journal.writing._write", _full)
        console.submit("alloc 64")
    assert console.take_problem().endswith("No space left on device")
    console.submit("gc")
    console.leave()
    assert console.take_problem() == ""
    assert console.ended == ""  # what was done last is not in it
    assert plain(journal.path) == [["do", "alloc 48"]]
    assert read(journal.path).ended


def _full(_fd: int, _data: bytes) -> int:
    raise OSError(28, "No space left on device")
