"""The menu of lessons: an app of its own, which ends when one is chosen."""

from collections.abc import Collection, Sequence
from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingsMap
from textual.events import Click

from gomem_core.lessons import Lesson
from gomem_tui.explorer.drawn import DrawnApp
from gomem_tui.explorer.linepane import LinePane
from gomem_tui.render.lessons import lesson_at, render_lessons
from gomem_tui.render.lines import Line, Port
from gomem_tui.settings.options import Options

_ACTIONS: Final = {  # what the explorer's actions, by their ids, do here
    "up": "move(-1)",
    "down": "move(1)",
    **dict.fromkeys(("top", "page_up"), "choose(0)"),
    **dict.fromkeys(("bottom", "page_down"), "choose(-1)"),
    **dict.fromkeys(("open", "step", "right"), "open"),
    **dict.fromkeys(("help", "explain_quit"), "help"),
    "back": "back",
    "quit": "leave",
    "suspend": "suspend_process",
}
_CLICKED: Final = {"page_up": "move(-1)", "page_down": "move(1)"}  # to an audience, these are a clicker's keys
_DIGITS: Final = {str(n): f"digit({n})" for n in range(10)}


class _List(LinePane):
    """The menu's only pane, which fills the screen."""

    def draw(self, width: int, height: int) -> list[Line]:
        """The menu as render/lessons.py has it."""
        app = self.app
        assert isinstance(app, LessonMenu)
        return render_lessons(app.there, app.done, app.at, app.keyboard, app.helping, Port(width, height))


class LessonMenu(DrawnApp):
    """Lets one choose, with the keys that hold in the explorer; `run` returns None when `at` was opened, else the exit code."""

    TITLE = "gomem"
    CSS = "Screen, _List { background: ansi_default; color: ansi_default; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, there: Sequence[Lesson], done: Collection[str], options: Options, at: int = 0) -> None:
        super().__init__(options.look)
        self.there = there
        self.done = done
        self.keyboard = options.keyboard
        self.at = at
        self.helping = False
        self._stale = False  # about to be drawn
        self._number = 0  # that is being typed
        actions = _ACTIONS | _CLICKED if options.presenting else _ACTIONS
        known = {name: actions[key.id] for key in self.keyboard.keys if key.id in actions for name in key.keys}
        self._bindings = BindingsMap(  # no others, not even Textual's own: a key that was taken away does nothing
            Binding(name, action, show=False) for name, action in (_DIGITS | known).items()
        )

    def compose(self) -> ComposeResult:
        """One pane, the list."""
        yield _List(id="lessons")

    def _show(self, at: int) -> None:
        self.at = max(0, min(at, len(self.there) - 1))
        self._number = 0
        self.helping = False
        self._draw_soon()

    def _draw_soon(self) -> None:
        """Draw once all keys that are there already are done."""
        if not self._stale:
            self._stale = True
            self.call_later(self._draw)

    def _draw(self) -> None:
        self._stale = False
        self.query_one(_List).redraw()

    def action_move(self, by: int) -> None:
        """Select the lesson so many rows below."""
        self._show(self.at + by)

    def action_choose(self, at: int) -> None:
        """Select the first lesson (0), or the last (-1)."""
        self._show(at % len(self.there))

    def action_digit(self, digit: int) -> None:
        """Select by number: a digit goes on with the number as long as there is such a lesson, else it begins another one."""
        index_of = {lesson.number: index for index, lesson in enumerate(self.there)}
        for number in (10 * self._number + digit, digit):
            if number in index_of:
                self._show(index_of[number])
                self._number = number
                return

    def action_open(self) -> None:
        """End the menu with the selected lesson, which is to be walked."""
        self.exit(None)

    async def action_help(self) -> None:
        """Show the keys in the place of what the lesson is about, or no longer."""
        self.helping = not self.helping
        self._draw_soon()

    async def action_back(self) -> None:
        """One level back: from the help, or out."""
        if self.helping:
            self._show(self.at)
        else:
            self.exit(0)

    def action_leave(self) -> None:
        """End the menu, and gomem."""
        self.exit(0)

    def on_click(self, event: Click) -> None:
        """Select a lesson; open the one that is selected."""
        index = lesson_at(event.screen_y, self.at, len(self.there), self.size.height)
        if index is not None and index == self.at:
            self.exit(None)
        elif index is not None:
            self._show(index)
