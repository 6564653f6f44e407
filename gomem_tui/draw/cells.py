"""Styled text as cells of the terminal."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Final

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style

from gomem_core.foreign import is_seen
from gomem_tui.draw.glyphs import in_ascii, is_narrow
from gomem_tui.draw.sequences import ANY, code_length, shows_on_blanks
from gomem_tui.draw.style import Token, styles
from gomem_tui.settings.look import Depth, Look

Cell = tuple[str, str]
"""A character ("" after a wide one) and the codes of its style."""
Styled = Sequence[tuple[str, Token]]
"""A line of text, piece by piece."""

BLANK: Final[Cell] = (" ", ANY)
_JOINS: Final = "+"  # no style: the character belongs to what stands before it
_TOKEN: Final = itemgetter(1)
_KEPT: Final = 20_000  # pieces of text: an hour of steps, and some MB

_SYSTEMS: Final[dict[Depth, ColorSystem | None]] = {
    "truecolor": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
    "none": None,
}
_ATTRIBUTES: Final = (
    *(("bold", "1"), ("dim", "2"), ("italic", "3"), ("underline", "4"), ("blink", "5"), ("blink2", "6"), ("reverse", "7")),
    *(("conceal", "8"), ("strike", "9"), ("underline2", "21"), ("frame", "51"), ("encircle", "52"), ("overline", "53")),
)
"""Attributes of Rich's styles, and their codes."""
_DEFAULTS: Final = {"39", "49"}  # the terminal's own colours, which hold after a reset anyway


class _Characters(dict[str, Cell]):
    """The cells of characters that take one each, in the style of some codes."""

    def __init__(self, codes: str, cells: dict[Cell, Cell]) -> None:
        self._codes = codes
        self._cells = cells
        if not shows_on_blanks(codes):
            self[" "] = BLANK

    def __missing__(self, character: str) -> Cell:
        cell = (character, self._codes)
        found = self[character] = self._cells.setdefault(cell, cell)
        return found


class CellTable(dict[tuple[str, str | None], tuple[Cell, ...]]):
    """The cells of a text in the style of some codes, with a token of a look, or in no style.

    A step shows much of what was shown elsewhere, or a while ago: most lines are put together from what is here already, at a
    tenth of a microsecond a piece.  Equal cells are one object, so that what differs is found quickly.
    """

    def __init__(self, look: Look) -> None:
        self._system = _SYSTEMS[look.depth]
        self._ascii = look.ascii
        self._tokens: dict[str | None, str] = {}  # the codes of each
        self._underlined: frozenset[Token] = frozenset()
        self._cells: dict[Cell, Cell] = {}
        self._narrow: dict[str, _Characters] = {}  # by codes
        self.has_wide = False  # there are characters that take two cells
        self._joins = False  # there are pieces that begin with what belongs to the piece before
        self.take(look)

    def take(self, look: Look) -> None:
        """Draw tokens in the theme of a look from now on."""
        drawn = styles(look.theme, look.depth)
        self._tokens = {None: "", **{token: self.codes(style) for token, style in drawn.items()}}
        self._underlined = underlined(drawn.items())
        self.clear()

    def codes(self, style: Style | None) -> str:
        """Returns the codes of a style, as far as the look has colours."""
        return "" if style is None else _codes(style, self._system)

    def line(self, line: Styled) -> list[Cell]:
        """Returns the cells of a line of tokens."""
        plain = self._underlined.isdisjoint(map(_TOKEN, line))
        return self.row(line if plain else spaced(line, self._underlined))

    def row(self, pieces: Iterable[tuple[str, str | None]]) -> list[Cell]:
        """Returns the cells of pieces of text, each with codes, a token or nothing."""
        cells: list[Cell] = []
        for piece in pieces:
            cells += self[piece]
        return self._joined(cells) if self._joins else cells

    def __missing__(self, piece: tuple[str, str | None]) -> tuple[Cell, ...]:
        if len(self) > _KEPT:
            self.clear()
            self._narrow.clear()
            self._cells.clear()
        text, style = piece
        if not text.isprintable():  # no pane has such text: this is for what Textual draws by itself
            text = "".join(filter(is_seen, text))  # Textual gave it no room
        if self._ascii:
            text = in_ascii(text)
        codes = self._tokens.get(style, style or "")
        found = tuple(map(self._characters(codes).__getitem__, text)) if is_narrow(text) else self._wide(text, codes)
        self[piece] = found
        return found

    def _characters(self, codes: str) -> _Characters:
        """The cells of what takes one cell each, in the style of these codes."""
        found = self._narrow.get(codes)
        if found is None:
            found = self._narrow[codes] = _Characters(codes, self._cells)
        return found

    def _wide(self, text: str, codes: str) -> tuple[Cell, ...]:
        """The cells of a text in which characters may take two, or none."""
        cells = _cells(text, codes, (" ", codes) if shows_on_blanks(codes) else BLANK)
        self._joins = self._joins or (bool(cells) and cells[0][1] == _JOINS)
        self.has_wide = self.has_wide or any(not char for char, _ in cells)
        return tuple(map(self._cells.setdefault, cells, cells))

    def _joined(self, cells: list[Cell]) -> list[Cell]:
        """The cells with what belongs to the cell before it in that one; at the beginning of a line it belongs to none."""
        found: list[Cell] = []
        for cell in cells:
            if cell[1] != _JOINS:
                found.append(cell)
            elif found:
                whole = (found[-1][0] + cell[0], found[-1][1])
                found[-1] = self._cells.setdefault(whole, whole)
        return found


def _cells(text: str, codes: str, blank: Cell) -> list[Cell]:
    """Text as cells; what belongs to the character before it has the style _JOINS where there is none."""
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
    return cells


def underlined(drawn: Iterable[tuple[Token, Style]]) -> frozenset[Token]:
    """The tokens whose styles underline."""
    return frozenset(token for token, style in drawn if style.underline)


def spaced(line: Styled, underlined: frozenset[Token]) -> Sequence[tuple[str, Token | None]]:
    """Fewer, longer pieces: equal styles belong together, and blanks look the same in all but the cursor's.

    Of a text in an `underlined` style the blanks around it, which fill columns, are pieces of their own, in no style.
    """
    merged: list[tuple[str, Token]] = []
    for text, token in line:
        if merged and (token == merged[-1][1] or (text.isspace() and "cursor" not in (token, merged[-1][1]))):
            merged[-1] = (merged[-1][0] + text, merged[-1][1])
        else:
            merged.append((text, token))
    if underlined.isdisjoint([token for _, token in merged]):
        return merged
    out: list[tuple[str, Token | None]] = []
    for text, token in merged:
        if token in underlined:
            body = text.strip(" ")
            start = text.index(body)
            parts = ((text[:start], None), (body, token), (text[start + len(body) :], None))
            out += [part for part in parts if part[0]]
        else:
            out.append((text, token))
    return out


@lru_cache(maxsize=1024)
def _codes(style: Style, system: ColorSystem | None) -> str:
    """The style's codes, without those that only say "the terminal's own colour"; attributes alone without a colour system."""
    # Not Style.render: a style remembers the codes of the first colour system it was rendered in; a screenshot has all colours.
    parts = [code for name, code in _ATTRIBUTES if getattr(style, name)]
    if system is not None and style.color is not None:
        parts += style.color.downgrade(system).get_ansi_codes()
    if system is not None and style.bgcolor is not None:
        parts += style.bgcolor.downgrade(system).get_ansi_codes(foreground=False)
    kept: list[str] = []
    while parts:
        length = code_length(parts)
        if parts[0] not in _DEFAULTS:
            kept += parts[:length]
        del parts[:length]
    return ";".join(kept)
