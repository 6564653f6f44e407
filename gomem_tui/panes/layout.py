"""The layout of the process."""

from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model
from gomem_tui.render import layout
from gomem_tui.render.lines import Line


class LayoutPane(HeapPane):
    """The process: up and down select the span above and below, left and right the slot before and after."""

    NEEDS = ("spans", "slots", "extents")

    def __init__(self, model: Model) -> None:
        super().__init__(id="layout")
        self.model = model

    def draw(self, width: int, height: int) -> list[Line]:
        """The picture."""
        return layout.render_layout(self.model.world, self.port(width, height), self.model.scene, self.model.session.objects)

    def page(self) -> int:
        """Spans of a page."""
        return 8

    def reveal(self) -> None:
        """Do nothing: the pane always shows all of it."""

    def move(self, rows: int, columns: int = 0) -> None:
        """Select a span above (higher addresses) or below, or another slot of this one."""
        world, addr = self.model.world, self.model.scene.selection.addr
        info, slot = world.spans.at(addr), world.slots.at(addr)
        if columns and info is not None and slot is not None:
            self.model.select(info.base + max(0, min(slot.slot + columns, info.nelems - 1)) * info.elemsize)
        elif rows:
            number = max(0, min(world.spans.number(addr) - rows, world.spans.count - 1))
            for other in world.spans.rows(number, number + 1):
                self.model.select(other.base)

    def pick(self, x: int, y: int) -> None:
        """Do nothing: there is nothing to pick in a picture of mostly empty space."""
