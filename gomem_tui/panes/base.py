"""The line pane: a widget of styled lines that repaints only the cells that differ."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from textual.events import MouseEvent, MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from gomem_core.foreign import is_harmless
from gomem_core.world.world import Facet, unknown
from gomem_tui.draw.cells import spaced, underlined
from gomem_tui.draw.style import STYLES
from gomem_tui.panes.model import Model
from gomem_tui.render.lines import Line, Port, fit, plain
from gomem_tui.render.unknown import render_unknown
from gomem_tui.render.words import clean


class LinePane(Widget):
    """Shows what `draw` returns; `redraw` compares with what is shown and repaints the difference."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self._lines: list[Line] = []
        self._segments: dict[int, list[Segment]] = {}
        self.held = False  # what it shows must not be looked at now: it goes on showing what it showed

    def draw(self, width: int, height: int) -> list[Line]:
        """Exactly `height` lines of exactly `width` cells."""
        raise NotImplementedError

    def drawn(self, width: int, height: int) -> list[Line]:
        """What is shown: what `draw` returns, or what stands for it."""
        return self.draw(width, height)

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
        self._lines = self.drawn(width, height)
        if len(before) != len(self._lines):
            before = [None] * len(self._lines)
            self._segments.clear()
        changed: list[tuple[int, Line]] = []
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old != new:
                shown = self._lines[y] = _shown(new, width)
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
        return [self.render_line(y).crop(crop.x, crop.right) for y in crop.line_range]

    def _refresh_rows(self, _: Widget, lines: Sequence[tuple[int, Line]]) -> None:
        self.refresh(*(Region(0, y, self.outer_size.width, 1) for y, _ in lines))

    def restyle(self) -> None:
        """Paint the same lines in the styles that hold now."""
        self._segments.clear()
        self.refresh()

    def on_resize(self) -> None:
        """Everything is elsewhere now."""
        self._segments.clear()
        if not self.held and self.has_room:
            self.resized()
            self._lines = []
            self.redraw()


def _shown(line: Line, width: int) -> Line:
    """The line without what a terminal could take for a command, wherever it comes from: no renderer need think of that."""
    if is_harmless(plain(line)):
        return line
    return fit(tuple((clean(text), token) for text, token in line), width)


class HeapPane(LinePane):
    """A pane with a cursor: it shows a part of the heap from row `top`.

    Which pane has the keyboard is the explorer's own business (`active`): Textual repaints all of a widget that gets or loses
    its focus, here only the title differs.
    """

    FAR: Final = 1 << 62  # rows: to the first or the last
    WHEEL: Final = 3  # rows
    WALKS: ClassVar[bool] = False  # where a move leads depends on the way there
    NEEDS: ClassVar[tuple[Facet, ...]] = ()  # what of a world it is about: where that is not known, the pane says so instead
    model: Model

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self.top = 0
        self.active = False
        self._squeezed = (0, 0)  # `top` before the last change of the size, and what that made of it

    @property
    def unknown(self) -> str:
        """Why the heap does not know what the pane is about; empty where it does."""
        return unknown(self.model.world, *self.NEEDS)

    def drawn(self, width: int, height: int) -> list[Line]:
        """What it is about, or why that is not known."""
        why = self.unknown
        if why:
            return render_unknown(str(self.id), why, Port(width, height, active=self.active))
        return self.draw(width, height)

    def port(self, width: int, height: int) -> Port:
        """What the renderer gets."""
        return Port(width, height, self.top, self.active, self.note())

    def show_row(self, row: int, rows: int, count: int = FAR) -> None:
        """Scroll as little as needed so that `row` of `count` is among the `rows` rows shown, and no room is left unused."""
        self.top = max(0, min(self.top, count - rows))
        if row < self.top:
            self.top = row
        elif row >= self.top + rows:
            self.top = row - rows + 1
        self.top = max(self.top, 0)

    def start(self) -> None:
        """Begin anew, since it was opened: a pane that is about what is selected shows that."""

    def note(self) -> str:
        """Why it is not at its top, or where else the selected row is; it stands in the title rule."""
        return "at ▸" if self.top else ""

    def show_block(self, first: int, last: int, rows: int, count: int) -> None:
        """Scroll, where needed, so that rows first to last of `count` are among the `rows` rows shown, or as many as fit.

        It scrolls by half a page, so that what is selected next seldom moves all rows again: that would hide what changed.
        """
        last = min(last, first + rows - 1)
        if not self.top <= first <= last < self.top + rows:
            self.top = max(first - rows // 2, last - rows + 1)
        self.top = max(0, min(self.top, count - rows))

    def reveal(self) -> None:
        """Scroll to the selection."""
        raise NotImplementedError

    def follow(self) -> None:
        """Scroll to the selection after a move elsewhere, and stay there whatever the size was before."""
        if self.unknown:
            return
        self.reveal()
        self._squeezed = self.top, self.top

    def stay(self) -> None:
        """Scroll only as far as another size makes it necessary."""
        self.reveal()

    def resized(self) -> None:
        """Keep the selection in sight; what was scrolled only because of the size is scrolled back."""
        before, now = self._squeezed
        if self.top == now:  # nobody has scrolled it since
            self.top = before
        before = self.top
        if not self.unknown:
            self.stay()
        self._squeezed = before, self.top

    def move(self, rows: int, columns: int = 0) -> None:
        """Select what lies so many rows and columns further; huge numbers mean the first or the last."""
        raise NotImplementedError

    def move_on(self, rows: int, columns: int, times: int) -> None:
        """Go on as `move` went just now, so many times: at once where that leads to the same place."""
        if not self.WALKS:
            self.move(rows * times, columns * times)
            return
        for _ in range(times):
            before = self.at
            self.move(rows, columns)
            if self.at == before:
                return

    @property
    def at(self) -> object:
        """What is selected, in panes that walk."""
        raise NotImplementedError

    def page(self) -> int:
        """Rows of a page."""
        raise NotImplementedError

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel moves in the pane that it is over; the keyboard stays where it is."""
        self._wheel(event, self.WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The other way."""
        self._wheel(event, -self.WHEEL)

    def _wheel(self, event: MouseEvent, rows: int) -> None:
        event.stop()
        if not self.held and not self.unknown:
            self.move(rows)

    def pick(self, x: int, y: int) -> None:
        """Select what is drawn at this cell."""
        raise NotImplementedError
