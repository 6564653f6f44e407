"""Which panes are shown, how much room each has, and which one has the keyboard."""

from collections.abc import Iterable
from typing import Any, Protocol

from textual.screen import Screen

from gomem_core.lang.moves import Pane
from gomem_tui.explorer.arrangement import Arrangement
from gomem_tui.explorer.focus import Pointing
from gomem_tui.explorer.parts import Layered, Runs, Shows
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.explorer.screens.over import Over
from gomem_tui.explorer.whyrows import why_rows
from gomem_tui.explorer.widgets import Widgets
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model


class _App(Shows, Runs, Layered, Protocol):
    """What has screens, and draws them."""


class Stage:
    """Arranges the panes."""

    def __init__(self, model: Model, widgets: Widgets, presenting: bool, app: _App) -> None:
        self.arrangement = Arrangement()
        self._model = model
        self._widgets = widgets
        self._presenting = presenting
        self._app = app
        self._pointing = Pointing()
        self._turning = False  # another pane has the keyboard, which is about to be shown
        self._rearranged = False  # ... and others are shown than before
        self._why_rows: int | None = None  # rows of Why, where it has not as many as its style sheet says

    # --- The keyboard -----------------------------------------------------------------------------------------------------

    @property
    def _ground(self) -> Screen[Any]:
        """The screen of the panes."""
        return self._app.screen_stack[0]

    @property
    def typing(self) -> bool:
        """Whether the prompt has the keyboard, from the very key on that gave it."""
        return isinstance(self._ground.focused, Prompt)

    @property
    def covered(self) -> bool:
        """Whether the help or the palette lies over the panes."""
        return len(self._app.screen_stack) > 1

    @property
    def pane(self) -> HeapPane:
        """The pane that has the keyboard."""
        return self._widgets.panes.named(self.arrangement.current)

    def leave_prompt(self) -> None:
        """Let keys be for the panes again."""
        self._ground.set_focus(None)

    def choose(self, name: Pane) -> None:
        """Give a pane the keyboard."""
        before = self.arrangement.shown()
        self.arrangement.choose(name)
        self.leave_prompt()
        self._rearranged = self._rearranged or self.arrangement.shown() != before
        if not self._turning:
            self._turning = True
            self._app.call_later(self._turned)

    def point_at(self, names: Iterable[Pane]) -> None:
        """Show these panes, as far as there is room; the last one gets the keyboard."""
        for name in names:
            self.choose(name)

    def follow_session(self) -> None:
        """Point at what the session points at, now that it stands where it does."""
        self.point_at(self._pointing.moved(self._model.session))

    def _turned(self) -> None:
        """Show which pane has the keyboard, once all keys that are there already are done."""
        rearranged, self._turning, self._rearranged = self._rearranged, False, False
        rearranged = self._fit_why() or rearranged  # a pane that has all the room leaves Why other rows
        self.show()
        if rearranged:
            self._app.call_after_refresh(self._app.look_again)

    # --- The room ---------------------------------------------------------------------------------------------------------

    def begin(self, size: tuple[int, int]) -> None:
        """Mark what will be shown in a terminal of this size, before anything is styled: to style it again takes as long."""
        self.arrangement.size = size
        self._mark(update=False)

    def show(self) -> None:
        """Show the panes that there is room for, and mark the one that has the keyboard; what covers them is shown or not."""
        self._mark()
        panes, *over = self._app.screen_stack
        for screen in over:
            if isinstance(screen, Over):
                screen.fit(panes.has_class("tiny"))
        for pane in self._widgets.panes.all:
            pane.active = pane.id == self.arrangement.current and not self.typing
            pane.redraw()

    def _mark(self, update: bool = True) -> None:
        """Give the screen and the panes the classes of the style sheet; `update`: style them again where these change."""
        self._ground.set_class(self._presenting, "presenting", update=update)
        for name, has in self.arrangement.classes().items():
            self._ground.set_class(has, name, update=update)
        shown = self.arrangement.shown()
        for pane in self._widgets.panes.of_heap:
            self._widgets.shows(pane.id).set_class(pane.id not in shown, "off", update=update)

    def resized(self, size: tuple[int, int]) -> None:
        """Choose a layout for a terminal of this size; focus, scroll and selection stay."""
        self.arrangement.size = size
        self.arranged()

    def zoom(self, zoomed: bool) -> bool:
        """Give one pane all the room, or no longer; tells whether one had it."""
        before, self.arrangement.zoomed = self.arrangement.zoomed, zoomed
        self.arranged()
        return before

    def arranged(self) -> None:
        """Show another layout: mark the current pane anew, and draw everything when sizes are known."""
        self._fit_why()
        self.show()
        self._app.call_after_refresh(self._app.look_again)

    def make_room_for_why(self) -> None:
        """Give Why the rows that it needs now.

        A pane that has all the room leaves it some as long as it has something to tell.
        """
        telling = self._widgets.panes.why.has_news
        if telling != self.arrangement.telling:
            self.arrangement.telling = telling
            if self.arrangement.has_one:
                self.arranged()
        self._fit_why()

    def _fit_why(self) -> bool:
        """Give Why its rows: its style sheet's, or those that a story needs; tells whether these are others than before."""
        wanted = None if self._presenting else why_rows(self.arrangement, self._model, self._widgets.panes.why)
        if wanted == self._why_rows:  # else Textual would lay out everything anew
            return False
        self._widgets.why.styles.height = self._why_rows = wanted
        return True
