"""The mouse in a real pseudo-terminal: a click, and the wheel, on everything that is drawn."""

from pathlib import Path

from tests.tui.terminal import Terminal


def click(terminal: Terminal, column: int, row: int) -> None:
    """With the left button, at a cell counted from 0."""
    place = f"{column + 1};{row + 1}"
    terminal.send(f"\x1b[<0;{place}M\x1b[<0;{place}m")


def wheel(terminal: Terminal, up: bool, column: int, row: int) -> None:
    """One notch."""
    terminal.send(f"\x1b[<{64 if up else 65};{column + 1};{row + 1}M")


def click_on(terminal: Terminal, text: str, row: int) -> None:
    """On the first cell of what is written there, or will be soon."""
    assert terminal.comes_true(lambda: text in terminal.shows(row)), terminal.rows()
    click(terminal, terminal.shows(row).index(text), row)


def selected(terminal: Terminal) -> int:
    """The row of the screen on which the selected span is drawn, in the spans table; 0 if it is not."""
    return next((y for y, row in enumerate(terminal.rows(0, 12)) if row.startswith("▸")), 0)


def test_click_and_wheel(tmp_path: Path) -> None:
    script = tmp_path / "spans.gomem"
    script.write_text("alloc 33000 times 60\nalloc 48 as a\nalloc 64 as b\n")
    terminal = Terminal("--no-journal", str(script))
    terminal.wait_for("space does")
    assert {b"1000", b"1006"} <= {mode for mode, on in terminal.modes.items() if on}

    click_on(terminal, "space", 23)  # the footer
    terminal.wait_for("step 1/3")
    terminal.send("g")
    assert terminal.comes_true(lambda: selected(terminal) == 3)
    click(terminal, 5, 6)  # a span
    assert terminal.comes_true(lambda: selected(terminal) == 6)
    for _ in range(4):  # 3 rows each: the table shows 8 of them
        wheel(terminal, False, 5, 6)
    terminal.wait_for("─ rows 9–16 of 61 ─")
    wheel(terminal, True, 5, 6)
    assert terminal.comes_true(lambda: 3 <= selected(terminal) < 10)
    click_on(terminal, "pages", 2)  # a heading
    terminal.wait_for("by pages")

    click(terminal, 9, 22)  # the prompt
    terminal.wait_for("enter do it")
    terminal.send("mark here")
    terminal.wait_for(": mark here")
    terminal.escape()
    terminal.wait_for("q quit")
    click(terminal, 0, 22)  # the sign before it
    terminal.wait_for("enter do it")
    click_on(terminal, "esc leave", 23)
    terminal.wait_for("q quit")

    scrub = terminal.shows(21)
    click(terminal, len(scrub) - 1, 21)  # its last step
    terminal.wait_for("step 3/3")
    click(terminal, scrub.index("●") + 4, 21)  # steps are four cells apart: the second
    terminal.wait_for("step 2/3")
    click(terminal, 1, 21)
    terminal.wait_for("step 0/3")
    click(terminal, 60, 21)  # behind its end
    click_on(terminal, "6 Why", 11)
    terminal.wait_for("▌ 6 Why")
    assert "step 0/3" in terminal.shows(0)
    click_on(terminal, "q quit", 23)
    assert terminal.exit_code() == 0
    assert terminal.left_on() == set()
