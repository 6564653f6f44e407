"""What a follower's keys do: look into other panes, scroll, sort, and come back to what the presenter shows."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import PANES, TITLES
from gomem_core.world.world import NotKnown
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.entering import enter
from gomem_tui.panes.table import TablePane
from gomem_tui.render.legend import legend_lines
from gomem_tui.render.lines import Line, fit
from gomem_tui.serve.keyboard import ACTIONS, FOLLOWING, help_page
from gomem_tui.serve.rooms import is_tiny
from gomem_tui.serve.status import footer, status
from gomem_tui.serve.view import Placed, View, too_small
from gomem_tui.settings.keys import STANDARD

Page = Callable[[int], list[Line]]
"""A page of text, in lines of a width."""

_ACTION: Final = re.compile(r"(\w+)(?:\((.*)\))?")
_PRESENTERS: Final = {name for key in STANDARD.keys for name in key.keys} - ACTIONS.keys()


class Hands:
    """Does what is typed to a view."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._said = ""  # until the next key
        self._page: Page | None = None  # that lies over the panes
        self._top = 0  # its first row that is seen
        self._does: Final[Mapping[str, Callable[..., None]]] = {
            "turn": lambda by: self._pane(view.arrangement.neighbour(by)),
            "pane": self._pane,
            "zoom": self._zoom,
            "move": lambda rows, columns: self._current.move(rows, columns),
            "page": lambda by: self._current.move(by * self._current.page()),
            "edge": lambda by: self._current.move(by * HeapPane.FAR),
            "sort": self._sort,
            "enter": self._enter,
            "lens": view.panes.arena.next_lens,
            "map_zoom": view.panes.arena.zoom,
            "event_log": view.panes.why.toggle_log,
        }

    def press(self, key: str) -> bool:
        """Do what a key does; tells whether that is to leave."""
        self._said = ""
        found = _ACTION.fullmatch(ACTIONS.get(key, ""))
        if found is None:
            if key in _PRESENTERS:
                self._said = f"That is for the presenter; {FOLLOWING.name('help')} lists the keys that you have."
            return False
        name, given = found[1], [part.strip("'") for part in (found[2] or "").split(", ") if part]
        match name:
            case "quit":
                if self._page is None:
                    return True
                self._page = None
            case "explain_quit":
                self._said = f"{FOLLOWING.name('quit')} leaves."
            case "back":
                self._back()
            case "help" | "legend":
                self._open(name)
            case _ if self._page is not None:
                self._scroll(name, given)
            case _:
                self._look_elsewhere(name, [part if part in PANES else int(part) for part in given])
        return False

    # --- On its own -------------------------------------------------------------------------------------------------------

    @property
    def _current(self) -> HeapPane:
        return self._view.panes.named(self._view.arrangement.current)

    def _look_elsewhere(self, name: str, given: list[int | str]) -> None:
        self._view.own = True
        if self._current.unknown and name in ("move", "page", "edge", "sort", "enter"):
            return  # which the pane says itself
        try:
            self._does[name](*given)
        except NotKnown as e:
            self._said = f"{str(e)[:1].upper()}{str(e)[1:]}."
        self._view.rearranged()

    def _pane(self, name: Pane) -> None:
        before = self._view.arrangement.shown()
        again = name == self._view.arrangement.current
        self._view.arrangement.choose(name)
        self._view.rearranged()
        self._current.asked_for(name in before, again)

    def _zoom(self) -> None:
        self._view.arrangement.zoomed = not self._view.arrangement.zoomed

    def _sort(self, by: int) -> None:
        pane = self._current
        if isinstance(pane, TablePane) and pane.SORTS:
            pane.sort(by)
        else:
            self._said = f"There is nothing to sort in {TITLES[self._view.arrangement.current]}."

    def _enter(self) -> None:
        view = self._view
        self._said = enter(view.panes, view.model, view.arrangement.current, self._pane).said

    def _back(self) -> None:
        if self._page is not None:
            self._page = None
        elif self._view.own:
            self._view.come_back()

    # --- A page over the panes --------------------------------------------------------------------------------------------

    def _open(self, name: str) -> None:
        """Open a page, or close it where it is open."""
        profile, chart = self._view.model.world.profile, self._view.panes.arena.chart
        if self._page is not None:
            self._page = None
        elif name == "help":
            self._page = help_page
        else:
            self._page = lambda width: legend_lines(FOLLOWING, profile, chart.lens, width)
        self._top = 0

    def _scroll(self, name: str, given: list[str]) -> None:
        by = int(given[0]) if given and name in ("move", "page", "edge") else 0
        rows = {"move": 1, "page": max(1, self._view.arrangement.size[1] - 3), "edge": HeapPane.FAR}.get(name, 0)
        self._top += by * rows

    # --- Lines ------------------------------------------------------------------------------------------------------------

    def lines(self, here: bool, doing: str) -> Iterator[Placed]:
        """All that is to be seen; `here`: the presenter is, and waits for what is `doing`."""
        view = self._view
        width, height = view.arrangement.size
        if is_tiny(view.arrangement.size):
            yield from too_small(width, height)
            return
        told, keys = status(view, here, doing, self._said), footer(view, width)
        if self._page is None:
            yield from view.lines(told, keys)
            return
        text, rows = self._page(width - 2), height - 2
        self._top = max(0, min(self._top, len(text) - rows))
        for y in range(rows):
            line = text[self._top + y] if self._top + y < len(text) else ()
            yield 0, y, fit(((" ", "text"), *line), width)
        yield 0, height - 2, fit(told, width)
        yield 0, height - 1, fit(keys, width)
