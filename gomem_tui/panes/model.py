"""What the panes of one explorer share: the session, the selection, what the last step touched.

What changes the session (`submit`, `forward`, `go`, `seek`) may run in another thread, since it may take long.  `arrived` is what
the screen's thread calls afterwards.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from gomem_core.lang import Typed, read_line
from gomem_core.lang.errors import shown
from gomem_core.lang.filters import LOG, doubtful, without_half_typed
from gomem_core.lang.moves import Pane, Select
from gomem_core.lang.pattern import TooCostly
from gomem_core.queries.advise import AdviceOrder
from gomem_core.queries.holdorder import HoldOrder
from gomem_core.queries.objectorder import ObjectOrder
from gomem_core.queries.roworder import RowOrder
from gomem_core.queries.spanfilter import BadFilter, read_filters
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.queries.typeorder import TypeOrder
from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome
from gomem_core.session.session import Session
from gomem_core.world.changes import Touched
from gomem_core.world.interrupt import Stopped
from gomem_core.world.world import Sums, World, known, unknown
from gomem_tui.panes.classorder import ClassOrder
from gomem_tui.panes.logorder import LogOrder
from gomem_tui.panes.sifter import Sifter
from gomem_tui.render.heap_parts import Looks
from gomem_tui.render.lines import Scene, Selection
from gomem_tui.render.words import FIRST_LOOK, LAST_LOOK, ONE_MOMENT

if TYPE_CHECKING:
    from gomem_core.queries.difference import Difference

_CURVE: Final = 80  # cells of a film's whole curve
_SPARKS: Final = 400  # steps of heap_live that any pane can show
AT_ONCE: Final = 2_000  # rows that are worked out by the screen's own thread: some 20 ms


def too_costly(problem: TooCostly) -> str:
    """What is said of a filter that takes too long."""
    return f"{str(problem)[0].upper()}{str(problem)[1:]}; the filter stays as it was."


def first_panes(world: World) -> tuple[Pane, ...]:
    """The pane to begin with where the one that is shown first would have nothing to show; else none."""
    if not unknown(world, "spans"):
        return ()
    return ("heap",) if not unknown(world, "sums") else ("types",)


def _marked(sums: Sums) -> int:
    return sums.stats.heap_marked


class Model:
    """A session seen by several panes; `changed` is called when they have to look again."""

    def __init__(self, console: Console, changed: Callable[[], None]) -> None:
        self.console = console
        self.scene = Scene()
        self.outcome: Outcome | None = None  # what Why tells: of where the session stands, or of a line that was wrong
        self.typed: Outcome | None = None  # of the line that was typed last, until one goes elsewhere by a key
        self.answer: Outcome | None = None  # ... where it is no step: of a move, a look, a directive
        self.unmet: list[tuple[str, str]] = []  # expectations of the step that did not come true, and what was found
        self._changed = changed
        self._seen = console.session
        self._place = (0, 0)  # step and event that are shown
        self._selected: dict[tuple[int, int], int] = {}  # addresses, at places that were shown since somebody selected one
        self.sifter = Sifter()
        self._make_orders()

    @property
    def session(self) -> Session:
        """What it is about; `open` and `resume` exchange it."""
        return self.console.session

    @property
    def world(self) -> World:
        """The heap."""
        return self.session.world

    @property
    def difference(self) -> "Difference | None":
        """What differs from another moment, while that is shown."""
        return self.console.difference

    @property
    def work(self) -> tuple[RowOrder, ...]:
        """What may be left to another thread, where there are many rows."""
        return *self.orders.values(), self.advice, self.holding

    @property
    def heap_live(self) -> Sequence[int] | Looks:
        """Bytes after each of the last steps up to here; of looks at a heap what is known of each."""
        if self.session.reel is not None:
            return self.session.reel.curve(_CURVE).live
        if self.session.strip is not None:
            trend = self.session.strip.trend(_SPARKS)
            return Looks([one.stats.heap_inuse for one in trend], [known(partial(_marked, one)) for one in trend])
        return self.session.trail.heap_live[max(0, self.session.step + 1 - _SPARKS) : self.session.step + 1]

    def edge(self, of_a_session: str) -> str:
        """What is said where it goes no further."""
        if self.session.is_one_moment:
            return ONE_MOMENT
        if self.is_read and self.session.reel is None:
            return LAST_LOOK if self.session.step else FIRST_LOOK
        return of_a_session

    def _make_orders(self) -> None:
        session = self.session
        # A heap that was read, and of which no session file tells: its steps are looks, and there are no commands but look.
        self.is_read = session.strip is not None and not self.console.script.on
        self.order = SpanOrder(session.world, lambda: self.session.account, AT_ONCE)
        self.objects = ObjectOrder(session.world, session.objects, AT_ONCE)
        self.classes = ClassOrder(session.world)
        self.orders: dict[str, RowOrder] = {"spans": self.order, "mcentral": self.classes, "objects": self.objects}
        self.advice = AdviceOrder(session.world, self.order, AT_ONCE)
        self.holding = HoldOrder(session.world, AT_ONCE)
        self.types = TypeOrder(
            lambda: session.world if session.strip is None else session.strip.shown, AT_ONCE, lambda: session.objects
        )
        self.orders["types"] = self.types
        self.log = LogOrder(lambda: self.session.outcome, session.world.profile, AT_ONCE)
        self.orders["why"] = self.log
        self.first_orders = {name: (order.sort, order.descending, order.text) for name, order in self.orders.items()}

    # --- Changing the session -------------------------------------------------------------------------------------------

    def submit(self, line: str) -> Outcome:
        """Read and do a line."""
        return self.do(read_line(line))

    def do(self, typed: Typed) -> Outcome:
        """Do a typed line; a comment or an empty line does nothing."""
        self.sifter.stop()
        return self.console.do(typed)

    def forward(self) -> None:
        """Do the next step."""
        self.sifter.stop()
        try:
            self.console.forward()
        except Stopped:
            self.console.moved()

    def backward(self) -> None:
        """Stand before the last step, or at the allocation or free before."""
        self.sifter.stop()
        with suppress(Stopped):
            self.console.backward()

    def look(self) -> Outcome:
        """Look once more at the process whose heap is shown."""
        return self.submit("look")

    def goto(self, step: int, event: int = 0) -> None:
        """Stand at a step, or after so many events of the command after it; where it was stopped, if it is."""
        self.sifter.stop()
        with suppress(Stopped):
            self.console.goto(step, event)

    def seek(self, direction: int) -> bool:
        """Go to the next step that changed the structure of the heap, or the one before; tells whether there is one."""
        self.sifter.stop()
        try:
            return self.console.seek(direction)
        except Stopped:
            return True

    def micro(self, direction: int) -> None:
        """Go one event further in the next command, or one back; over a step's border where a command has no more of them."""
        self.sifter.stop()
        with suppress(Stopped):
            self.console.seek_event(direction)

    # --- Showing it -----------------------------------------------------------------------------------------------------

    def arrived(self, answer: Outcome | None = None) -> None:
        """Look at where the session stands now; `answer` is that to a typed line."""
        session = self.session
        if session is not self._seen:
            self._seen = session
            self.sifter.stop()
            self._make_orders()
            self.scene = Scene()
            self._selected.clear()
        self.order.look_again(session.take_stale())
        self.objects.look_again()
        self.classes.look_again()
        self.log.look_again()
        self.types.look_again()
        self.advice.look_again()
        self.holding.look_again()
        self.typed = answer
        was_typed = answer is not None and (answer.error is not None or answer is session.outcome)
        self.outcome = answer if was_typed else session.outcome
        self.answer = None if was_typed else answer
        self.unmet = self.console.unmet(self.outcome) if not session.event else []
        moved = self._place != (session.step, session.event)  # also by a line that failed halfway in another command
        if answer is None or answer.error is None or moved:
            self._look()
        if answer is not None and answer.ok and isinstance(answer.command, Select):
            self.select(self.session.address_of(answer.command.target) or 0)
        self._changed()

    def put_away(self) -> None:
        """Show what there is to be told of the step again, instead of an answer or a difference; the selection stays."""
        self.console.difference = None
        self.typed = self.answer = None
        self.outcome = self.session.outcome
        self.unmet = self.console.unmet(self.outcome) if not self.session.event else []
        self._show(self.scene.selection)
        self._changed()

    def _look(self) -> None:
        session = self.session
        before, self._place = self._place, (session.step, session.event)
        done = session.outcome
        news = done.touched if done is not None else Touched()
        selection = self._followed(done, news, self._selected.get(self._place, 0) if self._place < before else 0)
        self._selected[self._place] = selection.addr
        self._show(selection)

    def _show(self, selection: Selection) -> None:
        """Mark what the last step changed, or what differs."""
        session, difference = self.session, self.difference
        self.types.compare(None if difference is None else difference.types)
        done = session.outcome
        news = done.touched if done is not None else Touched()
        shown = news if difference is None else difference.touched
        scene = Scene(
            selection,
            shown,
            session.step,
            session.trail.touched_at,
            session.step + (session.event > 0),
            word_name=session.word_name,
        )
        if difference is not None:
            fates, objects = difference.fates, difference.objects
            self.scene = replace(scene, before=difference.before, comparing=True, fates=fates, objects=objects)
        else:
            self.scene = replace(scene, before=None if done is None else done.before)

    def _followed(self, outcome: Outcome | None, news: Touched, shown: int) -> Selection:
        """What the step says, else where the last object or pointer went, else what was `shown` here on the way there.

        Without all that what is selected stays.  What was selected at places that lie ahead need not be there yet.
        """
        if unknown(self.world, "extents", "spans"):  # then there is nothing that could be selected
            return self.scene.selection
        said = outcome.said if outcome is not None and not outcome.event else None
        meant = self.session.address_of(said.select) if said is not None and said.select is not None else None
        if meant is not None and self.world.spans.at(meant) is not None:
            return self._selection(meant)
        served = outcome.result.served if outcome is not None and outcome.result is not None else None
        if served is not None and self.world.spans.at(served.addr) is not None:
            return self._selection(served.addr)
        arenas = self.world.extents.arenas
        if not self.scene.selection.addr and arenas.pages:
            return self._selection(self._first_addr())
        for addrs in (news.slots, news.spans):  # where a pointer was stored, the one span that something happened to
            if len(addrs) == 1 and self.world.spans.at(next(iter(addrs))) is not None:
                return self._selection(next(iter(addrs)))
        if shown and self.world.spans.at(shown) is not None:
            return self._selection(shown)
        if self.world.spans.at(self.scene.selection.addr) is None:  # the arena was smaller here
            return self._selection(arenas.start) if arenas.pages else Selection()
        return self.scene.selection

    def _first_addr(self) -> int:
        """What is selected at first: the beginning of a session's arena, of a heap that is read the first span with objects."""
        spans = self.world.spans.each() if self.is_read else iter(())
        return next((info.base for info in spans if info.state == "inuse"), self.world.extents.arenas.start)

    # --- Selecting ------------------------------------------------------------------------------------------------------

    def filter(self, text: str, typing: bool = False, pane: str = "spans") -> str:
        """Filter the table of this pane; returns what is wrong with the filter, or what may be meant otherwise.

        While it is being typed, a word that may become a field waits for its sign: each filter is one look at every row.
        """
        order = self.orders[pane]
        self.sifter.stop()
        try:
            order.filter(without_half_typed(pane, text) if typing else text)
            order.settle()
        except BadFilter as problem:
            return str(problem)
        except TooCostly as problem:
            order.refuse()
            return too_costly(problem)
        self._changed()
        return ""

    def reordered(self) -> None:
        """A table was sorted: what was being worked out is not wanted any more."""
        self.sifter.stop()
        self._changed()

    def doubt(self, text: str, pane: str) -> str:
        """What is to be said of a filter that looks like a condition, but is taken as a regular expression."""
        if pane == "why":
            words = [word for word in text.split() if re.search(r"\w(!=|<=|>=|[:=<>])", word)]
            quoted = '"' + shown(words[0]).strip('"') + '"' if words else ""
            return f"{quoted} is taken as a regular expression: {LOG} has no fields" if words else ""
        try:
            return doubtful(pane, read_filters(pane, text))
        except BadFilter:
            return ""

    def select(self, addr: int) -> None:
        """Select what lies at an arena address, in all panes."""
        if self.world.spans.at(addr) is not None:
            self.scene = replace(self.scene, selection=self._selection(addr))
            self._selected.clear()  # who looks for something keeps it in sight on the way back
            self._changed()

    def point_at(self, selection: Selection) -> None:
        """Select just this, as somebody else did who looks at the same heap."""
        self._show(selection)

    def select_class(self, spanclass: int) -> None:
        """Select an mcentral, and with it a span of its class if another sort of span was selected."""
        addr = self.scene.selection.addr
        info = self.world.spans.at(addr)
        if (info is None or info.spanclass != spanclass) and not unknown(self.world, "lists"):
            chains = (self.world.lists.chain(spanclass, name, 1) for name in reversed(self.world.profile.central_names))
            addr = next((base for chain in chains for base in chain), addr)
        self.scene = replace(self.scene, selection=Selection(addr, spanclass))
        self._changed()

    def _selection(self, addr: int) -> Selection:
        info = self.world.spans.at(addr)
        return Selection(addr, info.spanclass if info is not None and info.spanclass in self.world.profile.central_classes else 0)
