"""Plain text where it is meant for: a dumb terminal, a pipe, `--plain` in any terminal."""

import os
import signal
import termios
import time
from pathlib import Path

import pytest

from tests.cli.process import gomem, shell
from tests.tui.terminal import Terminal


def until(terminal: Terminal, text: str, seconds: float = 20) -> None:
    """Read until the bytes end so."""
    end = time.monotonic() + seconds
    while not terminal.bytes.replace(b"\r\n", b"\n").endswith(text.encode()):
        assert time.monotonic() < end, terminal.bytes[-2000:].decode()
        terminal.read(0.1)


def typed(terminal: Terminal, line: str) -> str:
    """What is printed for a line, without the line's echo and the next prompt."""
    before = len(terminal.bytes)
    terminal.send(f"{line}\n")
    end = time.monotonic() + 20
    while terminal.bytes[before:].count(b"\n") < 2 or not terminal.bytes.endswith(b"gomem> "):
        assert time.monotonic() < end, terminal.bytes[before:].decode()
        terminal.read(0.1)
    return terminal.bytes[before:].decode().replace("\r\n", "\n").removeprefix(f"{line}\n").removesuffix("gomem> ")


@pytest.mark.parametrize(("term", "words"), [("dumb", ()), ("unknown", ()), ("", ()), ("xterm-256color", ("--plain",))])
def test_a_terminal_that_can_only_print(term: str, words: tuple[str, ...]) -> None:
    terminal = Terminal(*words, "--no-journal", TERM=term)
    until(terminal, "gomem> ")
    modes = termios.tcgetattr(terminal.fd)
    for step in range(1, 28):
        assert f"\nStep {step} of 27" in typed(terminal, "")
    assert "This is the end." in typed(terminal, "")
    assert "         ^^^\n" in typed(terminal, "alloc 48 scn")
    assert "Pane 9 Objects" in typed(terminal, "screen")
    assert termios.tcgetattr(terminal.fd) == modes
    terminal.send("quit\n")
    assert terminal.exit_code() == 0
    assert b"\x1b" not in terminal.bytes
    assert not ({*range(32)} - {10, 13}) & {*terminal.bytes}
    assert terminal.bytes.isascii()


def test_ctrl_c_explains_and_ctrl_d_ends() -> None:
    terminal = Terminal("--no-journal", TERM="dumb")
    until(terminal, "gomem> ")
    terminal.send("\x03")
    until(terminal, "quit, or ctrl+d, ends; ctrl+c stops what takes long.\ngomem> ")
    assert "Step 1 of 27" in typed(terminal, "")
    terminal.send("\x04")
    assert terminal.exit_code() == 0
    assert terminal.bytes.endswith(b"\n")


def test_ctrl_c_stops_what_takes_long() -> None:
    terminal = Terminal("--no-journal", TERM="dumb")
    until(terminal, "gomem> ")
    terminal.send("churn 100000000\n")
    until(terminal, "Working; ctrl+c stops it.\n")
    terminal.read(0.5)
    terminal.send("\x03")
    until(terminal, "gomem> ")
    assert b"stopped; nothing changed" in terminal.bytes
    assert "Step 1 of 27" in typed(terminal, "")
    terminal.send("\x04")
    assert terminal.exit_code() == 0


def test_the_killed_session_is_offered_and_taken_up(tmp_path: Path) -> None:
    state = str(tmp_path)
    first = Terminal(TERM="dumb", XDG_STATE_HOME=state)
    until(first, "gomem> ")
    typed(first, "alloc 48 as mine")
    first.kill()
    second = Terminal(TERM="dumb", XDG_STATE_HOME=state)
    until(second, "gomem> ")
    assert b"demo was killed just now: resume goes on, any step ignores it." in second.bytes
    assert "mine = 0xc420000000" in typed(second, "resume")
    second.kill()
    third = Terminal("--resume", TERM="dumb", XDG_STATE_HOME=state)
    until(third, "gomem> ")
    assert b"mine = 0xc420000000" in third.bytes
    third.send("quit\n")
    assert third.exit_code() == 0
    fourth = Terminal(TERM="dumb", XDG_STATE_HOME=state)
    until(fourth, "gomem> ")
    assert b"killed" not in fourth.bytes
    fourth.kill()


def test_hanging_up_leaves_the_session_to_be_taken_up(tmp_path: Path) -> None:
    state = str(tmp_path)
    first = Terminal(TERM="dumb", XDG_STATE_HOME=state)
    until(first, "gomem> ")
    typed(first, "alloc 48 as mine")
    os.kill(first.pid, signal.SIGHUP)
    assert first.exit_code() == -signal.SIGHUP
    second = Terminal(TERM="dumb", XDG_STATE_HOME=state)
    until(second, "gomem> ")
    assert b"was killed" in second.bytes
    second.kill()


# --- Pipes --------------------------------------------------------------------------------------------------------------


def test_commands_from_a_pipe() -> None:
    done = gomem("--no-journal", stdin=b"alloc 48 scan as mine\npane objects\n")
    assert done.returncode == 0
    assert b"mine = 0xc420000000" in done.stdout
    assert b"Pane 9 Objects" in done.stdout
    assert b"gomem> " not in done.stdout
    assert b"\x1b" not in done.stdout
    assert done.stderr == b""


def test_a_wrong_line_from_a_pipe() -> None:
    done = gomem("--no-journal", stdin=b"alloc x\nalloc 48 as mine\nalloc \xff\n")
    assert done.returncode == 3
    assert b"mine = 0xc420000000" in done.stdout
    assert b"not UTF-8" in done.stdout


def test_what_is_wrong_in_a_pipe_is_told_on_stderr_too() -> None:
    done = gomem("--no-journal", stdin=b"alloc x\nalloc 48 as mine\npane spanz\nhelp nonsense\nalloc \xff\nexpect served mheap\n")
    assert done.returncode == 3
    told = done.stderr.decode().splitlines()
    assert [line.split(": ")[0] for line in told] == ["<stdin>:1:7", "<stdin>:3", "<stdin>:4", "<stdin>:5:7", "<stdin>:6:1"]
    assert told[0].startswith("<stdin>:1:7: x is not a size")
    assert told[1].endswith("did you mean spans?")
    assert told[2] == "<stdin>:4: help: nonsense is not a command; help lists them"


def test_whoever_looks_at_both_streams_is_told_once() -> None:
    there = "import os; os.dup2(os.open(os.devnull, os.O_RDONLY), 0)"
    lines = "import io; sys.stdin = io.TextIOWrapper(io.BytesIO(b'alloc x\\n'))"
    program = f"import sys; {there}; {lines}; from gomem_tui.__main__ import main; sys.exit(main())"
    terminal = Terminal("--plain", "--no-journal", program=("-c", program))
    assert terminal.exit_code() == 3
    assert terminal.bytes.count(b"is not a size") == 1


def test_nothing_comes_from_the_pipe() -> None:
    done = gomem("--no-journal")
    assert done.returncode == 0
    assert done.stdout.endswith(b"Step 0 of 27. Next: alloc 48 scan as node\n")


def test_a_reader_that_has_seen_enough() -> None:
    done = shell("printf '%s\\n' screen screen | $gomem --no-journal | head -1; echo ${PIPESTATUS[1]}")
    assert done.stdout.startswith(b"gomem in plain text, go1.10.")
    assert done.stdout.endswith((b"\n141\n", b"\n0\n"))
    assert done.stderr == b""


def test_stdin_is_closed() -> None:
    done = shell("$gomem --no-journal <&-")
    assert done.returncode == 2
    assert b"a stdin to read commands from" in done.stderr


def test_a_pipe_behind_a_terminal_gets_no_prompt(tmp_path: Path) -> None:
    out = tmp_path / "out"
    there = f"os.dup2(os.open({str(out)!r}, os.O_WRONLY | os.O_CREAT), 1)"
    program = f"import os, sys; {there}; from gomem_tui.__main__ import main; sys.exit(main())"
    terminal = Terminal("--no-journal", program=("-c", program))
    until(terminal, "gomem> ")
    terminal.send("\n")
    until(terminal, "\ngomem> ")
    terminal.send("quit\n")
    assert terminal.exit_code() == 0
    assert "Step 1 of 27" in out.read_text()
    assert "gomem>" not in out.read_text()


# --- Lessons ------------------------------------------------------------------------------------------------------------


def test_a_lesson_as_plain_text_in_any_terminal() -> None:
    terminal = Terminal("learn", "9", "--plain", "--no-journal")
    until(terminal, "gomem> ")
    assert b"Many Ps: the locks that are not taken" in terminal.bytes
    assert "Step 1 of 19" in typed(terminal, "")
    terminal.send("quit\n")
    assert terminal.exit_code() == 0
    assert b"\x1b" not in terminal.bytes


def test_the_lessons_are_listed_and_one_is_asked_for() -> None:
    terminal = Terminal("learn", "--plain", "--no-journal")
    until(terminal, "Which lesson? Type its number or its name; q quits.\nlesson> ")
    assert b"Giving memory back to the OS" in terminal.bytes
    terminal.send("fragmentaton\n")
    until(terminal, "did you mean fragmentation?\nWhich lesson? Type its number or its name; q quits.\nlesson> ")
    terminal.send("many_ps\n")
    until(terminal, "gomem> ")
    assert "Step 1 of 19" in typed(terminal, "")
    terminal.send("quit\n")
    until(terminal, "Which lesson? Type its number or its name; q quits.\nlesson> ")  # as the menu comes again
    terminal.send("\x04")
    assert terminal.exit_code() == 0
    assert b"\x1b" not in terminal.bytes


@pytest.mark.parametrize("keys", ["q\n", "\n", "\x04"])
def test_no_lesson_is_no_mistake(keys: str) -> None:
    terminal = Terminal("learn", "--plain")
    until(terminal, "lesson> ")
    terminal.send(keys)
    assert terminal.exit_code() == 0
    assert terminal.bytes.endswith(b"\n")
