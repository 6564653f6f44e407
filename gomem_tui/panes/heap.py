"""The account of the heap, and the classes that waste most."""

from collections.abc import Callable, Sequence
from functools import partial

from gomem_core.queries.account import Account
from gomem_core.world.world import unknown
from gomem_tui.panes.model import Model
from gomem_tui.panes.table import TablePane
from gomem_tui.render import heap, sums
from gomem_tui.render.heap_parts import Looks
from gomem_tui.render.lines import Line


class HeapStatsPane(TablePane):
    """The whole heap in figures: up and down select the classes that waste most.

    Those come first; so it follows no selection that was made elsewhere.
    """

    NEEDS = ("sums",)

    WALKS = True
    FOLLOWS = False

    def __init__(self, model: Model, account: Callable[[], Account], lived: Callable[[], Sequence[int] | Looks]) -> None:
        super().__init__(id="heap")
        self.model = model
        self._account = account  # of the session there is: `open` and `resume` exchange it
        self._lived = lived

    @property
    def at(self) -> object:
        """What is selected."""
        return self.model.scene.selection

    def draw(self, width: int, height: int) -> list[Line]:
        """The figures."""
        if self._has_sums_only:
            return sums.render_sums(self.model.world, self.port(width, height))
        return heap.render_heap(self.model.world, self.port(width, height), self.model.scene, self._account(), self._lived())

    @property
    def _has_sums_only(self) -> bool:
        """Whether so little is known of spans that there is no account of them."""
        return sums.has_sums_only(self.model.world)

    def _plan(self) -> heap.Plan:
        return heap.plan(self.size.width, self.size.height)

    def page(self) -> int:
        """Wasteful classes shown, or what stands in their place."""
        if self._has_sums_only:
            return sums.sum_rows(self.model.world, self.size.height, self.size.width)
        return self._plan().rows

    def _wasteful(self) -> list[int]:
        if self._has_sums_only:
            return []
        return [spanclass for spanclass, _ in heap.wasteful(self._account())]

    def row(self) -> int:
        """The row of the selected class; -1: it holds nothing in vain."""
        classes, spanclass = self._wasteful(), self.model.scene.selection.spanclass
        return classes.index(spanclass) if spanclass in classes else -1

    def key(self) -> object:
        """The selected span class."""
        return self.model.scene.selection.spanclass

    def count(self) -> int:
        """Classes that hold anything in vain, or what stands in their place."""
        if self._has_sums_only:
            return sums.count_rows(self.model.world)
        return len(self._wasteful())

    def reveal(self) -> None:
        """Scroll to the selected class, if it was chosen here."""
        if self.has_room and not self._has_sums_only:  # the account is not kept up to date for a pane that nobody sees
            super().reveal()

    def move(self, rows: int, columns: int = 0) -> None:
        """Select another class; where there are sums only, scroll."""
        if self._has_sums_only:
            self.top = max(0, min(self.top + rows, self.count() - self.page()))
            self.redraw()
            return
        self._select(self.from_row() + rows + columns if self.row() >= 0 else 0)

    def from_row(self) -> int:
        """The row from which keys move; -1 where they begin with the first one that is shown."""
        return -1 if self.strays else self.row()

    def no_mcentral(self) -> str:
        """Why there is no mcentral to go to from the selected class; nothing where there is one."""
        if why := unknown(self.model.world, "lists"):
            return f"{why[0].upper()}{why[1:]}."
        spanclass = self.model.scene.selection.spanclass
        large = spanclass <= 1 and spanclass in self._wasteful()
        return "Large objects have no mcentral: mheap serves each with a span of its own." if large else ""

    def pick(self, x: int, y: int) -> None:
        """Select the class of a row."""
        plan = self._plan()
        row = y - plan.waste
        if 0 <= row < plan.rows and x < plan.left and self.top + row < len(self._wasteful()):
            self._select(self.top + row)

    def _select(self, number: int) -> None:
        classes = self._wasteful()
        if classes:
            self.choose(partial(self.model.select_class, classes[max(0, min(number, len(classes) - 1))]))
