"""The Objects pane: a renderer of the objects with a way to move in it."""

from collections.abc import Mapping

from gomem_core.queries.graphs import graph_of
from gomem_core.queries.objectorder import KEEPS, OF_FILM, SORTS
from gomem_core.queries.reach import object_at, slot_of
from gomem_core.queries.roworder import RowOrder
from gomem_core.world.world import unknown
from gomem_tui.panes.model import Model
from gomem_tui.panes.table import TablePane
from gomem_tui.render import objects
from gomem_tui.render.lines import Line


class ObjectsPane(TablePane):
    """The objects: up and down select them, even those that are gone, of which other panes show the address."""

    NEEDS = ("slots", "spans")

    ROWS, SORTS = "object", SORTS

    @property
    def order(self) -> RowOrder:
        """Which objects are shown, in which order."""
        return self.model.objects

    def __init__(self, model: Model) -> None:
        super().__init__(id="objects")
        self.model = model
        self._oid = -1
        self._addr = -1  # the selected address for which _oid was found
        self._link = 0  # which of its links enter follows
        self._trail: list[int] = []  # objects from which links were followed
        self._seen = model.session

    def draw(self, width: int, height: int) -> list[Line]:
        """The table."""
        model, session = self.model, self.model.session
        reel = session.reel
        port = self.port(width, height)
        table = objects.Rows(
            session.objects,
            model.objects,
            session.history,
            self._oid,
            self._link,
            model.holding.read(),
            None if reel is None else reel.time,
        )
        return objects.render_objects(model.world, port, model.scene, table, session.links)

    @property
    def sorts(self) -> tuple[str, ...]:
        """The columns; of a heap that is read also what each object keeps, where that can be known."""
        if self.model.session.reel is not None:
            return ("step", *OF_FILM)
        return self.SORTS if graph_of(self.model.world) is None else (*self.SORTS, KEEPS)

    def sort_by(self, sort: str, descending: bool) -> None:
        """Sort by this column; what keeps most, and the largest, first."""
        fresh = sort != self.order.sort and graph_of(self.model.world) is not None
        super().sort_by(sort, sort in (KEEPS, "size") if fresh else descending)

    def page(self) -> int:
        """Rows shown."""
        return objects.object_rows(self.size.height)

    def key(self) -> object:
        """The number of the selected object; what was selected elsewhere since is looked up by its address."""
        table, addr = self.model.session.objects, self.model.scene.selection.addr
        if addr != self._addr or self._oid >= len(table):
            found = object_at(self.model.world, table, addr)
            self._oid, self._addr, self._link = -1 if found is None else found, addr, 0
        return self._oid if self._oid >= 0 else None

    def row(self) -> int:
        """The row of the selected object; -1: none is."""
        return -1 if self.key() is None else self.model.objects.number(self._oid)

    def count(self) -> int:
        """Objects that pass the filter."""
        return len(self.model.objects)

    def move(self, rows: int, columns: int = 0) -> None:
        """Select another object, or (left and right) another of its links to be followed."""
        links = self._links()
        if columns and links:
            self._link = max(0, min(self._link + columns, len(links) - 1))
            self.redraw()
        else:
            self.select_row(self.from_row() + rows + columns)

    def move_on(self, rows: int, columns: int, times: int) -> None:
        """Go on as `move` went; left and right one by one, since an object with links on the way keeps the selection."""
        if not columns:
            super().move_on(rows, columns, times)
            return
        for _ in range(times):
            before = self._oid, self._link
            self.move(rows, columns)
            if (self._oid, self._link) == before:
                return

    def pick(self, x: int, y: int) -> None:
        """Select the object of a row."""
        row = self.top + y - 2
        if y == 1:
            order, world = self.model.objects, self.model.world
            sort = objects.sort_at(world, x, self.size.width, objects.said_types(self.model.session.objects))
            self.sort_by(sort, not order.descending if sort == order.sort else order.descending)
        elif 2 <= y < 2 + self.page() and row < self.count():
            self.select_row(row)

    def select_row(self, row: int) -> None:
        """Select the object of a row, or of the next that there is."""
        oid = self.model.objects.oid(max(0, min(row, self.count() - 1)))
        if oid >= 0:
            self.choose(lambda: self._take(oid))

    # --- Links ------------------------------------------------------------------------------------------------------------

    def _links(self) -> list[int]:
        """Where the links of the selected object lead that are drawn: addresses."""
        table, oid = self.model.session.objects, self.key()
        if oid is None or unknown(self.model.world, "pointers"):
            return []
        if slot_of(self.model.world, table, self._oid) is None or not table.info(self._oid).ptrdata:
            return []
        return [target for _, target in self.model.world.pointers.stored_in(table.addr(self._oid))]

    def own(self) -> dict[str, object]:
        """The selected object, which may have no address of its own, and the chosen one of its links besides."""
        oid = -1 if self.unknown else self.key()
        chosen = {"object": [oid, self._link]} if isinstance(oid, int) and oid >= 0 else {}
        return super().own() | chosen

    def take(self, own: Mapping[str, object]) -> None:
        """Select the same one."""
        match own.get("object"):
            case [int(oid), int(link)] if 0 <= oid < len(self.model.session.objects) and link >= 0:
                self._oid, self._link, self._addr = oid, link, self.model.scene.selection.addr
        super().take(own)

    def follow_link(self) -> str:
        """Select the object to which the chosen link leads; returns what is to be said where none does."""
        links = self._links()
        if self.key() is None:
            return "No object is selected."
        if why := unknown(self.model.world, "pointers"):
            return f"{why[0].upper()}{why[1:]}."
        if not links:
            return f"{self.model.session.objects.name(self._oid)} holds no links to follow."
        found = object_at(self.model.world, self.model.session.objects, links[min(self._link, len(links) - 1)])
        if found is None:
            return "No object lies where this link leads."
        self.trail.append(self._oid)
        return self._visit(found)

    @property
    def trail(self) -> list[int]:
        """The objects from which links were followed, as far as they are there at this step."""
        if self.unknown:
            return []
        count = len(self.model.session.objects)
        if self._seen is not self.model.session:
            self._seen = self.model.session
            self._trail.clear()
        while self._trail and self._trail[-1] >= count:
            self._trail.pop()
        return self._trail

    def come_back(self) -> str:
        """Go back along the link that was followed last; returns what is to be said."""
        return self._visit(self.trail.pop())

    def _visit(self, oid: int) -> str:
        self.choose(lambda: self._take(oid))
        if self.row() < 0:
            return f"{self.model.session.objects.name(oid)} does not pass the filter; it is selected all the same."
        return ""

    def _take(self, oid: int) -> None:
        self._oid, self._link = oid, 0
        addr = self.model.session.objects.addr(oid)
        if self.model.world.spans.at(addr) is not None:
            self._addr = addr
            self.model.select(addr)
        else:  # of size 0: no other pane shows such an address
            self._addr = self.model.scene.selection.addr
            self.reveal()
            self.redraw()
