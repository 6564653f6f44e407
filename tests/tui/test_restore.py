"""What the terminal is left with, however the explorer ends: every mode is off again, and the line settings are back."""

import os
import re
import resource
import signal
import termios
import time
from pathlib import Path

import pytest

from tests.tui.terminal import Terminal

_MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])|\x1b\[([<>=])([0-9;]*)u|\x1b([=>])")
_MOUSE = {"1000", "1002", "1003", "1005", "1006", "1015", "1016"}
_AT_FIRST = {"25", "7"}  # the cursor shows, lines wrap
_FRAME = "2026"  # brackets a frame; ends with it

EXPLORER = """
import sys
import gomem_tui.explorer.app  # first, as __main__ does
from gomem_tui.__main__ import main
from gomem_tui.panes.spans import SpansPane

def draw(self, width, height, before=SpansPane.draw):
    if self.model.session.step == 2:
        raise ZeroDivisionError("a pane that cannot be drawn")
    return before(self, width, height)

SpansPane.draw = draw
sys.exit(main(sys.argv[1:]))
"""
DEAF = """
import sys
import gomem_tui.explorer.app
from gomem_tui.__main__ import main
from gomem_tui.terminal.driver import TerminalParser

def messages(self, piece, before=TerminalParser.messages):
    if getattr(piece, "text", "") == "x":
        raise ValueError("a key that cannot be read")
    return before(self, piece)

TerminalParser.messages = messages
sys.exit(main(sys.argv[1:]))
"""
# A shell with job control, as far as it matters here: tells when its job stops, and wakes it.
SHELL = """
import os, signal, sys, time
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, "-m", "gomem_tui", *sys.argv[1:]])
while True:
    _, status = os.waitpid(job, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgrp())
    if not os.WIFSTOPPED(status):
        sys.exit(os.waitstatus_to_exitcode(status))
    os.write(1, b"JOB STOPPED")
    time.sleep(0.5)
    os.write(1, b"JOB WAKES")
    os.tcsetpgrp(0, job)
    os.kill(-job, signal.SIGCONT)
"""


def modes_after(data: bytes) -> set[str]:
    """What is switched on after these bytes, and was not at first; or off, with a minus sign."""
    on = set(_AT_FIRST)
    kitty = 0
    for numbers, letter, sign, _, keypad in _MODES.findall(data):
        for number in numbers.decode().split(";") if numbers else ():
            (on.add if letter == b"h" else on.discard)(number)
        if sign:
            kitty += {b">": 1, b"<": -1, b"=": 0}[sign]
        if keypad:
            (on.add if keypad == b"=" else on.discard)("keypad")
    found = on - _AT_FIRST - {_FRAME} | {f"-{number}" for number in _AT_FIRST - on}
    return found | ({f"kitty {kitty}"} if kitty else set())


def started(*words: str, program: tuple[str, ...] = ("-m", "gomem_tui"), journal: bool = False) -> tuple[Terminal, list[object]]:
    """The explorer on its screen, and the line settings from before."""
    terminal = Terminal(*([] if journal else ["--no-journal"]), *words, program=program)
    before = termios.tcgetattr(terminal.fd)
    terminal.wait_for("space does")
    terminal.send("\x1b[?2026;2$y\x1b[?2048;2$y")  # what a modern terminal answers
    terminal.settle(0.3)
    assert termios.tcgetattr(terminal.fd) != before
    assert {"1049", "2004", "-25"} <= modes_after(terminal.bytes)
    return terminal, before


def after_the_screen(terminal: Terminal) -> list[str]:
    """What was printed once the terminal was given back."""
    printed = terminal.bytes[terminal.bytes.rindex(b"\x1b[?1049l") :]
    return [line for line in _MODES.sub(b"", printed).decode().splitlines() if line]


def code_of(terminal: Terminal, before: list[object]) -> int:
    """The exit code; the terminal is as it was."""
    end = time.monotonic() + 20
    pid = status = 0
    while not pid and time.monotonic() < end:
        terminal.read(0.05)
        pid, status = os.waitpid(terminal.pid, os.WNOHANG)
    assert pid, "it did not end"
    terminal.settle(0.05)
    assert modes_after(terminal.bytes) == set()
    assert termios.tcgetattr(terminal.fd) == before
    os.close(terminal.fd)
    return os.waitstatus_to_exitcode(status)


def test_the_examination_sees_what_is_left_on() -> None:
    assert modes_after(b"\x1b[?1049h\x1b[?25l\x1b[?1000;1006h\x1b[>25u\x1b=") == {
        "1049",
        "-25",
        "1000",
        "1006",
        "kitty 1",
        "keypad",
    }
    assert modes_after(b"\x1b[?1049h\x1b[?7l\x1b[>1u\x1b[<u\x1b[?7h\x1b[?1049l") == set()


@pytest.mark.parametrize(
    ("key", "mouse"), [("q", False), ("q", True), ("\x11", True), (":alloc\x11", True), ("?\x11", True), ("?\x1bq", True)]
)
def test_quitting(key: str, mouse: bool) -> None:
    terminal, before = started(*([] if mouse else ["--no-mouse"]))
    head, escape, tail = key.partition("\x1b")
    terminal.send(head + escape)
    if escape:
        terminal.settle(0.4)
        terminal.send(tail)
    assert code_of(terminal, before) == 0
    told = {number for numbers, *_ in _MODES.findall(terminal.bytes) for number in numbers.decode().split(";")}
    assert bool(_MOUSE & told) == mouse


def test_a_signal() -> None:
    """One that comes while nothing happens; the other moments are those of test_signals.py."""
    terminal, before = started()
    os.kill(terminal.pid, signal.SIGINT)
    assert code_of(terminal, before) == 128 + 2


def test_a_signal_while_it_works() -> None:
    terminal, before = started()
    terminal.send(":churn 100000000\r")
    terminal.wait_for("working for 1 s")
    os.kill(terminal.pid, signal.SIGTERM)
    assert code_of(terminal, before) == 128 + 15


@pytest.mark.parametrize(("words", "there", "key"), [((), "space does", " "), (("learn",), "enter open", "j")])
def test_a_line_that_is_dropped(words: tuple[str, ...], there: str, key: str) -> None:
    """The terminal is gone: gomem ends, and does not go on for ever without one."""
    terminal = Terminal(*words)
    terminal.wait_for(there)
    terminal.send(key)
    terminal.wait_for("step 1/" if key == " " else "▸   2")
    os.close(terminal.fd)
    end = time.monotonic() + 20
    pid = status = 0
    while not pid and time.monotonic() < end:
        pid, status = os.waitpid(terminal.pid, os.WNOHANG)
        time.sleep(0.02)
    assert pid, "it did not end"
    assert os.waitstatus_to_exitcode(status) == 128 + signal.SIGHUP
    if not words:
        again = Terminal("--resume")
        again.wait_for("step 1/27")
        again.kill()


def test_a_signal_while_the_terminal_is_too_small() -> None:
    terminal, before = started()
    terminal.resize(20, 5)
    terminal.settle(0.3)
    os.kill(terminal.pid, signal.SIGTERM)
    assert code_of(terminal, before) == 128 + 15


def test_an_error_of_gomem_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exit code 70, a sentence, how the session is taken up again, and nothing else; the traceback is in a file."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    terminal, before = started(journal=True, program=("-c", EXPLORER))
    terminal.send("  ")
    assert code_of(terminal, before) == 70
    (file,) = (tmp_path / "gomem" / "errors").iterdir()
    assert "ZeroDivisionError: a pane that cannot be drawn" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    (journal,) = (tmp_path / "gomem" / "journals").iterdir()
    assert after_the_screen(terminal) == [
        f"gomem: something is wrong in gomem itself (ZeroDivisionError); please report it with {file}",
        f"To continue this session: gomem --resume {journal.stem}",
    ]


def test_no_memory_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """At the beginning of a long command: it ends, says so, and says how what was done before is taken up again."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    terminal, before = started(journal=True, program=("-P", "-m", "gomem_tui"))
    terminal.send("  ")
    terminal.wait_for("step 2/")
    taken = int(Path(f"/proc/{terminal.pid}/statm").read_text().split()[0]) * resource.getpagesize()
    resource.prlimit(terminal.pid, resource.RLIMIT_AS, (taken + (4 << 20), -1))  # too little for the thread of a long command
    terminal.send(":alloc 8000 times 1000000\r")
    assert code_of(terminal, before) == 3
    (journal,) = (tmp_path / "gomem" / "journals").iterdir()
    assert after_the_screen(terminal) == [
        "gomem: this machine has not enough memory for that",
        f"To continue this session: gomem --resume {journal.stem}",
    ]
    again = Terminal("--resume", journal.stem)
    again.wait_for("step 2/")
    again.kill()


def test_an_error_of_what_reads_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    terminal, before = started(program=("-c", DEAF))
    terminal.send("x")
    assert code_of(terminal, before) == 70
    (file,) = (tmp_path / "gomem" / "errors").iterdir()
    assert "ValueError: a key that cannot be read" in file.read_text()
    assert [line.partition("; ")[0] for line in after_the_screen(terminal)] == [
        "gomem: something is wrong in gomem itself (ValueError)"
    ]


@pytest.mark.parametrize("keys", [":quit\r", " :quit\r\rjj", ":alloc 48 as x\r:q\r", ":churn 100\rq"])
def test_nothing_is_printed_behind_the_end(keys: str) -> None:
    """Keys in one burst, with Python's warnings on."""
    terminal, before = started(program=("-W", "always::RuntimeWarning", "-m", "gomem_tui"))
    terminal.send(keys)
    assert code_of(terminal, before) == 0
    assert after_the_screen(terminal) == []


def test_ctrl_z_gives_the_terminal_back_and_fg_draws_again() -> None:
    terminal, before = started(program=("-c", SHELL))
    terminal.send(" ")
    terminal.wait_for("node = 0xc420000000")
    terminal.settle()
    rows = terminal.rows()
    begin = len(terminal.bytes)
    terminal.send("\x1a")
    end = time.monotonic() + 10
    while b"JOB STOPPED" not in terminal.bytes:
        assert time.monotonic() < end, terminal.bytes[begin:]
        terminal.read(0.05)
    stopped = terminal.bytes.index(b"JOB STOPPED")
    assert modes_after(terminal.bytes[:stopped]) == set()
    assert termios.tcgetattr(terminal.fd) == before
    while b"JOB WAKES" not in terminal.bytes:
        terminal.read(0.05)
    terminal.wait_for("node = 0xc420000000")
    terminal.settle(0.5)
    assert {"1049", "-25", "2004", "1000"} <= modes_after(terminal.bytes)
    assert terminal.rows() == rows
    terminal.send(" ")
    terminal.wait_for("tail = 0xc420000030")
    terminal.send("q")
    assert code_of(terminal, before) == 0
