"""Where a paste goes, and what is said of one that goes nowhere; and what copying depends on."""

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from gomem_core.lang.panes import KEYS
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.explorer.screens.over import Over
from gomem_tui.terminal.driver import PasteTooLong
from tests.tui.driven import explorer


async def paste(pilot: Pilot[int], text: str) -> None:
    pilot.app.post_message(Paste(text))
    await pilot.pause()


def said(app: Explorer) -> str:
    """In the footer, or in the frame of what covers the panes."""
    screen = app.screen
    return str(screen.query_one(screen.FRAME).border_subtitle) if isinstance(screen, Over) else app.message


async def test_a_paste_is_taken_once_wherever_one_types_and_elsewhere_it_is_said_what_to_do() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await paste(pilot, "alloc 48\ndrop all")
        assert said(app) == "Paste ignored: press : first, then paste."
        await pilot.press("colon")
        await paste(pilot, "\nalloc\t48 as x\n")
        assert app.query_one(Prompt).value == "alloc 48 as x"
        await pilot.press("escape", "slash")
        await paste(pilot, "class:5\nclass:6")
        assert app.query_one(Prompt).value == "class:5"
        await pilot.press("escape", "question_mark")
        await paste(pilot, "alloc 48")
        assert said(app) == "Paste ignored. esc closes this page, ctrl+q quits gomem."
        app.post_message(PasteTooLong())
        await pilot.pause()
        assert "this one was not taken" in said(app)
        await pilot.press("escape", "ctrl+p")
        await paste(pilot, "\nfirst\n step")
        assert app.screen.query_one(Input).value == "first step"
        assert app.model.session.step == 0  # nothing of all that was done
        assert not app.model.order.text


async def test_a_line_stops_where_lines_end_and_says_so() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        for opens in ("colon", "slash"):
            await pilot.press(opens)
            await paste(pilot, "#" * 9_999)
            await pilot.press("a", "b")
            await pilot.pause()
            assert app.query_one(Prompt).value == "#" * 9_999 + "a"
            assert said(app) == "A line has at most 10,000 characters: this was not added."
            await pilot.press("escape")


@pytest.mark.parametrize(
    ("variable", "part"),
    [("TMUX", "set -g set-clipboard on"), ("STY", "GNU screen hands no clipboard on"), ("", "if the terminal takes OSC 52")],
)
async def test_copying_says_what_it_depends_on(variable: str, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, "/tmp/tmux-0/default,1,0")
    app = explorer("alloc 48")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "y")
        assert part in app.message
        for key in KEYS.values():
            await pilot.press(key, "Y")
            assert part in app.message
            assert len(app.message) < 80  # else its end would not be seen


async def test_several_pasted_lines_are_joined_to_what_stands_in_the_prompt() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"alloc 48 as !", "left")
        await paste(pilot, "zz\nalloc 72 as y")
        session = app.model.session
        assert [session.line(step) for step in range(1, session.step + 1)] == ["alloc 48 as zz"]
        assert app.query_one(Prompt).value == "alloc 72 as y!"
