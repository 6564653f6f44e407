"""Where panes begin that are opened or sorted: tables at their top, unless their selected row was chosen in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.table import TablePane

SIZE = (80, 24)
# Every class has a span of scan and of noscan objects, most with free slots; three classes more spans than a pane has rows.
SIZES = [8 * n for n in range(1, 17)] + [128 * n for n in range(2, 17)]
LOAD = [f"alloc {size}{kind}" for size in SIZES for kind in ("", " scan")]
LOAD += ["alloc 8192 times 40", "alloc 4096 times 60", "alloc 100 times 30"]


@asynccontextmanager
async def loaded() -> AsyncIterator[tuple[Explorer, Pilot[int]]]:
    app = Explorer(Console(True, read_script("load", "\n".join(LOAD), "load")))
    async with app.run_test(size=SIZE) as pilot:
        app.model.goto(len(LOAD))
        app.model.arrived()
        await pilot.pause()
        yield app, pilot


async def open_pane(pilot: Pilot[int], key: str) -> tuple[HeapPane, str]:
    await pilot.press(key)
    await pilot.pause()
    pane = pilot.app.stage.pane  # type: ignore[attr-defined]
    return pane, pane.text().split("\n")[0]


def base_of_last(app: Explorer) -> int:
    return app.model.world.spans.rows(app.model.world.spans.count - 2)[0].base


async def test_tables_begin_at_their_top_and_say_where_the_selected_row_is() -> None:
    async with loaded() as (app, pilot):
        seen = 0
        for key in "19457":
            app.model.select(base_of_last(app))  # nobody chose it in any pane
            pane, title = await open_pane(pilot, "2" if key == "1" else key)
            if key == "1":
                pane, title = await open_pane(pilot, key)
            assert isinstance(pane, TablePane)
            assert pane.top == 0, title
            if pane.row() >= pane.page():
                seen += 1
                assert f"▸ row {pane.row() + 1}: {key} again" in title
                row = pane.row()
                pane, title = await open_pane(pilot, key)
                assert pane.top <= row < pane.top + pane.page(), title
                assert "at ▸" in title
        assert seen >= 2, "some had their selected row out of sight"


@pytest.mark.parametrize("key", ["1", "4", "7", "9"])
async def test_a_row_that_was_chosen_in_the_pane_stays_in_sight(key: str) -> None:
    async with loaded() as (_, pilot):
        pane, _ = await open_pane(pilot, key)
        await pilot.press("G")
        await pilot.pause()
        row = pane.row()  # type: ignore[attr-defined]
        assert row > 0
        assert row == pane.count() - 1  # type: ignore[attr-defined]
        await open_pane(pilot, "8")
        pane, title = await open_pane(pilot, key)
        assert pane.top <= row < pane.top + pane.page(), title
        assert "at ▸" in title


async def test_keys_in_a_table_that_began_at_its_top_move_there() -> None:
    async with loaded() as (app, pilot):
        app.model.select(base_of_last(app))
        await open_pane(pilot, "9")
        pane, _ = await open_pane(pilot, "1")
        assert pane.top == 0
        await pilot.press("j")
        await pilot.pause()
        assert (pane.top, app.model.scene.selection.addr) == (0, app.model.world.extents.arenas.start), (
            "not behind a row nobody sees"
        )


async def test_maps_show_what_is_selected_and_say_so() -> None:
    async with loaded() as (app, pilot):
        app.model.select(base_of_last(app))
        for key in "23":
            pane, title = await open_pane(pilot, key)
            assert ("at ▸" in title) == (pane.top > 0)
            assert "▸" in pane.text().partition("\n")[2]


async def test_a_sorted_table_begins_at_its_top_unless_its_row_was_chosen_there() -> None:
    async with loaded() as (app, pilot):
        app.model.select(base_of_last(app))
        pane, _ = await open_pane(pilot, "1")
        for sort in ("s", "s", "r", "S"):
            await pilot.press(sort)
            await pilot.pause()
            assert pane.top == 0
        await pilot.press("G", "r")
        await pilot.pause()
        assert pane.top == 0, "the last row is the first now"
        await pilot.press("r")
        await pilot.pause()
        assert pane.top == pane.count() - pane.page()  # type: ignore[attr-defined]
        assert "at ▸" in pane.text().split("\n")[0]


async def test_enter_in_heap_shows_the_class_in_mcentral() -> None:
    async with loaded() as (app, pilot):
        await open_pane(pilot, "7")
        await pilot.press("G")
        await pilot.pause()
        pane, _ = await open_pane(pilot, "enter")
        assert app.stage.arrangement.current == "mcentral"
        row = pane.row()  # type: ignore[attr-defined]
        assert row < 0 or pane.top <= row < pane.top + pane.page()
