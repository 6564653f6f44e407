"""Textual's updates through a painter.

Textual repaints a region from the left edge of its widget, with a full style before and a reset after each piece.  Over a slow
SSH line that is what one waits for.  Here stands the only code of gomem that uses Textual's private drawing (`App._display` and
the compositor's updates and strips, as of Textual 8); where an update is of another sort, Textual's own way is taken.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.screen import Screen
from textual.strip import Strip

from gomem_core.frozen import frozen
from gomem_tui.draw.cells import Cell, Styled
from gomem_tui.draw.glyphs import in_ascii
from gomem_tui.draw.paint import Painter
from gomem_tui.settings.look import Look


def drawn_as(screen: Screen[object], look: Look) -> list[Strip]:
    """What a screen shows now, row by row, in the colours and signs of a look."""
    return [Strip(_drawn_piece(piece, look) for piece in strip.simplify()) for strip in screen._compositor.render_strips()]


def _drawn_piece(piece: Segment, look: Look) -> Segment:
    text = in_ascii(piece.text) if look.ascii else piece.text
    style = piece.style and (piece.style.without_color if look.depth == "none" else piece.style)
    return Segment(text, style)


@frozen
class Lines:
    """What is to stand from some columns and in some rows on: an update that did not come from Textual's compositor."""

    placed: Sequence[tuple[int, int, Styled]]  # column, row


class CellUpdate(CompositorUpdate):
    """One of Textual's updates, or lines, reduced to the cells that differ."""

    def __init__(self, update: CompositorUpdate | Lines, painter: "UpdatePainter") -> None:
        self._update = update
        self._painter = painter

    @cached_property
    def sequences(self) -> str:
        """Returns the escape sequences, none where nothing differs.  Whoever asks for them has to write them."""
        return self._painter.paint_update(self._update)

    def render_segments(self, console: Console) -> str:
        """The same, for Textual."""
        del console  # it has colours of its own, taken from the environment
        return self.sequences


class UpdatePainter(Painter):
    """A painter that knows Textual's updates."""

    def reduce(self, update: object, size: tuple[int, int]) -> object:
        """The update with less to write, or as it is when it is of another sort; `size` is the screen's columns and rows."""
        self.fit(size)
        return CellUpdate(update, self) if isinstance(update, ChopsUpdate | LayoutUpdate | Lines) else update

    def paint_update(self, update: CompositorUpdate | Lines) -> str:
        """Escape sequences that bring the terminal from what it shows to what the update says."""
        return self.paint_lines(update.placed) if isinstance(update, Lines) else self.paint(self._placed(update))

    def _placed(self, update: CompositorUpdate) -> Iterator[tuple[int, int, list[Cell]]]:
        """The update's cells with the column and row they begin at."""
        if isinstance(update, LayoutUpdate):
            for y, strips in enumerate(update.strips, update.region.y):
                x = update.region.x
                for strip in strips:
                    yield x, y, self._cells(strip)
                    x += strip.cell_length
        elif isinstance(update, ChopsUpdate):
            for y, x1, x2 in update.spans:
                for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                    if chop is not None and x < x2 and end > x1:
                        yield x, y, self._cells(chop.crop(0, min(end, x2) - x))

    def _cells(self, segments: Iterable[Segment]) -> list[Cell]:
        codes = self._table.codes
        return self._table.row([(text, codes(style)) for text, style, control in segments if not control])
