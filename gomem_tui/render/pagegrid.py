"""Where the cells of the page map stand: each arena begins a row of its own, and a row tells how much lies between two arenas."""

from bisect import bisect_right

from gomem_core.frozen import frozen
from gomem_core.go.amd64 import PAGE_SHIFT, PAGE_SIZE
from gomem_core.named import NamedTuple
from gomem_core.world.arenas import Arena, Arenas


@frozen
class GridRow:
    """A row of the map: cells by the addresses at which they begin, or none and the bytes between two arenas."""

    cells: range
    gap: int = 0


class _Block(NamedTuple):
    """The rows of an arena; those in use come first."""

    row: int  # the first
    arena: Arena
    cells: int
    used: int  # cells
    used_before: int  # in the blocks before
    used_rows_before: int


class Grid:
    """The map of all arenas: 2^zoom pages a cell, `per_row` cells a row.

    Without zoom it shows what is in use, else all that could ever be.
    """

    def __init__(self, arenas: Arenas, zoom: int, per_row: int) -> None:
        self._arenas = arenas
        self._zoom = zoom
        self.per_row = per_row
        self.cell_bytes = PAGE_SIZE << zoom
        self._blocks: list[_Block] = []
        self.rows = self._used_cells = self._used_rows = 0
        for arena in arenas.parts:
            used = self._cells(arena.used - arena.start)
            cells = self._cells(arena.end - arena.start) if zoom else used
            if not cells:
                continue
            if self._blocks:
                self.rows += 1  # for the gap
            self._blocks.append(_Block(self.rows, arena, cells, used, self._used_cells, self._used_rows))
            self.rows += -(-cells // per_row)
            self._used_cells += used
            self._used_rows += -(-used // per_row)

    def _cells(self, nbytes: int) -> int:
        return -(-nbytes // self.cell_bytes)

    def row(self, number: int) -> GridRow:
        """Row number `number`, which there is."""
        index = bisect_right(self._blocks, number, key=lambda block: block.row) - 1
        block = self._blocks[index]
        first = (number - block.row) * self.per_row
        if first >= block.cells:
            before, after = block.arena, self._blocks[index + 1].arena
            return GridRow(range(0), after.start - (before.end if self._zoom else before.used))
        begin = block.arena.start + first * self.cell_bytes
        last = min(first + self.per_row, block.cells)
        return GridRow(range(begin, block.arena.start + last * self.cell_bytes, self.cell_bytes))

    def cell(self, addr: int) -> int:
        """Where the cell begins that has `addr`."""
        start = self._arenas.at(addr).start
        return addr - (addr - start) % self.cell_bytes

    def row_of(self, addr: int) -> int:
        """The row that has `addr`, which lies in an arena."""
        return self._place(addr)[1]

    def _place(self, addr: int) -> tuple[_Block | None, int, int]:
        """The block that has an address, its row, and the number of its cell in the block."""
        index = bisect_right(self._blocks, addr, key=lambda block: block.arena.start) - 1
        if index < 0:
            return None, 0, 0
        block = self._blocks[index]
        cell = min((addr - block.arena.start) // self.cell_bytes, block.cells - 1)
        return block, block.row + cell // self.per_row, cell

    def picked(self, row: int, column: int) -> int | None:
        """Address of the cell in a row and a column, of its arena's last page where it is not in use; None between arenas."""
        if row >= self.rows:
            return self._used_cell(self._used_cells)
        index = bisect_right(self._blocks, row, key=lambda block: block.row) - 1
        block = self._blocks[index]
        cell = (row - block.row) * self.per_row
        return self._in(block, cell + column) if cell < block.cells and block.used else None

    def moved(self, addr: int, rows: int, columns: int) -> int:
        """Address of the cell so many rows and columns further, among those in use; beyond them, of the last page."""
        block, row, cell = self._place(addr)
        if block is None or not self._used_cells:
            return self._used_cell(0)
        if rows:
            used_row = block.used_rows_before + row - block.row + rows
            if used_row < 0:
                return self._used_cell(0)
            if used_row >= self._used_rows:
                return self._used_cell(self._used_cells)
            block = self._blocks[bisect_right(self._blocks, used_row, key=lambda b: b.used_rows_before) - 1]
            return self._in(block, (used_row - block.used_rows_before) * self.per_row + cell % self.per_row)
        return self._used_cell(block.used_before + cell + columns)

    def _in(self, block: _Block, cell: int) -> int:
        """Address of a cell of a block; of the last page in use where the cell is not."""
        return block.arena.start + cell * self.cell_bytes if cell < block.used else block.arena.used - PAGE_SIZE

    def _used_cell(self, number: int) -> int:
        """Address of cell number `number` of those in use; before the first that, after the last the last page."""
        number = max(0, min(number, self._used_cells))
        if number == self._used_cells:
            return max(self._arenas.start, self._arenas.end - PAGE_SIZE)
        block = self._blocks[bisect_right(self._blocks, number, key=lambda b: b.used_before) - 1]
        return self._in(block, number - block.used_before)


def page_range(arenas: Arenas, cell: int, nbytes: int) -> tuple[int, int]:
    """Numbers of the first and the last page in use of a cell that begins at `cell`."""
    end = min(cell + nbytes, arenas.at(cell).used)
    first = arenas.page(cell)
    return first, first + (end - cell >> PAGE_SHIFT) - 1
