"""The line pane: a widget of styled lines that repaints only the cells that differ."""

from collections.abc import Callable, Sequence

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from gomem_tui.draw.cells import spaced, underlined
from gomem_tui.draw.style import STYLES
from gomem_tui.render.lines import Line, fit, harmless, plain


class LinePane(Widget):
    """Shows what `draw` returns; `redraw` compares with what is shown and repaints the difference."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self._lines: list[Line] = []
        self._segments: dict[int, list[Segment]] = {}
        self._size_drawn = (0, 0)  # columns and rows
        self.held = False  # what it shows must not be looked at now: it goes on showing what it showed

    def draw(self, width: int, height: int) -> list[Line]:
        """Exactly `height` lines of exactly `width` cells."""
        raise NotImplementedError

    def text(self) -> str:
        """What is shown, as text."""
        return "\n".join(plain(line).rstrip() for line in self._lines)

    def resized(self) -> None:
        """Called before everything is drawn anew in another size."""

    @property
    def has_room(self) -> bool:
        """Whether it is among what is shown, in a terminal that is large enough."""
        return self.display and bool(self.outer_size.area)

    def redraw(self) -> None:
        """Draw anew and repaint the rows that changed."""
        width, height = self.outer_size  # it has neither border nor padding
        if self.held or not self.is_mounted or not self.has_room:
            return
        before: Sequence[Line | None] = self._lines
        self._lines = self.draw(width, height)
        if len(before) != len(self._lines):
            before = [None] * len(self._lines)
            self._segments.clear()
        changed: list[tuple[int, Line]] = []
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old != new:
                shown = self._lines[y] = harmless(new, width)
                self._segments.pop(y, None)
                changed.append((y, shown))
        if changed:
            paint = getattr(self.app, "paint", self._refresh_rows)  # the explorer has a shorter way than Textual's
            paint(self, changed)

    def segments(self, y: int) -> list[Segment]:
        """A line in its styles.  They have no background but the cursor's: the terminal's own shows through."""
        found = self._segments.get(y)
        if found is None:
            line = fit(self._lines[y], self.outer_size.width) if self.held else self._lines[y]  # of another width, perhaps
            styles = getattr(self.app, "token_styles", STYLES)  # of the explorer's look
            pieces = spaced(line, underlined(styles.items()))
            found = self._segments[y] = [Segment(text, styles[token] if token else None) for text, token in pieces]
        return found

    def render_line(self, y: int) -> Strip:
        """Textual asks for one line."""
        width = self.outer_size.width
        return Strip(self.segments(y), width) if y < len(self._lines) else Strip.blank(width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are: without borders and backgrounds of its own there is nothing to lay around them."""
        self._fit()
        return [self.render_line(y).crop(crop.x, crop.right) for y in crop.line_range]

    def _refresh_rows(self, _: Widget, lines: Sequence[tuple[int, Line]]) -> None:
        self.refresh(*(Region(0, y, self.outer_size.width, 1) for y, _ in lines))

    def restyle(self) -> None:
        """Paint the same lines in the styles that hold now."""
        self._segments.clear()
        self.refresh()

    def on_resize(self) -> None:
        """Everything is elsewhere now."""
        if self._fit():
            self.refresh()

    def _fit(self) -> bool:
        """Draw anew in another size; returns whether that was necessary.

        Textual asks for lines first, and tells the size only then: what is drawn by then is in the picture at once.
        """
        if self._size_drawn == self.outer_size:
            return False
        self._segments.clear()
        if not self.held and self.has_room:
            self._size_drawn = width, height = self.outer_size
            self.resized()
            self._lines = [harmless(line, width) for line in self.draw(width, height)]
        return True


class Bar(LinePane):
    """A line that a function draws for a width."""

    def __init__(self, line: Callable[[int], Line], *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self._line = line

    def draw(self, width: int, height: int) -> list[Line]:
        """The line."""
        del height
        return [self._line(width)]
