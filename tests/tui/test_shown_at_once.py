"""What the explorer writes by its own way, and what panes keep of what they laid out, is what a fresh picture would show."""

import asyncio
import inspect
from pathlib import Path
from typing import Any

import pyte
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from rich.console import RenderableType
from textual._compositor import CompositorUpdate, LayoutUpdate
from textual.screen import Screen

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.draw.updates import Lines, UpdatePainter
from gomem_tui.explorer.app import Explorer
from gomem_tui.settings.look import Look
from gomem_tui.settings.options import Options
from tests.versions import ANY_VERSION

SIZE = (120, 40)
SCRIPT = "\n".join(
    [
        *("alloc 48 scan as a", "alloc 2048 times 3", "alloc 1024 scan as b", "link a.0 b", "alloc 8192", "alloc 100 times 90"),
        *(
            "drop a",
            "gc",
            "alloc 64K",
            "procs 2",
            "alloc 48 scan",
            "churn 40 sizes web",
            "gc mark",
            "gc sweep 2",
            "alloc 9 times 700",
        ),
    ]
)
KEYS = [
    "space",
    "space",
    "b",
    "full_stop",
    "comma",
    "down",
    "tab",
    "right",
    "L",
    "2",
    "4",
    "6",
    "z",
    "plus",
    "colon",
    "escape",
    "question_mark",
]


class Terminal:
    """A terminal that is told what an explorer writes, with a painter of its own."""

    def __init__(self, look: Look) -> None:
        self.painter, self.screen, self.own = UpdatePainter(look), pyte.Screen(*SIZE), 0
        self.stream = pyte.Stream(self.screen)

    def show(self, update: Any) -> None:
        reduced = self.painter.reduce(update, SIZE)
        assert isinstance(reduced, CompositorUpdate)
        self.stream.feed(reduced.render_segments(None))  # type: ignore[arg-type]  # it asks no console
        self.own += isinstance(update, Lines)

    @property
    def cells(self) -> list[list[object]]:
        """What one sees: blanks have no colour."""
        return [[self._cell(self.screen.buffer[y][x]) for x in range(SIZE[0])] for y in range(SIZE[1])]

    @staticmethod
    def _cell(c: Any) -> object:
        seen = c.data.strip() or c.underscore or c.reverse
        return (c.data, c.fg, c.bold, c.bg, c.underscore, c.reverse) if seen else (" ", c.bg)


class Recorded(Explorer):
    """An explorer whose terminal is known."""

    CSS_PATH = str(Path(inspect.getfile(Explorer)).with_name("app.tcss"))
    terminal: Terminal

    def _display(self, screen: Screen[Any], renderable: RenderableType | Lines | None) -> None:
        if screen is self.screen and renderable is not None and not self._batch_count:
            self.terminal.show(renderable)


async def walked(keys: list[str], look: Look, version: str = "1.10") -> int:
    """Press keys and compare each picture with a fresh one; returns how many were written the short way."""
    app = Recorded(Console(True, read_script("walk", f"go {version}\n{SCRIPT}", "walk")), Options(look=look))
    app.terminal = Terminal(look)
    app._painter = app.terminal.painter
    async with app.run_test(size=SIZE) as pilot:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
            fresh = Terminal(look)
            fresh.show(LayoutUpdate([[strip] for strip in app.screen._compositor.render_strips()], app.screen.region))
            assert app.terminal.cells == fresh.cells, key
            app.model.classes.look_again()
            app.widgets.panes.why._laid_out = (None, [])
            for pane in app.widgets.lines:
                assert not pane.has_room or pane.draw(*pane.outer_size) == pane._lines, (key, pane.id)
    return app.terminal.own


LOOKS = [
    Look(),
    Look("light", "truecolor"),
    Look("neutral", "256"),
    Look("terminal", "16"),
    Look("mono", "none"),
    Look(ascii=True),
]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_step_is_written_the_short_way_and_shows_what_textual_would(look: Look) -> None:
    steps = SCRIPT.count("\n") + 1
    assert asyncio.run(walked(["space"] * steps + ["b"] * steps, look)) >= 2 * steps


@settings(max_examples=10, phases=[Phase.explicit, Phase.generate])  # each takes a second
@given(keys=st.lists(st.sampled_from(KEYS), min_size=3, max_size=25), version=ANY_VERSION)
def test_on_all_ways_the_terminal_shows_what_textual_would(keys: list[str], version: str) -> None:
    asyncio.run(walked(keys, Look(), version))
