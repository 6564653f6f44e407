"""Moving in the panes Spans, Arena, Bitmap and mcentral: what lies beyond the pane is reached, and shown."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.events import MouseEvent, MouseScrollDown, MouseScrollUp

from gomem_core.session.console import Console
from gomem_tui.explorer.panewidget import PaneWidget
from gomem_tui.panes.arena import ArenaPane
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.bitmap import BitmapPane
from gomem_tui.panes.mcentral import McentralPane
from gomem_tui.panes.model import Model
from gomem_tui.panes.spans import SpansPane
from gomem_tui.render.lines import plain


class Four(App[None]):
    """The four panes, each 80×24."""

    CSS = "PaneWidget { height: 24; width: 80; }"

    def __init__(self, script: str) -> None:
        super().__init__()
        self.model = Model(Console(True), self.look_again)
        self.script = script

    def compose(self) -> ComposeResult:
        yield PaneWidget(SpansPane(self.model))
        yield PaneWidget(ArenaPane(self.model))
        yield PaneWidget(BitmapPane(self.model))
        yield PaneWidget(McentralPane(self.model))

    def on_mount(self) -> None:
        for line in self.script.splitlines():
            self.do(line)

    def do(self, line: str) -> None:
        outcome = self.model.submit(line)
        assert outcome.ok, outcome.error
        self.model.arrived(outcome)

    def look_again(self) -> None:
        for shown in self.query(PaneWidget):
            shown.pane.reveal()
            shown.redraw()

    def widget(self, name: str) -> PaneWidget:
        return self.query_one(f"#{name}", PaneWidget)

    def pane(self, name: str) -> HeapPane:
        return self.widget(name).pane

    def text(self, name: str) -> list[str]:
        return [plain(line).rstrip() for line in self.pane(name).draw(80, 24)]

    def marked(self, name: str) -> list[str]:
        return [line for line in self.text(name) if line.startswith("▸")]

    @property
    def addr(self) -> int:
        return self.model.scene.selection.addr

    @property
    def start(self) -> int:
        return self.model.world.extents.arenas.start


@asynccontextmanager
async def running(script: str) -> AsyncIterator[Four]:
    app = Four(script)
    async with app.run_test(size=(80, 100)) as pilot:
        await pilot.pause()
        yield app


# --- Bitmap: 24 lines, of which 20 are rows of 32 bytes ----------------------------------------------------------------------


async def test_inside_an_object_longer_than_the_pane_the_cursor_goes_by_rows() -> None:
    async with running("alloc 100000 as big") as app:
        pane = app.pane("bitmap")
        pane.move(1)
        assert app.addr == app.start + 32
        pane.move(pane.page())
        assert app.addr == app.start + 21 * 32
        pane.move(HeapPane.FAR)
        assert app.addr == app.start + 13 * 8192 - 32  # the object has 13 pages
        assert f"{app.addr:x}" in app.marked("bitmap")[0]
        assert "rows 3309–3328 of 3328" in app.text("bitmap")[0]
        pane.move(-HeapPane.FAR)
        assert app.addr == app.start
        assert "0● big" in app.text("bitmap")[2]


async def test_a_page_in_the_middle_of_an_object_is_shown_in_its_bitmap() -> None:
    async with running("alloc 100000 as big") as app:
        app.model.select(app.start + 5 * 8192)
        (row,) = app.marked("bitmap")
        assert f"{app.start + 5 * 8192:x}" in row
        assert "…+0● big" in app.text("bitmap")[2]  # the first row tells whose words these are
        assert f"{app.start:x}" in app.marked("spans")[0]  # the other panes find the span


async def test_slots_that_fit_are_walked_one_by_one() -> None:
    async with running("alloc 640 times 5\nalloc 704 times 5") as app:  # 640 bytes are 20 rows, 704 are 22
        first, second = (info.base for info in app.model.world.spans.rows(0, 2))
        pane = app.pane("bitmap")
        app.model.select(first)
        pane.move(2)
        assert app.addr == first + 2 * 640
        app.model.select(second)
        pane.move(2)
        assert app.addr == second + 2 * 32
        pane.move(0, 1)  # left and right go by slots
        assert app.addr == second + 704
        pane.move(HeapPane.FAR)
        assert app.addr == second + 11 * 704 - 32  # 11 slots in a page: behind them is a tail


async def test_from_the_tail_of_a_span_one_comes_back_to_its_slots() -> None:
    async with running("alloc 48 scan") as app:
        app.model.select(app.start + 8191)
        app.pane("bitmap").move(-1)
        assert app.addr == app.start + 169 * 48


# --- mcentral: 24 lines, of which 20 are classes, 2 are chains -------------------------------------------------------------


async def test_the_chain_is_drawn_around_the_span_one_walks_to() -> None:
    async with running("alloc 8192 times 178") as app:  # a span each; all but the cached one are full
        app.pane("mcentral").move(-HeapPane.FAR)
        chain = app.model.world.lists.chain(app.model.scene.selection.spanclass, "empty")
        assert len(chain) == 178
        app.model.select(chain[0])
        pane = app.pane("mcentral")
        assert "empty 1 of 178 → " in app.text("mcentral")[-1]
        for place in range(2, 9):
            pane.move(0, 1)
            line = app.text("mcentral")[-1]
            assert app.addr == chain[place - 1]
            assert f"empty {place} of 178 … ⇄ " in line or place <= 3
            assert f"{app.addr:x}" in line
            assert line.endswith(" ⇄ …")
        app.model.select(chain[-1])
        pane.move(0, 1)  # there is no next one
        assert app.addr == chain[-1]
        assert "178 of 178 … ⇄ " in app.text("mcentral")[-1]
        assert app.text("mcentral")[-1].endswith(" → nil")
        pane.move(0, -1)
        assert app.addr == chain[-2]


async def test_walking_goes_from_nonempty_to_empty_and_back() -> None:
    async with running("alloc 1024 times 17 as x\ndrop x.2..x.8\ngc\ngc sweep") as app:
        spanclass = app.model.scene.selection.spanclass
        world, pane = app.model.world, app.pane("mcentral")
        nonempty, empty = world.lists.chain(spanclass, "nonempty"), world.lists.chain(spanclass, "empty")
        assert nonempty
        assert empty
        app.model.select(nonempty[-1])
        pane.move(0, 1)
        assert app.addr == empty[0]
        pane.move(0, -1)
        assert app.addr == nonempty[-1]


async def test_a_click_selects_a_span_of_the_chain() -> None:
    async with running("alloc 8192 times 5") as app:
        pane = app.pane("mcentral")
        chain = app.model.world.lists.chain(app.model.scene.selection.spanclass, "empty")
        app.model.select(chain[0])
        for base in chain[:2]:
            at = app.text("mcentral")[-1].index(f"{base:x}")
            pane.pick(at + 9, 23)
            assert app.addr == base
        pane.pick(app.text("mcentral")[-1].index("→"), 23)  # an arrow is not a span
        assert app.addr == chain[1]


async def test_all_span_classes_can_be_looked_at_those_that_were_asked_come_first() -> None:
    async with running("alloc 48 scan") as app:
        pane = app.pane("mcentral")
        assert app.text("mcentral")[2].split()[:4] == ["▸+", "4", "48", "scan"]
        assert "rows 1–20 of 132" in app.text("mcentral")[0]
        pane.move(1)
        assert app.model.scene.selection.spanclass == 2
        assert "This mcentral was not asked yet." in app.text("mcentral")[-2]
        pane.move(HeapPane.FAR)
        assert app.model.scene.selection.spanclass == 133
        assert app.marked("mcentral")[0].split()[1:4] == ["66", "32768", "noscan"]


# --- Spans ---------------------------------------------------------------------------------------------------------------


async def test_a_click_on_a_heading_sorts_by_it_and_a_second_one_turns_it_round() -> None:
    async with running("alloc 48 scan\nalloc 100\nalloc 40000") as app:
        pane, order = app.pane("spans"), app.model.order
        for heading, sort in (
            ("waste", "waste"),
            ("sweepgen", "sweepgen"),
            ("cl", "class"),
            ("base", "base"),
            ("pages", "pages"),
        ):
            pane.pick(app.text("spans")[1].index(heading), 1)
            assert (order.sort, order.descending) == (sort, False)
            assert f"by {sort} ↑" in app.text("spans")[0]
        pane.pick(app.text("spans")[1].index("pages"), 1)
        assert (order.sort, order.descending) == ("pages", True)


async def test_sorting_goes_both_ways_through_the_columns() -> None:
    async with running("alloc 48 scan") as app:
        pane = app.pane("spans")
        assert isinstance(pane, SpansPane)
        seen = []
        for by in (1, 1, -1, -1, -1):
            pane.sort(by)
            seen.append(app.model.order.sort)
        assert seen == ["pages", "class", "pages", "base", "sweepgen"]


async def test_a_click_below_the_last_span_selects_nothing() -> None:
    async with running("alloc 48 scan\nalloc 100") as app:
        app.model.select(app.start)
        app.pane("spans").pick(5, 20)
        assert app.addr == app.start


async def test_the_rule_tells_which_rows_are_shown_and_where_else_something_changed() -> None:
    async with running("alloc 8192 times 60") as app:
        assert "rows 40–61 of 61" in app.text("spans")[0]  # 22 rows
        app.do("alloc 8192")
        assert "+ below" in app.text("spans")[0]  # the rest of the free span, row 62
        app.pane("spans").move(HeapPane.FAR)
        assert "+ " not in app.text("spans")[0]
        app.model.select(app.start)
        assert "rows 1–22 of 62" in app.text("spans")[0]
        assert "+ below" in app.text("spans")[0]


# --- What changed out of sight -------------------------------------------------------------------------------------------


async def test_lists_and_slots_that_changed_out_of_sight_are_told() -> None:
    sizes = (8, *range(16, 257, 16), 320, 384, 512, 640, 768, 1024)  # 23 classes; 20 rows
    async with running("\n".join(f"alloc {size} scan" for size in sizes)) as app:
        app.pane("mcentral").move(-HeapPane.FAR)
        assert "+ below" in app.text("mcentral")[0]
        app.pane("mcentral").move(22)
        assert "+ below" not in app.text("mcentral")[0]
        app.do("alloc 48 scan times 100")
        app.do("alloc 48 scan")
        assert "+ " not in app.text("bitmap")[0]
        app.pane("bitmap").move(-HeapPane.FAR)
        assert "+ below" in app.text("bitmap")[0]


# --- The wheel -----------------------------------------------------------------------------------------------------------


async def test_the_wheel_moves_by_three_rows() -> None:
    app = Four("alloc 8192 times 120")
    async with app.run_test(size=(80, 100)) as pilot:
        await pilot.pause()
        app.model.select(app.start)

        async def turn(name: str, kind: type[MouseEvent]) -> int:
            pane = app.widget(name)
            pane.post_message(kind(pane, 5, 4, 0, 0, 0, shift=False, meta=False, ctrl=False))
            await pilot.pause()
            return (app.addr - app.start) // 8192

        assert await turn("spans", MouseScrollDown) == 3
        assert await turn("spans", MouseScrollDown) == 6
        assert await turn("spans", MouseScrollUp) == 3
        assert await turn("arena", MouseScrollDown) == 3 + 3 * 32  # 32 pages a row
        app.widget("spans").held = True  # while something is being done
        assert await turn("spans", MouseScrollDown) == 3 + 3 * 32
