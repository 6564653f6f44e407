"""The menu of lessons: an app of its own, which ends when one is chosen."""

import asyncio
import signal
from collections.abc import Collection, Sequence
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Click

from gomem_core.lessons import Lesson
from gomem_tui.panes.base import LinePane
from gomem_tui.render.lessons import lesson_at, render_lessons
from gomem_tui.render.lines import Line, Port


class _List(LinePane):
    """All of the screen."""

    def draw(self, width: int, height: int) -> list[Line]:
        """Its lines."""
        app = self.app
        assert isinstance(app, LessonMenu)
        return render_lessons(app.there, app.done, app.at, app.helping, Port(width, height))


class LessonMenu(App[int]):
    """Lets one choose; `run` returns None when `at` was opened, else the exit code."""

    TITLE = "gomem"
    CSS = "Screen, _List { background: ansi_default; color: ansi_default; }"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("home,g,pageup", "choose(0)", "first", show=False),
        Binding("end,G,pagedown", "choose(-1)", "last", show=False),
        *(Binding(str(n), f"choose_number({n})", f"lesson {n}", show=False) for n in range(1, 10)),
        Binding("enter,space,l,right", "open", "open", show=False),
        Binding("question_mark,f1", "help", "help", show=False),
        Binding("escape", "back", "back", show=False),
        Binding("q,ctrl+q", "leave", "quit", show=False, priority=True),
        Binding("ctrl+c", "help", "help", show=False, priority=True),  # it destroys nothing
        Binding("ctrl+z", "suspend_process", "suspend", show=False, priority=True),
    ]

    def __init__(self, there: Sequence[Lesson], done: Collection[str], at: int = 0) -> None:
        super().__init__(ansi_color=True)
        self.animation_level = "none"
        self.there = there
        self.done = done
        self.at = at
        self.helping = False

    def compose(self) -> ComposeResult:
        """One pane."""
        yield _List(id="lessons")

    def on_mount(self) -> None:
        """Leave the terminal as it was when the system ends us."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit, 128 + number)

    def _show(self, at: int) -> None:
        self.at = max(0, min(at, len(self.there) - 1))
        self.helping = False
        self.query_one(_List).redraw()

    def action_move(self, by: int) -> None:
        """To a neighbour."""
        self._show(self.at + by)

    def action_choose(self, at: int) -> None:
        """To the first, or the last (-1)."""
        self._show(at % len(self.there))

    def action_choose_number(self, number: int) -> None:
        """To the lesson of this number, if there is one."""
        self._show(next((index for index, lesson in enumerate(self.there) if lesson.number == number), self.at))

    def action_open(self) -> None:
        """The selected one."""
        self.exit(None)

    async def action_help(self) -> None:
        """Tell the keys, or no longer."""
        self.helping = not self.helping
        self.query_one(_List).redraw()

    async def action_back(self) -> None:
        """One level back: from the help, or out."""
        if self.helping:
            self._show(self.at)
        else:
            self.exit(0)

    def action_leave(self) -> None:
        """Out."""
        self.exit(0)

    def on_click(self, event: Click) -> None:
        """Select a lesson; open the one that is selected."""
        index = lesson_at(event.screen_y, len(self.there))
        if index is not None and index == self.at:
            self.exit(None)
        elif index is not None:
            self._show(index)
