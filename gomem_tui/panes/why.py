"""The Why pane: the last command, its answer and how it came about; longer answers scroll."""

from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model
from gomem_tui.render.lines import Line
from gomem_tui.render.why import render_why, why_text


class WhyPane(HeapPane):
    """Up and down scroll."""

    def __init__(self, model: Model) -> None:
        super().__init__(id="why")
        self.model = model
        self.shows_log = False

    def draw(self, width: int, height: int) -> list[Line]:
        """Title rule and the part of the text that is scrolled to."""
        return render_why(self.model.outcome, self._notes(), self.port(width, height), self.shows_log)

    def _notes(self) -> list[str]:
        said = self.model.outcome.said if self.model.outcome is not None else None
        return [*said.notes, *said.says] if said is not None else []

    def page(self) -> int:
        """Rows shown."""
        return max(1, self.size.height - 1)

    def reveal(self) -> None:
        """A new command starts at its top."""
        self.top = 0

    def resized(self) -> None:
        """Stay where it was scrolled to, as far as there is text."""
        self._show_from(self.top)

    def move(self, rows: int, columns: int = 0) -> None:
        """Scroll."""
        self._show_from(self.top + rows)
        self.redraw()

    def _show_from(self, top: int) -> None:
        lines = len(why_text(self.model.outcome, self._notes(), self.port(self.size.width, self.size.height), self.shows_log))
        self.top = max(0, min(top, lines - self.page()))

    def toggle_log(self) -> None:
        """The ladder or the event log."""
        self.shows_log = not self.shows_log
        self.top = 0
        self.redraw()

    def pick(self, x: int, y: int) -> None:
        """Nothing is selected here."""
