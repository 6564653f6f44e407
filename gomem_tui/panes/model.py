"""What the panes of one explorer share: the session, the selection, what the last step touched."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

from gomem_core.news import Touched
from gomem_core.session import Outcome, Session
from gomem_core.spanorder import BadFilter, SpanOrder
from gomem_core.view import HeapView
from gomem_tui.render.lines import Scene, Selection

_LISTS: Final[tuple[Literal["empty"], Literal["nonempty"]]] = ("empty", "nonempty")


class Model:
    """A session seen by several panes; `changed` is called when they have to look again."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.session = Session(narrate=True)
        self.order = SpanOrder(self.session.view, lambda: self.session.account)
        self.scene = Scene()
        self.outcome: Outcome | None = None
        self.notes: list[str] = []  # the script's comments before the last command
        self.heap_live: list[int] = []  # after each step
        self.span_changed: dict[int, int] = {}  # span -> step that touched it last
        self._changed = changed

    @property
    def view(self) -> HeapView:
        """The heap."""
        return self.session.view

    def submit(self, line: str) -> Outcome:
        """Do a command; the selection follows what it allocated.  A comment or an empty line does nothing."""
        outcome = self.session.submit(line)
        if outcome.command is None and outcome.error is None:
            return outcome
        self.outcome = outcome
        if outcome.ok:
            news = outcome.touched
            self.order.look_again(self.session.take_stale())
            self.heap_live.append(self.view.stats.heap_live)
            self.span_changed |= dict.fromkeys(news.spans, outcome.step)
            self.scene = Scene(self._followed(news), news, outcome.step, self.span_changed)
        self._changed()
        return outcome

    def filter(self, text: str) -> str:
        """Filter the spans table; returns what is wrong with the filter, if something is."""
        try:
            self.order.filter(text)
        except BadFilter as problem:
            return str(problem)
        self._changed()
        return ""

    def _followed(self, news: Touched) -> Selection:
        """Where the last object or pointer went, else what was selected if that still is a span's."""
        data = self.outcome.result.json() if self.outcome is not None and self.outcome.result is not None else {}
        if "served" in data:
            last = data.get("last", data)
            addr = int(str(last["addr"]), 16) if isinstance(last, dict) else 0
            if self.view.span_at(addr) is not None:
                return self._selection(addr)
        if not self.scene.selection.addr and self.view.pages:
            return self._selection(self.view.arena[0])
        if len(news.slots) == 1:  # where a pointer was stored
            return self._selection(next(iter(news.slots)))
        if len(news.spans) == 1 and self.view.span_at(next(iter(news.spans))) is not None:
            return self._selection(next(iter(news.spans)))
        return self.scene.selection

    def select(self, addr: int) -> None:
        """Select what lies at an arena address, in all panes."""
        if self.view.span_at(addr) is not None:
            self.scene = replace(self.scene, selection=self._selection(addr))
            self._changed()

    def select_class(self, spanclass: int) -> None:
        """Select an mcentral, and with it a span of its class if another sort of span was selected."""
        addr = self.scene.selection.addr
        info = self.view.span_at(addr)
        if info is None or info.spanclass != spanclass:
            chains = (self.view.central_chain(spanclass, which, 1) for which in _LISTS)
            addr = next((base for chain in chains for base in chain), addr)
        self.scene = replace(self.scene, selection=Selection(addr, spanclass))
        self._changed()

    def _selection(self, addr: int) -> Selection:
        info = self.view.span_at(addr)
        return Selection(addr, info.spanclass if info is not None and info.spanclass > 1 else 0)
