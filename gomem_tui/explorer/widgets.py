"""What is seen above the prompt: header, panes, Why, scrub bar."""

from gomem_core.files.timeline import MAIN
from gomem_core.world.reel import time_text
from gomem_tui.panes.advise import AdvisePane
from gomem_tui.panes.arena import ArenaPane
from gomem_tui.panes.bars import Bar
from gomem_tui.panes.base import HeapPane, LinePane
from gomem_tui.panes.bitmap import BitmapPane
from gomem_tui.panes.heap import HeapStatsPane
from gomem_tui.panes.layout import LayoutPane
from gomem_tui.panes.mcache import McachePane
from gomem_tui.panes.mcentral import McentralPane
from gomem_tui.panes.model import Model
from gomem_tui.panes.objects import ObjectsPane
from gomem_tui.panes.spans import SpansPane
from gomem_tui.panes.types import TypesPane
from gomem_tui.panes.why import WhyPane
from gomem_tui.render.filmbar import event_at, render_film
from gomem_tui.render.header import render_header
from gomem_tui.render.lines import Line
from gomem_tui.render.scrub import Track, render_scrub, step_at
from gomem_tui.settings.keys import Keyboard


class SessionBars:
    """The two lines that tell where the session stands."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def header(self, width: int) -> Line:
        """Returns the line above all: the session, the step, figures of the heap."""
        session, console = self.model.session, self.model.console
        strip = session.strip if not console.script.on else None  # what a session file tells of a heap has steps of its own
        place, still = (session.step, session.event, len(session.steps)), None if strip is None else strip.shown
        branch = session.branches.name if session.branches.name != MAIN else ""
        title = console.script.title or console.script.name
        film = None if session.reel is None else time_text(session.reel.time(session.step))
        return render_header(self.model.world, place, title, width, branch, console.read_only, still, film)

    def scrub(self, width: int) -> Line:
        """Returns all steps on one line."""
        session = self.model.session
        if session.reel is not None:
            return render_film(session.reel, session.step, session.bookmarks, width)
        track = Track(session.step, session.event, len(session.steps), session.trail.marks, session.bookmarks)
        empty = " one moment" if session.is_one_moment else " one look so far" if self.model.is_read else " no steps yet"
        return render_scrub(track, width, empty)

    def step_at(self, width: int, x: int) -> int | None:
        """Returns the step at column x of the scrub bar; None beside it."""
        session = self.model.session
        return step_at(len(session.steps), width, x) if session.reel is None else event_at(session.reel, width, x)


class Widgets:
    """The widgets above the prompt."""

    def __init__(self, model: Model, keyboard: Keyboard) -> None:
        self.bars = SessionBars(model)
        self.header = Bar(self.bars.header, id="header")
        self.spans = SpansPane(model)
        self.objects = ObjectsPane(model)
        self.types = TypesPane(model)
        self.arena = ArenaPane(model, keyboard)
        self.layout = LayoutPane(model)
        self.bitmap = BitmapPane(model)
        self.mcentral = McentralPane(model)
        self.mcache = McachePane(model)
        self.heap = HeapStatsPane(model, lambda: model.session.account, lambda: model.heap_live)
        self.advise = AdvisePane(model, keyboard)
        self.why = WhyPane(model, keyboard)
        self.scrub = Bar(self.bars.scrub, id="scrub")

    @property
    def heap_panes(self) -> tuple[HeapPane, ...]:
        """Returns the panes that share the room between header and Why, in the order in which they fill it."""
        return (
            *(self.spans, self.objects, self.types, self.arena, self.layout),
            *(self.bitmap, self.mcentral, self.mcache, self.heap, self.advise),
        )

    @property
    def lines(self) -> tuple[LinePane, ...]:
        """Returns all of them, from the top down: what looks at the session to be drawn."""
        return (self.header, *self.heap_panes, self.why, self.scrub)

    def pane(self, name: str) -> HeapPane:
        """Returns the pane with this id."""
        return next(pane for pane in (*self.heap_panes, self.why) if pane.id == name)
