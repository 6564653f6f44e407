"""Moving in the panes mcache, Heap, Layout and Objects selects in all panes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult

from gomem_core.queries.account import Account
from gomem_core.session.console import Console
from gomem_tui.explorer.panewidget import PaneWidget
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.heap import HeapStatsPane
from gomem_tui.panes.layout import LayoutPane
from gomem_tui.panes.mcache import McachePane
from gomem_tui.panes.model import Model
from gomem_tui.panes.objects import ObjectsPane
from gomem_tui.render.heap import plan
from gomem_tui.render.lines import plain


class Four(App[None]):
    """The four panes, each 80×24."""

    CSS = "PaneWidget { height: 24; width: 80; }"

    def __init__(self, script: str) -> None:
        super().__init__()
        self.model = Model(Console(True), self.look_again)
        self.account = Account(self.model.world, self.model.session.objects)
        self.script = script

    def compose(self) -> ComposeResult:
        yield PaneWidget(McachePane(self.model))
        yield PaneWidget(HeapStatsPane(self.model, lambda: self.account, lambda: [1, 2, 3]))
        yield PaneWidget(LayoutPane(self.model))
        yield PaneWidget(ObjectsPane(self.model))

    def on_mount(self) -> None:
        for line in self.script.splitlines():
            outcome = self.model.submit(line)
            assert outcome.ok
            self.model.arrived(outcome)

    def look_again(self) -> None:
        self.account = Account(self.model.world, self.model.session.objects)
        for shown in self.query(PaneWidget):
            shown.pane.reveal()
            shown.redraw()

    def pane(self, name: str) -> HeapPane:
        return self.query_one(f"#{name}", PaneWidget).pane

    def text(self, name: str) -> list[str]:
        return [plain(line) for line in self.pane(name).draw(80, 24)]

    def marked(self, name: str) -> list[str]:
        return [line for line in self.text(name) if line.startswith("▸")]

    @property
    def addr(self) -> int:
        return self.model.scene.selection.addr

    def addr_of(self, name: str) -> int:
        oid = self.model.session.objects.find_name(name)
        assert oid is not None
        return self.model.session.objects.info(oid).addr


@asynccontextmanager
async def running(script: str) -> AsyncIterator[Four]:
    app = Four(script)
    async with app.run_test(size=(80, 100)) as pilot:
        await pilot.pause()
        yield app


SMALL = "alloc 48 scan as a\nalloc 64 as b\nalloc 5 as t\nalloc 0 as z\nalloc 48 scan as c\ndrop a"


async def test_objects_are_selected_one_by_one_even_those_of_size_0() -> None:
    async with running(SMALL) as app:
        pane = app.pane("objects")
        pane.move(-HeapPane.FAR)
        assert app.addr == app.addr_of("c")
        pane.move(1)
        assert " z " in app.marked("objects")[0]
        assert app.addr == app.addr_of("c")
        pane.move(1)
        assert app.addr == app.addr_of("t")
        pane.move(HeapPane.FAR)
        assert app.addr == app.addr_of("a")
        pane.pick(5, 5)
        assert app.addr == app.addr_of("b")


async def test_an_object_selected_elsewhere_is_selected_here() -> None:
    async with running(SMALL) as app:
        app.model.select(app.addr_of("b") + 63)
        assert " b " in app.marked("objects")[0]
        app.model.select(app.addr_of("b") + 64)  # a free slot
        assert app.marked("objects") == []


async def test_gone_objects_can_be_looked_at() -> None:
    async with running("alloc 48 as a\ndrop a\ngc\nalloc 48 as b") as app:
        app.pane("objects").move(HeapPane.FAR)
        assert " a " in app.marked("objects")[0]
        assert app.addr == app.addr_of("b")  # where it was lies another now
        assert "swept" in app.text("objects")[-1]
        app.pane("objects").move(-1)
        assert " b " in app.marked("objects")[0]


async def test_cached_spans_are_selected_in_their_group_and_across() -> None:
    async with running("alloc 48 scan\nalloc 64 scan\nalloc 48\nalloc 96 scan") as app:
        world = app.model.world
        bases = {spanclass: base for spanclass, base, _ in world.caches.mcaches()[0].cached}
        pane = app.pane("mcache")
        pane.move(-HeapPane.FAR)
        assert app.addr == bases[8]
        pane.move(1)
        assert app.addr == bases[10]
        pane.move(0, 1)
        assert app.addr == bases[9]
        assert app.model.scene.selection.spanclass == 9
        pane.move(0, -1)
        assert app.addr == bases[8]
        pane.pick(10, 6)
        assert app.addr == bases[14]
        assert f"{bases[14]:x}" in app.marked("mcache")[0]


async def test_wasteful_classes_are_selected_for_mcentral() -> None:
    async with running("alloc 33\nalloc 20 times 3\nalloc 100") as app:
        classes = [spanclass for spanclass, _ in app.account.by_class()]
        pane = app.pane("heap")
        pane.move(-HeapPane.FAR)
        assert app.model.scene.selection.spanclass == classes[0]
        pane.move(1)
        assert app.model.scene.selection.spanclass == classes[1]
        pane.pick(3, plan(80, 24).waste + 2)
        assert app.model.scene.selection.spanclass == classes[2]
        assert app.marked("heap") == [app.text("heap")[plan(80, 24).waste + 2]]


async def test_in_the_layout_up_is_up() -> None:
    async with running("alloc 8192 times 3") as app:
        start = app.model.world.extents.arenas.start
        pane = app.pane("layout")
        pane.move(HeapPane.FAR)
        assert app.addr == start
        pane.move(-1)
        assert app.addr == start + 8192
        pane.move(-HeapPane.FAR)
        assert app.addr == start + 3 * 8192
        assert len(app.marked("layout")) == 3
        app.model.select(start)
        pane.move(0, 1)
        assert app.addr == start  # its span has one slot


@pytest.mark.parametrize("name", ["mcache", "heap", "layout", "objects"])
async def test_nothing_happens_in_an_empty_heap(name: str) -> None:
    async with running("") as app:
        for step in (1, -1, HeapPane.FAR, -HeapPane.FAR):
            app.pane(name).move(step)
            app.pane(name).move(0, 1 if step > 0 else -1)
        for y in range(24):
            app.pane(name).pick(3, y)
        assert app.addr == 0


async def test_large_objects_lead_to_no_mcentral() -> None:
    async with running("alloc 40000 as big\nalloc 48 scan") as app:
        pane = app.pane("heap")
        assert isinstance(pane, HeapStatsPane)
        pane.pick(0, plan(80, 24).waste)
        assert app.marked("heap")[0].split()[1:3] == ["4", "48"]  # 169 free slots; the end of the large object has 960 bytes
        assert not pane.no_mcentral()
        pane.move(1)
        assert app.marked("heap")[0].split()[1:3] == ["L", "large"]
        assert "no mcentral" in pane.no_mcentral()


MANY_PS = "procs 3\nalloc 48 scan\np 2\nalloc 64 scan\nalloc 64"  # P1 caches nothing


async def test_left_and_right_go_to_other_groups_and_ps() -> None:
    async with running(MANY_PS) as app:
        first, last = app.model.world.caches.mcaches()[0], app.model.world.caches.mcaches()[2]
        scan, noscan = (base for _, base, _ in last.cached)
        pane = app.pane("mcache")
        app.model.select(first.cached[0][1])
        for base in (scan, noscan, noscan):
            pane.move(0, 1)
            assert app.addr == base
        for base in (scan, first.cached[0][1], first.cached[0][1]):
            pane.move(0, -1)
            assert app.addr == base


async def test_the_p_of_the_first_rows_stays_in_sight() -> None:
    sizes = (8, *range(16, 257, 16), 320, 384, 512, 640, 768, 1024)
    async with running("procs 2\np 1\n" + "\n".join(f"alloc {size} scan" for size in sizes)) as app:
        pane = app.pane("mcache")
        pane.move(HeapPane.FAR)
        text = app.text("mcache")
        assert pane.top > 3  # the heading of P1 is further up
        assert "P1 allocates now" in text[2]
        assert text[3].split()[2].startswith("c42")
        at = app.addr
        pane.pick(10, 2)  # that heading is not a span
        assert app.addr == at
        pane.pick(10, 3)
        assert f"{app.addr:x}" in app.text("mcache")[3]


async def test_cached_spans_that_changed_out_of_sight_are_told() -> None:
    sizes = (8, *range(16, 257, 16), 320, 384, 512, 640, 768, 1024)
    async with running("\n".join(f"alloc {size} scan" for size in (*sizes, 8))) as app:
        pane = app.pane("mcache")
        assert "+ " not in app.text("mcache")[0]  # the span of 8-byte slots is in sight
        pane.move(HeapPane.FAR)
        assert "+ above" in app.text("mcache")[0]
