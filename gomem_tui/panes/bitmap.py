"""The words of the selected span, with their bits."""

from gomem_core.world.records import SpanInfo
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model
from gomem_tui.render import bitmap
from gomem_tui.render.lines import Line


class BitmapPane(HeapPane):
    """The bitmap: up and down select slots of the selected span, or rows of a slot that is longer than the pane."""

    NEEDS = ("spans", "slots", "extents")

    def __init__(self, model: Model) -> None:
        super().__init__(id="bitmap")
        self.model = model

    def draw(self, width: int, height: int) -> list[Line]:
        """The words."""
        objects = self.model.session.objects
        return bitmap.render_bitmap(self.model.world, self.port(width, height), self.model.scene, objects)

    def page(self) -> int:
        """Slots that a page's rows hold, at least one; rows, where the cursor is on rows."""
        info = self._span()
        rows = bitmap.bitmap_rows(self.size.height)
        return rows if info is None else max(1, rows * bitmap.ROW_BYTES // self._stride(info))

    def _span(self) -> SpanInfo | None:
        """The selected span, if it has slots."""
        info = self.model.world.spans.at(self.model.scene.selection.addr)
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
            if self.model.world.slots.at(addr) is not None:
                self.model.select(addr)
