"""The journal of `gomem run`, and `--resume`."""

import errno
import json
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from gomem_core.files.journal import find, read, unfinished, writing
from gomem_core.files.journal.file import journal_directory
from gomem_core.files.journal.shelf import UNFINISHED_KEPT
from gomem_core.files.script import read_script
from gomem_core.lang.commands import Churn
from gomem_core.session.commands.table import STEPS
from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome
from gomem_core.world.faults import Throw
from gomem_tui.__main__ import main
from tests.core.journals import made, plain

Capture = pytest.CaptureFixture[str]


def only() -> Path:
    """The one journal there is."""
    (path,) = journal_directory().iterdir()
    return path


@pytest.fixture
def killed() -> str:
    """The journal of a session that was killed after three commands, when it stood behind the second."""
    console = Console(narrate=False, kind="run")
    for line in ("alloc 48 as a", "alloc 64 as b", "drop a", "back"):
        assert console.submit(line).ok
    assert console.journal is not None
    name = console.journal.id
    console.leave(ended=False)
    return name


# --- Keeping one --------------------------------------------------------------------------------------------------------


def test_what_was_done_is_written_down_and_the_session_ended() -> None:
    assert main(["run", "-c", "# nothing", "-c", "alloc 48 as a", "-c", "back", "-c", "mark here"]) == 0
    assert plain(only()) == [["do", "alloc 48 as a"], ["goto", 0, 0], ["mark", "here", 0]]
    assert read(only()).ended
    assert read(only()).header.kind == "run"


def test_none_is_kept_if_nobody_wants_one() -> None:
    assert main(["run", "--no-journal", "-c", "alloc 48"]) == 0
    assert not journal_directory().exists()


def test_none_is_kept_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert main(["run", str(tmp_path / "empty")]) == 0
    assert main(["run", str(tmp_path / "nosuch")]) == 3
    assert not journal_directory().exists()


def test_a_run_that_stops_at_a_wrong_line_has_ended(capsys: Capture) -> None:
    assert main(["run", "-c", "alloc 48", "-c", "alloc x"]) == 3
    assert plain(only()) == [["do", "alloc 48"]]
    assert read(only()).ended
    assert "journal" not in capsys.readouterr().err


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (Throw("x: y"), 70), (MemoryError(), 3)])
def test_a_run_that_is_interrupted_or_breaks_can_be_taken_up_again(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    submit = Console.submit

    def broken(console: Console, line: str) -> Outcome:
        if line == "gc":
            raise error
        return submit(console, line)

    monkeypatch.setattr(Console, "submit", broken)
    assert main(["run", "-c", "alloc 48", "-c", "gc"]) == code
    assert capsys.readouterr().out.startswith("o1 = ")
    assert [summary.path for summary in unfinished()] == [only()]
    assert plain(only()) == [["do", "alloc 48"]]


def test_a_reader_that_has_seen_enough_leaves_nothing_to_take_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_console: Console, _line: str) -> Outcome:
        raise BrokenPipeError

    monkeypatch.setattr("gomem_core.cli.run.emit", lambda _text: gone(None, ""))  # type: ignore[arg-type]
    monkeypatch.setattr("gomem_core.cli.output._silence", lambda _stream: None)
    assert main(["run", "-c", "alloc 48"]) == 141
    assert read(only()).ended


def test_where_none_can_be_written_that_is_said_and_all_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert main(["run", "-c", "alloc 48 as a", "-c", "alloc 48 as b"]) == 0
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == ["a", "b"]
    assert err == "gomem: no journal is kept, since none can be written: Not a directory\n"


def test_a_disk_that_is_full_is_told_once_and_all_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    write = writing._write

    def full(fd: int, data: bytes) -> int:
        if b"second" in data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(fd, data)

    monkeypatch.setattr(writing, "_write", full)
    assert main(["run", *(word for name in ("first", "second", "third") for word in ("-c", f"alloc 48 as {name}"))]) == 0
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == ["first", "second", "third"]
    assert err == f"gomem: the journal is not kept any more: {only()}: No space left on device\n"
    assert plain(only()) == [["do", "alloc 48 as first"]]


def test_old_ones_are_thrown_away() -> None:
    for number in range(60):
        made(journal_directory(), f"old-{number:02}", b'["do", "gc"]\n["end"]\n', age=1000 - number)
    for number in range(UNFINISHED_KEPT + 5):
        made(journal_directory(), f"killed-{number:03}", age=1000 - number)
    assert main(["run", "-c", "gc"]) == 0
    names = {path.stem for path in journal_directory().iterdir()}
    assert {name for name in names if name.startswith("old")} == {f"old-{number:02}" for number in range(10, 60)}
    assert len(names) == 50 + UNFINISHED_KEPT + 1


def test_a_command_during_which_gomem_was_killed_is_named(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one that takes long is written before it is done; one that failed or was done is not lost."""

    def killed(_: object, __: object) -> Outcome:
        raise KeyboardInterrupt  # what a kill leaves in the journal, it leaves as well

    assert main(["run", "-c", "alloc 48", "-c", "alloc 64 times 100000 as x"]) == 0
    assert plain(only()) == [
        ["do", "alloc 48"],
        ["goto", 1, 0],
        ["try", "alloc 64 times 100000 as x"],
        ["do", "alloc 64 times 100000 as x"],
    ]
    only().unlink()
    with monkeypatch.context() as patched:
        patched.setitem(STEPS, Churn, killed)
        assert main(["run", "-c", "alloc 48 as a", "-c", "churn 50000 seed 3"]) == 130
    capsys.readouterr()
    for _ in range(2):  # looking changes nothing
        assert main(["run", "--resume", "-c", "show stats"]) == 0
        out, err = capsys.readouterr()
        assert "step 1" in out
        assert "killed during churn 50000 seed 3: that command is lost" in err
        assert [summary.path for summary in unfinished()] == [only()]
    assert main(["run", "--resume", "-c", "alloc 48 as b"]) == 0
    assert read(only()).ended
    assert main(["run", "--resume", only().name.partition(".")[0]]) == 0
    assert "lost" not in capsys.readouterr().err.partition("alloc")[2]


def test_to_look_at_a_session_that_had_ended_leaves_it_ended() -> None:
    assert main(["run", "-c", "alloc 48 as a"]) == 0
    assert main(["run", "--resume", only().name.partition(".")[0], "-c", "show object a"]) == 0
    assert read(only()).ended


# --- Taking one up ------------------------------------------------------------------------------------------------------


def test_alone_it_says_where_the_session_stands_and_changes_nothing(killed: str, capsys: Capture) -> None:
    before = only().read_bytes()
    for _ in range(2):
        assert main(["run", "--resume"]) == 0
        assert capsys.readouterr() == (f"{killed}: step 2 of 3: alloc 64 as b\n", "")
    assert main(["run", "--json", "--resume", killed]) == 0
    (record,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert record == {
        "line": None,
        "command": f"resume {killed}",
        "ok": True,
        "result": {"step": 2, "event": 0, "of": 3, "command": "alloc 64 as b"},
    }
    assert only().read_bytes() == before


def test_lines_go_on_where_it_stands(killed: str, capsys: Capture) -> None:
    assert main(["run", "--resume", "-c", "forward", "-c", "drop b"]) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert (first, second) == (f"{killed}: step 2 of 3: alloc 64 as b", "step 3 of 3: drop a")
    assert third.startswith("dropped 1 (b)")
    assert plain(only())[-2:] == [["goto", 3, 0], ["do", "drop b"]]
    assert read(only()).ended
    assert unfinished() == []


@pytest.mark.parametrize("words", [["--resume", "-"], ["-", "--resume"], ["--resume", "ID", "-"], ["--resume=ID", "FILE"]])
def test_so_do_stdin_and_a_script(
    words: list[str], killed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    script = tmp_path / "more.txt"
    script.write_text("drop b\n")
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"drop b\n")))
    assert main(["run", *(word.replace("ID", killed).replace("FILE", str(script)) for word in words)]) == 0
    (second,) = capsys.readouterr().out.splitlines()[1:]
    assert second.startswith("dropped 1 (b)")


def test_one_that_had_ended_stays_so_if_nothing_is_done(killed: str, capsys: Capture) -> None:
    main(["run", "--resume", "-c", "drop b"])
    assert main(["run", "--resume", killed]) == 0
    assert capsys.readouterr().out.endswith(f"{killed}: step 3 of 3: drop b\n")
    assert read(only()).ended


def test_where_there_is_none_it_says_what_there_is(killed: str, capsys: Capture) -> None:
    assert main(["run", "--resume", "nosuch", "-c", "gc"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"gomem: {journal_directory()}: no journal begins with 'nosuch'; there are: {killed} (unfinished)\n"
    only().unlink()
    assert main(["run", "--resume"]) == 3
    assert capsys.readouterr().err.endswith("no session was left unfinished; there are none\n")


def test_a_journal_that_makes_no_sense_is_left_as_it_is(capsys: Capture) -> None:
    path = made(journal_directory(), "bad", b'["do", "alloc 48"]\n["goto", 7, 0]\n')
    before = path.read_bytes()
    assert main(["run", "--resume", "bad", "-c", "gc"]) == 3
    assert capsys.readouterr() == (
        "",
        f"gomem: {path}:3: written by a later gomem, or damaged: there is no step 7; steps go from 0 to 1\n",
    )
    assert path.read_bytes() == before


def test_a_session_file_goes_on_behind_the_step_that_was_done_last(capsys: Capture) -> None:
    script = read_script("lesson.gomem", "gomem 1\nalloc 48 as a\nsay hi\nalloc 48 as b\nexpect served mcache\n", "lesson.gomem")
    console = Console(False, script, "run")
    console.forward()
    console.leave(ended=False)
    assert main(["run", "--resume", "-c", "forward", "-c", "expect served mcache", "-c", "alloc 48 as c"]) == 0
    first, second, third, fourth = capsys.readouterr().out.splitlines()
    assert first.endswith(": step 1 of 2: alloc 48 as a")
    assert second == "step 2 of 2: alloc 48 as b"
    assert third == "so it is: served mcache"
    assert fourth.startswith("c = 0xc420000060 ")  # the third slot of 48 bytes


def test_a_session_file_that_is_opened_has_a_journal_of_its_own(killed: str, tmp_path: Path) -> None:
    (tmp_path / "l.gomem").write_text("alloc 48\nalloc 48\n")
    assert main(["run", "--resume", "-c", f"open {tmp_path / 'l.gomem'}", "-c", "forward"]) == 0
    first, second = sorted(journal_directory().iterdir(), key=lambda path: path.stem != killed)
    assert read(first).ended
    assert read(second).ended
    assert [record[0] for record in plain(second)] == ["load", "file", "goto"]
    assert find(killed) == first
