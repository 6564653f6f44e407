"""What is seen above the prompt: header, panes, Why, scrub bar."""

from collections.abc import Callable
from typing import Final

from gomem_core.lang.moves import Pane
from gomem_tui.explorer.linepane import Bar, LinePane
from gomem_tui.explorer.panewidget import PaneWidget
from gomem_tui.panes.model import Model
from gomem_tui.panes.panes import Panes
from gomem_tui.panes.sessionbars import SessionBars
from gomem_tui.settings.keys import Keyboard


class Widgets:
    """The widgets above the prompt, and what they show; `columns` returns how wide the terminal is."""

    def __init__(self, model: Model, keyboard: Keyboard, columns: Callable[[], int]) -> None:
        self.bars: Final = SessionBars(model)
        self.panes: Final = Panes(model, keyboard, columns)
        self.header: Final = Bar(self.bars.header, id="header")
        self._shown: Final = {pane.id: PaneWidget(pane) for pane in self.panes.all}
        self.why: Final = self.shows("why")
        self.scrub: Final = Bar(self.bars.scrub, id="scrub")

    @property
    def heap_panes(self) -> tuple[PaneWidget, ...]:
        """Returns what shares the room between header and Why, in the order in which it is filled."""
        return tuple(self._shown[pane.id] for pane in self.panes.of_heap)

    @property
    def lines(self) -> tuple[LinePane, ...]:
        """Returns all of them, from the top down: what looks at the session to be drawn."""
        return (self.header, *self.heap_panes, self.why, self.scrub)

    def shows(self, name: Pane) -> PaneWidget:
        """Returns the widget that shows the pane with this id."""
        return self._shown[name]
