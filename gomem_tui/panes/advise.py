"""Why the heap is so big."""

from collections.abc import Mapping

from gomem_core.queries.advicelines import AdviceLine, lines_of
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model
from gomem_tui.render import advise
from gomem_tui.render.lines import Line
from gomem_tui.settings.keys import STANDARD, Keyboard


class AdvisePane(HeapPane):
    """The advice: up and down go from line to line, each of which knows the spans it speaks of."""

    NEEDS = ("spans",)

    def __init__(self, model: Model, keyboard: Keyboard = STANDARD) -> None:
        super().__init__(id="advise")
        self.model = model
        self._keyboard = keyboard
        self._number = 0  # of the selected line

    def draw(self, width: int, height: int) -> list[Line]:
        """The page; it is worked out only where it is seen."""
        order = self.model.advice
        advice = order.read()
        hint = f"{key} shows its spans" if self.active and (key := self._keyboard.name("open")) else ""
        return advise.render_advise(advice, self.port(width, height), self._line_number(), order.behind, hint)

    def _said(self) -> list[AdviceLine]:
        advice = self.model.advice.read()
        return [] if advice is None else lines_of(advice)

    def _line_number(self) -> int:
        return max(0, min(self._number, len(self._said()) - 1))

    def line(self) -> AdviceLine | None:
        """The selected line; None where there is none."""
        lines = self._said()
        return lines[self._line_number()] if lines else None

    def page(self) -> int:
        """Rows shown."""
        return advise.page_rows(self.size.height)

    def note(self) -> str:
        """Nothing: the title tells which rows are shown."""
        return ""

    def reveal(self) -> None:
        """Scroll to the selected line."""
        if not self.has_room:  # all spans would have to be looked at for a pane that nobody sees
            return
        advice = self.model.advice.read()
        numbers = [number for number, _ in advise.advice_rows(advice, self.size.width)] if advice is not None else []
        chosen = [row for row, number in enumerate(numbers) if number == self._line_number()]
        if chosen:
            last = len(numbers) - 1 if self._line_number() == max(numbers) else chosen[-1]  # and what follows the last line
            self.show_row(last, self.page(), len(numbers))
            self.show_row(chosen[0], self.page(), len(numbers))

    def own(self) -> dict[str, object]:
        """Its line besides."""
        return super().own() | ({"line": self._number} if self._number else {})

    def take(self, own: Mapping[str, object]) -> None:
        """Go to the same line."""
        line = own.get("line", 0)
        self._number = line if isinstance(line, int) else 0
        super().take(own)

    def move(self, rows: int, columns: int = 0) -> None:
        """Go to another line."""
        self._number = max(0, min(self._line_number() + rows + columns, len(self._said()) - 1))
        self.reveal()
        self.redraw()

    def pick(self, x: int, y: int) -> None:
        """Go to the line that is drawn there."""
        advice = self.model.advice.read()
        rows = [] if advice is None else advise.advice_rows(advice, self.size.width)
        row = self.top + y - 2
        if y >= 2 and row < len(rows) and rows[row][0] >= 0:
            self._number = rows[row][0]
            self.redraw()
