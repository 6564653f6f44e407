"""The Types pane: objects and bytes by type; of a heap profile, by the line that allocated."""

from collections.abc import Iterable, Mapping

from gomem_core.lang.commands import Filter
from gomem_core.lang.filters import format_filter
from gomem_core.queries.amounts import filters_of_shape
from gomem_core.queries.roworder import RowOrder
from gomem_core.queries.saidtypes import UNTYPED
from gomem_core.queries.typeorder import SORTS, no_types
from gomem_core.world.world import unknown
from gomem_tui.panes.model import Model
from gomem_tui.panes.table import TablePane
from gomem_tui.render import types
from gomem_tui.render.lines import Line


class TypesPane(TablePane):
    """The table: up and down go from type to type, which no other pane knows."""

    ROWS, SORTS = "type", SORTS
    FOLLOWS = False

    def __init__(self, model: Model) -> None:
        super().__init__(id="types")
        self.model = model
        self._chosen_row: tuple[str, int] | None = None  # name and row of the selected one

    @property
    def unknown(self) -> str:
        """Why the heap knows no types; empty where it does."""
        strip = self.model.session.strip
        return no_types(self.model.world if strip is None else strip.shown, self.model.session.objects)

    @property
    def order(self) -> RowOrder:
        """Which types are shown, in which order."""
        return self.model.types

    def draw(self, width: int, height: int) -> list[Line]:
        """The table; it is counted only where it is seen."""
        model = self.model
        rows = model.types.rows()
        return types.render_types(
            *(rows, model.types, model.types.by, self.port(width, height), self._chosen_row, model.types.nbytes),
            model.types.course,
        )

    @property
    def sorts(self) -> tuple[str, ...]:
        """The columns by which these rows can be sorted."""
        return self.model.types.sorts

    def page(self) -> int:
        """Rows shown."""
        return types.type_rows(self.size.height, self.model.types.course is not None)

    def key(self) -> object:
        """The selected type."""
        return self._chosen_row

    def row(self) -> int:
        """The row of the selected type; -1: it has none."""
        return next((row for row, one in enumerate(self.model.types.rows()) if (one.name, one.row) == self._chosen_row), -1)

    def count(self) -> int:
        """Types that pass the filter."""
        return len(self.model.types.rows())

    def reveal(self) -> None:
        """Scroll to the selected type; objects are not counted for a pane that nobody sees."""
        if self.has_room:
            super().reveal()

    def own(self) -> dict[str, object]:
        """The selected type besides."""
        return super().own() | ({"type": [*self._chosen_row]} if self._chosen_row is not None else {})

    def take(self, own: Mapping[str, object]) -> None:
        """Select the same type."""
        match own.get("type"):
            case [str(name), int(row)]:
                self._chosen_row = name, row
            case _:
                self._chosen_row = None
        super().take(own)

    def move(self, rows: int, columns: int = 0) -> None:
        """Select another type."""
        self.select_row(self.from_row() + rows + columns if self.row() >= 0 else 0)

    def select_row(self, row: int) -> None:
        """Select the type of a row, or of the next that there is."""
        found = self.model.types.rows()
        if found:
            one = found[max(0, min(row, len(found) - 1))]
            self.choose(lambda: self._take((one.name, one.row)))

    def _take(self, chosen: tuple[str, int]) -> None:
        self._chosen_row = chosen
        self.reveal()
        self.redraw()

    def objects_filter(self) -> tuple[str, str, str]:
        """Why there is none, or the filter that Objects has for the selected type or shape, and what else passes it."""
        model, chosen = self.model, self._chosen_row
        if chosen is None or self.row() < 0:
            return "No type is selected.", "", ""
        if model.types.by != "type" or unknown(model.world, "spans", "slots"):
            return "Nothing is known here of single objects.", "", ""
        name = "" if chosen[0] == UNTYPED else chosen[0]
        shape, is_wider = filters_of_shape(name)
        if shape:
            return "", " ".join(format_filter("objects", one) for one in shape), "of any shape" if is_wider else ""
        if not any(one == name for one in self._names()):
            return f"Nothing says which objects are of a type called {chosen[0]}.", "", ""
        return "", format_filter("objects", Filter("type", ":", name)), ""

    def _names(self) -> Iterable[str]:
        """The names of types that objects have."""
        objects = self.model.session.objects
        names: list[str] | None = getattr(objects, "type_names", None)  # of sessions and films
        return names if names is not None else (objects.info(oid).type for oid in range(len(objects)))

    def pick(self, x: int, y: int) -> None:
        """Select the type of a row, or sort by the column of a heading; by the same once more: the other way round."""
        order = self.model.types
        if y == 1:
            sort = types.sort_at(order.rows(), x, self.size.width)
            self.sort_by(sort, not order.descending if sort == order.sort else order.descending)
        elif 2 <= y < 2 + self.page() and self.top + y - 2 < self.count():
            self.select_row(self.top + y - 2)
