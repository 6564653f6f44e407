"""The widget that shows a pane of the heap in the explorer."""

from typing import Final

from textual.events import MouseEvent, MouseScrollDown, MouseScrollUp

from gomem_tui.explorer.linepane import LinePane
from gomem_tui.panes.base import HeapPane, Size
from gomem_tui.render.lines import Line

_WHEEL: Final = 3  # rows


class PaneWidget(LinePane):
    """Gives a pane room, and shows it.

    Which pane has the keyboard is the explorer's own business: Textual repaints all of a widget that gets or loses its focus,
    here only the title differs.
    """

    def __init__(self, pane: HeapPane) -> None:
        super().__init__(id=pane.id)
        self.pane: Final = pane
        pane.host = self

    @property
    def room(self) -> Size:
        """Returns its size: it has neither border nor padding."""
        return Size(*self.outer_size)

    def draw(self, width: int, height: int) -> list[Line]:
        """The pane, or why the heap does not know what it is about."""
        return self.pane.drawn(width, height)

    def resized(self) -> None:
        """Keep in sight what is selected."""
        self.pane.resized()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel moves in the pane that it is over; the keyboard stays where it is."""
        self._wheel(event, _WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The other way."""
        self._wheel(event, -_WHEEL)

    def _wheel(self, event: MouseEvent, rows: int) -> None:
        event.stop()
        if not self.held and not self.pane.unknown:
            self.pane.move(rows)
