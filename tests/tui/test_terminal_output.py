"""What leaves the explorer besides the screen, over a pseudo-terminal; and how it is for an audience and for mere reading."""

import base64
import re
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from tests.tui.terminal import ROOT, Terminal

SCRIPT = "alloc 48 scan as a\nalloc 64 as b\n"


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "two.gomem"
    path.write_text(SCRIPT)
    return str(path)


def opened(*args: str) -> Terminal:
    terminal = Terminal(*args, columns=120, rows=40)
    terminal.wait_for("next (page-down)" if "--present" in args else "space does")
    return terminal


def leave(terminal: Terminal) -> None:
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert terminal.left_on() == set()


def test_a_picture_in_which_nothing_differs_is_not_written(script: str) -> None:
    """Textual would move the cursor to where it is, after everything else at the start."""
    terminal = opened(script)
    terminal.settle()
    assert re.search(rb"\x1b\[1;\d+H", terminal.bytes), "where it rests"
    assert not re.search(rb"(\x1b\[[0-9;]*H)\1", terminal.bytes)
    leave(terminal)


def test_while_a_file_is_read_the_terminal_says_so_and_is_clean_afterwards(tmp_path: Path) -> None:
    long = tmp_path / "long.gomem"
    long.write_text("alloc 48 scan as a\n" + "# a comment that is only read\n" * 5000)
    terminal = opened(str(long))
    told = terminal.bytes.index(b"gomem: reading long.gomem, 146.5K")
    assert told < terminal.bytes.index(b"\x1b[2K", told) < terminal.bytes.index(b"\x1b[?1049h"), "before the screen is taken"
    leave(terminal)


def test_the_selection_is_copied_by_osc_52(script: str) -> None:
    terminal = opened(script)
    terminal.send(" ")
    terminal.wait_for("step 1/2")
    terminal.send("y")
    terminal.wait_for("Copied 0xc420000000")
    assert b"\x1b]52;c;" + base64.b64encode(b"0xc420000000") + b"\x07" in terminal.bytes
    leave(terminal)


def test_a_pane_is_copied_as_the_text_it_shows(script: str) -> None:
    terminal = opened(script)
    terminal.send(" 9z")
    terminal.wait_for("9 Objects")
    terminal.settle()
    shown = [row.removeprefix("▌ ") for row in terminal.rows(1, 4)]
    terminal.send("Y")
    terminal.wait_for("Copied the objects pane, if the terminal takes OSC 52.")
    (sent,) = re.findall(rb"\x1b\]52;c;([^\x07]*)\x07", terminal.bytes)
    copied = base64.b64decode(sent).decode()
    assert all(row.strip() in copied for row in shown)
    assert "0xc420000000" in copied or "c420000000" in copied
    leave(terminal)


@pytest.mark.parametrize(
    ("look", "sheet"),
    [(("--theme", "light"), "#ffffff"), (("--theme", "mono"), "#292929"), (("--ascii", "--theme", "dark"), "#292929")],
    ids=str,
)
def test_p_writes_what_the_terminal_shows(look: tuple[str, ...], sheet: str, script: str, tmp_path: Path) -> None:
    program = f"import os, sys; os.chdir({str(tmp_path)!r}); from gomem_tui.__main__ import main; sys.exit(main())"
    terminal = Terminal(*look, script, columns=120, rows=40, program=("-c", program), PYTHONPATH=str(ROOT))
    terminal.wait_for("space does")
    terminal.send(" ")
    terminal.wait_for("step 1/2")
    terminal.settle()
    shown = terminal.rows()
    terminal.send("P")
    terminal.wait_for("Written: gomem-two-step1.svg")
    assert (tmp_path / "gomem-two-step1.txt").read_text().splitlines() == shown
    svg = (tmp_path / "gomem-two-step1.svg").read_text()
    assert f'<rect fill="{sheet}"' in svg
    assert svg.isascii() == ("--ascii" in look)
    leave(terminal)


@pytest.mark.parametrize(
    ("words", "steps"), [(("--no-journal",), 27), (("learn", "4", "--no-journal"), 18)], ids=["script", "lesson"]
)
def test_a_step_writes_hundreds_of_bytes_not_thousands(words: tuple[str, ...], steps: int) -> None:
    """Half of the steps at least; those of lessons too, though they point at panes and tell a text each."""
    terminal = Terminal(*words, columns=120, rows=40)
    terminal.wait_for(f"step 0/{steps}")
    terminal.settle()
    written = [len(terminal.bytes)]
    for step in range(1, steps + 1):
        terminal.send(" ")
        terminal.wait_for(f"step {step}/{steps}")
        terminal.settle()
        written.append(len(terminal.bytes))
    assert median(after - before for before, after in pairwise(written)) <= 2 * 900
    leave(terminal)


def test_a_clicker_steps_and_the_keys_are_shown(script: str) -> None:
    terminal = opened("--present", script)
    terminal.wait_for("next (page-down): alloc 48 scan as a")
    terminal.send("\x1b[6~")
    terminal.wait_for("step 1/2")
    terminal.wait_for("next (page-down): alloc 64 as b")
    terminal.send("\x1b[6~")
    terminal.wait_for("step 2/2")
    terminal.send("\x1b[5~")
    terminal.wait_for("step 1/2")
    terminal.wait_for("page-up")
    terminal.send("?")
    terminal.wait_for("esc closes this page")
    terminal.send("k")
    terminal.wait_for(" k  ─╮")  # in the frame of what covers the footer
    terminal.escape()
    terminal.send("\x10")
    terminal.wait_for("Find an action")
    terminal.send("[")
    terminal.wait_for(" [  ─╮")
    terminal.escape()
    terminal.wait_for("q quit")
    leave(terminal)


def test_what_is_read_only_is_not_changed(script: str) -> None:
    terminal = opened("--read-only", script)
    terminal.wait_for(" read-only ")
    terminal.send(":alloc 8\r")
    terminal.wait_for("this session is read-only")
    terminal.escape()
    terminal.send(" ")
    terminal.wait_for("step 1/2")
    leave(terminal)


@pytest.mark.parametrize("words", [("learn", "9"), ("learn",)], ids=str)
def test_a_lesson_can_be_read_only_too(words: tuple[str, ...]) -> None:
    terminal = Terminal(*words, "--read-only", "--no-journal", columns=120, rows=40)
    if words == ("learn",):
        terminal.wait_for("enter open")
        terminal.send("\r")
    terminal.wait_for(" read-only ")
    terminal.send(":alloc 8\r")
    terminal.wait_for("this session is read-only")
    terminal.escape()
    terminal.send("q")
    if words == ("learn",):
        terminal.wait_for("enter open")
        terminal.send("q")
    assert terminal.exit_code() == 0


def test_a_click_selects_and_too_small_a_terminal_says_what_is_needed() -> None:
    terminal = opened("--no-journal")
    terminal.send("   ")
    terminal.wait_for("step 3/27")
    terminal.settle()
    row = next(y for y in range(40) if terminal.shows(y).startswith("  c420002000"))
    terminal.send(f"\x1b[<0;5;{row + 1}M\x1b[<0;5;{row + 1}m")
    assert terminal.comes_true(lambda: terminal.shows(row).startswith("▸ c420002000"))
    terminal.resize(59, 15)
    terminal.wait_for("gomem needs 60×16; this terminal has 59×15")
    leave(terminal)


def test_without_the_mouse_no_mouse_mode_is_ever_set(script: str) -> None:
    terminal = opened("--no-mouse", script)
    leave(terminal)
    assert not {b"1000", b"1002", b"1003", b"1006", b"1015", b"1016"} & terminal.modes.keys()
