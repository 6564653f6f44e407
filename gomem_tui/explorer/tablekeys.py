"""The part of the explorer that sorts and filters its tables; what takes long is left to another thread."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from textual.worker import Worker

from gomem_core.lang.pattern import TooCostly
from gomem_core.queries.roworder import RowOrder
from gomem_tui.explorer.panekeys import PaneKeys
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import too_costly
from gomem_tui.panes.spans import SpansPane
from gomem_tui.panes.table import TablePane
from gomem_tui.panes.why import WhyPane
from gomem_tui.settings.keys import FILTERED, STANDARD

TITLES: Final = {key.id.removeprefix("pane_"): key.label for key in STANDARD.keys if key.id.startswith("pane_")}
SORTED: Final = ("spans", "objects")


class TableKeys(PaneKeys):
    """An explorer whose tables obey keys."""

    def action_sort(self, by: int) -> None:
        """Another order of the table that has the keyboard."""
        pane = self.pane
        if isinstance(pane, TablePane) and pane.SORTS:
            pane.sort(by)
        else:
            self.say(f"There is nothing to sort in {self._title}: {self._titles(SORTED)} can be sorted.")

    def action_filter(self) -> None:
        """Type a filter of the table that has the keyboard; it works while it is being typed."""
        name = self.arrangement.name
        order = self.model.orders.get(name)
        if name == "why" and not self.query_one(WhyPane).is_log:
            order = None
        if order is None:
            log = self.keyboard.filled("; in Why, the event log, too ({event_log} shows it)")
            self.say(f"There is nothing to filter in {self._title}: {self._titles(FILTERED)} can be filtered{log}.")
        else:
            order.hold()
            self.row.open_for_filter(name, order.text)

    @property
    def _title(self) -> str:
        return TITLES[self.arrangement.name]

    def _titles(self, names: Iterable[str]) -> str:
        """Panes by their keys: Spans (1) and Objects (9)."""
        keys = ((TITLES[name], self.keyboard.name(f"pane_{name}")) for name in names)
        *most, last = [f"{title} ({key})" if key else title for title, key in keys]
        return f"{', '.join(most)} and {last}"

    def filtered(self, pane: str) -> None:
        """Show a filtered table from its top."""
        self.query_one(f"#{pane}", HeapPane).start()

    def action_match(self, step: int) -> None:
        """The filter's next match, or the one before."""
        pane = self.pane
        self.say((pane if isinstance(pane, TablePane) and pane.ROWS else self.query_one(SpansPane)).match(step))

    # --- The thread that works out big tables ------------------------------------------------------------------------------

    def filtered_pane(self) -> str:
        """The pane whose filter is to be cleared: the one that has the keyboard, else another that has one."""
        there = [name for name, order in self.model.orders.items() if order.text]
        return self.arrangement.name if self.arrangement.name in there else next(iter(there), "")

    def stop_sifting(self, order: RowOrder) -> None:
        """Give up what another thread works out; the table stays as it was."""
        self.model.sifter.stop()
        order.refuse()
        self.look_again()
        self.say("Stopped: the table stays as it was.")

    async def _sift(self, order: RowOrder) -> None:
        """Work out the rows of a big table, and show them, unless somebody has chosen anew meanwhile."""
        try:
            done = await self.model.sifter.sift(order)
        except TooCostly as problem:
            order.give_up(problem)
            done = True
        if done:
            self.look_again()

    def catch_up(self) -> None:
        """Let another thread work out what is not shown yet; say which filter was given up."""
        for order in self.model.orders.values():
            if order.problem is not None:
                self.say(too_costly(order.problem))
                order.problem = None
        late = next((order for order in self.model.orders.values() if order.behind), None)
        if late is not None and self.model.sifter.order is None:
            _: Worker[None] = self.run_worker(partial(self._sift, late))
