"""The menu of lessons, and a lesson in the explorer."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from gomem_core.files.script import read_script
from gomem_core.lessons import Lesson, find_lesson, lessons
from gomem_core.lessons.walked import walked
from gomem_core.session.console import Console
from gomem_tui.draw.glyphs import STAND_INS
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.lesson import LessonVisit
from gomem_tui.explorer.linepane import LinePane
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.explorer.screens.lessons import LessonMenu
from gomem_tui.render.lines import plain
from gomem_tui.settings.keys import STANDARD, Keyboard
from gomem_tui.settings.options import Options
from tests.tui.driven import type_line
from tests.tui.screen import text_of
from tests.tui.terminal import Terminal

SIZES = [(80, 24), (60, 16)]
TWELVE = [
    Lesson(
        n,
        f"name{n}",
        read_script("x", f"title Title number {n}\nsay Sentence {n} of a lesson, and one that goes on for so long that at sixty "
                    "columns it takes more room than two lines have, which is why it is cut. More.\npause\npause\n", "x"),
    )
    for n in range(1, 13)
]  # fmt: skip


def menu(*done: str, keyboard: Keyboard = STANDARD) -> LessonMenu:
    return LessonMenu(TWELVE, done, Options(keyboard=keyboard))


def rows_of(app: LessonMenu) -> list[str]:
    return [plain(line).rstrip() for line in app.query_one("#lessons", LinePane)._lines]


@pytest.mark.parametrize("size", SIZES)
async def test_all_of_it_is_seen(size: tuple[int, int]) -> None:
    app = menu("name2", "name12", "name77")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        rows = rows_of(app)
        assert len(rows) == size[1]
        assert rows[0].startswith(" gomem learn   2 of 12 walked to the end  ")
        assert rows[0].endswith("  steps")
        assert rows[1].split() == ["▸", "1", "Title", "number", "1", "2"]
        assert rows[2].split() == ["✓", "2", "Title", "number", "2", "2"]
        assert rows[12].split() == ["✓", "12", "Title", "number", "12", "2"]
        assert all(row.endswith("   2") for row in rows[1:13])
        below = " ".join(row.strip() for row in rows[13:-1])
        assert below.strip().startswith("Sentence 1 of a lesson, and one that goes on")
        assert "More" not in below
        assert ("…" in below) == (size == (60, 16))
        assert rows[-1] == " enter open   ↑ ↓ choose   ? help   q quit"


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        (["down", "j", "down", "up"], 2),
        (["k", "up"], 0),
        (["G", "down"], 11),
        (["end", "home"], 0),
        (["G", "g"], 0),
        (["7"], 6),
        (["9", "down", "k", "j"], 9),
        (["1", "2"], 11),
        (["1", "0", "7"], 6),
        (["2", "1"], 0),
        (["1", "down", "2"], 1),  # another number was begun
        (["3", "0"], 2),  # there is no lesson 30, and none of number 0
    ],
)
async def test_keys_choose(keys: list[str], at: int) -> None:
    app = menu()
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.at == at
        assert [row[1] for row in rows_of(app)[1:13]].index("▸") == at
        assert f"Sentence {at + 1} of" in rows_of(app)[13]


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_enter_opens(key: str) -> None:
    app = menu()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", key)
    assert (app.return_value, app.at) == (None, 1)
    assert not app.is_running


@pytest.mark.parametrize("key", ["q", "escape", "ctrl+q"])
async def test_q_and_escape_leave(key: str) -> None:
    app = menu()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
    assert app.return_value == 0


async def test_keys_of_a_configuration_hold_here_too() -> None:
    app = menu(keyboard=Keyboard({"quit": ["x"], "down": ["n", "2"], "open": ["o"], "explain_quit": []}))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", "2", "q", "j", "ctrl+c", "enter")
        await pilot.pause()
        assert (app.is_running, app.at, app.helping) == (True, 2, False)
        assert rows_of(app)[-1] == " o open   ↑ n choose   ? help   x quit"
        await pilot.press("question_mark")
        assert "o or a second click opens a lesson." in " ".join(rows_of(app))
        await pilot.press("x")
    assert app.return_value == 0


async def test_to_an_audience_a_clickers_keys_go_from_lesson_to_lesson() -> None:
    app = LessonMenu(TWELVE, (), Options(presenting=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("pagedown", "pagedown")
        assert app.at == 2
        await pilot.press("pageup")
        assert app.at == 1


async def test_a_click_selects_and_a_second_one_opens() -> None:
    app = menu()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(offset=(10, 5))
        assert app.at == 4
        for elsewhere in (0, 13, 20, 23):
            await pilot.click(offset=(10, elsewhere))
        assert app.at == 4
        assert app.is_running
        await pilot.click(offset=(10, 5))
    assert (app.return_value, app.at) == (None, 4)


@pytest.mark.parametrize("size", SIZES)
async def test_the_help_tells_the_keys_and_escape_leaves_it(size: tuple[int, int]) -> None:
    app = menu()
    async with app.run_test(size=size) as pilot:
        await pilot.press("question_mark")
        assert "esc and q leave." in " ".join(row.strip() for row in rows_of(app)[13:])
        await pilot.press("escape")
        assert app.is_running
        assert "Sentence 1 of" in " ".join(rows_of(app))
        await pilot.press("ctrl+c")
        assert "esc and q leave." in " ".join(row.strip() for row in rows_of(app)[13:])


async def test_every_sign_has_a_stand_in() -> None:
    app = menu("name2")
    async with app.run_test(size=(80, 24)) as pilot:
        signs = {char for row in rows_of(app) for char in row}
        await pilot.press("question_mark")
        signs |= {char for row in rows_of(app) for char in row}
    assert {"▸", "✓"} <= {sign for sign in signs if not sign.isascii()} <= STAND_INS.keys()


async def test_more_lessons_than_rows_scroll() -> None:
    app = menu()
    app.there = [replace(app.there[0], number=n, name=f"name{n}") for n in range(1, 31)]
    async with app.run_test(size=(80, 16)) as pilot:

        def numbers() -> list[int]:
            return [int(row[3:6]) for row in rows_of(app)[1:13]]

        assert numbers() == [*range(1, 13)]
        assert "1–12 of 30 shown" in rows_of(app)[0]
        await pilot.press("1", "2")
        assert numbers() == [*range(2, 14)], "one below the selected one is shown, too"
        await pilot.click(offset=(10, 12))
        assert app.at == 12
        assert numbers() == [*range(3, 15)]
        await pilot.press("G")
        assert numbers() == [*range(19, 31)]
        await pilot.click(offset=(10, 1))
        assert app.at == 18


async def test_a_smaller_terminal_says_what_is_needed() -> None:
    app = menu()
    async with app.run_test(size=(59, 16)) as pilot:

        async def shows(wanted: str, *size: int) -> None:
            """A new size is drawn some turns of the loop after it is told."""
            if size:
                await pilot.resize_terminal(*size)
            for _ in range(200):
                if " ".join(rows_of(app)[:2]).strip().startswith(wanted):
                    return
                await pilot.pause(0.01)
            assert rows_of(app)[:2] == [wanted]

        await shows("the menu needs 60×16; this terminal has 59×16")
        await shows("the menu needs 60×16; this terminal has 60×15", 60, 15)
        await shows("the menu needs 60×16; this terminal has 40×10", 40, 10)
        await pilot.resize_terminal(60, 16)
        for _ in range(200):
            if rows_of(app)[1].split()[:2] == ["▸", "1"]:
                break
            await pilot.pause(0.01)
        assert rows_of(app)[1].split()[:2] == ["▸", "1"]


# --- A lesson in the explorer -----------------------------------------------------------------------------------------------


def explorer(which: str, from_menu: bool = False) -> Explorer:
    lesson = find_lesson(which)
    desk = Console(True, lesson.script)
    return Explorer(desk, Options(), LessonVisit(lesson, desk, Options(), from_menu))


async def test_the_end_says_which_is_next_and_is_remembered() -> None:
    app = explorer("collection")
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.footer.text().endswith("q quit")
        for _ in range(find_lesson("collection").steps - 1):
            await pilot.press("space")
        assert walked() == frozenset()
        await pilot.press("space")
        assert app.query_one(Prompt).placeholder == "the end of this lesson; the next one: gomem learn 8"
        assert walked() == {"collection"}
        await pilot.press("b")
        assert app.query_one(Prompt).placeholder == "space does: alloc 512 as f"


async def test_whoever_came_from_the_menu_is_told_the_way_back() -> None:
    app = explorer("popular_and_real", from_menu=True)
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.footer.text().endswith("q menu")
        await pilot.press("greater_than_sign")
        await pilot.pause()
        assert app.query_one(Prompt).placeholder == "the end of this lesson; q leads back to the menu"


async def test_commands_of_ones_own_on_the_way_leave_the_lesson_as_it_is() -> None:
    app = explorer("popular_and_real")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        await type_line(pilot, "alloc 48 as mine")
        assert walked() == frozenset()
        await type_line(pilot, "branch main")
        await pilot.press("escape", "greater_than_sign")
        await pilot.pause()
        assert app.query_one(Prompt).placeholder == "the end of this lesson; the next one: gomem learn 13"
    assert walked() == {"popular_and_real"}


async def test_a_lesson_about_a_heap_that_is_read() -> None:
    app = explorer("looking_at_a_real_heap")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("greater_than_sign")
        await pilot.pause()
        assert f"step {app.model.session.step}/{app.model.session.step} " in text_of(app.screen)[0]
        assert app.query_one(Prompt).placeholder == "the end of this lesson; the next one: gomem learn 14"
        await type_line(pilot, "alloc 48")
        assert "this heap is read, not modelled" in " ".join(text_of(app.screen))
    assert walked() == {"looking_at_a_real_heap"}


async def test_the_end_of_the_last_lesson() -> None:
    app = explorer(lessons()[-1].name)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("greater_than_sign")
        await pilot.pause()
        assert app.query_one(Prompt).placeholder == "the end of the last lesson; type a command of your own, or q"
    assert walked() == {lessons()[-1].name}


async def test_another_future_is_not_the_lesson() -> None:
    app, steps = explorer("collection"), find_lesson("collection").steps
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space", "b", "b")
        app.query_one(Prompt).post_message(Prompt.Entered([f"alloc 48 as n{n}" for n in range(steps)]))
        await pilot.pause()
        session = app.model.session
        assert (session.step, session.at_end) == (steps, True)
    assert walked() == frozenset()


async def test_what_was_opened_in_its_place_is_not_the_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.gomem").write_text("alloc 48\n" * 30)
    app = explorer("collection")
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.footer.text().endswith("q quit")
        await type_line(pilot, "open other.gomem")
        await pilot.press("escape", "greater_than_sign")
        await pilot.pause()
        assert app.model.session.step == 30
        assert app.query_one(Prompt).placeholder.startswith("this is the end")
    assert walked() == frozenset()


def test_menu_lesson_menu_in_a_terminal() -> None:
    terminal = Terminal("learn", columns=60, rows=16)
    terminal.wait_for("enter open")
    terminal.send("7\r")
    terminal.wait_for("space reads on")
    terminal.send(" ")
    terminal.wait_for("space does: alloc 32 scan as a times 6")
    terminal.send("q")
    terminal.wait_for("enter open")
    terminal.wait_for("▸   7")
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert terminal.left_on() == set()


def test_a_lesson_by_its_number_in_a_terminal() -> None:
    terminal = Terminal("learn", "10")
    terminal.wait_for("space reads on")
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert terminal.left_on() == set()


def test_a_signal_restores_the_terminal() -> None:
    terminal = Terminal("learn")
    terminal.wait_for("enter open")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.exit_code() != 0
    assert terminal.left_on() == set()
