"""The two lines that tell where a session stands, above and below its panes."""

from collections.abc import Sequence

from gomem_core.files.timeline import MAIN
from gomem_core.world.reel import time_text
from gomem_tui.panes.model import Model
from gomem_tui.render.filmbar import event_at, render_film
from gomem_tui.render.header import render_header
from gomem_tui.render.lines import Line
from gomem_tui.render.scrub import Track, render_scrub, step_at


class SessionBars:
    """Header and scrub bar of the session that a model shows."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.who: Sequence[str] | None = None  # those that look on; None: nobody can
        self.come = ""  # how others come

    def header(self, width: int) -> Line:
        """Returns the line above all: the session, the step, figures of the heap."""
        session, console = self.model.session, self.model.console
        strip = session.strip if not console.script.on else None  # what a session file tells of a heap has steps of its own
        place, still = (session.step, session.event, len(session.steps)), None if strip is None else strip.shown
        branch = session.branches.name if session.branches.name != MAIN else ""
        title = console.script.title or console.script.name
        film = None if session.reel is None else time_text(session.reel.time(session.step))
        return render_header(self.model.world, place, title, width, branch, console.read_only, still, film, self.who, self.come)

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
