"""Four more panes, each a renderer with a way to move in it: mcache, Heap, Layout, Objects."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gomem_core.account import Account
from gomem_core.reach import object_at
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model
from gomem_tui.render import heap, layout, mcache, objects
from gomem_tui.render.lines import Line


class _Place(NamedTuple):
    """Where a cached span is drawn."""

    row: int
    column: int
    p: int
    base: int


class McachePane(HeapPane):
    """The mcaches: up and down select cached spans, left and right go to the other group, or to another P."""

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
        """Where the selected span is drawn; None when it is not cached."""
        info = self.model.view.span_at(self.model.scene.selection.addr)
        return next((place for place in places if info is not None and place.base == info.base), None)

    def reveal(self) -> None:
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
        if here is None:
            self.model.select(places[0].base)
        elif columns:
            self.model.select(_beside(places, here, 1 if columns > 0 else -1).base)
        else:
            same = [place for place in places if place.column == here.column]
            self.model.select(same[max(0, min(same.index(here) + rows, len(same) - 1))].base)

    def pick(self, x: int, y: int) -> None:
        """Select the span of a row."""
        row, column = self.top + y - 2, mcache.column_of(x, self.size.width)
        if not 2 <= y < 2 + self.page() or (y == 2 and mcache.is_pinned(self._rows(), self.top, self.size.height)):
            return
        for place in self._places():
            if (place.row, place.column) == (row, column):
                self.model.select(place.base)


def _beside(places: list[_Place], here: _Place, direction: int) -> _Place:
    """The place in the next group of the same P, else the first one of the next P; direction -1: the one before."""
    group = [place for place in places if place.p == here.p and place.column == here.column + direction]
    if group:
        return min(group, key=lambda place: abs(place.row - here.row))
    further = [place for place in places if (place.p - here.p) * direction > 0]
    p = min(further, key=lambda place: abs(place.p - here.p), default=here).p
    return next(place for place in places if place.p == p) if further else here


class HeapStatsPane(HeapPane):
    """The whole heap in figures: up and down select the classes that waste most."""

    WALKS = True

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

    def reveal(self) -> None:
        """Scroll to the selected class, if it is among them."""
        if self.display and self.size.area:  # the account is not kept up to date for a pane that nobody sees
            classes, spanclass = self._wasteful(), self.model.scene.selection.spanclass
            self.show_row(classes.index(spanclass) if spanclass in classes else 0, self.page(), len(classes))

    def move(self, rows: int, columns: int = 0) -> None:
        """Select another class."""
        classes, spanclass = self._wasteful(), self.model.scene.selection.spanclass
        at = classes.index(spanclass) + rows + columns if spanclass in classes else 0
        self._select(at)

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
            self.model.select_class(classes[max(0, min(number, len(classes) - 1))])


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
        """All of it is shown."""

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
        """Nothing is to be picked in a picture of what is mostly empty."""


class ObjectsPane(HeapPane):
    """The objects: up and down select them, even those that are gone, of which other panes show the address."""

    def __init__(self, model: Model) -> None:
        super().__init__(id="objects")
        self.model = model
        self._oid = -1
        self._addr = -1  # the selected address for which _oid was found

    def draw(self, width: int, height: int) -> list[Line]:
        """The table."""
        model, session = self.model, self.model.session
        port = self.port(width, height)
        return objects.render_objects(model.view, port, model.scene, session.objects, session.history, self._oid, session.links)

    def page(self) -> int:
        """Rows shown."""
        return objects.object_rows(self.size.height)

    def reveal(self) -> None:
        """Scroll to the selected object; what was selected elsewhere since is looked up by its address."""
        table, addr = self.model.session.objects, self.model.scene.selection.addr
        if addr != self._addr or self._oid >= len(table):
            found = object_at(self.model.view, table, addr)
            self._oid, self._addr = -1 if found is None else found, addr
        if self._oid >= 0:
            self.show_row(len(table) - 1 - self._oid, self.page(), len(table))
        else:
            self.top = max(0, min(self.top, len(table) - self.page()))

    def move(self, rows: int, columns: int = 0) -> None:
        """Select another object."""
        last = len(self.model.session.objects) - 1
        self._select(last - self._oid + rows + columns if self._oid >= 0 else self.top)

    def pick(self, x: int, y: int) -> None:  # noqa: ARG002 -- rows are as wide as the pane
        """Select the object of a row."""
        row = self.top + y - 2
        if 2 <= y < 2 + self.page() and row < len(self.model.session.objects):
            self._select(row)

    def _select(self, row: int) -> None:
        table = self.model.session.objects
        if not len(table):
            return
        self._oid = len(table) - 1 - max(0, min(row, len(table) - 1))
        addr = table.info(self._oid).addr
        if self.model.view.span_at(addr) is not None:
            self._addr = addr
            self.model.select(addr)
        else:  # of size 0: no other pane shows such an address
            self._addr = self.model.scene.selection.addr
            self.reveal()
            self.redraw()
