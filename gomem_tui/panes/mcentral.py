"""The mcentral lists."""

from collections.abc import Sequence
from functools import partial

from gomem_core.queries.roworder import RowOrder
from gomem_tui.panes.model import Model
from gomem_tui.panes.table import TablePane
from gomem_tui.render import mcentral
from gomem_tui.render.lines import Line


class McentralPane(TablePane):
    """The mcentrals: up and down select a class, left and right walk its chains."""

    NEEDS = ("lists", "spans", "sums", "extents")

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
        return mcentral.render_mcentral(self.model.world, port, self.model.scene, order.rows(), order.text, order.asked())

    def page(self) -> int:
        """Rows shown."""
        return mcentral.central_rows(self.model.world, self.size.height)

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
        """Go to the next span of the chains, which follow each other as the lists do, or to the one before."""
        world, selection = self.model.world, self.model.scene.selection
        spanclass, names = selection.spanclass, world.profile.central_names
        if spanclass not in world.profile.central_classes:
            return
        info = world.spans.at(selection.addr)
        here = names.index(info.list_name) if info is not None and info.list_name in names else -1
        if info is None or info.spanclass != spanclass or here < 0:
            base = self._front(spanclass, names)
        elif step > 0:
            base = info.next_base or self._front(spanclass, names[here + 1 :])
        else:
            before = (world.lists.last(spanclass, name) for name in reversed(names[:here]))
            base = info.prev_base or next(filter(None, before), 0)
        if base:
            self.choose(partial(self.model.select, base))

    def _front(self, spanclass: int, names: Sequence[str]) -> int:
        """The first span of the first of these lists that has any; 0: none has."""
        fronts = (self.model.world.lists.chain(spanclass, name, 1) for name in names)
        return next((bases[0] for bases in fronts if bases), 0)

    def pick(self, x: int, y: int) -> None:
        """Select the class of a row, or the span of a chain."""
        names = self.model.world.profile.central_names
        chain = y - (self.size.height - len(names))
        if 2 <= y < 2 + self.page():
            self.select_row(self.top + y - 2)
        elif 0 <= chain < len(names):
            base = mcentral.chain_base(self.model.world, self.model.scene, names[chain], self.size.width, x)
            if base:
                self.choose(partial(self.model.select, base))

    def select_row(self, number: int) -> None:
        """Select the class of a row, or of the next that there is."""
        classes = self.model.classes.rows()
        if classes:
            self.choose(partial(self.model.select_class, classes[max(0, min(number, len(classes) - 1))]))
