"""The Advise pane in the explorer: a page for a person on call, each line of which leads to its spans."""

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from gomem_core.files.script import read_script
from gomem_core.files.stillfile import still_bytes
from gomem_core.queries.advise import advise
from gomem_core.session.console import Console
from gomem_core.session.stills import still_of
from gomem_tui.explorer.app import Explorer
from gomem_tui.opening import open_console
from gomem_tui.panes.model import AT_ONCE
from tests.core.test_advise import MANY, PINNED, session_of
from tests.tui.screen import text_of


def explorer(*lines: str) -> Explorer:
    console = Console(True, read_script("fragmented", "\n".join(lines), "fragmented"))
    console.session.goto(len(lines))
    return Explorer(console)


def page(app: Explorer) -> str:
    return app.widgets.panes.advise.text()


async def settled(pilot: Pilot[int]) -> None:
    """Until all is drawn; on a busy machine another thread may have to look at the spans, however few they are."""
    app = pilot.app
    assert isinstance(app, Explorer)
    for _ in range(100):
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        if "looking at all spans" not in page(app):
            return


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_it_is_one_page(size: tuple[int, int]) -> None:
    app = explorer(*PINNED)
    async with app.run_test(size=size) as pilot:
        await pilot.press("w", *["z"] * (size != (80, 24)))  # larger terminals show others beside it
        await settled(pilot)
        text = " ".join(page(app).split())
        for said in (
            "10.0M in 7 spans; taken: 1.5K, <1%",
            "1.5K <1% taken: 3 objects, marked by the last collection or allocated since, in 3 spans",
            "free slots of 3 half-empty spans; 1 would hold the objects",
            "10.0M 100% free pages; their spans are given back once free for 5 minutes",
            "4.0M chunk c420000000: beside 1 object in 1 span, at c42000c600",
        ):
            assert said in re.sub("[█▏▎▍▌▋▊▉·▸] ?", "", text), said
        assert "6.0M in wholly free ones" in text, "all of it is seen without scrolling"


async def test_enter_shows_the_spans_of_the_line_and_w_comes_back_to_it() -> None:
    app = explorer(*PINNED)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", *["down"] * 7, "enter")
        await settled(pilot)
        assert app.stage.arrangement.current == "spans"
        pin = advise(app.model.world).pins[0]
        assert [info.base for info in app.model.order.rows(0, 9)] == [*pin.bases]
        assert app.model.scene.selection.addr == pin.bases[0]
        assert f"^({pin.bases[0]:x})$" in app.message
        assert "w goes back to the advice" in app.message
        await pilot.press("w")
        await settled(pilot)
        (selected,) = [row for row in page(app).splitlines() if row.startswith("▸")]
        assert "chunk c420000000" in selected
        await pilot.press("escape")
        assert len(app.model.order) == app.model.world.spans.count, "all spans are shown again"


async def test_every_line_leads_to_spans() -> None:
    app = explorer(*MANY)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("w")
        await settled(pilot)
        count = 0
        while (line := app.widgets.panes.advise.line()) is not None and count < 40:
            await pilot.press("enter")
            await settled(pilot)
            assert len(app.model.order), line
            await pilot.press("w", "down")
            await settled(pilot)
            count += 1
            if app.widgets.panes.advise.line() == line:
                break
        assert 10 < count < 40


async def test_a_click_selects_a_line_and_the_page_scrolls() -> None:
    app = explorer(*MANY)
    async with app.run_test(size=(80, 16)) as pilot:
        await pilot.press("w", "end")
        await settled(pilot)
        last = app.widgets.panes.advise.line()
        assert page(app).splitlines()[-1].startswith("▸") or "▸" in page(app)
        await pilot.click("#advise", offset=(20, 3))
        await settled(pilot)
        assert app.widgets.panes.advise.line() != last
        assert page(app).splitlines()[3].startswith("▸")


async def test_steps_change_it() -> None:
    app = explorer(*PINNED)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", "b", "b")
        await settled(pilot)
        assert "taken: 20,000 objects" in page(app)
        await pilot.press("space", "space")
        await settled(pilot)
        assert "taken: 3 objects" in page(app)


async def test_of_many_spans_it_is_worked_out_by_another_thread() -> None:
    app = explorer(f"alloc 8192 times {AT_ONCE + 50}", "alloc 8192")
    async with app.run_test(size=(80, 24)) as pilot:
        assert not app.model.advice.behind, "nobody looks at it"
        await pilot.press("w")
        await settled(pilot)
        assert f"taken: {AT_ONCE + 51:,} objects" in page(app)


async def test_of_a_still_that_was_opened(tmp_path: Path) -> None:
    session = session_of(*MANY)
    (tmp_path / "a.still").write_bytes(still_bytes(still_of(session)))
    app = Explorer(open_console(tmp_path / "a.still"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w")
        await settled(pilot)
        assert f"taken: {advise(session.world).live_count:,} objects" in page(app)
        assert "─ 6 Why" not in "\n".join(text_of(app.screen)), "a page of text has all the room of a small terminal"


async def test_an_empty_heap_says_so() -> None:
    app = Explorer(Console(True))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", "enter", "down")
        await settled(pilot)
        assert "The heap is empty" in page(app)
