"""The Why pane: the last command, its answer and how it came about; longer answers scroll."""

from gomem_tui.keys import Keyboard
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model
from gomem_tui.render.lines import Line
from gomem_tui.render.why import Story, render_why, standing_at, why_length


class WhyPane(HeapPane):
    """Up and down scroll."""

    def __init__(self, model: Model, keyboard: Keyboard) -> None:
        super().__init__(id="why")
        self.model = model
        self.keyboard = keyboard
        self.shows_log = False

    def _story(self) -> Story:
        model = self.model
        answer = model.answer.result if model.answer is not None and model.difference is None else None
        told = answer if answer is not None and len(answer.lines()) > 1 else None  # one line stands in the footer
        title = model.console.script.title
        return Story(model.outcome, model.unmet, model.difference, self.shows_log, title, told, keyboard=self.keyboard)

    def draw(self, width: int, height: int) -> list[Line]:
        """Title rule and the part of the text that is scrolled to."""
        return render_why(self._story(), self.port(width, height))

    def wanted(self, width: int, most: int) -> int:
        """Rows in which all that is to be told is seen, in a pane `most` rows high or lower."""
        return 1 + why_length(self._story(), self.port(width, most))

    def note(self) -> str:
        """Nothing: its title says how many lines there are besides."""
        return ""

    def page(self) -> int:
        """Rows shown."""
        return max(1, self.size.height - 1)

    def reveal(self) -> None:
        """A new command starts at its top; in the log, the event at which the session stands is in sight."""
        self._show_from(standing_at(self._story()) - self.page() // 2)

    def stay(self) -> None:
        """Stay where it was scrolled to, as far as there is text."""
        self._show_from(self.top)

    def move(self, rows: int, columns: int = 0) -> None:
        """Scroll."""
        self._show_from(self.top + rows)
        self.redraw()

    def _show_from(self, top: int) -> None:
        length = why_length(self._story(), self.port(self.size.width, self.size.height))
        self.top = max(0, min(top, length - self.page()))

    def toggle_log(self) -> None:
        """The ladder or the event log."""
        self.shows_log = not self.shows_log
        self.follow()
        self.redraw()

    def pick(self, x: int, y: int) -> None:
        """Do nothing: there is nothing to select here."""
