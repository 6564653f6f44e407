"""Fewer bytes to the terminal: of what is to be drawn, write only the cells that differ from what is there.

To switch the colour costs more bytes than to move the cursor, so a frame is written colour by colour instead of row by row.
"""

from collections.abc import Iterable, Sequence
from itertools import compress
from operator import is_not

from gomem_tui.draw.cells import BLANK, Cell, CellTable, Styled
from gomem_tui.draw.sequences import ANY, Runs, shows_on_blanks, written
from gomem_tui.settings.look import Look

_JUMP = 4  # bytes: what moving over some cells costs; no cell is written in less than one
_UNKNOWN: Cell = ("\0", "?")  # no style: it is never written


class Painter:
    """Remembers what the terminal shows, cell by cell.

    All that is drawn passes here, so here the look's promises are kept: no more colours than it has, and ASCII where it says so.
    """

    def __init__(self, look: Look = Look()) -> None:  # noqa: B008 -- it is immutable
        self._table = CellTable(look)
        self._rows: dict[int, list[Cell]] = {}
        self._size = (1 << 16, 1 << 16)  # columns and rows

    def take(self, look: Look) -> None:
        """Draw lines in the theme of a look from now on."""
        self._table.take(look)

    def forget(self) -> None:
        """The terminal shows something unknown: it was resized, or another program had it."""
        self._rows.clear()

    def knows(self, size: tuple[int, int]) -> bool:
        """Whether a picture of this size was painted since the terminal showed something unknown."""
        return size == self._size and bool(self._rows)

    def fit(self, size: tuple[int, int]) -> None:
        """Take note of the terminal's columns and rows; what it shows in another size is not known."""
        if size != self._size:
            self._size = size
            self.forget()

    def paint_lines(self, placed: Iterable[tuple[int, int, Styled]]) -> str:
        """Likewise for lines of tokens, each with the column and the row it begins at."""
        line = self._table.line
        return self.paint((x, y, line(styled)) for x, y, styled in placed)

    def paint(self, placed: Iterable[tuple[int, int, Sequence[Cell]]]) -> str:
        """Escape sequences that bring the terminal from what it shows to these cells, which begin at a column and a row."""
        columns, rows = self._size
        changed: dict[int, list[int]] = {}  # columns, by row
        for x, y, cells in placed:
            if y >= rows:  # an update from before the terminal became smaller: it would all land in the last row
                continue
            row = self._rows.setdefault(y, [])
            if found := _exchange(row, x, cells if x + len(cells) <= columns else cells[: max(0, columns - x)]):
                if self._table.has_wide:
                    found = _whole(row, x, found)
                changed[y] = sorted({*changed[y], *found}) if y in changed else found
        runs: Runs = {}
        for y in sorted(changed):
            _add_runs(runs, self._rows[y], y, changed[y], columns)
        return written(runs, columns)


def _exchange(row: list[Cell], x: int, cells: Sequence[Cell]) -> list[int]:
    """Put cells into a row from column x on; returns the columns that differ, in order."""
    end = x + len(cells)
    if len(row) < end:
        row.extend([_UNKNOWN] * (end - len(row)))
    found = list(compress(range(x, end), map(is_not, row[x:end], cells)))  # equal cells are one object
    row[x:end] = cells
    return found


def _whole(row: list[Cell], x: int, found: list[int]) -> list[int]:
    """The columns of a row, of which what stands from x on was exchanged, and of each wide character both."""
    before = [i - 1 for i in found if i > x and not row[i][0]]
    behind = [i + 1 for i in found if i + 1 < len(row) and not row[i + 1][0]]
    return sorted({*found, *before, *behind}) if before or behind else found


def _add_runs(runs: Runs, row: list[Cell], y: int, found: list[int], columns: int) -> None:
    """Add what is to be written of a row of which these columns differ; gaps that are cheaper to write than to jump are closed.

    `runs` gets all of a frame.
    """
    if len(row) == columns and row[-1] is BLANK and row[found[-1]] is BLANK:
        found = _with_blank_end(row, found)
    start = end = found[0]
    codes = row[start][1]
    plain = not shows_on_blanks(codes)
    for i in found:
        cell = row[i]
        own = cell[1]
        if i == end and own == codes:
            end += 1
            continue
        together = own == codes or (plain and cell is BLANK) or (codes == ANY and not shows_on_blanks(own))
        if i > end and together:
            joined = codes if codes != ANY else own
            together = i - end <= _JUMP and _is_cheap(row[end:i], joined, plain)
        if not together:
            runs.setdefault(codes, []).append((y, start, end, "".join([char for char, _ in row[start:end]])))
            start = i
        if own != codes and (not together or codes == ANY):
            codes = own
            plain = not shows_on_blanks(codes)
        end = i + 1
    runs.setdefault(codes, []).append((y, start, end, "".join([char for char, _ in row[start:end]])))


def _with_blank_end(row: list[Cell], found: list[int]) -> list[int]:
    """The columns; once one is reached from which on all is blank, all after it too: they are erased at one go."""
    blank = len(row)
    while blank and row[blank - 1] is BLANK:
        blank -= 1
    first = next((i for i in found if i >= blank), len(row))
    return [i for i in found if i < first] + list(range(first, len(row)))


def _is_cheap(gap: list[Cell], codes: str, plain: bool) -> bool:
    """Whether to write these cells again in this style (a `plain` one shows nothing on blanks) is no longer than to jump over."""
    for cell in gap:
        if cell[1] != codes and not (plain and cell is BLANK):
            return False
    return len("".join([char for char, _ in gap]).encode()) <= _JUMP
