"""Fewer bytes to the terminal: of what Textual wants to draw, write only the cells that differ from what is there.

Textual repaints a region from the left edge of its widget, with a full style before and a reset after each piece.  Over a slow
SSH line that is what one waits for.  To switch the colour costs more bytes than to move the cursor, so a frame is written colour
by colour instead of row by row.  Here stands the only code of gomem that uses Textual's private drawing (`App._display` and the
compositor's updates and strips, as of Textual 8); where an update is of another sort, Textual's own way is taken.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.screen import Screen
from textual.strip import Strip

from gomem_core.foreign import is_seen
from gomem_core.frozen import frozen
from gomem_tui.draw.glyphs import in_ascii
from gomem_tui.draw.sequences import ANY, Run, code_length, shows_on_blanks, written
from gomem_tui.settings.look import Depth, Look

_SYSTEMS: Final[dict[Depth, ColorSystem | None]] = {
    "truecolor": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
    "none": None,
}
_DEFAULTS = {"39", "49"}  # the terminal's own colours, which hold after a reset anyway
_JUMP = 4  # bytes: what moving over some cells costs

Cell = tuple[str, str]  # character ("" after a wide one) and style codes
_UNKNOWN: Cell = ("\0", "")
_BLANK: Cell = (" ", ANY)
_JOINS = "+"  # no style: the character belongs to what stands before it


def drawn_as(screen: Screen[object], look: Look) -> list[Strip]:
    """What a screen shows now, row by row, in the colours and signs of a look."""
    return [Strip(_drawn_piece(piece, look) for piece in strip.simplify()) for strip in screen._compositor.render_strips()]


def _drawn_piece(piece: Segment, look: Look) -> Segment:
    text = in_ascii(piece.text) if look.ascii else piece.text
    style = piece.style and (piece.style.without_color if look.depth == "none" else piece.style)
    return Segment(text, style)


@frozen
class Pieces:
    """What is to stand from some columns and in some rows on: an update that did not come from Textual's compositor."""

    placed: list[tuple[int, int, list[Segment]]]  # column, row


class CellUpdate(CompositorUpdate):
    """One of Textual's updates, or pieces, reduced to the cells that differ."""

    def __init__(self, update: CompositorUpdate | Pieces, painter: "Painter") -> None:
        self._update = update
        self._painter = painter

    def render_segments(self, console: Console) -> str:
        """The escape sequences."""
        del console  # it has colours of its own, taken from the environment
        return self._painter.paint(self._update)


class Painter:
    """Remembers what the terminal shows, cell by cell.

    All that is drawn passes here, so here the look's promises are kept: no more colours than it has, and ASCII where it says so.
    """

    def __init__(self, look: Look = Look()) -> None:  # noqa: B008 -- it is immutable
        self._system = _SYSTEMS[look.depth]
        self._ascii = look.ascii
        self._rows: dict[int, list[Cell]] = {}
        self._size = (1 << 16, 1 << 16)  # columns and rows

    def forget(self) -> None:
        """The terminal shows something unknown: it was resized, or another program had it."""
        self._rows.clear()

    def knows(self, size: tuple[int, int]) -> bool:
        """Whether a picture of this size was painted since the terminal showed something unknown."""
        return size == self._size and bool(self._rows)

    def reduce(self, update: object, size: tuple[int, int]) -> object:
        """The update with less to write, or as it is when it is of another sort; `size` is the screen's columns and rows."""
        if size != self._size:
            self._size = size
            self.forget()
        return CellUpdate(update, self) if isinstance(update, ChopsUpdate | LayoutUpdate | Pieces) else update

    def paint(self, update: CompositorUpdate | Pieces) -> str:
        """Escape sequences that bring the terminal from what it shows to what the update says."""
        columns, rows = self._size
        changed: dict[int, set[int]] = {}  # columns, by row
        for x, y, segments in _placed(update):
            if y >= rows:  # an update from before the terminal became smaller: it would all land in the last row
                continue
            row = self._rows.setdefault(y, [])
            if found := _exchange(row, x, self._cells(segments)[: max(0, columns - x)]):
                changed.setdefault(y, set()).update(found)
        return written([run for y, found in changed.items() for run in _runs(self._rows[y], y, found, columns)], columns)

    def _cells(self, segments: Iterable[Segment]) -> list[Cell]:
        cells: list[Cell] = []
        for text, style, control in segments:
            if not control:
                found = _cells_of(text, _codes(style, self._system) if style is not None else "", self._ascii)
                if found and found[0][1] == _JOINS:
                    if cells:
                        cells[-1] = (cells[-1][0] + found[0][0], cells[-1][1])
                    found = found[1:]
                cells += found
        return cells


@lru_cache(maxsize=2048)  # a step shows much of what was shown elsewhere, or a while ago
def _cells_of(text: str, codes: str, ascii_only: bool) -> tuple[Cell, ...]:
    """Text as cells; what belongs to the character before it has the style _JOINS."""
    if not text.isprintable():  # no pane has such text: this is for what Textual draws by itself
        text = "".join(filter(is_seen, text))  # Textual gave it no room
    if ascii_only:
        text = in_ascii(text)
    blank = (" ", codes) if shows_on_blanks(codes) else _BLANK
    if text.isascii():
        return tuple(blank if char == " " else (char, codes) for char in text)
    cells: list[Cell] = []
    for char in text:
        width = 1 if char.isascii() else cell_len(char)
        if width:
            cells.append(blank if char == " " else (char, codes))
            if width > 1:
                cells.append(("", codes))
        elif cells:
            cells[-1] = (cells[-1][0] + char, cells[-1][1])
        else:
            cells.append((char, _JOINS))
    return tuple(cells)


def _placed(update: CompositorUpdate | Pieces) -> Iterator[tuple[int, int, Iterable[Segment]]]:
    """The update's segments with the column and row they begin at."""
    if isinstance(update, Pieces):
        yield from update.placed
    elif isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield x, y, strip
                x += strip.cell_length
    elif isinstance(update, ChopsUpdate):
        for y, x1, x2 in update.spans:
            for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if chop is not None and x < x2 and end > x1:
                    yield x, y, chop.crop(0, min(end, x2) - x)


def _exchange(row: list[Cell], x: int, cells: list[Cell]) -> list[int]:
    """Put cells into a row from column x on; returns the columns that differ, of wide characters both."""
    end = x + len(cells)
    row.extend([_UNKNOWN] * (end - len(row)))
    there = row[x:end]
    if there == cells:
        return []
    row[x:end] = cells
    found = [i for i, (old, new) in enumerate(zip(there, cells, strict=True), x) if old != new]
    wide = [i - 1 for i in found if i > x and not row[i][0]] + [i + 1 for i in found if i + 1 < end and not row[i + 1][0]]
    return found + wide


def _runs(row: list[Cell], y: int, found: set[int], columns: int) -> Iterator[Run]:
    """What is to be written of a row of which these columns differ; gaps that are cheaper to write than to jump are closed."""
    wanted = _with_blank_end(row, sorted(found), columns)
    start = end = wanted[0]
    codes = row[start][1]
    for i in wanted:
        own = row[i][1]
        together = codes if own == codes else _together(codes, own)
        if together is not None and (i == end or _is_cheap(row[end:i], together)):
            codes, end = together, i + 1
        else:
            yield Run(codes, y, start, end, "".join([char for char, _ in row[start:end]]))
            start, end, codes = i, i + 1, own
    yield Run(codes, y, start, end, "".join([char for char, _ in row[start:end]]))


def _with_blank_end(row: list[Cell], found: list[int], columns: int) -> list[int]:
    """The columns; once one is reached from which on all is blank, all after it too: they are erased at one go."""
    if len(row) < columns or row[found[-1]] != _BLANK:
        return found
    blank = columns
    while blank and row[blank - 1] == _BLANK:
        blank -= 1
    first = next((i for i in found if i >= blank), columns)
    return [i for i in found if i < first] + list(range(first, columns))


def _together(codes: str, own: str) -> str | None:
    """The style in which cells of these two styles can be written; None where there is none."""
    if codes == own or (own == ANY and not shows_on_blanks(codes)):
        return codes
    return own if codes == ANY and not shows_on_blanks(own) else None


def _is_cheap(gap: list[Cell], codes: str) -> bool:
    """Whether to write these cells again, in this style, is possible and no longer than to jump over them."""
    if len(gap) > _JUMP or _UNKNOWN in gap:  # no two cells are less than three bytes
        return False
    return (
        all(own == codes or _together(codes, own) == codes for _, own in gap)
        and len("".join([c for c, _ in gap]).encode()) <= _JUMP
    )


@lru_cache(maxsize=1024)
def _codes(style: Style, system: ColorSystem | None) -> str:
    """The style's codes, without those that only say "the terminal's own colour"; attributes alone without a colour system."""
    # Not Style.render: a style remembers the codes of the first colour system it was rendered in; a screenshot has all colours.
    drawn = Strip.render_ansi(style.without_color, ColorSystem.STANDARD) if system is None else Strip.render_ansi(style, system)
    parts = drawn.split(";") if drawn else []
    kept: list[str] = []
    while parts:
        length = code_length(parts)
        if parts[0] not in _DEFAULTS:
            kept += parts[:length]
        del parts[:length]
    return ";".join(kept)
