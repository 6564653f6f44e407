"""What a follower sees: the presenter's panes in a terminal of its own, or others of its own choice, as lines."""

from collections.abc import Iterator, Mapping
from typing import Final

from gomem_core.lang.moves import Pane
from gomem_core.lang.pattern import TooCostly
from gomem_core.queries.roworder import finish
from gomem_core.session.console import Console
from gomem_core.world.world import NotKnown
from gomem_tui.explorer.arrangement import NEEDS, Arrangement
from gomem_tui.explorer.showing import Json, Place, answer_of, arrange, place_of, record_of, select, sort
from gomem_tui.explorer.whyrows import why_rows
from gomem_tui.panes.base import HeapPane, Size
from gomem_tui.panes.model import Model
from gomem_tui.panes.panes import Panes
from gomem_tui.panes.sessionbars import SessionBars
from gomem_tui.render.lines import Line, fit, harmless, plain
from gomem_tui.serve.keyboard import FOLLOWING
from gomem_tui.serve.rooms import Room, is_tiny, rooms

Placed = tuple[int, int, Line]
"""A line with the column and the row it begins at."""
_NOWHERE: Final = Room(0, 0, 0, 0)


class _Place:
    """Gives a pane room."""

    def __init__(self, pane: HeapPane) -> None:
        self.pane = pane
        self.place = _NOWHERE
        pane.host = self

    @property
    def room(self) -> Size:
        """Returns its columns and rows."""
        return Size(self.place.width, self.place.height)

    @property
    def has_room(self) -> bool:
        """Whether it is seen."""
        return self.place.width > 0 and self.place.height > 0

    def redraw(self) -> None:
        """Do nothing: all is drawn when everything was done that waits."""

    def text(self) -> str:
        """What is shown of it."""
        return "\n".join(plain(line).rstrip() for line in self.pane.drawn(*self.room))


class View:
    """The panes of a session, for a terminal of some size.

    As long as it is not on its `own`, it shows what the presenter does.
    """

    def __init__(self, console: Console, size: tuple[int, int]) -> None:
        self.model: Final = Model(console, lambda: None)
        self.panes: Final = Panes(self.model, FOLLOWING, lambda: self.arrangement.size[0])
        self.arrangement = Arrangement()
        self.arrangement.size = size
        self.own = False
        self.record: Json = {}  # what the presenter shows
        self._bars = SessionBars(self.model)
        self._places = {pane.id: _Place(pane) for pane in self.panes.all}
        self._order = [pane.id for pane in self.panes.of_heap]
        self._scrub: int | None = None
        self._stood: tuple[object, ...] = ()  # where, and with which answer, this looked at the session last

    # --- What the presenter does ------------------------------------------------------------------------------------------

    @property
    def presenter(self) -> Place:
        """Returns where the presenter stands."""
        return place_of(self.record) or Place.of(self.model.session)

    @property
    def is_typing(self) -> bool:
        """Whether the presenter is, so that none of their panes has the keyboard."""
        return self.record.get("typing") is True

    @property
    def is_astray(self) -> bool:
        """Whether the session is not the presenter's, since records are missing."""
        return Place.of(self.model.session) != self.presenter

    def show(self, record: Json) -> None:
        """Take note of what the presenter shows, and show it, unless this is on its own."""
        self.record = record
        self._stand()
        arrived = self._look_at_session()
        if not self.own:
            self._do_likewise()
        elif arrived:
            self._stay()

    def _stand(self) -> None:
        """Stand where the presenter does, where nothing else tells: at a look or an event of a heap that was read."""
        session, place = self.model.session, self.presenter
        is_read = session.strip is not None and not self.model.console.script.on
        if is_read and (session.step, session.event) != (place.step, place.event) and 0 <= place.step <= len(session.steps):
            self.model.goto(place.step, place.event)

    def told(self) -> Json:
        """What this shows on its own, for whatever takes its place; nothing where it shows what the presenter does."""
        return record_of(self.model, self.panes, self.arrangement, "", typing=False) if self.own else {}

    def look_elsewhere(self, told: Json) -> None:
        """Go on with what another one told of itself."""
        presenters, self.record = self.record, told
        self._do_likewise()
        self.record, self.own = presenters, True

    def come_back(self) -> None:
        """Show what the presenter shows."""
        self.own = False
        self._stood = ()
        self._look_at_session()
        self._do_likewise()

    def settle(self) -> None:
        """Look at where the session stands now, before it is drawn: the presenter may not have told yet how it is looked at."""
        if self._look_at_session():
            self._stay()

    @property
    def presenters_pane(self) -> Pane:
        """The pane that has the presenter's keyboard."""
        return arrange(self.record, Arrangement()).current

    def _look_at_session(self) -> bool:
        """Look at where the session stands now; tells whether that is elsewhere."""
        stands = (self.model.session, Place.of(self.model.session), self.record.get("typed"))
        if stands == self._stood:
            return False
        self._stood = stands
        selection = self.model.scene.selection
        answer = answer_of(self.record, self.model)
        self.model.arrived(answer)
        if self.own:
            self.model.point_at(selection)
        self.panes.why.start()
        return True

    def _stay(self) -> None:
        """Show the same panes of what has changed."""
        self._lay_out()
        self._follow()

    def _do_likewise(self) -> None:
        self.arrangement = arrange(self.record, self.arrangement)
        sort(self.record, self.model)
        self.panes.why.take(_of_why(self.record))
        self._lay_out()
        select(self.record, self.model, self.panes)
        self._follow()
        select(self.record, self.model, self.panes)  # once more: what was scrolled to is where the presenter has it

    def _follow(self) -> None:
        for pane in self.panes.of_heap:
            if pane.has_room:
                pane.follow()
        self.panes.why.follow()

    # --- Room -------------------------------------------------------------------------------------------------------------

    def resize(self, size: tuple[int, int]) -> None:
        """Take another size; what is selected stays in sight."""
        self.arrangement.size = size
        self._lay_out()
        if self.own:
            for pane in self.panes.all:
                if pane.has_room:
                    pane.resized()
        else:
            self._do_likewise()

    def rearranged(self) -> None:
        """Lay out other panes."""
        self._lay_out()
        for pane in self.panes.of_heap:
            if pane.has_room and not pane.unknown:
                pane.reveal()

    def _lay_out(self) -> None:
        arrangement = self.arrangement
        arrangement.telling = self.panes.why.has_news
        found = rooms(arrangement, self._order, why_rows(arrangement, self.model, self.panes.why))
        self._scrub = found.scrub
        for name, place in self._places.items():
            place.place = found.panes.get(name, _NOWHERE)
        for pane in self.panes.all:
            pane.active = pane.id == arrangement.current and (self.own or not self.is_typing)

    # --- Lines ------------------------------------------------------------------------------------------------------------

    def lines(self, status: Line, footer: Line) -> Iterator[Placed]:
        """All that is to be seen, with these two lines at the bottom."""
        width, height = self.arrangement.size
        if is_tiny(self.arrangement.size):
            yield from too_small(width, height)
            return
        yield 0, 0, harmless(self._bars.header(width), width)
        for place in self._places.values():
            if place.has_room:
                x, y, wide, high = place.place
                for row, line in enumerate(self._drawn(place.pane, wide, high)):
                    yield x, y + row, harmless(line, wide)
                    if x + wide < width:
                        yield x + wide, y + row, ((" ", "text"),)
        if self._scrub is not None:
            yield 0, self._scrub, harmless(self._bars.scrub(width), width)
        yield 0, height - 2, harmless(fit(status, width), width)
        yield 0, height - 1, harmless(fit(footer, width), width)

    @staticmethod
    def _drawn(pane: HeapPane, width: int, height: int) -> list[Line]:
        try:
            return pane.drawn(width, height)
        except NotKnown as e:
            told = fit(((str(e), "label"),), width)
            return [told, *(fit((), width) for _ in range(height - 1))]

    def catch_up(self) -> bool:
        """Work out one table that was too large to be worked out at once; tells whether there was one."""
        late = next((order for order in self.model.work if order.behind), None)
        if late is None:
            return False
        try:
            finish(late.work())()
        except TooCostly as problem:
            late.give_up(problem)
        return True


def too_small(width: int, height: int) -> Iterator[Placed]:
    """What is shown where nothing else can be."""
    told = f"gomem needs {NEEDS[0]}×{NEEDS[1]}; this terminal has {width}×{height}"
    for y in range(height):
        text = told.center(width)[:width] if y == height // 2 else ""
        yield 0, y, fit(((text, "text"),), width)


def _of_why(record: Json) -> Mapping[str, object]:
    own = record.get("own", {})
    told = own.get("why", {}) if isinstance(own, dict) else {}
    return told if isinstance(told, dict) else {}
