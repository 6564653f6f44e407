"""Going through the session's time: step by step, event by event, and far."""

from collections.abc import Callable
from typing import Final

from gomem_core.session.outcome import Outcome
from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.parts import Actions
from gomem_tui.explorer.projector import Projector
from gomem_tui.explorer.watch import Watch
from gomem_tui.explorer.work import Work
from gomem_tui.panes.model import Model
from gomem_tui.render.words import NO_EVENTS, ONE_MOMENT


class TimeActions:
    """What keys do to where the session stands."""

    def __init__(self, model: Model, work: Work, footer: Footer, watch: Watch, projector: Projector) -> None:
        self.watch = watch
        watch.look = self.look
        self._model = model
        self._work = work
        self._footer = footer
        self._projector = projector
        self.actions: Final[Actions] = {
            "step": self.step,
            "step_back": self.step_back,
            "micro": self.micro,
            "seek": self.seek,
            "edge_step": self.edge_step,
        }

    def step(self) -> None:
        """Do the next step; after the last look at a process, look again."""
        session = self._model.session
        if session.at_end and session.goes_on:
            self.look()
        elif session.at_end:
            type_it = self._footer.keyboard.name("prompt")
            self._say_edge(f"This is the end; {type_it} types a command." if type_it else "This is the end.")
        else:
            self._travel(self._model.forward, session.ahead.next_takes_long())

    def look(self) -> None:
        """Look once more at the process."""
        self._work.do(self._model.look, self._looked, long=True)

    def _looked(self, outcome: Outcome) -> None:
        """Show what was seen, or why it could not be."""
        self.arrived()
        if outcome.error is not None:
            self.watch.end()
            self._footer.say(f"{outcome.error.message}.")
        self.watch.tell()

    def step_back(self) -> None:
        """Stand before the last step, or before the command that is half done."""
        session = self._model.session
        if not session.step and not session.event:
            self._say_edge("This is the beginning.")
        else:
            self._travel(self._model.backward)

    def micro(self, direction: int) -> None:
        """Go one event further in the next command, or back."""
        session = self._model.session
        if self._model.is_read and session.reel is None:
            self._footer.say(ONE_MOMENT if session.is_one_moment else NO_EVENTS)
        elif direction > 0 and session.at_end:
            self._say_edge("This is the end.")
        elif direction < 0 and not session.step and not session.event:
            self._say_edge("This is the beginning.")
        else:
            self._travel(lambda: self._model.micro(direction))

    def seek(self, direction: int) -> None:
        """Go to the next step in which spans moved, or to the one before."""
        long = self._model.session.ahead.way_takes_long()
        self._work.do(lambda: self._model.seek(direction), lambda found: self._sought(direction, found), long)

    def edge_step(self, direction: int) -> None:
        """Go to the end of all steps, or to the beginning; after the last look at a process, begin to look again and again."""
        session = self._model.session
        if direction > 0 and session.at_end and session.goes_on:
            self.watch.begin()
            return
        if direction > 0 and session.reel is not None and not session.at_end:
            self._projector.play()
            return
        last = len(session.steps) if direction > 0 else 0
        if (session.step, session.event) == (last, 0):
            self._say_edge("This is the end: no step lies ahead." if direction > 0 else "This is the beginning.")
        else:
            self._travel(lambda: self._model.goto(last), session.ahead.way_takes_long())

    def goto(self, step: int) -> None:
        """Stand after this step."""
        session = self._model.session
        if (session.step, session.event) != (step, 0):
            self._travel(lambda: self._model.goto(step), session.ahead.way_takes_long())

    def arrived(self) -> None:
        """Show where the session stands."""
        self._model.arrived()
        if self._work.stopped:
            self._footer.say(f"Stopped at {self._model.session.place_name(self._model.session.step)}.")

    def _say_edge(self, message: str) -> None:
        """Say that it goes no further; of a heap that has no steps at all, that."""
        self._footer.say(self._model.edge(message))

    def _travel(self, go: Callable[[], object], long: bool = False) -> None:
        """Move through the session, and show where it stands then."""
        self._work.do(go, lambda _: self.arrived(), long)

    def _sought(self, direction: int, found: bool) -> None:
        self.arrived()
        if not found and not self._work.stopped:
            where = "event" if self._model.session.reel is not None else "step"
            end = f"This is the end: in no {where} ahead spans moved."
            self._say_edge(end if direction > 0 else f"This is the beginning: in no {where} before spans moved.")
