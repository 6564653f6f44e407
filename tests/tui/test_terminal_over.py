"""The help and the palette in a real pseudo-terminal: other sizes, keys that hold everywhere, sleep; and the menu's sleep."""

import pytest

from tests.tui.terminal import Terminal
from tests.tui.test_restore import SHELL

HELP = ("?", "esc closes this page, ↓ and page-down scroll it.", "esc closes this page, ctrl+q quits gomem.")
PALETTE = ("\x10", "Find an action or a command…", "esc closes the palette, ctrl+q quits gomem.")
SMALL = "gomem needs 60×16"
FOOTER = "q quit"


def shown(terminal: Terminal) -> str:
    """All rows as one text, however the lines are broken."""
    return " ".join(" ".join(terminal.rows()).split())


def opened(key: str, there: str, *words: str, columns: int = 80, rows: int = 24) -> tuple[Terminal, list[str]]:
    """An explorer in which this is open, and what it showed before."""
    terminal = Terminal("--no-journal", *words, columns=columns, rows=rows)
    terminal.wait_for("space does")
    terminal.send("  ")
    terminal.wait_for("step 2/27")
    terminal.settle()
    before = terminal.rows()
    terminal.send(key)
    terminal.wait_for(there)
    return terminal, before


@pytest.mark.parametrize(("key", "there"), [HELP[:2], PALETTE[:2]])
def test_other_sizes_while_it_is_open(key: str, there: str) -> None:
    terminal, before = opened(key, there)
    for columns, rows in ((120, 40), (60, 16), (200, 60)):
        terminal.resize(40, 10)
        assert terminal.comes_true(lambda: f"{SMALL}; this terminal has 40×10" == shown(terminal)), shown(terminal)
        terminal.resize(columns, rows)
        terminal.wait_for(there)
        assert terminal.comes_true(lambda: "╭" in shown(terminal) and "needs" not in shown(terminal))
    terminal.escape()
    terminal.wait_for("▌ 1 Spans")
    assert all(f" {number} " in shown(terminal) for number in range(1, 10))  # all panes have room in the last one
    assert "─ 9 Objects" in shown(terminal)
    terminal.send(key)
    terminal.wait_for(there)
    terminal.resize(80, 24)
    terminal.wait_for(there)
    terminal.escape()
    assert terminal.comes_true(lambda: terminal.rows() == before), "\n".join(terminal.rows())
    terminal.kill()


@pytest.mark.parametrize(("key", "there", "told"), [HELP, PALETTE])
def test_its_keys_are_its_own(key: str, there: str, told: str) -> None:
    terminal, before = opened(key, there)
    terminal.settle(0.5)
    length = len(terminal.bytes)
    assert not terminal.comes_true(lambda: len(terminal.bytes) != length, 2)  # nothing blinks
    terminal.send("\t\x1b[Z\x03")
    terminal.wait_for(told)
    terminal.send(":")
    terminal.settle()
    terminal.escape()
    assert terminal.comes_true(lambda: terminal.rows() == before), "\n".join(terminal.rows())
    terminal.send(key)
    terminal.wait_for(there)
    terminal.send("\x11")
    assert terminal.exit_code() == 0
    assert terminal.left_on() == set()


def test_the_palette_takes_what_is_typed_after_it_was_hidden() -> None:
    terminal, _ = opened(*PALETTE[:2])
    terminal.resize(59, 24)
    terminal.wait_for("this terminal has 59×24")
    terminal.resize(80, 24)
    terminal.wait_for("step: Do the next step.")
    terminal.settle()
    terminal.send("first step")
    terminal.wait_for("🔎 first step")
    terminal.wait_for("Go back to the empty heap.")
    terminal.settle(0.4)
    terminal.send("\r")
    terminal.wait_for("step 0/27")
    terminal.kill()


@pytest.mark.parametrize(
    ("words", "first", "key", "there"),
    [
        (("--no-journal",), "space does", *HELP[:2]),
        (("--no-journal",), "space does", *PALETTE[:2]),
        (("learn",), "enter open", "j", "▸   2"),
    ],
)
def test_ctrl_z_and_fg(words: tuple[str, ...], first: str, key: str, there: str) -> None:
    terminal = Terminal(*words, program=("-c", SHELL))
    terminal.wait_for(first)
    terminal.send(key)
    terminal.wait_for(there)
    terminal.settle()
    before = terminal.rows()
    terminal.send("\x1a")
    assert terminal.comes_true(lambda: b"JOB STOPPED" in terminal.bytes)
    assert terminal.modes[b"1049"] is False
    assert terminal.comes_true(lambda: b"JOB WAKES" in terminal.bytes)
    assert terminal.comes_true(lambda: terminal.rows() == before), "\n".join(terminal.rows())
    terminal.escape()
    if words == ("learn",):
        assert terminal.exit_code() == 0
    else:
        terminal.wait_for(FOOTER)
        terminal.send("q")
        assert terminal.exit_code() == 0
    assert terminal.left_on() == set()
