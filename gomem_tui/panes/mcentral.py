"""The mcentral lists."""

from functools import partial

from gomem_core.queries.roworder import RowOrder
from gomem_tui.panes.model import Model
from gomem_tui.panes.table import TablePane
from gomem_tui.render import mcentral
from gomem_tui.render.lines import Line


class McentralPane(TablePane):
    """The mcentrals: up and down select a class, left and right walk its chains."""

    NUMBER = 4
    WALKS = True
    ROWS = "class"

    @property
    def order(self) -> RowOrder:
        """Which classes are shown."""
        return self.model.classes

    def __init__(self, model: Model) -> None:
        super().__init__(id="mcentral")
        self.model = model

    @property
    def at(self) -> object:
        """What is selected."""
        return self.model.scene.selection

    def draw(self, width: int, height: int) -> list[Line]:
        """The lists."""
        order, port = self.model.classes, self.port(width, height)
        return mcentral.render_mcentral(self.model.world, port, self.model.scene, order.rows(), order.text)

    def page(self) -> int:
        """Rows shown."""
        return mcentral.central_rows(self.size.height)

    def row(self) -> int:
        """The row of the selected class; -1: large objects have none."""
        classes = self.model.classes.rows()
        spanclass = self.model.scene.selection.spanclass
        return classes.index(spanclass) if spanclass in classes else -1

    def key(self) -> object:
        """The selected span class."""
        return self.model.scene.selection.spanclass or None

    def count(self) -> int:
        """Span classes that pass the filter."""
        return len(self.model.classes.rows())

    def show_selected(self) -> None:
        """Scroll to the selected class, to the top where it is seen from there: so the classes that were asked stay in sight."""
        if self.row() < self.page():
            self.top = 0
        else:
            super().show_selected()

    def move(self, rows: int, columns: int = 0) -> None:
        """Select another class, or another span of the chains."""
        if columns:
            self._walk(columns)
        else:
            self.select_row(self.from_row() + rows)

    def _walk(self, step: int) -> None:
        """Go to the next span of the chains, of which `empty` follows `nonempty`, or to the one before."""
        world, selection = self.model.world, self.model.scene.selection
        if selection.spanclass not in world.profile.central_classes:
            return
        info = world.spans.at(selection.addr)
        if info is None or info.spanclass != selection.spanclass or info.list_name not in mcentral.CHAINS:
            fronts = (world.lists.chain(selection.spanclass, which, 1) for which in mcentral.CHAINS)
            base = next((bases[0] for bases in fronts if bases), 0)
        elif step > 0:
            front = world.lists.chain(selection.spanclass, "empty", 1) if info.list_name == "nonempty" else []
            base = info.next_base or next(iter(front), 0)
        else:
            base = info.prev_base or (world.lists.last(selection.spanclass, "nonempty") if info.list_name == "empty" else 0)
        if base:
            self.choose(partial(self.model.select, base))

    def pick(self, x: int, y: int) -> None:
        """Select the class of a row, or the span of a chain."""
        chain = y - (self.size.height - len(mcentral.CHAINS))
        if 2 <= y < 2 + self.page():
            self.select_row(self.top + y - 2)
        elif 0 <= chain < len(mcentral.CHAINS):
            base = mcentral.chain_base(self.model.world, self.model.scene, mcentral.CHAINS[chain], self.size.width, x)
            if base:
                self.choose(partial(self.model.select, base))

    def select_row(self, number: int) -> None:
        """Select the class of a row, or of the next that there is."""
        classes = self.model.classes.rows()
        if classes:
            self.choose(partial(self.model.select_class, classes[max(0, min(number, len(classes) - 1))]))
