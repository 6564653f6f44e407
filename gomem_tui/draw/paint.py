"""Fewer bytes to the terminal: of what Textual wants to draw, write only the cells that differ from what is there.

Textual repaints a region from the left edge of its widget, with a full style before and a reset after each piece.  Over a slow
SSH line that is what one waits for.  To switch the colour costs more bytes than to move the cursor, so a frame is written colour
by colour instead of row by row.  Here stands the only code of gomem that uses Textual's private drawing (`App._display` and the
compositor's updates and strips, as of Textual 8); where an update is of another sort, Textual's own way is taken.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.screen import Screen
from textual.strip import Strip

from gomem_core.foreign import is_seen
from gomem_tui.draw.glyphs import in_ascii
from gomem_tui.settings.look import Depth, Look

_SYSTEMS: Final[dict[Depth, ColorSystem | None]] = {
    "truecolor": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
    "none": None,
}
_DEFAULTS = {"39", "49"}  # the terminal's own colours, which hold after a reset anyway
_SHOWS_ON_BLANKS = re.compile(r"(?:^|;)(?:4|7|9|4[0-8]|10[0-7]|21|53)(?:;|$)")  # background, underline, reverse, strike
_BLANKS = re.compile(" {9,}")  # from here on erasing them, and moving over them, is shorter than writing them
_LAST_BLANKS = 5  # ... where nothing follows, so that one need not move over them
_JUMP = 4  # bytes: what moving over some cells costs
_ANY = "*"  # the style of a blank that looks the same in all styles

Cell = tuple[str, str]  # character ("" after a wide one) and style codes
_UNKNOWN: Cell = ("\0", "")
_BLANK: Cell = (" ", _ANY)


def drawn_as(screen: Screen[object], look: Look) -> list[Strip]:
    """What a screen shows now, row by row, in the colours and signs of a look."""
    return [Strip(_drawn_piece(piece, look) for piece in strip.simplify()) for strip in screen._compositor.render_strips()]


def _drawn_piece(piece: Segment, look: Look) -> Segment:
    text = in_ascii(piece.text) if look.ascii else piece.text
    style = piece.style and (piece.style.without_color if look.depth == "none" else piece.style)
    return Segment(text, style)


class _Run(NamedTuple):
    """Neighbouring cells to be written in one style, from column x of row y to before column end."""

    codes: str
    y: int
    x: int
    end: int
    text: str


class CellUpdate(CompositorUpdate):
    """One of Textual's updates, reduced to the cells that differ."""

    def __init__(self, update: CompositorUpdate, painter: "Painter") -> None:
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

    def reduce(self, update: object, size: tuple[int, int]) -> object:
        """The update with less to write, or as it is when it is of another sort; `size` is the screen's columns and rows."""
        if size != self._size:
            self._size = size
            self.forget()
        return CellUpdate(update, self) if isinstance(update, ChopsUpdate | LayoutUpdate) else update

    def paint(self, update: CompositorUpdate) -> str:
        """Escape sequences that bring the terminal from what it shows to what the update says."""
        columns, rows = self._size
        changed: dict[int, set[int]] = {}  # columns, by row
        for x, y, strip in _placed(update):
            if y >= rows:  # an update from before the terminal became smaller: it would all land in the last row
                continue
            row = self._rows.setdefault(y, [])
            if found := _exchange(row, x, self._cells(strip)[: max(0, columns - x)]):
                changed.setdefault(y, set()).update(found)
        return _written([run for y, found in changed.items() for run in _runs(self._rows[y], y, found, columns)], columns)

    def _cells(self, strip: Strip) -> list[Cell]:
        cells: list[Cell] = []
        for text, style, control in strip:
            if control:
                continue
            codes = _codes(style, self._system) if style is not None else ""
            if not text.isprintable():  # no pane has such text: this is for what Textual draws by itself
                text = "".join(filter(is_seen, text))  # Textual gave it no room
            if self._ascii:
                text = in_ascii(text)
            blank = (" ", codes) if _shows_on_blanks(codes) else _BLANK
            if text.isascii():
                cells += [blank if char == " " else (char, codes) for char in text]
                continue
            for char in text:
                width = 1 if char.isascii() else cell_len(char)
                if width:
                    cells.append(blank if char == " " else (char, codes))
                    if width > 1:
                        cells.append(("", codes))
                elif cells:  # belongs to the character before it
                    cells[-1] = (cells[-1][0] + char, cells[-1][1])
        return cells


def _placed(update: CompositorUpdate) -> Iterator[tuple[int, int, Strip]]:
    """The update's strips with the column and row they begin at."""
    if isinstance(update, LayoutUpdate):
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
    if any(not char for char, _ in cells):
        found += [i - 1 for i in found if i > x and not row[i][0]] + [i + 1 for i in found if i + 1 < end and not row[i + 1][0]]
    return found


def _runs(row: list[Cell], y: int, found: set[int], columns: int) -> Iterator[_Run]:
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
            yield _Run(codes, y, start, end, "".join(char for char, _ in row[start:end]))
            start, end, codes = i, i + 1, own
    yield _Run(codes, y, start, end, "".join(char for char, _ in row[start:end]))


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
    if codes == own or (own == _ANY and not _shows_on_blanks(codes)):
        return codes
    return own if codes == _ANY and not _shows_on_blanks(own) else None


def _is_cheap(gap: list[Cell], codes: str) -> bool:
    """Whether to write these cells again, in this style, is possible and no longer than to jump over them."""
    if _UNKNOWN in gap:
        return False
    return len("".join(char for char, _ in gap).encode()) <= _JUMP and all(_together(codes, own) == codes for _, own in gap)


def _written(runs: list[_Run], columns: int) -> str:
    """The sequences for all runs, those of one style together; plain styles first, so that one seldom has to reset."""
    out: list[str] = []
    at: tuple[int, int] | None = None  # column and row of the terminal's cursor, where they are known
    style = ""
    runs.sort(key=lambda run: (len(_settings(run.codes)), run.codes, run.y, run.x))
    for codes, y, x, end, text in runs:
        if codes not in (style, _ANY):
            out.append(_change(style, codes))
            style = codes
        out.append(_move(at, (x, y)))
        narrow = end - x == len(text)
        if not _shows_on_blanks(codes):
            text, left = _erasing(text, end == columns)
            end -= left
        out.append(text)
        at = (end, y) if narrow and end < columns else None  # after the last column terminals differ, and on wide characters
    if style:
        out.append("\x1b[m")
    return "".join(out)


def _erasing(text: str, to_the_end: bool) -> tuple[str, int]:
    """The text with long blanks erased instead of written, and over how many at its end the cursor then has not moved."""
    if "   " not in text:
        return text, 0
    body = text.rstrip(" ")
    left = len(text) - len(body)
    body = _BLANKS.sub(lambda blanks: f"\x1b[{len(blanks.group())}X\x1b[{len(blanks.group())}C", body)
    if to_the_end and left > 2:
        return f"{body}\x1b[K", left
    if left >= _LAST_BLANKS:
        return f"{body}\x1b[{left}X", left
    return body + " " * left, 0


def _move(at: tuple[int, int] | None, to: tuple[int, int]) -> str:
    """The shortest sequence that moves the cursor; columns and rows count from 0."""
    x, y = to
    anywhere = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
    if at is None:
        return anywhere
    right, down = x - at[0], y - at[1]
    vertical = "" if not down else f"\x1b[{_count(abs(down))}{'B' if down > 0 else 'A'}"
    back = "\b" * -right if right > -4 else f"\x1b[{-right}D"
    relative = vertical + ("" if not right else f"\x1b[{_count(right)}C" if right > 0 else back)
    return min(relative, anywhere, key=len)


def _count(n: int) -> str:
    return str(n) if n > 1 else ""


def _change(old: str, new: str) -> str:
    """The shortest sequence from one style to another."""
    before, after = _settings(old), _settings(new)
    if not after:
        return "\x1b[m"
    if before.keys() <= after.keys():
        return f"\x1b[{';'.join(code for sort, code in after.items() if before.get(sort) != code)}m"
    return f"\x1b[0;{new}m"


@lru_cache(maxsize=1024)
def _shows_on_blanks(codes: str) -> bool:
    return _SHOWS_ON_BLANKS.search(codes) is not None


@lru_cache(maxsize=1024)
def _settings(codes: str) -> Mapping[str, str]:
    """What a style sets, by sort: another style that sets the same sorts, or more, overrides it without a reset."""
    settings: dict[str, str] = {}
    parts = codes.split(";") if codes not in ("", _ANY) else []
    while parts:
        number = int(parts[0] or 0)
        length = _length(parts)
        sort = "38" if 30 <= number <= 38 or 90 <= number <= 97 else "48" if 40 <= number <= 48 or number >= 100 else parts[0]
        settings[sort] = ";".join(parts[:length])
        del parts[:length]
    return settings


def _length(parts: list[str]) -> int:
    """How many of the numbers belong to the first one."""
    return 1 if parts[0] not in ("38", "48") else 3 if parts[1] == "5" else 5


@lru_cache(maxsize=1024)
def _codes(style: Style, system: ColorSystem | None) -> str:
    """The style's codes, without those that only say "the terminal's own colour"; attributes alone without a colour system."""
    # Not Style.render: a style remembers the codes of the first colour system it was rendered in; a screenshot has all colours.
    drawn = Strip.render_ansi(style.without_color, ColorSystem.STANDARD) if system is None else Strip.render_ansi(style, system)
    parts = drawn.split(";") if drawn else []
    kept: list[str] = []
    while parts:
        length = _length(parts)
        if parts[0] not in _DEFAULTS:
            kept += parts[:length]
        del parts[:length]
    return ";".join(kept)
