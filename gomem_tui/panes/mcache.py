"""The mcaches of the Ps."""

from functools import partial

from gomem_core.named import NamedTuple
from gomem_tui.panes.model import Model
from gomem_tui.panes.table import TablePane
from gomem_tui.render import mcache
from gomem_tui.render.lines import Line


class _Place(NamedTuple):
    """The place at which a cached span is drawn."""

    row: int
    column: int
    p: int
    base: int


class McachePane(TablePane):
    """The mcaches: up and down select cached spans, left and right go to the other group, or to another P."""

    NEEDS = ("caches", "spans", "sums")

    WALKS = True

    def __init__(self, model: Model) -> None:
        super().__init__(id="mcache")
        self.model = model

    @property
    def at(self) -> object:
        """What is selected."""
        return self.model.scene.selection

    def draw(self, width: int, height: int) -> list[Line]:
        """The caches."""
        return mcache.render_mcache(self.model.world, self.port(width, height), self.model.scene)

    def page(self) -> int:
        """Rows shown."""
        return mcache.mcache_page(self.size.height)

    def _rows(self) -> list[mcache.Row]:
        return mcache.mcache_rows(self.model.world, self.size.width)

    def _places(self) -> list[_Place]:
        """Every cached span, in the order in which up and down visit them."""
        return [
            _Place(i, column, row.cache.p, one.base)
            for i, row in enumerate(self._rows())
            for column, one in enumerate(row.spans)
            if one is not None
        ]

    def _here(self, places: list[_Place]) -> _Place | None:
        """Returns where the selected span is drawn; None when it is not cached."""
        info = self.model.world.spans.at(self.model.scene.selection.addr)
        return next((place for place in places if info is not None and place.base == info.base), None)

    def row(self) -> int:
        """The row of the selected span; -1: it is not cached."""
        here = self._here(self._places())
        return -1 if here is None else here.row

    def key(self) -> object:
        """The base of the selected span, if it is cached."""
        here = self._here(self._places())
        return None if here is None else here.base

    def count(self) -> int:
        """Rows, with those that say which P follows."""
        return len(self._rows())

    def show_selected(self) -> None:
        """Scroll to the selected span, with the row above it, in whose place its P may stand; without one stay."""
        rows, here = self._rows(), self._here(self._places())
        if here is None:
            self.top = max(0, min(self.top, len(rows) - self.page()))
        else:
            # A P's first span comes with its tiny block, and with its page cache.
            above = next((n for n in (2, 3) if rows[max(0, here.row - n)].what == "P"), 1)
            self.show_row(here.row - above, self.page(), len(rows))
            self.show_row(here.row, self.page(), len(rows))

    def move(self, rows: int, columns: int = 0) -> None:
        """Select another cached span: up and down in its group; left and right in the other one, else of another P."""
        places = self._places()
        here = self._here(places)
        if not places:
            return
        if here is None or self.from_row() < 0:
            self._select(places[0].base)
        elif columns:
            self._select(_beside(places, here, 1 if columns > 0 else -1).base)
        else:
            same = [place for place in places if place.column == here.column]
            self._select(same[max(0, min(same.index(here) + rows, len(same) - 1))].base)

    def _select(self, base: int) -> None:
        self.choose(partial(self.model.select, base))

    def pick(self, x: int, y: int) -> None:
        """Select the span of a row."""
        row, column = self.top + y - 2, mcache.column_of(self.model.world, x, self.size.width)
        if not 2 <= y < 2 + self.page() or (y == 2 and mcache.is_pinned(self._rows(), self.top, self.size.height)):
            return
        for place in self._places():
            if (place.row, place.column) == (row, column):
                self._select(place.base)


def _beside(places: list[_Place], here: _Place, direction: int) -> _Place:
    """The place in the next group of the same P, else the first one of the next P; direction -1: the one before."""
    group = [place for place in places if place.p == here.p and place.column == here.column + direction]
    if group:
        return min(group, key=lambda place: abs(place.row - here.row))
    further = [place for place in places if (place.p - here.p) * direction > 0]
    p = min(further, key=lambda place: abs(place.p - here.p), default=here).p
    return next(place for place in places if place.p == p) if further else here
