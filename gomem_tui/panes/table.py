"""The table pane: rows, of which the selected one is scrolled to where that helps."""

from collections.abc import Callable
from typing import ClassVar

from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import KEYS
from gomem_core.queries.roworder import RowOrder
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model


class TablePane(HeapPane):
    """A pane of rows.  Opened, sorted or filtered it begins at its top, unless the selected row was chosen in this pane.

    What is selected elsewhere later, by a step or in another pane, is scrolled to.  The key of a pane that has the keyboard
    already scrolls to the selected row, too.
    """

    model: Model
    ROWS: ClassVar[str] = ""  # what its rows are, where they can be filtered
    SORTS: ClassVar[tuple[str, ...]] = ()  # columns by which they can be sorted, see `sorts`
    FOLLOWS: ClassVar[bool] = True  # ... but by panes in which that says little

    def __init__(self, *, id: Pane) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self._chosen: object = None  # the key of the row that was chosen here last
        self._passed: object = None  # the key of the selected row that was not scrolled to

    def key(self) -> object:
        """What is selected, as rows of this pane are told apart; None: nothing."""
        raise NotImplementedError

    def row(self) -> int:
        """The row of it, from 0; -1: it has none here."""
        raise NotImplementedError

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    @property
    def order(self) -> RowOrder:
        """Which rows are shown, in which order; where there is something to choose."""
        raise NotImplementedError

    @property
    def sorts(self) -> tuple[str, ...]:
        """The columns by which the rows of this heap can be sorted."""
        return self.SORTS

    def select_row(self, row: int) -> None:
        """Select what is in a row, or in the next that there is."""
        raise NotImplementedError

    def beside(self, step: int) -> int:
        """The next row (1), or the one before (-1); -1 or the number of rows where there is none."""
        row = self.row()
        return row + step if row >= 0 else 0 if step > 0 else self.count() - 1

    def match(self, step: int) -> str:
        """Select the next row of a filtered table (1), or the one before (-1), all around; returns what is to be said of it."""
        if not self.order.text:
            return "Nothing is being searched: / filters, n goes to the next match."
        count = self.count()
        if not count:
            return f"No {self.ROWS} passes the filter {self.order.text}"
        row = self.beside(step)
        self.select_row(row % count)
        if 0 <= row < count:
            return ""
        if count == 1:
            return "There is no other match."
        return "That was the last match; this is the first." if step > 0 else "That was the first match; this is the last."

    def sort(self, by: int) -> None:
        """Sort by the next column (1), the one before (-1), or (0) the other way round."""
        order, names = self.order, self.sorts
        sort = names[(names.index(order.sort) + by) % len(names)]
        self.sort_by(sort, order.descending if by else not order.descending)

    def sort_by(self, sort: str, descending: bool) -> None:
        """Sort by this column."""
        self.order.arrange(sort, descending)
        self.start()
        self.redraw()
        self.model.reordered()

    def show_selected(self) -> None:
        """Scroll to the selected row."""
        self.show_row(max(0, self.row()), self.page(), self.count())

    @property
    def is_chosen(self) -> bool:
        """Whether the selected row was chosen in this pane."""
        return self._chosen is not None and self._chosen == self.key()

    @property
    def strays(self) -> bool:
        """Whether the selected row is out of sight because it was chosen elsewhere."""
        row = self.row()
        return row >= 0 and not self.top <= row < self.top + self.page()

    def start(self) -> None:
        """Begin at the top, or at the row that was chosen here."""
        self.top, self._passed = 0, None if self.is_chosen else self.key()
        self._squeezed = 0, 0
        if self.has_room:
            self.follow()

    def find_again(self) -> bool:
        """Go to the selected row, where that is out of sight; returns whether it was."""
        strays = self.strays
        if strays:
            self.go_to_selected()
        return strays

    def go_to_selected(self) -> None:
        """Begin at the selected row, wherever it was chosen."""
        self._passed = None
        self._chosen = self.key()
        if self.has_room:
            self.follow()

    def note(self) -> str:
        """Where the selected row is, if it is out of sight; why it is not at its top, if it is not."""
        return f"▸ row {self.row() + 1:,}: {KEYS[self.id]} again" if self.strays else super().note()

    def reveal(self) -> None:
        """Scroll to the selected row, unless the pane began at its top in spite of it."""
        if self._passed is not None and self._passed != self.key():
            self._passed = None
        if self._passed is not None or not (self.FOLLOWS or self.is_chosen):
            self.top = max(0, min(self.top, self.count() - self.page()))
        else:
            self.show_selected()

    def from_row(self) -> int:
        """The row from which keys move; -1 where they begin with the first one that is shown."""
        return -1 if self._passed is not None and self.strays else self.row()

    def choose(self, select: Callable[[], None]) -> None:
        """Do what selects a row of this pane."""
        self._passed = None
        select()
        self._chosen = self.key()
