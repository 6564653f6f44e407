"""The Objects pane: a renderer of the objects with a way to move in it."""

from gomem_core.reach import object_at
from gomem_tui.panes.model import Model
from gomem_tui.panes.table import TablePane
from gomem_tui.render import objects
from gomem_tui.render.lines import Line


class ObjectsPane(TablePane):
    """The objects: up and down select them, even those that are gone, of which other panes show the address."""

    NUMBER = 9

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

    def key(self) -> object:
        """The number of the selected object; what was selected elsewhere since is looked up by its address."""
        table, addr = self.model.session.objects, self.model.scene.selection.addr
        if addr != self._addr or self._oid >= len(table):
            found = object_at(self.model.view, table, addr)
            self._oid, self._addr = -1 if found is None else found, addr
        return self._oid if self._oid >= 0 else None

    def row(self) -> int:
        """The row of the selected object; -1: none is."""
        return -1 if self.key() is None else len(self.model.session.objects) - 1 - self._oid

    def count(self) -> int:
        """Objects."""
        return len(self.model.session.objects)

    def move(self, rows: int, columns: int = 0) -> None:
        """Select another object."""
        self._select(self.from_row() + rows + columns)

    def pick(self, x: int, y: int) -> None:  # noqa: ARG002 -- rows are as wide as the pane
        """Select the object of a row."""
        row = self.top + y - 2
        if 2 <= y < 2 + self.page() and row < len(self.model.session.objects):
            self._select(row)

    def _select(self, row: int) -> None:
        table = self.model.session.objects
        if len(table):
            self.choose(lambda: self._take(len(table) - 1 - max(0, min(row, len(table) - 1))))

    def _take(self, oid: int) -> None:
        self._oid = oid
        addr = self.model.session.objects.addr(oid)
        if self.model.view.span_at(addr) is not None:
            self._addr = addr
            self.model.select(addr)
        else:  # of size 0: no other pane shows such an address
            self._addr = self.model.scene.selection.addr
            self.reveal()
            self.redraw()
