"""Three more panes, each a renderer with a way to move in it: mcache, Heap, Layout."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from gomem_core.queries.account import Account
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model
from gomem_tui.panes.table import TablePane
from gomem_tui.render import heap, layout, mcache
from gomem_tui.render.lines import Line


class _Place(NamedTuple):
    """The place at which a cached span is drawn."""

    row: int
    column: int
    p: int
    base: int


class McachePane(TablePane):
    """The mcaches: up and down select cached spans, left and right go to the other group, or to another P."""

    NUMBER = 5
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
        return mcache.render_mcache(self.model.view, self.port(width, height), self.model.scene)

    def page(self) -> int:
        """Rows shown."""
        return mcache.mcache_page(self.size.height)

    def _rows(self) -> list[mcache.Row]:
        return mcache.mcache_rows(self.model.view, self.size.width)

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
        info = self.model.view.span_at(self.model.scene.selection.addr)
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
            above = 2 if rows[here.row - 2].what == "P" else 1  # a P's first span comes with its tiny block
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
        row, column = self.top + y - 2, mcache.column_of(x, self.size.width)
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


class HeapStatsPane(TablePane):
    """The whole heap in figures: up and down select the classes that waste most.

    Those come first; so it follows no selection that was made elsewhere.
    """

    NUMBER = 7
    WALKS = True
    FOLLOWS = False

    def __init__(self, model: Model, account: Callable[[], Account], lived: Callable[[], Sequence[int]]) -> None:
        super().__init__(id="heap")
        self.model = model
        self._account = account  # of the session there is: `open` and `resume` exchange it
        self._lived = lived

    @property
    def at(self) -> object:
        """What is selected."""
        return self.model.scene.selection

    def draw(self, width: int, height: int) -> list[Line]:
        """The figures."""
        return heap.render_heap(self.model.view, self.port(width, height), self.model.scene, self._account(), self._lived())

    def _plan(self) -> heap.Plan:
        return heap.plan(self.size.width, self.size.height)

    def page(self) -> int:
        """Wasteful classes shown."""
        return self._plan().rows

    def _wasteful(self) -> list[int]:
        return [spanclass for spanclass, _ in heap.wasteful(self._account())]

    def row(self) -> int:
        """The row of the selected class; -1: it holds nothing in vain."""
        classes, spanclass = self._wasteful(), self.model.scene.selection.spanclass
        return classes.index(spanclass) if spanclass in classes else -1

    def key(self) -> object:
        """The selected span class."""
        return self.model.scene.selection.spanclass

    def count(self) -> int:
        """Classes that hold anything in vain."""
        return len(self._wasteful())

    def reveal(self) -> None:
        """Scroll to the selected class, if it was chosen here."""
        if self.display and self.size.area:  # the account is not kept up to date for a pane that nobody sees
            super().reveal()

    def move(self, rows: int, columns: int = 0) -> None:
        """Select another class."""
        self._select(self.from_row() + rows + columns if self.row() >= 0 else 0)

    def from_row(self) -> int:
        """The row from which keys move; -1 where they begin with the first one that is shown."""
        return -1 if self.strays else self.row()

    def no_mcentral(self) -> str:
        """Why there is no mcentral to go to from the selected class; nothing where there is one."""
        spanclass = self.model.scene.selection.spanclass
        large = spanclass <= 1 and spanclass in self._wasteful()
        return "Large objects have no mcentral: mheap serves each with a span of its own." if large else ""

    def pick(self, x: int, y: int) -> None:
        """Select the class of a row."""
        plan = self._plan()
        row = y - plan.waste
        if 0 <= row < plan.rows and x < plan.left and self.top + row < len(self._wasteful()):
            self._select(self.top + row)

    def _select(self, number: int) -> None:
        classes = self._wasteful()
        if classes:
            self.choose(partial(self.model.select_class, classes[max(0, min(number, len(classes) - 1))]))


class LayoutPane(HeapPane):
    """The process: up and down select the span above and below, left and right the slot before and after."""

    def __init__(self, model: Model) -> None:
        super().__init__(id="layout")
        self.model = model

    def draw(self, width: int, height: int) -> list[Line]:
        """The picture."""
        return layout.render_layout(self.model.view, self.port(width, height), self.model.scene, self.model.session.objects)

    def page(self) -> int:
        """Spans of a page."""
        return 8

    def reveal(self) -> None:
        """Do nothing: the pane always shows all of it."""

    def move(self, rows: int, columns: int = 0) -> None:
        """Select a span above (higher addresses) or below, or another slot of this one."""
        view, addr = self.model.view, self.model.scene.selection.addr
        info, slot = view.span_at(addr), view.slot_at(addr)
        if columns and info is not None and slot is not None:
            self.model.select(info.base + max(0, min(slot.slot + columns, info.nelems - 1)) * info.elemsize)
        elif rows:
            number = max(0, min(view.span_number(addr) - rows, view.span_count - 1))
            for other in view.spans(number, number + 1):
                self.model.select(other.base)

    def pick(self, x: int, y: int) -> None:
        """Do nothing: there is nothing to pick in a picture of mostly empty space."""
