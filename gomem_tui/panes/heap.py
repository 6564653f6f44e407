"""The four panes of the heap, each a renderer with a way to move in it."""

from dataclasses import replace
from functools import partial

from gomem_core.classic.view import CENTRAL_CLASSES
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.queries.roworder import RowOrder
from gomem_core.queries.spanorder import SORTS
from gomem_core.world.records import SpanInfo
from gomem_tui.keys import STANDARD, Keyboard
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model
from gomem_tui.panes.table import TablePane
from gomem_tui.render import arena, bitmap, mcentral, spans
from gomem_tui.render.lines import Line
from gomem_tui.render.pagecells import LENSES, Chart


class SpansPane(TablePane):
    """The spans table: up and down select spans."""

    NUMBER = 1
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
        return spans.render_spans(model.view, model.order, self.port(width, height), model.scene)

    def page(self) -> int:
        """Rows shown."""
        return spans.span_rows(self.size.height)

    def row(self) -> int:
        """The row of the selected span; -1: the filter leaves it out."""
        return self.model.order.number(self.model.scene.selection.addr)

    def key(self) -> object:
        """The base of the selected span."""
        info = self.model.view.span_at(self.model.scene.selection.addr)
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
            sort = spans.sort_at(x, self.size.width, order.sort)
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


class ArenaPane(HeapPane):
    """The page map: arrows select pages."""

    def __init__(self, model: Model, keyboard: Keyboard = STANDARD) -> None:
        super().__init__(id="arena")
        self.model = model
        self._keyboard = keyboard
        self.chart = Chart()

    def draw(self, width: int, height: int) -> list[Line]:
        """The map."""
        key = self._keyboard.name("legend")
        return arena.render_arena(self.model.view, self.port(width, height), self.model.scene, self.chart, key)

    def page(self) -> int:
        """Rows shown."""
        return arena.map_rows(self.size.height)

    def _layout(self) -> tuple[int, int]:
        return arena.layout(self.model.view, self.port(self.size.width, self.size.height), self.chart.zoom)

    def _cell(self) -> int:
        return (self.model.scene.selection.addr - self.model.view.arena[0]) >> PAGE_SHIFT + self.chart.zoom

    def reveal(self) -> None:
        """Scroll to the selected page."""
        per_row = self._layout()[0]
        rows = -(-arena.cell_count(self.model.view, self.chart.zoom) // per_row)
        self.show_row(self._cell() // per_row, self.page(), rows)

    def move(self, rows: int, columns: int = 0) -> None:
        """Select the page of another cell."""
        self._select(self._cell() + rows * self._layout()[0] + columns)

    def pick(self, x: int, y: int) -> None:
        """Select the page of a cell."""
        per_row, spread = self._layout()
        column = (x - arena.LABEL) // spread
        if 1 <= y <= self.page() and 0 <= column < per_row:
            self._select((self.top + y - 1) * per_row + column)

    def _select(self, cell: int) -> None:
        view = self.model.view
        page = max(0, min(cell << self.chart.zoom, view.pages - 1))
        self.model.select(view.arena[0] + (page << PAGE_SHIFT))

    def next_lens(self) -> None:
        """Look through the next lens."""
        lenses = LENSES
        self.chart = replace(self.chart, lens=lenses[(lenses.index(self.chart.lens) + 1) % len(lenses)])
        self.redraw()

    def zoom(self, by: int) -> None:
        """Twice or half as many pages a cell."""
        self.chart = replace(self.chart, zoom=max(0, min(self.chart.zoom + by, arena.MAX_ZOOM)))
        self.top = 0
        self.reveal()
        self.redraw()


class BitmapPane(HeapPane):
    """The bitmap: up and down select slots of the selected span, or rows of a slot that is longer than the pane."""

    def __init__(self, model: Model) -> None:
        super().__init__(id="bitmap")
        self.model = model

    def draw(self, width: int, height: int) -> list[Line]:
        """The words."""
        objects = self.model.session.objects
        return bitmap.render_bitmap(self.model.view, self.port(width, height), self.model.scene, objects)

    def page(self) -> int:
        """Slots that a page's rows hold, at least one; rows, where the cursor is on rows."""
        info = self._span()
        rows = bitmap.bitmap_rows(self.size.height)
        return rows if info is None else max(1, rows * bitmap.ROW_BYTES // self._stride(info))

    def _span(self) -> SpanInfo | None:
        """The selected span, if it has slots."""
        info = self.model.view.span_at(self.model.scene.selection.addr)
        return info if info is not None and info.elemsize else None

    def _stride(self, info: SpanInfo) -> int:
        return bitmap.stride(info, self.size.height)

    def reveal(self) -> None:
        """Scroll to the selected slot, or to the selected row of it."""
        info = self._span()
        if info is None:
            self.top = 0
            return
        stride = self._stride(info)
        begin = (self.model.scene.selection.addr - info.base) // stride * stride
        first, last = begin // bitmap.ROW_BYTES, (begin + stride - 1) // bitmap.ROW_BYTES
        self.show_block(first, last, bitmap.bitmap_rows(self.size.height), info.nbytes // bitmap.ROW_BYTES)

    def move(self, rows: int, columns: int = 0) -> None:
        """Select another slot, or (up and down in a long one) another row of it."""
        info = self._span()
        if info is not None:
            step = info.elemsize if columns else self._stride(info)
            number = (self.model.scene.selection.addr - info.base) // step + rows + columns
            last = (info.nelems * info.elemsize - 1) // step
            self.model.select(info.base + max(0, min(number, last)) * step)

    def pick(self, x: int, y: int) -> None:
        """Select the slot of a row."""
        info = self._span()
        if info is not None and 2 <= y < 2 + bitmap.bitmap_rows(self.size.height):
            addr = info.base + (self.top + y - 2) * bitmap.ROW_BYTES
            if self.model.view.slot_at(addr) is not None:
                self.model.select(addr)


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
        return mcentral.render_mcentral(self.model.view, port, self.model.scene, order.rows(), order.text)

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
        view, selection = self.model.view, self.model.scene.selection
        if selection.spanclass not in CENTRAL_CLASSES:
            return
        info = view.span_at(selection.addr)
        if info is None or info.spanclass != selection.spanclass or info.list_name not in mcentral.CHAINS:
            fronts = (view.central_chain(selection.spanclass, which, 1) for which in mcentral.CHAINS)
            base = next((bases[0] for bases in fronts if bases), 0)
        elif step > 0:
            front = view.central_chain(selection.spanclass, "empty", 1) if info.list_name == "nonempty" else []
            base = info.next_base or next(iter(front), 0)
        else:
            base = info.prev_base or (view.central_last(selection.spanclass, "nonempty") if info.list_name == "empty" else 0)
        if base:
            self.choose(partial(self.model.select, base))

    def pick(self, x: int, y: int) -> None:
        """Select the class of a row, or the span of a chain."""
        chain = y - (self.size.height - len(mcentral.CHAINS))
        if 2 <= y < 2 + self.page():
            self.select_row(self.top + y - 2)
        elif 0 <= chain < len(mcentral.CHAINS):
            base = mcentral.chain_base(self.model.view, self.model.scene, mcentral.CHAINS[chain], self.size.width, x)
            if base:
                self.choose(partial(self.model.select, base))

    def select_row(self, number: int) -> None:
        """Select the class of a row, or of the next that there is."""
        classes = self.model.classes.rows()
        if classes:
            self.choose(partial(self.model.select_class, classes[max(0, min(number, len(classes) - 1))]))
