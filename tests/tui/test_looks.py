"""The explorer on a process: space looks again, b shows the look before, > looks again and again until a key is pressed."""

import asyncio
import re
from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from gomem_core.report import format_bytes, signed
from gomem_core.session.console import Console
from gomem_core.world.strip import Strip
from gomem_tui.explorer.app import Explorer
from gomem_tui.render.words import FIRST_LOOK, LAST_LOOK, NO_EVENTS
from gomem_tui.settings.options import Options
from tests.looks import WORK, Program
from tests.tui.screen import text_of


def explorer(every: float = 0, times: int = 1) -> Explorer:
    return Explorer(Console(True, Program(WORK * times).strip()), Options(every=every))


async def pressed(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def until(pilot: Pilot[int], holds: Callable[[], bool]) -> None:
    for _ in range(400):
        if holds():
            return
        await pilot.pause()
        await asyncio.sleep(0.02)
    raise AssertionError("it never came true")


async def test_space_looks_again_and_b_shows_the_look_before() -> None:
    app = explorer()
    async with app.run_test(size=(120, 40)) as pilot:
        spans = [app.model.world.spans.count]
        for _ in range(3):
            await pressed(pilot, "space")
            spans.append(app.model.world.spans.count)
        assert app.model.session.step == 3
        assert len(set(spans)) > 2
        for step in (2, 1, 0):
            await pressed(pilot, "b")
            assert app.model.session.step == step
            assert app.model.world.spans.count == spans[step]
            assert f" {spans[step]} in " in text_of(app.screen)[1]  # the title of Spans
        await pressed(pilot, "b")
        assert app.message == FIRST_LOOK
        await pressed(pilot, "space", "space")
        assert app.model.session.step == 2
        assert len(app.model.session.steps) == 3, "looks that there are already are shown, not taken anew"
        await pressed(pilot, "full_stop")
        assert app.message == NO_EVENTS
        await pressed(pilot, "b")
        assert "space look" in text_of(app.screen)[-1]
        assert "event" not in text_of(app.screen)[-1]


async def test_the_next_look_with_a_collection() -> None:
    app = explorer()
    async with app.run_test(size=(120, 40)) as pilot:
        await pressed(pilot, *["space"] * len(WORK), "less_than_sign", "right_curly_bracket")
        assert app.model.session.step == WORK.index("gc") + 1
        await pressed(pilot, "right_curly_bracket", "left_curly_bracket")
        assert app.model.session.step == WORK.index("gc") + 1


async def test_a_process_that_has_ended_is_told_and_all_stays() -> None:
    app = explorer()
    async with app.run_test(size=(120, 40)) as pilot:
        await pressed(pilot, *["space"] * (len(WORK) + 1))
        assert app.message == "the process has ended: 4711."
        assert app.model.session.step == len(WORK)
        await pressed(pilot, "b")
        assert app.model.session.step == len(WORK) - 1


async def test_it_looks_by_itself_until_a_key_is_pressed() -> None:
    app = explorer(every=0.05, times=50)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.model.session.step >= 2)
        await until(pilot, lambda: "any key stops" in app.message)
        await pressed(pilot, "space")
        await until(pilot, lambda: not app.work.busy)  # a look may have been under way
        step = app.model.session.step
        await asyncio.sleep(0.3)
        await pilot.pause()
        assert app.model.session.step == step, "it has stopped, and space did nothing else"
        assert not app.message


async def test_a_key_that_does_not_look_stops_it_and_does_what_it_does() -> None:
    app = explorer(every=30)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.model.session.step == 1 and not app.work.busy)  # and then it waits for half a minute
        await pressed(pilot, "3")
        assert app.stage.arrangement.current == "bitmap"
        assert not app.looking.end(), "it has stopped"


@pytest.mark.parametrize("key", ["escape", "greater_than_sign"])
async def test_a_key_that_leads_out_or_looks_stops_it_and_does_nothing_else(key: str) -> None:
    app = explorer(every=30)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.model.session.step == 1 and not app.work.busy)
        await pressed(pilot, "slash", *"size", "colon", *"48", "enter")
        app.looking.begin()
        await until(pilot, lambda: app.model.session.step == 2 and not app.work.busy)
        await pressed(pilot, key)
        assert not app.looking.end(), "it has stopped"
        assert app.model.session.step == 2
        assert "filter size:48" in app.widgets.panes.spans.text(), "and the filter is there as before"


async def test_looks_are_called_looks() -> None:
    app = explorer()
    async with app.run_test(size=(120, 40)) as pilot:
        await pressed(pilot, "space", "m")
        assert app.message == "look 2 is the bookmark m1 now; goto m1 returns to it"


async def test_looking_ends_with_the_process() -> None:
    app = explorer(every=0.05)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.message == "the process has ended: 4711.")
        assert app.model.session.step == len(WORK)
        await pressed(pilot, "b")
        assert app.model.session.step == len(WORK) - 1, "it had stopped by itself, so the key does what it always does"


async def test_looks_that_were_kept_end() -> None:
    program = Program()
    strip = program.strip()
    for _ in range(2):
        strip.advance()
    kept = type(strip)(strip.stills)
    app = Explorer(Console(True, kept))
    async with app.run_test(size=(120, 40)) as pilot:
        assert "look 1/3" in text_of(app.screen)[0]
        assert "Several looks at a heap: space shows the next" in "\n".join(text_of(app.screen))
        await pressed(pilot, "space", "space")
        assert "look 3/3" in text_of(app.screen)[0]
        assert "   look 3: HeapInuse " in "\n".join(text_of(app.screen))
        assert "step 2" not in "\n".join(text_of(app.screen)), "looks have numbers of their own"
        await pressed(pilot, "space")
        assert app.message == LAST_LOOK
        await pressed(pilot, "greater_than_sign")
        assert app.message == LAST_LOOK


async def test_the_heap_pane_shows_how_the_heap_changes_from_look_to_look() -> None:
    app = explorer()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("7", "z")
        await pilot.pause()
        assert "one moment draws no line" in app.widgets.panes.heap.text()
        for _ in range(3):
            await pressed(pilot, "space")
        sums = [still.sums for still in strip_of(app).stills]
        now, first = sums[-1].mem_stats().HeapInuse, sums[0].mem_stats().HeapInuse
        live = sums[-1].stats.heap_marked - sums[0].stats.heap_marked
        told = f"{format_bytes(now)}, {signed(now - first, 'bytes')} in 4 looks; live {signed(live, 'bytes')}"
        assert re.search(rf"HeapInuse [▁-█]{{4}} {re.escape(told)}", app.widgets.panes.heap.text())
        await pressed(pilot, "b", "b")
        assert re.search(r"HeapInuse [▁-█]{2} .* in 2 looks", app.widgets.panes.heap.text()), "up to the one that is shown"


def strip_of(app: Explorer) -> Strip:
    assert app.model.session.strip is not None
    return app.model.session.strip
