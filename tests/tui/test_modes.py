"""No mode hides an answer: each kind of answer, in each way the explorer can look."""

from collections.abc import Callable, Iterator

import pytest
from _pytest.mark import ParameterSet
from textual.pilot import Pilot

from gomem_core.files.script import read_script
from gomem_core.go.versions import GO_1_10
from gomem_core.lessons import find_lesson
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.lesson import LessonVisit
from gomem_tui.opening import open_lesson
from gomem_tui.render.help import help_lines
from gomem_tui.render.lines import plain
from gomem_tui.settings.options import Options
from tests.tui.screen import text_of

SIZES = [(60, 16), (120, 40), (80, 24)]
READ_ONLY = "this session is read-only"


def script_of_two(read_only: bool = False) -> Console:
    console = Console(True, read_script("two", "alloc 48 as a\nalloc 64 scan as b", "two"))
    console.read_only = read_only
    return console


def lesson() -> Explorer:
    one = find_lesson("10")
    desk = open_lesson(one, False, False)
    return Explorer(desk, Options(), LessonVisit(one, desk, Options()))


# What is opened, and the keys and the line that lead into the mode.
MODES: dict[str, tuple[Callable[[], Explorer], list[str], str]] = {
    "plain view": (lambda: Explorer(script_of_two()), [], ""),
    "difference": (lambda: Explorer(script_of_two()), [], "diff 0"),
    "event log": (lambda: Explorer(script_of_two()), ["e"], ""),
    "zoomed": (lambda: Explorer(script_of_two()), ["z"], ""),
    "zoomed log": (lambda: Explorer(script_of_two()), ["e", "z"], ""),
    "zoomed difference": (lambda: Explorer(script_of_two()), ["z"], "diff 0"),
    "difference over the log": (lambda: Explorer(script_of_two()), ["e"], "diff 0"),
    "halfway": (lambda: Explorer(script_of_two()), ["comma"], ""),
    "halfway in the log": (lambda: Explorer(script_of_two()), ["e", "comma"], ""),
    "presenter": (lambda: Explorer(script_of_two(), Options(presenting=True)), [], ""),
    "read-only": (lambda: Explorer(script_of_two(read_only=True)), [], ""),
    "lesson": (lesson, [], ""),
}
# A line, and what must be seen behind it.
KINDS: dict[str, tuple[str, str]] = {
    "result": ("alloc 48 as probe", "probe = 0xc42"),
    "answer of show": ("show stats", "heap_live"),
    "short answer": ("mark here", "is the bookmark here now"),
    "error of parse": ("aloc 5", "perhaps: alloc"),
    "error of execution": ("drop nothere", "nothere"),
    "failing save": ("save /no/such/place.gomem", "cannot write /no/such/place.gomem"),
    "help": ("help diff", "Say what differs from"),
    "said text": ("say The word is out.", "The word is out."),
}


async def type_line(pilot: Pilot[int], text: str) -> None:
    app = pilot.app
    assert isinstance(app, Explorer)
    app.prompt_actions.begin_line(text)
    await pilot.press("enter")
    await pilot.pause()


def pairs() -> Iterator[ParameterSet]:
    """Each way to look in the smallest terminal or in a large one, by turns; the thorough run takes each in all of them."""
    for number, mode in enumerate(MODES):
        for size in SIZES:
            marks = () if size == SIZES[number % 2] else (pytest.mark.thorough,)
            yield pytest.param(mode, size, marks=marks, id=f"{mode}-{size[0]}x{size[1]}")


@pytest.mark.parametrize(("mode", "size"), [*pairs()])
async def test_every_answer_is_seen(mode: str, size: tuple[int, int]) -> None:
    opened, keys, first = MODES[mode]
    app = opened()
    unseen: list[str] = []
    async with app.run_test(size=size) as pilot:
        await pilot.press("space", "space")
        for kind, (line, expected) in KINDS.items():
            changes = kind in ("result", "short answer", "failing save", "said text")
            told = READ_ONLY if mode == "read-only" and changes else expected
            await pilot.press(*keys)
            if first:
                await type_line(pilot, first)
            await type_line(pilot, line)
            rows = text_of(app.screen)
            where = [y for y, row in enumerate(rows) if told in row and not row.startswith(":")]
            below = [y for y, row in enumerate(rows) if "spans: " in row and "≠" in row]
            if not where or (below and where[0] > below[0]):
                unseen.append(kind)
            await pilot.press("escape", "escape", "escape", *(["e"] if "e" in keys[:1] else []))
            app.stage.zoom(False)
    assert not unseen


@pytest.mark.parametrize("keys", [["e"], []], ids=["over the log", "plain view"])
async def test_esc_ends_a_difference_and_says_so(keys: list[str]) -> None:
    app = Explorer(script_of_two())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space", *keys)
        before = text_of(app.screen)
        await type_line(pilot, "diff 0")
        assert any("── esc ends it ─" in row for row in text_of(app.screen))
        await pilot.press("escape")
        await pilot.pause()
        assert app.model.difference is None
        assert text_of(app.screen) == before
    told = " ".join(" ".join(map(plain, help_lines(app.keyboard, GO_1_10, "spans", 80))).split())
    assert "Leave the prompt, the help, an answer, a difference or the zoom" in told


async def test_esc_puts_an_answer_away_before_the_zoom() -> None:
    app = Explorer(script_of_two())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space", "z")
        await pilot.pause()
        before = text_of(app.screen)
        await type_line(pilot, "show stats")
        assert any("6 Why" in row for row in text_of(app.screen))
        await pilot.press("escape")
        await pilot.pause()
        assert text_of(app.screen) == before
        assert app.stage.arrangement.zoomed
        await pilot.press("escape")
        assert not app.stage.arrangement.zoomed
