"""Sorting and filtering tables; what takes long is left to another thread."""

from collections.abc import Iterable
from functools import partial
from typing import Final, Protocol

from textual.worker import Worker

from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import TITLES
from gomem_core.lang.pattern import TooCostly
from gomem_core.queries.roworder import RowOrder
from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.parts import Actions, Runs, Shows
from gomem_tui.explorer.prompt import PromptRow
from gomem_tui.explorer.stage import Stage
from gomem_tui.explorer.widgets import Widgets
from gomem_tui.panes.model import Model, too_costly
from gomem_tui.panes.table import TablePane
from gomem_tui.settings.keys import FILTERED, SORTED


def _sentence(why: str) -> str:
    """Returns why a heap does not know something, as a whole sentence."""
    return f"{why[0].upper()}{why[1:]}."


class _App(Shows, Runs, Protocol):
    """What shows the tables, and runs what works them out."""


class TableActions:
    """What keys do to the table that has the keyboard."""

    def __init__(self, model: Model, widgets: Widgets, stage: Stage, row: PromptRow, footer: Footer, app: _App) -> None:
        self._model = model
        self._widgets = widgets
        self._stage = stage
        self._row = row
        self._footer = footer
        self._app = app
        self.actions: Final[Actions] = {"sort": self.sort, "filter": self.filter, "match": self.match}

    def sort(self, by: int) -> None:
        """Sort the table that has the keyboard in another order."""
        pane = self._stage.pane
        if pane.unknown:
            self._footer.say(_sentence(pane.unknown))
        elif isinstance(pane, TablePane) and pane.SORTS:
            pane.sort(by)
        else:
            self._footer.say(f"There is nothing to sort in {self._title}: {self._titles(SORTED)} can be sorted.")

    def filter(self) -> None:
        """Type a filter of the table that has the keyboard; it works while it is being typed."""
        name = self._stage.arrangement.current
        order = self._model.orders.get(name)
        if name == "why" and not self._widgets.panes.why.is_log:
            order = None
        if order is not None and self._stage.pane.unknown:
            self._footer.say(_sentence(self._stage.pane.unknown))
        elif order is None:
            log = self._footer.keyboard.filled("; in Why, the event log, too ({event_log} shows it)")
            self._footer.say(f"There is nothing to filter in {self._title}: {self._titles(FILTERED)} can be filtered{log}.")
        else:
            order.hold()
            self._row.open_for_filter(name, order.text, self._model.world.profile)
            _: Worker[None] = self._app.run_worker(partial(self._model.sifter.prepare, order))

    def match(self, step: int) -> None:
        """Select the filter's next match, or the one before."""
        pane = self._stage.pane
        table = pane if isinstance(pane, TablePane) and pane.ROWS else self._widgets.panes.spans
        self._footer.say(_sentence(table.unknown) if table.unknown else table.match(step))

    @property
    def _title(self) -> str:
        return TITLES[self._stage.arrangement.current]

    def _titles(self, names: Iterable[Pane]) -> str:
        """Panes by their keys: Spans (1) and Objects (9)."""
        keys = ((TITLES[name], self._footer.keyboard.name(f"pane_{name}")) for name in names)
        *most, last = [f"{title} ({key})" if key else title for title, key in keys]
        return f"{', '.join(most)} and {last}"

    # --- Giving up ----------------------------------------------------------------------------------------------------------

    def clear_filter(self) -> bool:
        """Clear the filter of the table that has the keyboard, else another one; tells whether there was one."""
        there = [name for name, order in self._model.orders.items() if order.text]
        if not there:
            return False
        name = self._stage.arrangement.current if self._stage.arrangement.current in there else there[0]
        self._footer.say(self._model.filter("", pane=name))
        self._widgets.panes.named(name).start()
        return True

    def stop_sifting(self) -> bool:
        """Give up what another thread works out, and leave the table as it was; tells whether there was such work."""
        order = self._model.sifter.order
        if order is None:
            return False
        self._model.sifter.stop()
        order.refuse()
        self._app.look_again()
        self._footer.say("Stopped: the table stays as it was.")
        return True

    # --- The thread that works out big tables -------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Let another thread work out what is not shown yet; say which filter was given up."""
        for order in self._model.work:
            if order.problem is not None:
                self._footer.say(too_costly(order.problem))
                order.problem = None
        late = next((order for order in self._model.work if order.behind), None)
        if late is not None and self._model.sifter.order is None:
            _: Worker[None] = self._app.run_worker(partial(self._sift, late))

    async def _sift(self, order: RowOrder) -> None:
        """Work out the rows of a big table, and show them, unless others were chosen meanwhile."""
        try:
            done = await self._model.sifter.sift(order)
        except TooCostly as problem:
            order.give_up(problem)
            done = True
        if done:
            self._app.look_again()
