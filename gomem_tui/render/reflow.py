"""Text in several styles, broken into lines of a width; wide characters count as the two cells they take."""

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Final

from rich.cells import cell_len

from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Span

_BREAK: Final = "\n"


class _Word:
    """Pieces that stay together where there is room."""

    __slots__ = ("apart", "cells", "pieces", "wide")

    def __init__(self, apart: bool = False) -> None:
        self.apart = apart  # a blank belongs before it
        self.pieces: list[Span] = []
        self.cells = 0
        self.wide = False  # it ends in a wide character


class _Row:
    """A line as far as it is full."""

    __slots__ = ("cells", "pieces")

    def __init__(self) -> None:
        self.pieces: list[Span] = []
        self.cells = 0

    def add(self, text: str, token: Token, cells: int) -> None:
        """Put something at its end."""
        if self.pieces and self.pieces[-1][1] == token:
            self.pieces[-1] = (self.pieces[-1][0] + text, token)
        else:
            self.pieces.append((text, token))
        self.cells += cells


def reflow(spans: Iterable[Span], width: int) -> list[Line]:
    """Lines of at most `width` cells, broken between words, at newline characters, and in words longer than a line."""
    if width < 1:
        return []
    spans = list(spans)
    if len(spans) == 1 and _fits(spans[0][0], width):
        return [tuple(spans)]
    rows = [_Row()]
    for word in _words(spans):
        if word is None:
            rows.append(_Row())
            continue
        blank = 1 if word.apart and rows[-1].cells else 0
        if rows[-1].cells + blank + word.cells > width and rows[-1].cells:
            rows.append(_Row())
        elif blank:
            same = rows[-1].pieces[-1][1] == word.pieces[0][1]
            rows[-1].add(" ", word.pieces[0][1] if same else "text", 1)
        for text, token in word.pieces:
            for char, cells in _cells(text, width) if word.cells > width else ((text, cell_len(text)),):
                if rows[-1].cells + cells > width:
                    rows.append(_Row())
                rows[-1].add(char, token, cells)
    return [tuple(row.pieces) for row in rows]


def _fits(text: str, width: int) -> bool:
    """Whether a line has room for a text that stays as it is: its words are one blank apart."""
    return text != "" and cell_len(text) <= width and " ".join(text.split()) == text


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters; one that fits, as nearly all do, in a twentieth of the time that textwrap takes."""
    return [text] if len(text) <= width and _fits(text, width) else wrap(text, width)


def notice(text: str, width: int) -> list[Line]:
    """What a pane says when it has nothing to show: below a blank line, set in by two cells, as many lines as it takes."""
    return [(), *((("  ", "text"), *line) for line in reflow([(text, "label")], width - 4))]


def chopped(text: str, width: int) -> list[str]:
    """The text as it is, cut into parts of at most `width` cells; one empty part for no text."""
    parts, room = [""], width
    for char, cells in _cells(text, width):
        if cells > room:
            parts.append("")
            room = width
        parts[-1] += char
        room -= cells
    return parts


def _cells(text: str, width: int) -> Iterator[tuple[str, int]]:
    """The characters with their cells; … for one that is wider than a line."""
    for char in text:
        cells = cell_len(char)
        yield (char, cells) if cells <= width else ("…", 1)


def _words(spans: Iterable[Span]) -> Iterator[_Word | None]:
    """The words; None for the end of a line.  Lines may break before and after wide characters without a blank."""
    word = _Word()
    for text, token in spans:
        for part in _parts(text):
            blank, cells = part.isspace(), cell_len(part[0])
            if word.pieces and (blank or cells > 1 or (word.wide and cells)):
                yield word
                word = _Word()
            if part == _BREAK:
                yield None
                word = _Word()
            elif blank:
                word.apart = True
            else:
                word.pieces.append((part, token))
                word.cells += cell_len(part)
                word.wide = cells > 1
    if word.pieces:
        yield word


def _parts(text: str) -> Iterator[str]:
    """Blanks, line ends, and what lies between them, with each wide character for itself."""
    start = 0
    for i, char in enumerate(text):
        if char.isspace() or (not char.isascii() and cell_len(char) > 1):
            if i > start:
                yield text[start:i]
            yield char
            start = i + 1
    if start < len(text):
        yield text[start:]
