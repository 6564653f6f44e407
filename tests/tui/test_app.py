"""The explorer as its user drives it: keys in, panes out."""

from pathlib import Path

import pytest
from textual.geometry import Size

from gomem_core.files.script import ScriptError, read_script
from gomem_core.lang.panes import PANES
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.linepane import Bar
from gomem_tui.explorer.panewidget import PaneWidget
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.settings.keys import Keyboard
from gomem_tui.settings.look import Look
from gomem_tui.settings.options import Options
from tests.tui.driven import SIZES, explorer, shown, type_line


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_space_shows_an_object_and_who_served_it(size: tuple[int, int]) -> None:
    app = explorer()
    async with app.run_test(size=size) as pilot:
        assert "arena is empty" in shown(app, "spans")
        await pilot.press("space")
        await pilot.pause()
        assert "c420000000" in shown(app, "spans")
        assert "5 OS         ● the arena grew by 1.0M" in shown(app, "why")


async def test_where_there_is_no_step_none_is_promised() -> None:
    app = explorer("")
    async with app.run_test(size=SIZES[0]) as pilot:
        assert "such as alloc 48 scan" in shown(app, "why")
        assert "first step" not in shown(app, "why")
        await type_line(pilot, "alloc 48 scan")
        assert "such as" not in shown(app, "why")
    app = explorer("alloc 48")
    async with app.run_test(size=SIZES[0]):
        assert "space does the first step" in shown(app, "why")


@pytest.mark.parametrize("size", SIZES)
async def test_the_whole_demo_can_be_stepped(size: tuple[int, int]) -> None:
    app = explorer()
    async with app.run_test(size=size) as pilot:
        for _ in app.model.session.steps:
            await pilot.press("space")
            assert app.model.outcome is not None
            assert app.model.outcome.ok, app.model.outcome.error
        assert app.model.session.step == len(app.model.session.steps)
        await pilot.press("space")
        assert "This is the end" in app.message
        assert app.model.session.submit("invariants full").ok


async def test_selecting_a_span_in_one_pane_selects_it_in_all() -> None:
    app = explorer("alloc 48 scan as a\nalloc 100 as b\nalloc 48 as c")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space", "space")
        await pilot.press("1", "g")
        await pilot.pause()
        assert app.model.scene.selection.addr == 0xC420000000
        assert "span c420000000" in shown(app, "bitmap")
        assert "▸  4     48 scan" in shown(app, "mcentral")
        assert "▸ page 0: span c420000000" in shown(app, "arena")
        await pilot.press("2", "right")
        await pilot.pause()
        assert "▸ c420002000" in shown(app, "spans")
        assert "span c420002000" in shown(app, "bitmap")
        assert "▸  8    112 noscan" in shown(app, "mcentral")
        await pilot.press("4", "k", "right")
        await pilot.pause()
        assert "▸ c420004000" in shown(app, "spans").replace("▸+", "▸ ")


async def test_a_key_that_does_nothing_says_where_to_look() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x")
        assert app.message == "x does nothing here; : types a command, ? tells the keys."
        await pilot.press("down")
        assert app.message == ""


@pytest.mark.parametrize("size", SIZES)
async def test_tab_goes_round_the_panes(size: tuple[int, int]) -> None:
    app = explorer()
    async with app.run_test(size=size) as pilot:
        seen = [app.stage.arrangement.current]
        for _ in PANES:
            await pilot.press("tab")
            seen.append(app.stage.arrangement.current)
        assert seen == [*PANES, "spans"]
        await pilot.press("shift+tab")
        assert app.stage.arrangement.current == list(PANES)[-1]


async def test_zoom_gives_one_pane_all_the_room_and_escape_takes_it_back() -> None:
    app = explorer()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "z")
        await pilot.pause()
        assert app.query_one("#bitmap").size == Size(120, 36)
        assert not app.query_one("#spans").display
        await pilot.press("escape")
        await pilot.pause()
        assert app.query_one("#spans").display
        assert app.stage.arrangement.current == "bitmap"


async def test_resizing_keeps_pane_selection_and_scroll_and_small_terminals_say_what_is_needed() -> None:
    app = explorer("alloc 100 times 9000\nalloc 5")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "1", "G")
        await pilot.pause()
        before = app.model.scene.selection
        for size in ((80, 24), (30, 8), (200, 60), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert (app.model.scene.selection, app.stage.arrangement.current) == (before, "spans")
            tiny = size == (30, 8)
            assert app.query_one("#too-small").display == tiny
            if not tiny:
                assert "▸" in shown(app, "spans")


async def test_a_step_repaints_only_lines_that_changed() -> None:
    app = explorer("alloc 48 scan times 20\nalloc 48 scan\nalloc 48 scan")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space")
        await pilot.pause()
        before = {pane.id: list(pane._lines) for pane in app.query(PaneWidget)}
        await pilot.press("space")
        await pilot.pause()
        changed = {
            pane.id: sum(a != b for a, b in zip(before[pane.id], pane._lines, strict=True)) for pane in app.query(PaneWidget)
        }
        # One row of the table, nothing of the map but the readout, nothing of the lists; the words move on by a slot.
        assert changed["spans"] == 1
        assert changed["arena"] == 1
        assert changed["mcentral"] == 0


async def test_a_click_selects() -> None:
    app = explorer("alloc 48 scan\nalloc 100")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space")
        await pilot.click("#spans", offset=(5, 2))
        await pilot.pause()
        assert app.model.scene.selection.addr == 0xC420000000
        await pilot.click("#arena", offset=(15, 1))
        await pilot.pause()
        assert app.stage.arrangement.current == "arena"
        assert app.model.scene.selection.addr == 0xC420002000


async def test_help_opens_and_closes() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert len(app.screen_stack) == 2
        await pilot.press("escape")
        assert len(app.screen_stack) == 1


def test_a_bad_script_is_refused_with_line_and_column() -> None:
    with pytest.raises(ScriptError, match="demo:2:7: "):
        read_script("demo", "alloc 8\nalloc -1", "demo")


async def test_a_link_selects_and_marks_the_object_and_why_tells_what_the_word_held() -> None:
    app = explorer("alloc 48 scan as a\nalloc 48 scan as b\nalloc 100\nlink b.5 a\nunlink b.5")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["space"] * 4)
        await pilot.pause()
        assert app.model.scene.selection.addr == 0xC420000030
        assert "▸+c420000000" in shown(app, "spans")
        assert "+1● b" in shown(app, "bitmap")
        assert "word 5 of the object at c420000030 held nil and holds c420000000 now" in shown(app, "why")
        await pilot.press("space", "e")
        await pilot.pause()
        assert "pointer_written base c420000000  obj c420000030  word 5  value nil  old c420000000" in shown(app, "why")
        assert "the program's own store" in shown(app, "why")


async def test_the_event_log_names_every_decision() -> None:
    app = explorer("alloc 48 scan")
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press("space", "e", "6", "z")
        await pilot.pause()
        text = shown(app, "why")
        names = [line.split()[1] for line in text.splitlines()[1:] if line.split()]
        assert names[:3] == ["class_chosen", "mcache_miss", "lock_taken"]
        assert {"grow", "mapped", "span_split", "span_alloc", "cache_span", "slot_taken", "bits_written"} <= set(names)


async def test_the_rungs_of_why_stand_in_the_same_rows_with_and_without_a_note() -> None:
    app = explorer("# a note\nalloc 48 as a\nalloc 48 as b\ngc")
    async with app.run_test(size=(120, 40)) as pilot:
        rows = []
        for _ in range(2):
            await pilot.press("space")
            await pilot.pause()
            lines = shown(app, "why").splitlines()
            rows.append(next(y for y, line in enumerate(lines) if "1 size class" in line))
        assert rows == [3, 3]
    app = explorer("help")  # longer than the pane: nothing stays free
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await pilot.pause()
        assert "help" in shown(app, "why").splitlines()[1]


async def test_what_is_selected_is_copied_by_escape_code_and_told() -> None:
    app = explorer("alloc 48 scan")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("y")
        assert app.message == "Nothing is selected."
        await pilot.press("space", "y")
        assert app.clipboard == "0xc420000000"
        assert app.message.startswith("Copied 0xc420000000")
        await pilot.press("Y")
        assert app.clipboard.splitlines()[2].split()[:2] == ["▸+c420000000", "1"]


async def test_a_picture_is_written_as_svg_and_text_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = explorer("alloc 48 scan")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "P", "P")
        await pilot.pause()
        assert sorted(path.name for path in tmp_path.iterdir()) == [
            *("gomem-demo-step1-2.svg", "gomem-demo-step1-2.txt", "gomem-demo-step1.svg", "gomem-demo-step1.txt"),
        ]
        lines = (tmp_path / "gomem-demo-step1.txt").read_text(encoding="utf-8").splitlines()
        assert len(lines) == 24
        assert lines[0].startswith(" gomem ")
        assert "<svg" in (tmp_path / "gomem-demo-step1.svg").read_text(encoding="utf-8")
        monkeypatch.chdir("/proc")
        await pilot.press("P")
        assert app.message.startswith("No picture was written: ")


async def test_to_an_audience_a_clicker_steps_and_keys_are_shown() -> None:
    app = Explorer(Console(True, read_script("demo", "alloc 48\nalloc 64", "demo")), Options(presenting=True))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("pagedown", "pagedown")
        await pilot.pause()
        assert app.model.session.step == 2
        assert app.query_one("#footer", Bar).text().endswith(" page-down")
        assert app.query_one(Prompt).placeholder.startswith("this is the end")
        await pilot.press("pageup")
        await pilot.pause()
        assert app.model.session.step == 1
        assert app.query_one(Prompt).placeholder == "next (page-down): alloc 64"
        assert app.query_one("#why").size.height == 16


async def test_to_an_audience_the_next_step_is_announced_in_a_bright_style() -> None:
    script = read_script("demo", "alloc 48 scan as a\nsay More.\npause\nalloc 64", "demo")
    app = Explorer(Console(True, script), Options(presenting=True, look=Look("dark", "256")))
    async with app.run_test(size=(80, 24)) as pilot:
        prompt = app.query_one(Prompt)
        assert prompt.placeholder == "next (page-down): alloc 48 scan as a"
        drawn = prompt.get_component_rich_style("input--placeholder", partial=True)
        assert drawn.bold
        assert drawn.color is not None
        assert drawn.color.get_truecolor().hex == "#eeeeee"
        await pilot.press("pagedown")
        assert prompt.placeholder == "next (page-down): reading on"
        assert app.query_one("#spans").size.height >= 6


async def test_an_announcement_names_the_key_that_steps() -> None:
    for keys, named in ((Keyboard({"page_down": ["f7"]}), "f7"), (Keyboard({"page_down": []}), "space")):
        app = Explorer(Console(True, read_script("demo", "alloc 48", "demo")), Options(presenting=True, keyboard=keys))
        async with app.run_test(size=(80, 24)):
            assert app.query_one(Prompt).placeholder == f"next ({named}): alloc 48"
