"""The explorer in a real pseudo-terminal: what a user sees, and what the terminal is left with."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.tui.terminal import Terminal, readable


def test_type_step_resize_and_quit() -> None:
    terminal = Terminal()
    terminal.wait_for("space does: alloc 48 scan as node")
    terminal.send(" ")
    terminal.wait_for("node = 0xc420000000")
    terminal.send(":alloc 100 as mine\r")
    terminal.wait_for("mine = 0xc420002000")
    terminal.resize(120, 40)
    terminal.wait_for("4 mcentral")
    terminal.send("\x1b")
    time.sleep(0.5)
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert terminal.left_on() == set()
    assert terminal.modes[b"1049"] is False


def test_keys_typed_ahead_are_done_in_their_order() -> None:
    terminal = Terminal("--no-journal")
    terminal.wait_for("space does: alloc 48 scan as node")
    terminal.send("   2:drop no")
    terminal.wait_for(": drop no")
    terminal.settle()
    assert "step 3/27" in terminal.shows(0)
    assert "2 Arena" in terminal.shows(1)
    terminal.kill()


def test_a_script_from_a_file(tmp_path: Path) -> None:
    script = tmp_path / "mine.gomem"
    script.write_text("alloc 33000 as big\n")
    terminal = Terminal(str(script))
    terminal.wait_for("space does: alloc 33000 as big")
    terminal.send(" ")
    terminal.wait_for("33000 B is more than 32 KB: large, 5 pages of its own")
    terminal.send("q")
    assert terminal.exit_code() == 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_restores_the_terminal(name: str) -> None:
    terminal = Terminal()
    terminal.wait_for("space does")
    os.kill(terminal.pid, getattr(signal, name))
    assert terminal.exit_code() != 0
    assert terminal.left_on() == set()


def test_ctrl_c_destroys_nothing() -> None:
    terminal = Terminal()
    terminal.wait_for("space does")
    terminal.send("\x03")
    terminal.wait_for("q or ctrl+q quits")
    terminal.send(" ")
    terminal.wait_for("node = 0xc420000000")
    terminal.send("\x11")
    assert terminal.exit_code() == 0


def _sleeps(pid: int) -> int:
    """How often the threads of a process went to sleep by themselves, which they do again whenever they were woken."""
    told = [Path(task, "status").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    return sum(int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0]) for status in told)


def test_nothing_is_written_while_idle_and_nobody_wakes() -> None:
    terminal = Terminal()
    terminal.wait_for("space does")
    while terminal.read(0.5) and readable(terminal.fd, 0.5):
        pass
    before, slept = len(terminal.bytes), _sleeps(terminal.pid)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        terminal.read(0.2)
    assert len(terminal.bytes) == before
    assert _sleeps(terminal.pid) - slept < 4  # Textual's own reader would wake twenty times
    terminal.send("q")
    assert terminal.exit_code() == 0
