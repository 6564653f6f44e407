"""Terminals of all sizes: nothing is cut off, and what is going on survives a change of the size."""

import pytest
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Resize
from textual.geometry import Size

from gomem_core.files.script import read_script
from gomem_core.lang.panes import KEYS
from gomem_core.lessons import find_lesson
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.panewidget import PaneWidget
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.opening import demo_script
from tests.tui.screen import text_of
from tests.tui.terminal import Terminal

SIZES = [(60, 16), (60, 40), (80, 24), (109, 36), (120, 40), (200, 60)]


def explorer(step: int) -> Explorer:
    console = Console(True, demo_script())
    console.session.goto(step)
    return Explorer(console)


@pytest.mark.parametrize("size", SIZES)
async def test_everything_has_its_place(size: tuple[int, int]) -> None:
    app = explorer(20)
    async with app.run_test(size=size) as pilot:
        for name, key in KEYS.items():
            await pilot.press(key)
            await pilot.pause()
            rows = text_of(app.screen)
            assert len(rows) == size[1]
            assert sum(f"▌ {key} " in row for row in rows) == 1, name
            assert sum("─ 6 Why" in row or "▌ 6 Why" in row for row in rows) == 1 or name == "advise", "which is a page"
            assert "step 20/27" in rows[0]
            assert "GCs 1 " in rows[0]
            assert rows[-2].startswith(": space does: alloc 48 scan as again")
            assert "? help" in rows[-1]
            assert "q quit" in rows[-1]
            widgets = [w for w in app.query(PaneWidget) if w.display]
            assert all(w.region.height >= 4 and w.region.bottom <= size[1] - 2 for w in widgets), widgets


async def test_the_narrowest_header_tells_that_spans_wait_to_be_swept() -> None:
    app = explorer(19)
    async with app.run_test(size=(60, 16)):
        assert "GCs 1 sweeping " in text_of(app.screen)[0]


async def test_narrow_and_tall_terminals_show_two_panes_above_each_other() -> None:
    app = explorer(3)
    async with app.run_test(size=(60, 40)) as pilot:
        await pilot.press("3")
        await pilot.pause()
        upper, lower = app.query_one("#spans").region, app.query_one("#bitmap").region
        assert upper.bottom == lower.y
        assert abs(upper.height - lower.height) <= 1
        assert upper.width == lower.width == 60
        await pilot.press("z")
        await pilot.pause()
        assert not app.query_one("#spans").display
        assert app.query_one("#bitmap").region.height > upper.height + lower.height


async def test_a_smaller_terminal_says_what_is_needed() -> None:
    app = explorer(3)
    async with app.run_test(size=(59, 15)) as pilot:
        assert [row.strip() for row in text_of(app.screen) if row.strip()] == ["gomem needs 60×16; this terminal has 59×15"]
        await pilot.resize_terminal(60, 16)
        await pilot.pause()
        assert "step 3/27" in text_of(app.screen)[0]


@pytest.mark.parametrize("keys", [("w",), ("6", "z"), ("z",), ("question_mark",), ("w", "colon", "x", "enter")])
async def test_whatever_was_shown_a_smaller_terminal_shows_nothing_else(keys: tuple[str, ...]) -> None:
    app = explorer(3)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        said = " ".join(row.strip() for row in text_of(app.screen) if row.strip())
        assert said == "gomem needs 60×16; this terminal has 20×5"


async def test_what_is_being_typed_and_where_it_was_scrolled_to_survives_a_storm_of_sizes() -> None:
    app = explorer(27)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("9", "G", "up", "up")
        await pilot.press("colon", *"alloc")
        await pilot.pause()
        prompt, pane = app.query_one(Prompt), app.widgets.panes.objects
        before = (app.model.scene.selection, app.stage.arrangement.current, prompt.value, prompt.cursor_position, pane.top)
        for size in (*SIZES, (59, 15), (20, 5), (1, 1), *reversed(SIZES), (120, 40)):
            await pilot.resize_terminal(*size)
        await pilot.pause()
        assert (
            app.model.scene.selection,
            app.stage.arrangement.current,
            prompt.value,
            prompt.cursor_position,
            pane.top,
        ) == before
        assert prompt.has_focus
        await pilot.press("escape")
        assert "▸" in pane.text()


@pytest.mark.parametrize(
    "smaller",
    [
        [(40, 10)],
        [(80, 24), (60, 16), (40, 10), (100, 20)],
        pytest.param([(60, 16)], marks=pytest.mark.thorough),
        pytest.param([(200, 60)], marks=pytest.mark.thorough),
    ],
)
async def test_what_was_scrolled_stands_where_it_stood_once_there_is_room_again(smaller: list[tuple[int, int]]) -> None:
    app = Explorer(Console(True, read_script("x", "alloc 33000 times 60\n", "x")))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", *["down"] * 33, *["up"] * 5)  # five rows above the last one that is shown
        await pilot.pause()
        before = text_of(app.screen)
        for size in (*smaller, (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert size < (60, 16) or any(row.startswith("▸") for row in text_of(app.screen))
        assert text_of(app.screen) == before
        await pilot.resize_terminal(60, 16)
        await pilot.press(*["up"] * 20)
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert any(row.startswith("▸") for row in text_of(app.screen))


async def test_why_stands_where_it_was_scrolled_to_once_there_is_too_little_room_again() -> None:
    app = Explorer(Console(True, read_script("x", "say " + "word " * 100 + "\nalloc 48\nalloc 48\n", "x")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "6", "down", "down", "down")
        await pilot.pause()
        before = text_of(app.screen)
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert text_of(app.screen) == before
        await pilot.resize_terminal(200, 60)
        await pilot.press("space")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "step 2 › alloc 48" in app.query_one("#why", PaneWidget).text()  # a new step is read from its top


@pytest.mark.parametrize(
    ("columns", "rows"), [(80, 24), *(pytest.param(*size, marks=pytest.mark.thorough) for size in ((60, 40), (200, 60)))]
)
def test_a_storm_of_window_changes(columns: int, rows: int) -> None:
    """The terminal shows in the end what one shows that had this size from the beginning."""
    terminal = Terminal("--no-journal", columns=120, rows=40)
    terminal.wait_for("space does")
    terminal.send("   2:drop no")
    terminal.wait_for(": drop no")
    for n in range(12):
        terminal.resize(*SIZES[n % len(SIZES)])
        terminal.read(0.02)
    terminal.resize(columns, rows)

    calm = Terminal("--no-journal", columns=columns, rows=rows)
    calm.wait_for("space does")
    calm.send("   2:drop no")
    calm.wait_for(": drop no")
    calm.settle(0.6)
    assert calm.shows(rows - 2).startswith(": drop no")
    assert any("▌ 2 Arena" in row or "─ 2 Arena" in row for row in calm.rows())
    assert terminal.comes_true(lambda: terminal.rows() == calm.rows()), "\n".join(terminal.rows())
    terminal.kill()
    calm.kill()


@pytest.mark.parametrize(
    ("words", "first", "key"), [((), "space does", ""), ((), "space does", "?"), (("learn",), "enter open", "")], ids=str
)
def test_a_window_that_is_soon_as_large_as_it_was(words: tuple[str, ...], first: str, key: str) -> None:
    """The terminal has cut off what it showed, though gomem may see no other size at all."""
    terminal = Terminal(*words, "--no-journal", columns=120, rows=40)
    terminal.wait_for(first)
    terminal.send(key)
    terminal.settle(0.4)
    before = terminal.rows()
    for _ in range(3):
        terminal.resize(60, 16)
        terminal.resize(120, 40)
        assert terminal.rows() != before
        assert terminal.comes_true(lambda: terminal.rows() == before), "\n".join(terminal.rows())
        terminal.settle()
    terminal.kill()


async def test_why_is_as_high_as_the_text_needs_at_the_width_it_has_now() -> None:
    app = Explorer(Console(True, read_script("x", "say " + "word " * 30 + "\nalloc 48\n", "x")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        await pilot.pause()
        before = text_of(app.screen)
        assert app.query_one("#why").size.height == 12
        await pilot.resize_terminal(120, 23)
        await pilot.pause()
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert text_of(app.screen) == before


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_in_a_small_terminal_a_story_takes_no_more_rows_than_it_needs(size: tuple[int, int]) -> None:
    app = Explorer(Console(True, find_lesson("10").script))
    said = 0
    async with app.run_test(size=size) as pilot:
        for _ in range(8):
            await pilot.press("space")
            await pilot.pause()
            outcome = app.model.session.outcome
            if outcome is not None and outcome.said is not None and outcome.said.says:
                said += 1
                rows = text_of(app.screen)
                first = next(y for y, row in enumerate(rows) if row.startswith("─ 6 Why"))
                why = rows[first : first + app.query_one("#why").size.height]
                assert why[-2].strip(), why  # one row stays free above the scrub bar
    assert said >= 5


@pytest.mark.parametrize("size", [(120, 40), (200, 60)])
async def test_where_there_is_room_no_step_of_a_story_moves_the_panes(size: tuple[int, int]) -> None:
    lesson = find_lesson("4")
    app = Explorer(Console(True, lesson.script))
    async with app.run_test(size=size) as pilot:
        heights = set()
        for _ in range(lesson.steps):
            heights.add(app.query_one("#why").size.height)
            await pilot.press("space")
            await pilot.pause()
        await pilot.press("less_than_sign", "space", "space", "full_stop")
        await pilot.pause()
        assert app.model.session.event
        assert heights == {app.query_one("#why").size.height} == {13}


async def test_a_size_that_is_told_late_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two signals close together: the older size comes last, and no signal will tell the newer one again."""
    app = explorer(3)
    async with app.run_test(size=(120, 40)) as pilot:
        before = text_of(app.screen)
        monkeypatch.setattr("gomem_tui.explorer.drawn.TerminalDriver", HeadlessDriver)
        monkeypatch.setattr(HeadlessDriver, "size_now", lambda _: Size(120, 40), raising=False)
        app.post_message(Resize(Size(60, 16), Size(60, 16)))
        for _ in range(4):
            await pilot.pause(0.05)
        assert app.size == (120, 40)
        assert text_of(app.screen) == before
