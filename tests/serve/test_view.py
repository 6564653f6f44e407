"""A follower with a terminal as large as the presenter's sees the same panes in the same places, cell for cell, wherever the

presenter goes: in sessions of both allocators, lessons, stills, strips of looks, films.
"""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot

from gomem_core.files.ownfiles import stamp_of
from gomem_core.files.script import read_script
from gomem_core.files.stillfile import strip_bytes
from gomem_core.lessons import find_lesson
from gomem_core.queries.roworder import finish
from gomem_core.session.console import Console
from gomem_core.session.document import Origin
from gomem_core.session.opened import open_file
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.whyrows import why_rows
from gomem_tui.panes.model import first_panes
from gomem_tui.render.lines import Line, plain
from gomem_tui.render.why import EMPTY_KEYS, FILM_KEYS, FIRST_KEYS, LOOK_KEYS, LOOKS_KEYS, READ_KEYS, WATCH_KEYS
from gomem_tui.serve.hands import Hands
from gomem_tui.serve.keyboard import FOLLOWING
from gomem_tui.serve.rooms import rooms
from gomem_tui.settings.options import Options
from tests.effort import THOROUGH
from tests.looks import Program
from tests.serve.beside import Beside, Shown

SESSION = """title Some objects
alloc 48 scan as a
alloc 32 times 300
alloc 5000 times 9
say **Now** the collector.
gc
alloc 100 as d
drop a
gc
alloc 70000 as big
"""
BEGINNINGS = (EMPTY_KEYS, FIRST_KEYS, FILM_KEYS, LOOK_KEYS, LOOKS_KEYS, READ_KEYS, WATCH_KEYS)
ALL = [str(number) for number in range(10)]
WALK = (  # what is pressed; then all is compared
    *("space", "space space", "b", "space", "9", "j j j", "1", "s", "G", "2", "v", "plus", "z", "z", "7", "w", "5", "4 j j", "8"),
    *("6", "space", "e", "e", "greater_than_sign", "full_stop", "comma", "less_than_sign", "space space space", "0", "3", "l l"),
)
TYPED = ("show spans", "find 0xc420000000", "diff 1", "alloc 48 as more", "alloc nothing", "mark here", "goto here", "go 1.27")
CASES = [(go, size) for size in ((80, 24), (120, 40), (200, 60)) for go in ("", "go 1.27\n")]


async def press(pilot: Pilot[int], keys: str) -> None:
    for key in keys.split():
        await pilot.press(key)
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


async def enter(pilot: Pilot[int], line: str) -> None:
    """Type a line, or a filter that begins with /; its letters as one, since each would draw the screen once more."""
    app = pilot.app
    assert isinstance(app, Explorer)
    await press(pilot, "slash" if line.startswith("/") else "colon")
    app.prompt_actions.prompt.value = line.removeprefix("/")
    await press(pilot, "enter")


def hints_aside(lines: Sequence[Line]) -> list[str]:
    """Lines without the hints for keys that only the presenter has."""
    texts = [plain(line).replace("── . on  , back ", "─" * 16) for line in lines]
    texts = [text.replace(" (L lists all)", "") for text in texts]
    return ["" if text.rstrip() in BEGINNINGS else text for text in texts]


def places(shown: Shown) -> dict[str, tuple[int, ...]]:
    return {name: place for name, (place, _) in shown.items()}


def compare(beside: Beside, after: str) -> None:
    beside.catch_up()
    assert not beside.view.is_astray, after
    while beside.view.catch_up():
        pass  # what took so long that it was left for later
    presented, followed = beside.presented(), beside.followed()
    assert places(followed) == places(presented), after
    for name, (_, lines) in presented.items():
        mine = followed[name][1]
        assert mine == lines or hints_aside(mine) == hints_aside(lines), (after, name)


async def walk(beside: Beside, keys: Sequence[str], typed: Sequence[str] = ()) -> None:
    async with beside.app.run_test(size=beside.size) as pilot:
        for pressed in keys:
            await press(pilot, pressed)
            compare(beside, pressed)
        for line in typed:
            await enter(pilot, line)
            compare(beside, line)


def session(go: str = "") -> Console:
    return Console(True, read_script("some", f"{go}{SESSION}", "some"))


@pytest.mark.parametrize(("go", "size"), CASES if THOROUGH else [CASES[0], CASES[5]], ids=str)  # others are wide
async def test_a_session_looks_the_same(go: str, size: tuple[int, int]) -> None:
    await walk(Beside(session(go), size), WALK, [*TYPED[:-1], "go 1.10" if go else "go 1.27"])


async def test_with_the_same_keys_every_hint_is_the_same_too() -> None:
    beside = Beside(session(), (120, 40), Options(keyboard=FOLLOWING))
    async with beside.app.run_test(size=beside.size) as pilot:
        for step in range(1, 6):
            beside.app.time_actions.step()
            await press(pilot, str(step))
            beside.catch_up()
            assert beside.followed() == beside.presented()


async def test_a_filter_is_followed_unless_somebody_looks_elsewhere() -> None:
    beside = Beside(session(), (120, 40))
    async with beside.app.run_test(size=beside.size) as pilot:
        await press(pilot, "space space space 1")
        compare(beside, "before")
        all_spans = beside.presented()["spans"]
        await enter(pilot, "/class:3")
        compare(beside, "/class:3")
        filtered = beside.presented()["spans"]
        assert filtered != all_spans
        hands = Hands(beside.view)
        hands.press("s")
        sorted_otherwise = beside.view.model.orders["spans"].sort
        await press(pilot, "escape")
        beside.catch_up()
        assert beside.followed()["spans"] != beside.presented()["spans"] == all_spans
        await press(pilot, "space")
        beside.catch_up()
        assert beside.view.model.orders["spans"].text == "class:3", "an own look stays, whatever the presenter does"
        assert beside.view.model.orders["spans"].sort == sorted_otherwise != beside.app.model.orders["spans"].sort
        hands.press("escape")
        compare(beside, "came back")


@pytest.mark.parametrize("keys", ["w enter", "w j j enter", "w G enter", "7 enter", "7 G enter", "9 G enter", "0 j enter"])
async def test_enter_leads_a_follower_where_it_leads_the_presenter(keys: str) -> None:
    text = f"go 1.27\n{SESSION}type node struct {{ next *node; n int }}\nx := new(node)\ny := new(node)\ny.next = x\n"
    beside = Beside(Console(True, read_script("s", text, "s")), (120, 40))
    async with beside.app.run_test(size=beside.size) as pilot:
        await press(pilot, "greater_than_sign")
        compare(beside, "before")
        hands = Hands(beside.view)
        for key in keys.split():
            hands.press(key)
            beside.followed()  # one sees what one goes to
            if (advice := beside.view.model.advice).behind:
                finish(advice.work())()
        await press(pilot, keys)
        model = beside.view.model
        assert beside.view.own
        assert beside.view.arrangement.current == beside.app.stage.arrangement.current
        assert model.scene.selection == beside.app.model.scene.selection
        assert {name: order.text for name, order in model.orders.items()} == {
            name: order.text for name, order in beside.app.model.orders.items()
        }


async def test_a_lesson_looks_the_same() -> None:
    desk = Console(True, find_lesson("3").script)
    await walk(Beside(desk, (120, 40)), ["space"] * 12 + ["b b", "e", "space"])


def opened(path: Path) -> Console:
    return Console(True, open_file(path), origin=Origin(path, stamp_of(path)))


def still(folder: Path) -> Path:
    """A strip of looks in a file."""
    program = Program()
    path = folder / "looks.still"
    path.write_bytes(strip_bytes([program.look() for _ in range(3)]))
    return path


def film(folder: Path) -> Path:
    path = folder / "some.trace"
    source = Path(__file__).parents[1] / "film" / "traces" / "go1.27.3-grow.trace.gz"
    path.write_bytes(gzip.decompress(source.read_bytes()))
    return path


@pytest.mark.parametrize("make", [still, film])
async def test_what_was_read_looks_the_same_and_only_looks_are_told(make: Callable[[Path], Path], tmp_path: Path) -> None:
    desk = opened(make(tmp_path))
    beside = Beside(desk, (120, 40), Options(panes=first_panes(desk.session.world)))
    kinds = []
    async with beside.app.run_test(size=beside.size) as pilot:
        for keys in ("space", "space", "1 j j s", "9", "7", "0", "b", "less_than_sign", "space space", "2 v", "z"):
            await press(pilot, keys)
            compare(beside, keys)
        await enter(pilot, "goto 2")
        kinds = [record["r"] for record in beside.catch_up()]
        compare(beside, "goto 2")
        assert beside.view.model.session.step == beside.app.model.session.step
    assert set(kinds) <= {"look"}


async def test_a_process_is_looked_at_again_by_the_presenter_alone() -> None:
    program = Program()
    beside = Beside(Console(True, program.strip()), (120, 40))
    async with beside.app.run_test(size=beside.size) as pilot:
        for keys in ("1", "space", "space", "b", "space space", "7"):
            await press(pilot, keys)
            compare(beside, keys)
        assert beside.view.model.session.step == 3
        assert program.looks == 4, "the follower was told the looks"


async def test_another_session_that_is_opened_begins_anew(tmp_path: Path) -> None:
    other = tmp_path / "other.gomem"
    other.write_text("alloc 64\nalloc 64\n")
    beside = Beside(session(), (80, 24))
    async with beside.app.run_test(size=beside.size) as pilot:
        await press(pilot, "space space")
        compare(beside, "before")
        outcome = beside.app.model.submit(f"open {other}")
        beside.app.model.arrived(outcome)
        beside.app.worked()
        await press(pilot, "space")
        assert [record["r"] for record in beside.catch_up()].count("load") == 1
        compare(beside, "after")
        assert beside.view.model.console.script.name == "other.gomem"


# --- Rooms ----------------------------------------------------------------------------------------------------------------


async def test_panes_lie_where_the_explorers_style_sheet_puts_them() -> None:
    beside = Beside(session(), (80, 24))
    app = beside.app
    sizes = ((60, 16), (117, 36), (119, 33), (187, 53))
    async with app.run_test(size=beside.size) as pilot:
        await press(pilot, "space")
        for size in sizes:
            await pilot.resize_terminal(*size)
            for keys in ("1", "9", "8", "7 w", "z", "6", "z", "5"):
                await press(pilot, keys)
                arrangement = app.stage.arrangement
                rows = why_rows(arrangement, app.model, app.widgets.panes.why)
                found = rooms(arrangement, [pane.id for pane in app.widgets.panes.of_heap], rows)
                assert found.panes == places(beside.presented()), (size, keys)
                assert found.scrub == (app.widgets.scrub.region.y if app.widgets.scrub.display else None), (size, keys)
