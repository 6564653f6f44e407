"""The page map of the arena."""

from dataclasses import replace

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model
from gomem_tui.render import arena
from gomem_tui.render.lines import Line
from gomem_tui.render.pagecells import LENSES, Chart
from gomem_tui.settings.keys import STANDARD, Keyboard


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
        return arena.render_arena(self.model.world, self.port(width, height), self.model.scene, self.chart, key)

    def page(self) -> int:
        """Rows shown."""
        return arena.map_rows(self.size.height)

    def _layout(self) -> tuple[int, int]:
        return arena.layout(self.model.world, self.port(self.size.width, self.size.height), self.chart.zoom)

    def _cell(self) -> int:
        return (self.model.scene.selection.addr - self.model.world.extents.arena[0]) >> PAGE_SHIFT + self.chart.zoom

    def reveal(self) -> None:
        """Scroll to the selected page."""
        per_row = self._layout()[0]
        rows = -(-arena.cell_count(self.model.world, self.chart.zoom) // per_row)
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
        world = self.model.world
        page = max(0, min(cell << self.chart.zoom, world.extents.pages - 1))
        self.model.select(world.extents.arena[0] + (page << PAGE_SHIFT))

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
