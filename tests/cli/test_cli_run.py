"""`gomem run`: answers, complaints, both as text and as JSON."""

import json
import os
import signal
import stat
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.cli.output import BAD_INPUT, OK
from gomem_core.cli.run import Run
from gomem_core.cli.source import read_lines
from gomem_core.files.places import state_directory
from gomem_core.files.step import Step
from gomem_core.session.session import Session
from gomem_core.world.faults import InvariantError, Throw
from gomem_tui.__main__ import main
from tests.cli.process import gomem, start

Capture = pytest.CaptureFixture[str]
ARENA = 0xC420000000  # a session starts with an empty arena


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "s.txt"
    path.write_text("# a comment\nalloc 48 scan as x\n\n  alloc 3e\ndrop x\n")
    return path


# --- Answers ------------------------------------------------------------------------------------------------------------


def test_a_line_of_json_for_each_command(capsys: Capture) -> None:
    assert main(["run", "--json", "-c", "alloc 48 scan as x\n\n# nothing", "-c", "drop x"]) == 0
    out, err = capsys.readouterr()
    first, second = records(out)
    assert (first["line"], first["command"], first["ok"]) == (1, "alloc 48 scan as x", True)
    alloc = first["result"]
    # 48 bytes are class 4; nothing was there, so the arena had to grow and its first page serves.
    assert {key: alloc[key] for key in ("addr", "name", "class", "elemsize", "span", "served")} == {
        "addr": hex(ARENA),
        "name": "x",
        "class": 4,
        "elemsize": 48,
        "span": hex(ARENA),
        "served": "os",
    }
    assert (second["line"], second["command"], second["ok"]) == (4, "drop x", True)
    assert err == ""


def test_text_is_what_the_commands_answer(capsys: Capture) -> None:
    assert main(["run", "-c", "alloc 48 scan as x", "-c", "show spans"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"x = {ARENA:#x}")
    assert lines[2].split()[:4] == ["base", "pages", "state", "class"]
    assert lines[3].split()[:4] == [hex(ARENA), "1", "inuse", "4"]


def test_a_file_and_stdin_are_the_same(script: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    main(["run", "--json", "-k", str(script)])
    from_file = capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(script.read_bytes())))
    main(["run", "--json", "-k", "-"])
    from_stdin = capsys.readouterr()
    assert from_file.out == from_stdin.out
    assert from_file.err.replace(str(script), "<stdin>") == from_stdin.err


@pytest.mark.parametrize("text", [b"", b"\n\n", b"# only a comment", b"\xef\xbb\xbf", b"\xef\xbb\xbf# marked as UTF-8\r\n"])
def test_a_script_without_commands_is_fine(text: bytes, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "s.txt"
    path.write_bytes(text)
    assert main(["run", "--json", str(path)]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("text", [b"gc\r\nalloc 8\r\n", b"\xef\xbb\xbfgc\nalloc 8", b"gc  # \xc3\xa9\nalloc 8\n"])
def test_line_ends_marks_and_comments_of_other_systems(text: bytes, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "s.txt"
    path.write_bytes(text)
    assert main(["run", "--json", str(path)]) == 0
    assert [(r["line"], r["ok"]) for r in records(capsys.readouterr().out)] == [(1, True), (2, True)]


# --- Complaints ---------------------------------------------------------------------------------------------------------


def test_it_stops_at_the_first_wrong_line(script: Path, capsys: Capture) -> None:
    assert main(["run", str(script)]) == 3
    out, err = capsys.readouterr()
    assert out.startswith("x = ")
    assert "dropped" not in out
    place, picture, carets, *_ = err.splitlines()
    assert place.startswith(f"{script}:4:10: ")  # the e of 3e is the tenth character
    assert picture == "    alloc 3e"
    assert carets == " " * 11 + "^"


def test_it_goes_on_when_told_to(script: Path, capsys: Capture) -> None:
    assert main(["run", "--keep-going", "--json", str(script)]) == 3
    alloc, wrong, drop = records(capsys.readouterr().out)
    assert (alloc["ok"], wrong["ok"], drop["ok"]) == (True, False, True)
    assert (wrong["line"], wrong["command"]) == (4, "  alloc 3e")
    assert set(wrong) == {"line", "command", "ok", "error"}
    assert set(wrong["error"]) == {"column", "message", "expected", "suggestion", "invariant"}
    assert wrong["error"]["column"] == 10


def test_a_suggestion_is_passed_on(capsys: Capture) -> None:
    assert main(["run", "--json", "-c", "aloc 48"]) == 3
    (record,) = records(capsys.readouterr().out)
    assert record["error"]["suggestion"] == "alloc"
    assert record["error"]["column"] == 1


def test_a_command_that_cannot_be_done_is_wrong_too(capsys: Capture) -> None:
    assert main(["run", "-c", "gc", "-c", "drop nobody"]) == 3
    assert capsys.readouterr().err.startswith("-c:2:6: no object is called nobody\n")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (b"gc\nalloc \xff8\n", "2:7", "byte 0xff is not UTF-8"),
        (b"\xff\xfeg\x00c\x00", "1:1", "byte 0xff is not UTF-8"),  # UTF-16
        (b"# caf\xe9\n", "1:6", "byte 0xe9 is not UTF-8"),
        (b"gc\n" + b"x" * 100_000 + b"\n", "2:10001", "at most 10000 characters"),
        (b"gc\ngc\x00\n", "2:3", "is not allowed in a command"),
        (b"gc\rgc\r", "1:3", "a second one begins"),
    ],
)
def test_what_is_no_text(text: bytes, place: str, said: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "s.txt"
    path.write_bytes(text)
    assert main(["run", str(path)]) == 3
    err = capsys.readouterr().err
    assert err.startswith(f"{path}:{place}: ")
    assert said in err.splitlines()[0]


def test_after_an_endless_line_comes_the_next(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "s.txt"
    path.write_bytes(b"y" * 123_456 + b"\nalloc 8\n")
    assert main(["run", "--json", "-k", str(path)]) == 3
    assert [(r["line"], r["ok"]) for r in records(capsys.readouterr().out)] == [(1, False), (2, True)]


def test_what_cannot_be_read(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, why in (("nosuch", "No such file or directory"), (str(tmp_path), "Is a directory")):
        assert main(["run", name]) == 3
        assert capsys.readouterr() == ("", f"gomem: {name}: cannot be read: {why}\n")
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["run", "-"]) == 3
    assert capsys.readouterr().err == "gomem: <stdin>: cannot be read: it is closed\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_script(script: Path, capsys: Capture) -> None:
    script.chmod(stat.S_IWUSR)
    assert main(["run", str(script)]) == 3
    assert "Permission denied" in capsys.readouterr().err


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_a_script_or_a_complaint(tmp_path_factory: pytest.TempPathFactory, text: bytes, keep_going: bool) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(text)
    assert Run(str(path), True, keep_going).do(read_lines(str(path))) in {OK, BAD_INPUT}


# --- Impossible states --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (InvariantError("free_lists_sorted", "free[3] holds a span of 4"), "free_lists_sorted"),
        (Throw("refilled_span_full: span 0x1 has room"), "refilled_span_full"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError"),
    ],
)
def test_an_impossible_state_is_loud(error: Exception, name: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    do = Session.do

    def broken(session: Session, step: Step) -> object:
        if step.line == "gc":
            raise error
        return do(session, step)

    monkeypatch.setattr(Session, "do", broken)
    assert main(["run", "--json", "-k", "-c", "alloc 48 as x", "-c", "drop x", "-c", "gc", "-c", "alloc 8"]) == 70
    out, err = capsys.readouterr()
    *_, last = records(out)
    assert (last["line"], last["command"], last["ok"]) == (3, "gc", False)
    assert last["error"]["invariant"] == name
    assert last["error"]["message"] == str(error)
    assert f"-c:3: IMPOSSIBLE STATE: invariant {name} does not hold" in err
    (file,) = (state_directory() / "errors").iterdir()
    told = f"please report it with {file} and the lines that lead to it:\n  alloc 48 as x\n  drop x\n  gc\n"
    assert err.endswith(told)
    assert "Traceback" not in err
    assert f"{type(error).__name__}: " in file.read_text()


def test_a_long_script_is_named_instead_of_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    do = Session.do

    def broken(session: Session, step: Step) -> object:
        if step.line == "gc":
            raise Throw("span_list_membership: x")
        return do(session, step)

    monkeypatch.setattr(Session, "do", broken)
    path = tmp_path / "s.txt"
    path.write_text("alloc 8\n" * 100 + "gc\n")
    assert main(["run", str(path)]) == 70
    assert capsys.readouterr().err.endswith(f"\n  the first 101 lines of {path}\n")


def test_too_little_memory_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def broken(_session: Session, _step: Step) -> object:
        raise MemoryError

    monkeypatch.setattr(Session, "do", broken)
    assert main(["run", "-c", "gc"]) == 3
    assert capsys.readouterr().err == "gomem: this machine has not enough memory for that\n"


# --- Live ---------------------------------------------------------------------------------------------------------------


def test_answers_come_at_once_and_an_interrupt_ends_it() -> None:
    """Someone types into a pipe: each line is answered while the pipe is still open."""
    with start("run", "-") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"alloc 48\n")
        process.stdin.flush()
        assert process.stdout.readline().startswith(b"o1 = 0xc420000000")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read() == b"gomem: interrupted\n"


def test_an_interrupt_in_the_middle_of_a_command() -> None:
    with start("run", "-c", "alloc 8", "-c", "churn 100000000") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read() == b"gomem: interrupted\n"


def test_a_reader_that_goes_away_ends_it() -> None:
    with start("run", *(["-c", "alloc 8\n" * 5000])) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 141  # as if SIGPIPE had ended it
        assert process.stderr.read() == b""


def test_bytes_of_the_command_line_that_are_no_text() -> None:
    done = gomem("run", "--json", "-c", os.fsdecode(b"alloc 4\xff"))
    assert done.returncode == 3
    assert records(done.stdout.decode())[0]["error"]["column"] == 8
