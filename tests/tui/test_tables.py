"""What keys do to the tables that have the keyboard: filters, also costly ones and of many rows, orders, links."""

import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from gomem_core.classic.view_spans import SpanView
from gomem_core.files.script import read_script
from gomem_core.go.versions import GO_1_10
from gomem_core.lang import pattern
from gomem_core.lang.moves import Pane
from gomem_core.session.console import Console
from gomem_core.world.records import SpanField
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.panes import model as model_module
from gomem_tui.render.help import help_lines
from gomem_tui.render.lines import plain
from gomem_tui.settings.keys import STANDARD

LOG = "; in Why, the event log, too (e shows it)"
SCRIPT = """alloc 48 scan as a
alloc 64 scan as b
alloc 3000 as c
alloc 48 scan as d
link a.0 b
link a.3 c
link b.1 d
drop b"""


@asynccontextmanager
async def running(script: str = SCRIPT, size: tuple[int, int] = (100, 30)) -> AsyncIterator[tuple[Explorer, Pilot[int]]]:
    app = Explorer(Console(True, read_script("tables", script, "tables")))
    async with app.run_test(size=size) as pilot:
        app.model.goto(len(script.splitlines()))
        app.model.arrived()
        await pilot.pause()
        yield app, pilot


def shown(app: Explorer) -> list[str]:
    return app.stage.pane.text().split("\n")


def names(app: Explorer) -> list[str]:
    return [line[5:18].strip() for line in shown(app)[2:-3] if line[5:18].strip()]


def footer(app: Explorer) -> str:
    return " ".join(plain(app.footer.line(100)).split())


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_enter_follows_a_link_and_backspace_comes_back_along_those_followed() -> None:
    async with running() as (app, pilot):
        await press(pilot, "9", "G")
        objects = app.widgets.panes.objects
        step = app.model.session.step

        def selected() -> str:
            return next(line[5:18].strip() for line in shown(app) if line.startswith("▸"))

        assert selected() == "a"
        assert "enter follow backspace back" in footer(app)
        await press(pilot, "right", "enter")
        assert selected() == "c"
        await press(pilot, "backspace", "enter", "enter")
        assert selected() == "d"
        assert "backspace to b" in footer(app)
        await press(pilot, "enter")
        assert app.message == "d holds no links to follow."
        await press(pilot, "backspace")
        assert selected() == "b"
        await press(pilot, "backspace")
        assert (selected(), objects.trail, app.model.session.step) == ("a", [], step)
        assert "backspace back" in footer(app)
        await press(pilot, "backspace")
        assert app.model.session.step == step - 1, "none is left: a step back"
        await press(pilot, "G", "enter", "1", "backspace")
        assert app.model.session.step == step - 2, "elsewhere it is a step back, too"
        await press(pilot, "9", "b")
        assert app.model.session.step == step - 3, "b never changes its meaning"


async def test_objects_are_sorted_by_size_state_and_step() -> None:
    async with running() as (app, pilot):
        await press(pilot, "9")
        assert names(app) == ["d", "c", "b", "a"]
        await press(pilot, "s")
        assert names(app) == ["c", "b", "d", "a"]
        await press(pilot, "r")
        assert names(app) == ["a", "d", "b", "c"]
        await press(pilot, "s")
        assert names(app)[-1] == "b", "kept comes behind rooted"
        assert "by state ↑" in shown(app)[0]
        await press(pilot, "s", "r")
        assert names(app) == ["d", "c", "b", "a"]
        await press(pilot, "S", "r", "r")
        assert "by state ↓" in shown(app)[0]
        await press(pilot, "2", "s")
        assert app.message == "There is nothing to sort in Arena: Spans (1), Objects (9) and Types (0) can be sorted."


async def test_slash_filters_the_pane_that_has_the_keyboard_or_says_where_there_is_something_to_filter() -> None:
    async with running() as (app, pilot):
        for key, title in (("2", "Arena"), ("3", "Bitmap"), ("5", "mcache"), ("6", "Why"), ("7", "Heap"), ("8", "Layout")):
            await press(pilot, key, "slash")
            told = (
                f"There is nothing to filter in {title}: Spans (1), mcentral (4), Objects (9) and Types (0) can be filtered{LOG}."
            )
            assert (app.message, app.stage.typing) == (told, False)
        await press(pilot, "9", "slash", *"size>100", "enter")
        assert (names(app), app.model.order.text) == (["c"], "")
        assert "1 of 4" in shown(app)[0]
        await press(pilot, "4", "slash", *"class", "colon", *"4", "enter")
        assert "2 of 132" in shown(app)[0]
        await press(pilot, "9", "escape")
        assert names(app) == ["d", "c", "b", "a"]
        await press(pilot, "escape")
        assert app.model.classes.text == ""


async def test_the_help_of_a_pane_lists_what_its_filter_takes() -> None:
    fields_of: dict[Pane, list[str]] = {
        "spans": ["class", "size", "kind", "state", "pages", "used", "waste", "slot_waste", "free_slots", "list"],
        "mcentral": ["class", "size", "kind", "nonempty", "empty"],
        "objects": ["size", "kind", "state", "type", "step", "dropped", "goroutine", "swept"],
        "arena": [],
    }
    for pane, fields in fields_of.items():
        text = [plain(line) for line in help_lines(STANDARD, GO_1_10, pane, 100)]
        listed = [
            line.split()[1].rstrip(":<>=") for line in text if line.startswith("  / ") and not line.startswith("  / anything")
        ]
        assert [name for name in listed if name != "Filter"] == fields


async def test_what_looks_like_a_condition_but_is_searched_for_says_so() -> None:
    async with running() as (app, pilot):
        await press(pilot, "1", "slash", *"class=4", "space", *"or", "space", *"class=5", "enter")
        assert app.message == '"or" is taken as a regular expression; all filters must hold: try class:4'
        assert not app.stage.typing


async def test_a_costly_pattern_says_so_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as (app, pilot):
        await press(pilot, "1", "slash", *"class", "colon", "5", "enter")
        before = shown(app)
        monkeypatch.setattr(pattern, "_ALLOWED", -1.0)
        await press(pilot, "slash", *["backspace"] * 7, *"scan", "enter")
        assert app.message.startswith('The regular expression "scan" takes too long')
        assert app.query_one(Prompt).has_focus
        monkeypatch.undo()
        await press(pilot, "escape", "slash", *"class", "colon", "5", "enter")
        assert shown(app) == before


@pytest.fixture
def by_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tables are big."""
    monkeypatch.setattr(model_module, "AT_ONCE", 0)


@pytest.mark.usefixtures("by_thread")
async def test_a_big_table_is_filtered_by_another_thread_and_the_newest_filter_wins() -> None:
    async with running("alloc 48 scan times 3000\nalloc 8192 times 300\nalloc 100 times 50") as (app, pilot):
        await press(pilot, "1", "slash", *"noscan")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.model.order.text == "noscan"
        assert not app.model.order.behind
        there = sum(info.kind == "noscan" for info in app.model.world.spans.each())
        assert 0 < len(app.model.order) == there
        await press(pilot, "escape")
        assert len(app.model.order) == app.model.world.spans.count
        await press(pilot, "9", "s", "space")
        for _ in range(3):
            await app.workers.wait_for_complete()
            await pilot.pause()
        assert not app.model.objects.behind


@pytest.mark.usefixtures("by_thread")
async def test_escape_stops_and_a_costly_one_is_given_up_without_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running("alloc 48 scan times 3000\nalloc 8192 times 300") as (app, pilot):
        found = pattern.Pattern.found_in

        def slow(self: pattern.Pattern, row: str) -> bool:
            time.sleep(0.01)
            return found(self, row)

        with monkeypatch.context() as patch:
            patch.setattr(pattern.Pattern, "found_in", slow)
            await press(pilot, "1", "slash", *"noscan", "enter")
            began = time.monotonic()
            await press(pilot, "j", "k")
            assert app.model.order.behind
            assert "looking at all rows" in shown(app)[0]
            await press(pilot, "escape")
            assert app.message == "Stopped: the table stays as it was."
            assert time.monotonic() - began < 15, "a slice of 200 rows takes 2 s here"
        assert (app.model.order.text, app.model.order.behind) == ("", False)
        monkeypatch.setattr(pattern, "_ALLOWED", -1.0)
        await press(pilot, "slash", *"noscan", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert (app.model.order.text, app.model.order.behind) == ("", False)
        assert app.message.startswith('The regular expression "noscan" takes too long')


async def test_many_spans_are_never_looked_at_by_the_screens_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: set[str] = set()
    search, read = pattern.Pattern.rows_with, SpanView.column

    def rows_with(self: pattern.Pattern, rows: Sequence[bytes]) -> list[int]:
        looked.add(f"search by {threading.current_thread().name}")
        return search(self, rows)

    def column(self: SpanView, name: SpanField, start: int = 0, stop: int | None = None) -> memoryview:
        looked.add(f"column by {threading.current_thread().name}")
        return read(self, name, start, stop)

    monkeypatch.setattr(pattern.Pattern, "rows_with", rows_with)
    monkeypatch.setattr(SpanView, "column", column)
    async with running("gogc off\nalloc 8192 times 2100\nalloc 4000 times 100") as (app, pilot):
        here = threading.current_thread().name
        looked.clear()  # the account of a heap that was just made has looked at columns, too
        await press(pilot, "1", "slash", *"8192")
        await settled(app, pilot)
        await press(pilot, *["backspace"] * 4, *"size", "colon", *"8192")
        await settled(app, pilot)
        assert len(app.model.order) == 2100
        await press(pilot, "enter", "S")
        await settled(app, pilot)
        assert [app.model.order.sort, app.model.order.behind] == ["sweepgen", False]
        app.model.order.arrange("waste", True)
        app.model.reordered()
        await settled(app, pilot)
        assert {found.split(" by ")[0] for found in looked} == {"search", "column"}
        assert not any(found.endswith(here) for found in looked)
        monkeypatch.setattr(pattern, "_ALLOWED", -1.0)
        await press(pilot, "slash", "space", "x", "enter")
        await settled(app, pilot)
        assert app.message.startswith('The regular expression "x" takes too long')
        assert (app.model.order.text, len(app.model.order)) == ("size:8192", 2100), "the table stays as it was"


async def settled(app: Explorer, pilot: Pilot[int]) -> None:
    """Wait until nothing is worked out any more."""
    for _ in range(200):
        await app.workers.wait_for_complete()
        await pilot.pause(0.02)
        if not app.model.order.behind and app.model.sifter.order is None:
            return


async def test_the_event_log_is_filtered_by_its_lines() -> None:
    async with running("alloc 48 scan as a\nalloc 64 as b", (180, 40)) as (app, pilot):
        await press(pilot, "6", "e")
        lines = [line for line in app.stage.pane.text().splitlines()[1:] if line.strip()]
        wanted = [line for line in lines if "mheap" in line.lower()]
        assert 0 < len(wanted) < len(lines)
        await press(pilot, "slash", *"MHEAP", "enter")
        assert [line for line in app.stage.pane.text().splitlines()[1:] if line.strip()] == wanted
        assert "filter MHEAP" in shown(app)[0]
        await press(pilot, "slash", *["backspace"] * 5, *"kind", "colon", "x", "enter")
        assert app.message == '"kind:x" is taken as a regular expression: the event log has no fields'
        assert "No event passes the filter." in app.stage.pane.text()
        await press(pilot, "escape")
        assert [line for line in app.stage.pane.text().splitlines()[1:] if line.strip()] == lines


async def test_a_costly_filter_of_a_small_table_is_no_work_for_the_screens_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that takes 5 ms: 100 of them are half a second, of which the screen's thread does the 20 ms it has patience for."""
    looked: list[str] = []
    found_in = pattern.Pattern.found_in

    def slow(self: pattern.Pattern, row: str) -> bool:
        looked.append(threading.current_thread().name)
        time.sleep(0.005)
        return found_in(self, row)

    async with running("alloc 8K times 100 as x") as (app, pilot):
        monkeypatch.setattr(pattern.Pattern, "found_in", slow)
        app.model.filter("c4")
        here = threading.current_thread().name
        at_once = looked.count(here)
        assert 0 < at_once < 20
        while app.model.orders["spans"].behind:
            await pilot.pause(0.02)
        assert looked.count(here) < 2 * 20, "a trial for each look at the rows until they are there"
        assert len(app.model.order) == app.model.world.spans.count
