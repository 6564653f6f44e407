"""The spans table."""

from functools import partial

from gomem_core.queries.roworder import RowOrder
from gomem_core.queries.spanorder import SORTS
from gomem_tui.panes.model import Model
from gomem_tui.panes.table import TablePane
from gomem_tui.render import spans
from gomem_tui.render.lines import Line


class SpansPane(TablePane):
    """The spans table: up and down select spans."""

    NEEDS = ("spans", "slots", "extents")

    ROWS, SORTS = "span", tuple(SORTS)

    @property
    def order(self) -> RowOrder:
        """Which spans are shown, in which order."""
        return self.model.order

    def __init__(self, model: Model) -> None:
        super().__init__(id="spans")
        self.model = model

    def draw(self, width: int, height: int) -> list[Line]:
        """The table."""
        model = self.model
        return spans.render_spans(model.world, model.order, self.port(width, height), model.scene)

    def page(self) -> int:
        """Rows shown."""
        return spans.span_rows(self.size.height)

    def row(self) -> int:
        """The row of the selected span; -1: the filter leaves it out."""
        return self.model.order.number(self.model.scene.selection.addr)

    def key(self) -> object:
        """The base of the selected span."""
        info = self.model.world.spans.at(self.model.scene.selection.addr)
        return None if info is None else info.base

    def count(self) -> int:
        """Spans that pass the filter."""
        return len(self.model.order)

    def move(self, rows: int, columns: int = 0) -> None:
        """Select another span."""
        self.select_row(self.from_row() + rows + columns)

    def pick(self, x: int, y: int) -> None:
        """Select the span of a row, or sort by the column of a heading; by the same once more: the other way round."""
        order = self.model.order
        if y == 1:
            sort = spans.sort_at(self.model.world, x, self.size.width, order.sort)
            self.sort_by(sort, not order.descending if sort == order.sort else order.descending)
        elif 2 <= y < 2 + self.page() and self.top + y - 2 < len(order):
            self.select_row(self.top + y - 2)

    def select_row(self, row: int) -> None:
        """Select the span of a row, or of the next that there is."""
        row = max(0, min(row, len(self.model.order) - 1))
        for info in self.model.order.rows(row, row + 1):
            self.choose(partial(self.model.select, info.base))

    def beside(self, step: int) -> int:
        """The row next to the selected span, whether that passes the filter or not."""
        return self.model.order.beside(self.model.scene.selection.addr, step)
