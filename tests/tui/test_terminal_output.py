"""What leaves the explorer besides the screen, over a pseudo-terminal; and how it is for an audience and for mere reading."""

import base64
from pathlib import Path

import pytest

from tests.tui.terminal import Terminal

SCRIPT = "alloc 48 scan as a\nalloc 64 as b\n"


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "two.gomem"
    path.write_text(SCRIPT)
    return str(path)


def opened(*args: str) -> Terminal:
    terminal = Terminal(*args, columns=120, rows=40)
    terminal.wait_for("space does")
    return terminal


def leave(terminal: Terminal) -> None:
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert terminal.left_on() == set()


def test_the_selection_is_copied_by_osc_52(script: str) -> None:
    terminal = opened(script)
    terminal.send(" ")
    terminal.wait_for("step 1/2")
    terminal.send("y")
    terminal.wait_for("Copied 0xc420000000")
    assert b"\x1b]52;c;" + base64.b64encode(b"0xc420000000") + b"\x07" in terminal.bytes
    leave(terminal)


def test_a_clicker_steps_and_the_keys_are_shown(script: str) -> None:
    terminal = opened("--present", script)
    terminal.send("\x1b[6~")
    terminal.wait_for("step 1/2")
    terminal.wait_for("page-down")
    terminal.send("\x1b[6~")
    terminal.wait_for("step 2/2")
    terminal.send("\x1b[5~")
    terminal.wait_for("step 1/2")
    terminal.wait_for("page-up")
    leave(terminal)


def test_what_is_read_only_is_not_changed(script: str) -> None:
    terminal = opened("--read-only", script)
    terminal.send(":alloc 8\r")
    terminal.wait_for("this session is read-only")
    terminal.escape()
    terminal.send(" ")
    terminal.wait_for("step 1/2")
    leave(terminal)


def test_without_the_mouse_no_mouse_mode_is_ever_set(script: str) -> None:
    terminal = opened("--no-mouse", script)
    leave(terminal)
    assert not {b"1000", b"1002", b"1003", b"1006", b"1015", b"1016"} & terminal.modes.keys()
