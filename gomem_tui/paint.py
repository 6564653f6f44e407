"""Fewer bytes to the terminal: of what Textual wants to draw, write only the cells that differ from what is there.

Textual repaints a region from the left edge of its widget, with a full style before and a reset behind each piece.  Over a slow
SSH line that is what one waits for.  Here stands the only code of gomem that uses Textual's private drawing (`App._display` and
the compositor's updates, as of Textual 8); where an update is of another sort, Textual's own way is taken.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

_SYSTEMS = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}
_SGR = re.compile("\x1b\\[([0-9;]*)m")
_DEFAULTS = {"39", "49"}  # the terminal's own colours, which hold after a reset anyway
_SHOWS_ON_BLANKS = re.compile(r"(?:^|;)(?:4|7|9|4[0-8]|10[0-7]|21|53)(?:;|$)")  # background, underline, reverse, strike
_ERASED = 9  # blanks: from here on erasing them, and moving over them, is shorter than writing them
_BLANKS = re.compile(f" {{{_ERASED},}}")
_SHORT_GAP = 4  # cells: to write them again is no longer than to move over them

Cell = tuple[str, str]  # character ("" behind a wide one) and style codes
_UNKNOWN: Cell = ("\0", "")


class CellUpdate(CompositorUpdate):
    """One of Textual's updates, reduced to the cells that differ."""

    def __init__(self, update: CompositorUpdate, painter: "Painter") -> None:
        self._update = update
        self._painter = painter

    def render_segments(self, console: Console) -> str:
        """The escape sequences."""
        return self._painter.paint(self._update, console)


class Painter:
    """Remembers what the terminal shows, cell by cell."""

    def __init__(self) -> None:
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

    def paint(self, update: CompositorUpdate, console: Console) -> str:
        """Escape sequences that bring the terminal from what it shows to what the update says."""
        system = _SYSTEMS.get(console.color_system or "")
        out: list[str] = []
        style = ""
        columns, rows = self._size
        for x, y, strip in _placed(update):
            if y >= rows:  # an update from before the terminal became smaller: it would all land in the last row
                continue
            row = self._rows.setdefault(y, [])
            at: int | None = None  # where the terminal's cursor stands, if in this row
            for start, cells in _changed(row, x, _cells(strip, system)[: max(0, columns - x)]):
                if at is None:
                    out.append(f"\x1b[{y + 1};{start + 1}H")
                elif start > at:
                    out.append(f"\x1b[{start - at}C")
                skipped = 0  # cells erased, behind which the cursor still has to go
                for text, codes in _pieces(cells):
                    if codes != style:
                        out.append(_change(style, codes))
                        style = codes
                    if skipped:
                        out.append(f"\x1b[{skipped}C")
                        skipped = 0
                    if len(text) >= _ERASED and not text.strip(" ") and not _SHOWS_ON_BLANKS.search(codes):
                        skipped = len(text)
                        out.append(f"\x1b[{skipped}X")
                    else:
                        out.append(text)
                at = start + len(cells) - skipped
        if style:
            out.append("\x1b[0m")
        return "".join(out)


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


def _cells(strip: Strip, system: ColorSystem | None) -> list[Cell]:
    cells: list[Cell] = []
    for text, style, control in strip:
        if control:
            continue
        codes = _codes(style, system) if style is not None else ""
        blank = codes if _SHOWS_ON_BLANKS.search(codes) else None
        for char in text:
            if char == " " and blank is None:
                cells.append((char, "*"))  # looks the same in any such style
                continue
            cells.append((char, codes))
            if not char.isascii():
                width = cell_len(char)
                if width == 0:  # belongs to the character before it
                    cells.pop()
                    if cells:
                        cells[-1] = (cells[-1][0] + char, cells[-1][1])
                elif width > 1:
                    cells.append(("", codes))
    return cells


def _changed(row: list[Cell], x: int, cells: list[Cell]) -> list[tuple[int, list[Cell]]]:
    """Runs of cells that differ from the row's, which is brought up to date; short gaps between runs are closed."""
    row.extend([_UNKNOWN] * (x + len(cells) - len(row)))
    there = row[x : x + len(cells)]
    if there == cells:
        return []
    runs: list[tuple[int, int]] = []
    for i, (old, new) in enumerate(zip(there, cells, strict=True)):
        if old != new:
            if runs and i - runs[-1][1] <= _SHORT_GAP:
                runs[-1] = runs[-1][0], i + 1
            else:
                runs.append((i, i + 1))
    row[x : x + len(cells)] = cells
    found: list[tuple[int, list[Cell]]] = []
    for first, end in runs:
        while first and cells[first][0] == "":  # never begin in the middle of a wide character
            first -= 1
        codes = next((c for _, c in cells[first:end] if c != "*"), "")
        run: list[Cell] = []
        for char, own in cells[first:end]:
            codes = codes if own == "*" else own
            run.append((char, "" if own == "*" and _SHOWS_ON_BLANKS.search(codes) else codes))
        found.append((x + first, run))
    return found


def _pieces(cells: list[Cell]) -> Iterator[tuple[str, str]]:
    """Neighbouring cells of one style as text, long runs of blanks apart."""
    for codes, group in groupby(cells, key=itemgetter(1)):
        text = "".join(char for char, _ in group)
        at = 0
        for blanks in _BLANKS.finditer(text):
            if blanks.start() > at:
                yield text[at : blanks.start()], codes
            yield blanks.group(), codes
            at = blanks.end()
        if at < len(text):
            yield text[at:], codes


def _change(old: str, new: str) -> str:
    """The shortest sequence from one style to another."""
    if not new:
        return "\x1b[0m"
    if not old or (_kinds(old) <= _kinds(new)):
        return f"\x1b[{new}m"
    return f"\x1b[0;{new}m"


@lru_cache(maxsize=1024)
def _kinds(codes: str) -> frozenset[str]:
    """Which sorts of things a style sets: what another style that sets the same sorts overrides without a reset."""
    parts = codes.split(";")
    kinds: set[str] = set()
    i = 0
    while i < len(parts):
        part = parts[i]
        if part in ("38", "48"):
            kinds.add(part)
            i += 3 if parts[i + 1 : i + 2] == ["5"] else 5
            continue
        number = int(part or 0)
        kinds.add("38" if 30 <= number <= 37 or 90 <= number <= 97 else "48" if 40 <= number <= 47 or number >= 100 else part)
        i += 1
    return frozenset(kinds)


@lru_cache(maxsize=1024)
def _codes(style: Style, system: ColorSystem | None) -> str:
    """The style's codes, without those that only say "the terminal's own colour"."""
    if system is None:
        return ""
    match = _SGR.match(style.render("x", color_system=system))
    if match is None:
        return ""
    parts = match.group(1).split(";")
    kept: list[str] = []
    i = 0
    while i < len(parts):
        length = 1
        if parts[i] in ("38", "48"):
            length = 3 if parts[i + 1] == "5" else 5
        if not (length == 1 and parts[i] in _DEFAULTS):
            kept += parts[i : i + length]
        i += length
    return ";".join(kept)
