"""The page map of the arena."""

from collections.abc import Mapping
from dataclasses import replace

from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model
from gomem_tui.render import arena
from gomem_tui.render.lines import Line
from gomem_tui.render.pagecells import LENSES, Chart
from gomem_tui.render.pagegrid import Grid
from gomem_tui.settings.keys import STANDARD, Keyboard


class ArenaPane(HeapPane):
    """The page map: arrows select pages."""

    NEEDS = ("spans", "extents")

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

    def _grid(self) -> tuple[Grid, int]:
        return arena.grid(self.model.world, self.port(self.size.width, self.size.height), self.chart.zoom)

    def reveal(self) -> None:
        """Scroll to the selected page."""
        grid = self._grid()[0]
        self.show_row(grid.row_of(self.model.scene.selection.addr), self.page(), grid.rows)

    def move(self, rows: int, columns: int = 0) -> None:
        """Select the page of another cell."""
        self.model.select(self._grid()[0].moved(self.model.scene.selection.addr, rows, columns))

    def pick(self, x: int, y: int) -> None:
        """Select the page of a cell."""
        grid, spread = self._grid()
        column = (x - arena.label_cells(self.model.world.extents.arenas)) // spread
        if 1 <= y <= self.page() and 0 <= column < grid.per_row:
            addr = grid.picked(self.top + y - 1, column)
            if addr is not None:
                self.model.select(addr)

    def own(self) -> dict[str, object]:
        """Its lens and its zoom besides."""
        chart = {"lens": self.chart.lens, "zoom": self.chart.zoom} if self.chart != Chart() else {}
        return super().own() | chart

    def take(self, own: Mapping[str, object]) -> None:
        """Show the map through the same lens."""
        lens, zoom = own.get("lens", Chart().lens), own.get("zoom", 0)
        known = next((one for one in LENSES if one == lens), None)
        if known is not None and isinstance(zoom, int):
            self.chart = Chart(known, max(0, min(zoom, arena.MAX_ZOOM)))
        super().take(own)

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
