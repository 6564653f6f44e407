"""Many keys at once, as a held key or a slow line sends them: those that only move cost little, and an end comes soon.

What is counted is work: how often panes are moved and drawn, and steps done.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from textual.app import App
from textual.events import Key

from gomem_core.lang.panes import PANES
from gomem_core.lessons import lessons
from gomem_core.session.session import Session
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.linepane import LinePane
from gomem_tui.explorer.screens.lessons import LessonMenu
from gomem_tui.opening import open_console
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.table import TablePane
from gomem_tui.settings.options import Options
from tests.tui.longscript import STEPS, long_script

NAMES = {" ": "space", ":": "colon", "\r": "enter", "\x11": "ctrl+q", "\t": "tab", "?": "question_mark", "v": "pagedown"}
NAMES |= {".": "full_stop", "{": "left_curly_bracket", "}": "right_curly_bracket", "<": "less_than_sign"}
SIZE = (120, 40)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "long.gomem"
    path.write_text("alloc 48\nalloc 5000\n" * 100)
    return path


def explorer(script: Path, presenting: bool = False) -> Explorer:
    return Explorer(open_console(script, False, None, False), Options(presenting=presenting))


def type_at_once(app: App[int], text: str) -> None:
    """All of it is there before the first of it is looked at."""
    for character in text:
        name = NAMES.get(character, character)
        printable = character if character.isprintable() or character == " " else None
        event = Key(name, printable)
        event.set_sender(app)
        app.post_message(event)


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Counts the moves and drawings of panes, and the steps done."""
    counts: Counter[str] = Counter()
    classes = [one for one in all_heirs(HeapPane) if "move" in one.__dict__]
    redraw, forward = LinePane.redraw, Session.forward

    def counting(one: type[HeapPane]):  # type: ignore[no-untyped-def]
        move = one.move

        def counted_move(self: HeapPane, rows: int, columns: int = 0) -> None:
            counts["moves"] += 1
            move(self, rows, columns)

        return patch.object(one, "move", counted_move)

    def counted_redraw(self: LinePane) -> None:
        counts["drawn"] += 1
        redraw(self)

    def counted_forward(self: Session) -> object:
        counts["steps"] += 1
        return forward(self)

    patches = [counting(one) for one in classes]
    patches += [patch.object(LinePane, "redraw", counted_redraw), patch.object(Session, "forward", counted_forward)]
    for one in patches:
        one.start()
    try:
        yield counts
    finally:
        for one in patches:
            one.stop()


def all_heirs(cls: type[HeapPane]) -> list[type[HeapPane]]:
    return [heir for direct in cls.__subclasses__() for heir in (direct, *all_heirs(direct))]


async def work(script: Path, keys: str) -> Counter[str]:
    """What it takes to do these keys, in the middle of the session."""
    app = explorer(script)
    async with app.run_test(size=SIZE) as pilot:
        app.time_actions.edge_step(1)
        await pilot.pause()
        with counted() as counts:
            type_at_once(app, keys)
            await pilot.pause()
    return counts


@pytest.mark.parametrize("keys", ["j", "12", "2345", "\t", "v"])
async def test_ten_thousand_keys_that_only_move_cost_little(keys: str, script: Path) -> None:
    few = await work(script, keys * (100 // len(keys)))
    many = await work(script, keys * (10_000 // len(keys)))
    assert few["drawn"] > 0
    assert many["drawn"] <= 10 * few["drawn"]
    if len(set(keys)) == 1:
        assert many["moves"] <= 10 * max(1, few["moves"])


async def test_many_moves_at_once_lead_where_they_lead_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "all.gomem"
    path.write_text(long_script())
    app = explorer(path)
    async with app.run_test(size=SIZE) as pilot:
        app.model.goto(STEPS)
        app.model.arrived()
        for name in PANES:
            app.pane_actions.pane(name)
            await pilot.pause()
            for rows, columns in ((1, 0), (-1, 0), (0, 1), (0, -1), (7, 0)):
                begin = app.model.scene
                for times in (2, 3, 40):
                    places = []
                    for at_once in (False, True):
                        app.model.scene = begin
                        app.stage.pane.top = 0
                        app.stage.pane.go_to_selected() if isinstance(app.stage.pane, TablePane) else app.stage.pane.reveal()
                        app.stage.pane.move(rows, columns)
                        if at_once:
                            app.stage.pane.move_on(rows, columns, times - 1)
                        else:
                            for _ in range(times - 1):
                                app.stage.pane.move(rows, columns)
                        places.append((app.model.scene.selection, app.stage.pane.top if name == "why" else 0))
                    assert places[0] == places[1], (name, rows, columns, times)


async def test_a_clickers_keys_are_steps(script: Path) -> None:
    app = explorer(script, presenting=True)
    async with app.run_test(size=SIZE) as pilot:
        type_at_once(app, "v" * 60)
        await pilot.pause()
        assert app.model.session.step == 60


async def test_the_menu_of_lessons_draws_once_for_many_keys() -> None:
    drawn = []
    for times in (100, 10_000):
        app = LessonMenu(lessons(), set(), Options())
        async with app.run_test(size=SIZE) as pilot:
            with counted() as counts:
                type_at_once(app, "jk" * (times // 2))
                await pilot.pause()
            drawn.append(counts["drawn"])
    assert 0 < drawn[1] <= 10 * drawn[0]
    assert drawn[0] <= 10


# --- The end goes first -------------------------------------------------------------------------------------------------------


async def session_after(script: Path, keys: str) -> tuple[Session, Counter[str], bool]:
    """What is left after these keys, what was done, and whether they ended the explorer."""
    app = explorer(script)
    async with app.run_test(size=SIZE) as pilot:
        with counted() as counts:
            type_at_once(app, keys)
            await pilot.pause()
        ended = app.ending
    return app.model.session, counts, ended


@pytest.mark.parametrize("end", ["q", "\x11"])
@pytest.mark.parametrize("before", [" ", ". b", "}<", "12 j"])
async def test_an_end_does_not_wait_behind_moves_and_steps(before: str, end: str, script: Path) -> None:
    _, counts, ended = await session_after(script, before * (10_000 // len(before)) + end)
    assert ended
    assert counts["steps"] <= 50
    assert counts["moves"] <= 50


async def test_few_steps_before_an_end_are_done(script: Path) -> None:
    session, _, ended = await session_after(script, " " * 30 + "q")
    assert (session.step, ended) == (30, True)


@pytest.mark.parametrize("mark", ["m", ":mark m1\r"])
async def test_an_end_waits_for_what_is_kept(mark: str, script: Path) -> None:
    """And what stands before it is done before it."""
    session, _, ended = await session_after(script, " " * 60 + mark + " " * 100 + "q")
    assert ended
    assert session.bookmarks == {"m1": 60}


@pytest.mark.parametrize("end", ["", "\x11"])
async def test_a_letter_of_a_command_ends_nothing(end: str, script: Path) -> None:
    session, _, ended = await session_after(script, "j" * 100 + ":alloc 48 as quick\r" + "j" * 100 + end)
    assert session.objects.find_name("quick") is not None
    assert ended == bool(end)


async def test_letters_without_enter_do_not_keep_it(script: Path) -> None:
    session, _, ended = await session_after(script, ":" + "q" * 5_000 + "\x11")
    assert (session.step, ended) == (0, True)


async def test_quit_can_be_typed_behind_many_keys(script: Path) -> None:
    session, _, ended = await session_after(script, " " * 60 + ":alloc 8 as one\r:quit\r")
    assert ended
    assert session.objects.find_name("one") is not None


async def test_what_is_typed_behind_an_end_is_for_nobody(script: Path) -> None:
    session, _, ended = await session_after(script, " q:alloc 48\r  ")
    assert (session.step, ended) == (1, True)


async def test_in_the_help_the_key_closes_the_help(script: Path) -> None:
    _, _, ended = await session_after(script, "?" + "j" * 100 + "q")
    assert not ended
