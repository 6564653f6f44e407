"""Lessons in a real pseudo-terminal: what was chosen for the explorer holds in them and in their menu, and how they end."""

import os
import signal
from pathlib import Path

import pytest

from tests.cli.process import gomem
from tests.tui.terminal import Terminal

COLOUR = b"\x1b[38;"
FAILING = """\
import sys
from gomem_tui.__main__ import main
import gomem_tui.explorer.app  # first, as __main__ does
from gomem_tui.panes.sessionbars import SessionBars
def header(self, width, before=SessionBars.header):
    if self.model.session.step == 2:
        raise ZeroDivisionError("on purpose")
    return before(self, width)
SessionBars.header = header
sys.exit(main())
"""


@pytest.mark.parametrize(("words", "env"), [(("--read-only",), ""), ((), "1")])
def test_a_read_only_lesson_is_not_changed(words: tuple[str, ...], env: str) -> None:
    terminal = Terminal("learn", "1", "--no-journal", *words, GOMEM_READ_ONLY=env)
    terminal.wait_for("space reads on")
    terminal.send(":alloc 48\r")
    terminal.wait_for("this session is read-only")
    terminal.wait_for(" step 0/")
    terminal.escape()
    terminal.send(" ")
    terminal.wait_for(" step 1/")
    terminal.send("q")
    assert terminal.exit_code() == 0


def test_nor_one_that_was_chosen_in_the_menu() -> None:
    terminal = Terminal("learn", "--no-journal", "--read-only")
    terminal.wait_for("enter open")
    terminal.send("\r")
    terminal.wait_for("space reads on")
    terminal.send(":alloc 48\r")
    terminal.wait_for("this session is read-only")
    terminal.kill()


def test_nor_one_in_plain_text() -> None:
    done = gomem("learn", "1", "--read-only", stdin=b"alloc 48\n")
    assert b"this session is read-only" in done.stdout + done.stderr


def test_the_menu_is_drawn_as_was_chosen() -> None:
    plain = Terminal("learn", "--ascii", NO_COLOR="1", COLORTERM="truecolor")
    plain.wait_for("enter open")
    assert COLOUR not in plain.bytes
    assert plain.bytes.isascii()
    plain.kill()
    light = Terminal("learn", "--theme", "light", COLORTERM="truecolor")
    light.wait_for("enter open")
    dark = Terminal("learn", "--theme", "dark", COLORTERM="truecolor")
    dark.wait_for("enter open")
    colours = [{piece[: piece.index(b"m")] for piece in one.bytes.split(COLOUR)[1:]} for one in (light, dark)]
    assert all(colours)
    assert colours[0] != colours[1]
    light.kill()
    dark.kill()


@pytest.mark.parametrize("words", [("1",), ()])
def test_an_exception_in_a_lesson_is_no_success(words: tuple[str, ...]) -> None:
    terminal = Terminal("learn", *words, "--no-journal", program=("-c", FAILING))
    if not words:
        terminal.wait_for("enter open")
        terminal.send("\r")
    terminal.wait_for("space reads on")
    terminal.send("  ")
    assert terminal.exit_code() == 70
    assert b"(ZeroDivisionError)" in terminal.bytes[terminal.bytes.rindex(b"\x1b[?1049l") :]  # where it can still be read
    assert terminal.left_on() == set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_menu(number: signal.Signals) -> None:
    terminal = Terminal("learn")
    terminal.wait_for("enter open")
    os.kill(terminal.pid, number)
    assert terminal.exit_code() == 128 + number
    assert terminal.left_on() == set()
    assert terminal.modes[b"1049"] is False


def test_no_lesson_begins_with_another_session(tmp_path: Path) -> None:
    script = tmp_path / "mine.gomem"
    script.write_text("alloc 48 as a\n")
    killed = Terminal(str(script))
    killed.wait_for("space does")
    killed.send(" ")
    killed.wait_for("step 1/1")
    killed.kill()
    explorer = Terminal()
    explorer.wait_for("mine.gomem was killed just now")
    explorer.kill()

    lesson = Terminal("learn", "1")
    lesson.wait_for("space reads on")
    assert not lesson.comes_true(lambda: "was killed" in lesson.shows(-1), 2)
    lesson.kill()
    assert b"was killed" not in gomem("learn", "1").stdout
