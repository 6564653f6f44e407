"""A pane: a part of the heap in a room of some columns and rows, with a cursor.  Whoever has a screen shows it."""

from collections.abc import Mapping
from typing import ClassVar, Final, Protocol

from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import KEYS, TITLES
from gomem_core.named import NamedTuple
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.world import Facet, unknown
from gomem_tui.panes.model import Model
from gomem_tui.render.lines import Line, Port, fit_all, rule
from gomem_tui.render.reflow import notice


class Size(NamedTuple):
    """Columns and rows."""

    width: int
    height: int


class Host(Protocol):
    """What shows a pane."""

    @property
    def room(self) -> Size:
        """Returns the room that the pane has, whether it is seen or not."""

    @property
    def has_room(self) -> bool:
        """Whether the pane is among what is shown, in a terminal that is large enough."""

    def redraw(self) -> None:
        """Show what has changed."""

    def text(self) -> str:
        """Returns what is shown of it."""


class HeapPane:
    """A pane with a cursor: it shows a part of the heap from row `top`.

    Which pane has the keyboard is its host's business (`active`): only the title differs.
    """

    FAR: Final = 1 << 62  # rows: to the first or the last
    WALKS: ClassVar[bool] = False  # where a move leads depends on the way there
    NEEDS: ClassVar[tuple[Facet, ...]] = ()  # what of a world it is about: where that is not known, the pane says so instead
    model: Model

    def __init__(self, *, id: Pane) -> None:  # noqa: A002 -- as widgets have it
        self.id: Final = id
        self.host: Host | None = None
        self.top = 0
        self.active = False
        self._squeezed = (0, 0)  # `top` before the last change of the size, and what that made of it

    # --- What it looks like -----------------------------------------------------------------------------------------------

    @property
    def size(self) -> Size:
        """The room that it has; none as long as nobody shows it."""
        return Size(0, 0) if self.host is None else self.host.room

    @property
    def has_room(self) -> bool:
        """Whether it is among what is shown, in a terminal that is large enough."""
        return self.host is not None and self.host.has_room

    def redraw(self) -> None:
        """Let what shows it look again."""
        if self.host is not None:
            self.host.redraw()

    def text(self) -> str:
        """What is shown of it, as text."""
        return "" if self.host is None else self.host.text()

    @property
    def unknown(self) -> str:
        """Why the heap does not know what the pane is about; empty where it does."""
        return unknown(self.model.world, *self.NEEDS)

    def draw(self, width: int, height: int) -> list[Line]:
        """Exactly `height` lines of exactly `width` cells."""
        raise NotImplementedError

    def drawn(self, width: int, height: int) -> list[Line]:
        """What it is about, or why that is not known."""
        why = self.unknown
        if why:
            port = Port(width, height, active=self.active)
            return fit_all([rule(f"{KEYS[self.id]} {TITLES[self.id]}", [], port), (), *notice(f"{UNKNOWN} {why}", width)], port)
        return self.draw(width, height)

    def port(self, width: int, height: int) -> Port:
        """What the renderer gets."""
        return Port(width, height, self.top, self.active, self.note())

    def note(self) -> str:
        """Why it is not at its top, or where else the selected row is; it stands in the title rule."""
        return "at ▸" if self.top else ""

    # --- Where it is scrolled to, and what is selected ----------------------------------------------------------------------

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

    def asked_for(self, was_shown: bool, again: bool) -> bool:
        """Begin anew if it was not shown before, now that somebody wants to see it; returns whether to draw it once more.

        `again`: it was the current one already.
        """
        if not self.unknown:
            if not was_shown:
                self.start()
            elif again:
                return self.find_again()
        return False

    def find_again(self) -> bool:
        """Go to what is selected, where that is out of sight; returns whether it was."""
        return False

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

    # --- Told to another pane of its kind ---------------------------------------------------------------------------------

    def own(self) -> dict[str, object]:
        """What it shows besides what the model says, as JSON has it, by name; what nobody chose is left out."""
        return {"top": [self.top, self.size.height]} if self.top else {}

    def take(self, own: Mapping[str, object]) -> None:
        """Show what another one told of itself, as far as it is understood; where that has as many rows, the same ones."""
        match own.get("top", [0, self.size.height]):
            case [int(top), int(rows)] if rows == self.size.height and top >= 0:
                self.top = top
                self._squeezed = top, top

    # --- Moving -----------------------------------------------------------------------------------------------------------

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

    def pick(self, x: int, y: int) -> None:
        """Select what is drawn at this cell."""
        raise NotImplementedError
