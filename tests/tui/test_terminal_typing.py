"""Typing and pasting into the explorer, over a pseudo-terminal: one explorer for many ways to type."""

import os

from tests.tui.terminal import Terminal


def test_esc_pastes_and_bytes_that_are_no_text(tmp_path: object) -> None:
    terminal = Terminal(columns=120, rows=40, GOMEM_JOURNAL="0", XDG_STATE_HOME=str(tmp_path), COLORFGBG="15;0")
    terminal.wait_for("space")
    # A paste without a prompt says what to do, and does nothing.
    terminal.send("\x1b[200~alloc 48 as x\x1b[201~")
    terminal.wait_for("first, then paste")
    # One pasted line stands in the prompt once; line breaks around it are nothing.
    terminal.send(":\x1b[200~\nalloc 48 as x\n\x1b[201~")
    terminal.wait_for(": alloc 48 as x")
    assert "as xalloc" not in "\n".join(terminal.screen.display)
    # Esc and the key behind it in one read: the prompt closes, and j is a key.
    terminal.send("\x1bj")
    assert terminal.comes_true(lambda: "alloc 48 as x" not in "\n".join(terminal.screen.display))
    # The same in the filter.
    terminal.send("/\x1b[200~class:5\x1b[201~")
    terminal.wait_for("/ class:5")
    terminal.settle()
    assert "class:5class:5" not in "\n".join(terminal.screen.display)
    terminal.send("\x1b?")
    terminal.wait_for("esc closes this page")  # esc left the filter, the question mark opened the help
    terminal.send("\x1b:")
    terminal.send("alloc 64 as y")  # esc closed the help, the colon opened the prompt
    terminal.wait_for(": alloc 64 as y")
    # Latin-1 letters and an old mouse report: nothing, and the prompt goes on.
    os.write(terminal.fd, b"\xe4\xf6\xfc\x1b[M \xfa\xc3z")
    terminal.wait_for(": alloc 64 as yz")
    # A line has an end.
    terminal.send("\x1b[200~" + "x" * 10_000 + "\x1b[201~")
    terminal.wait_for("at most 10,000 characters")
    terminal.send("\x1bq")
    assert terminal.exit_code() == 0
    assert not terminal.left_on()


def test_the_terminal_is_asked_for_its_background_and_a_late_answer_changes_colours_only() -> None:
    terminal = Terminal(columns=80, rows=24, GOMEM_JOURNAL="0", COLORFGBG="", COLORTERM="", NO_COLOR="")
    terminal.wait_for("space")
    terminal.settle()
    assert b"\x1b]11;?" in terminal.bytes
    before, shown = len(terminal.bytes), list(terminal.screen.display)
    for part in ("\x1b]11;rg", "b:ffff/ff", "ff/ffff\x07"):
        terminal.send(part)
        terminal.settle(0.3)
    assert list(terminal.screen.display) == shown
    assert b"38;5;25m" in terminal.bytes[before:]  # the light theme's key colour, which neutral does not have
    terminal.send("q")
    assert terminal.exit_code() == 0


def test_a_theme_that_was_chosen_is_not_asked_for() -> None:
    terminal = Terminal("--theme", "dark", columns=80, rows=24, GOMEM_JOURNAL="0", COLORFGBG="")
    terminal.wait_for("space")
    terminal.settle()
    assert b"\x1b]11" not in terminal.bytes
    terminal.send("q")
    assert terminal.exit_code() == 0


def test_what_the_terminal_told_the_menu_holds_for_its_lessons() -> None:
    terminal = Terminal("learn", GOMEM_JOURNAL="0", COLORFGBG="", COLORTERM="", NO_COLOR="")
    terminal.wait_for("enter open")
    terminal.send("\x1b]11;rgb:ffff/ffff/ffff\x07")
    assert terminal.comes_true(lambda: b"38;5;25m" in terminal.bytes)
    before = len(terminal.bytes)
    terminal.send("\r")
    terminal.wait_for("space does")
    terminal.settle()
    assert b"38;5;25m" in terminal.bytes[before:]
    assert b"\x1b]11;?" not in terminal.bytes[before:]
    terminal.kill()
