"""A long session, forth and back: the way back shows what the way there showed, step by step and event by event."""

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from gomem_core.files.script import read_script
from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import KEYS
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from tests.effort import effort
from tests.tui.longscript import STEPS, long_script
from tests.tui.screen import text_of

Look = Callable[[Pilot[int]], Awaitable[object]]


def explorer() -> Explorer:
    return Explorer(Console(True, read_script("long", long_script(), "long")))


def rows(pilot: Pilot[int]) -> list[str]:
    """All of the screen but the scrub bar, the prompt and the footer."""
    return [row.rstrip() for row in text_of(pilot.app.screen)[:-3]]


async def settled(pilot: Pilot[int], told: str) -> list[str]:
    """What is shown once this is told and nothing changes any more: on a busy computer a pause ends before all is drawn."""
    shown: list[str] = []
    for _ in range(100):
        await pilot.pause()
        before, shown = shown, rows(pilot)
        if shown == before and any(told in row for row in shown):
            return shown
    raise AssertionError(f"{told} is not shown, or drawing does not end:\n" + "\n".join(shown))


async def as_it_is(pilot: Pilot[int]) -> list[str]:
    """What does not depend on how far the panes are scrolled: the header, the selected span, Why."""
    shown = rows(pilot)
    why = next(y for y, row in enumerate(shown) if "6 Why" in row)
    wide = pilot.app.size.width >= 110
    spans = [row[:59].rstrip() if wide else row for row in shown[2 : why - 13 if wide else why]]
    selected = [row for row in spans if row.startswith("▸")]
    assert len(selected) == 1 or " 0 in 0 " in shown[1]
    return [shown[0], *selected, *shown[why:]]


async def from_the_top(pilot: Pilot[int]) -> list[list[str]]:
    """All that the panes show when they are scrolled to their tops."""
    app = pilot.app
    assert isinstance(app, Explorer)
    found = []
    panes: tuple[Pane, ...] = ("mcentral", "spans", "heap", "objects")
    for pane in panes:
        app.pane_actions.pane(pane)
        app.pane_actions.edge(1)
        app.pane_actions.edge(-1)
        found.append(await settled(pilot, f"▌ {KEYS[pane]} "))
    app.pane_actions.pane("spans")
    return found[1:]  # before that the spans are not at their top yet


async def do(pilot: Pilot[int], action: Callable[[], None], times: int, place: str) -> None:
    """Do a key's action so many times, as when somebody types faster than the screen follows, and wait for the screen."""
    app = pilot.app
    assert isinstance(app, Explorer)
    for _ in range(times):
        action()
        while app.work.busy:
            await pilot.pause()
    header = (await settled(pilot, f" step {place}/{STEPS} "))[0]
    assert f" step {place}/{STEPS} " in header


async def there_and_back(size: tuple[int, int], places: list[int], look: Look) -> None:
    """Step from place to place and back to the beginning, and look at each."""
    app = explorer()
    async with app.run_test(size=size) as pilot:
        seen: dict[int, object] = {}
        step = 0
        for place in (0, *places):
            await do(pilot, app.time_actions.step, place - step, str(place))
            step = place
            seen[place] = await look(pilot)
        for place in reversed(seen):
            await do(pilot, app.time_actions.step_back, step - place, str(place))
            step = place
            assert await look(pilot) == seen[place], f"step {place}"


@pytest.mark.parametrize("size", [(120, 40), pytest.param((80, 24), marks=pytest.mark.thorough)])
async def test_the_way_back_shows_what_the_way_there_showed(size: tuple[int, int]) -> None:
    await there_and_back(size, [*range(15, effort(120, STEPS), effort(26, 17)), effort(120, STEPS)], as_it_is)


async def test_the_way_back_shows_the_same_in_all_panes() -> None:
    await there_and_back((120, 40), [51, effort(110, 186), effort(130, STEPS)], from_the_top)


def telling(*kinds: str) -> dict[str, tuple[int, int]]:
    """For each kind of event a step, not one of the first, that tells one, and how many events it tells in all."""
    session = Console(True, read_script("long", long_script(), "long")).session
    steps: dict[str, tuple[int, int]] = {}
    while (outcome := session.forward()) is not None:
        for kind in kinds:
            if session.step > 30 and any(event.kind == kind for event in outcome.events):
                steps.setdefault(kind, (session.step, len(outcome.events)))
    assert len(steps) == len(kinds)
    return steps


async def test_each_event_of_a_refill_a_growth_and_a_collection_there_and_back() -> None:
    app = explorer()

    def further() -> None:
        app.time_actions.micro(1)

    def back() -> None:
        app.time_actions.micro(-1)

    async with app.run_test(size=(120, 40)) as pilot:
        for step, events in telling("cache_span", "grow", "gc_start").values():
            app.model.goto(step - 1)
            seen = []
            for event in range(1, events + 1):
                await do(pilot, further, 1, f"{step - 1}.{event}")
                seen.append(await as_it_is(pilot))
            await do(pilot, further, 1, str(step))
            for event in range(events, 0, -1):
                await do(pilot, back, 1, f"{step - 1}.{event}")
                assert await as_it_is(pilot) == seen[event - 1], (step, event)
            await do(pilot, back, 1, str(step - 1))
