"""The table pane: rows, of which the selected one is scrolled to where that helps."""

from collections.abc import Callable
from typing import ClassVar

from gomem_tui.panes.base import HeapPane


class TablePane(HeapPane):
    """A pane of rows.  Opened, sorted or filtered it begins at its top, unless the selected row was chosen in this pane.

    What is selected elsewhere later, by a step or in another pane, is scrolled to.  The key of a pane that has the keyboard
    already scrolls to the selected row, too.
    """

    NUMBER: ClassVar[int]  # of the pane, which is also its key
    FOLLOWS: ClassVar[bool] = True  # ... but by panes in which that says little

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
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

    def go_to_selected(self) -> None:
        """Begin at the selected row, wherever it was chosen."""
        self._passed = None
        self._chosen = self.key()
        if self.has_room:
            self.follow()

    def note(self) -> str:
        """Where the selected row is, if it is out of sight; why it is not at its top, if it is not."""
        return f"▸ row {self.row() + 1:,}: {self.NUMBER} again" if self.strays else super().note()

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
