"""The part of the explorer that goes through the session's time: its actions, and a thread for what takes long."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final, TypeVar

from textual.worker import Worker

from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome
from gomem_tui.explorer.drawn import DrawnApp
from gomem_tui.hint import progress, takes_long, travels_long
from gomem_tui.panes.base import LinePane
from gomem_tui.panes.model import Model
from gomem_tui.settings.keys import Keyboard
from gomem_tui.settings.look import Look

T = TypeVar("T")

_TICK: Final = 0.25  # seconds between two looks at what takes long
_ANSWER: Final = 12  # of them: as long does an answer stand
_WHILE_BUSY: Final = frozenset({"back", "quit", "explain_quit", "suspend_process"})


class Traveller(DrawnApp):
    """An app around one session that moves in it; what it shows is the business of who inherits."""

    def __init__(self, desk: Console, keyboard: Keyboard, look: Look) -> None:
        super().__init__(look)
        self.desk = desk
        self.keyboard = keyboard
        self.model = Model(desk, self.changed)
        self.busy = False  # another thread changes the session: nobody may look at it
        self.stopped = False  # what was being done last was stopped by esc
        self.leaving = False  # as soon as what is being done is over
        self.message = ""

    # --- What who inherits shows ----------------------------------------------------------------------------------------

    def say(self, message: str) -> None:
        """Show a message until the next key."""
        raise NotImplementedError

    def changed(self) -> None:
        """The heap or the selection changed."""
        raise NotImplementedError

    def look_again(self) -> None:
        """The panes are to be drawn anew."""
        raise NotImplementedError

    def worked(self) -> None:
        """The session stands elsewhere now."""
        raise NotImplementedError

    def answered(self, outcome: Outcome) -> None:
        """A line was done as typed."""
        raise NotImplementedError

    # --- Actions: see keys.py ---------------------------------------------------------------------------------------------

    def action_step(self) -> None:
        """Do the next step."""
        session = self.model.session
        if session.at_end:
            self.say(
                f"This is the end; {type_it} types a command."
                if (type_it := self.keyboard.name("prompt"))
                else "This is the end."
            )
        else:
            self._travel(self.model.forward, takes_long(session.line(session.step + 1), session))

    def action_step_back(self) -> None:
        """Stand before the last step, or before the command that is half done."""
        session = self.model.session
        if not session.step and not session.event:
            self.say("This is the beginning.")
        else:
            self._travel(lambda: self.model.go(session.step if session.event else session.step - 1))

    def action_micro(self, direction: int) -> None:
        """One event further in the next command, or back."""
        session = self.model.session
        if direction > 0 and session.at_end:
            self.say("This is the end.")
        elif direction < 0 and not session.step and not session.event:
            self.say("This is the beginning.")
        else:
            self._travel(lambda: self.model.micro(direction))

    def action_seek(self, direction: int) -> None:
        """The next step in which spans moved, or the one before."""
        self.work(
            lambda: self.model.seek(direction), lambda found: self._sought(direction, found), travels_long(self.model.session)
        )

    def action_edge_step(self, direction: int) -> None:
        """The end of all steps, or the beginning."""
        session = self.model.session
        last = len(session.steps) if direction > 0 else 0
        if (session.step, session.event) == (last, 0):
            self.say("This is the end: no step lies ahead." if direction > 0 else "This is the beginning.")
        else:
            self._travel(lambda: self.model.go(last), travels_long(session))

    def go_to(self, step: int) -> None:
        """Stand after this step."""
        session = self.model.session
        if (session.step, session.event) != (step, 0):
            self._travel(lambda: self.model.go(step), travels_long(session))

    def action_mark(self) -> None:
        """Give the step a name."""
        marks = self.model.session.bookmarks
        name = next(f"m{n}" for n in range(1, len(marks) + 2) if f"m{n}" not in marks)
        self.work(lambda: self.model.submit(f"mark {name}"), self.answered, long=False)

    def _sought(self, direction: int, found: bool) -> None:
        self._arrived()
        if not found and not self.stopped:
            end = "This is the end: in no step ahead spans moved."
            self.say(end if direction > 0 else "This is the beginning: in no step before spans moved.")

    # --- What takes long --------------------------------------------------------------------------------------------------

    def _travel(self, go: Callable[[], object], long: bool = False) -> None:
        """Move through the session, and show where it stands then."""
        self.work(go, lambda _: self._arrived(), long)

    def _arrived(self) -> None:
        self.model.arrived()
        if self.stopped:
            self.say(f"Stopped at step {self.model.session.step:,}.")

    def work(self, do: Callable[[], T], then: Callable[[T], None], long: bool) -> None:
        """Change the session, in another thread if that takes long, and let `then` show what came of it."""

        def show(result: T) -> None:
            self.message = self.desk.take_problem()
            then(result)
            self.worked()

        self.stopped = False
        if not long:
            show(do())
            return
        self.hold(True)
        session = self.model.session
        began = monotonic()

        told, waited = "", _ANSWER

        def tell() -> None:
            """Say how far it is; what a key was answered meanwhile stands for a while."""
            nonlocal told, waited
            waited = 0 if self.message == told else waited + 1
            if not 0 < waited < _ANSWER:
                told, waited = progress(session, monotonic() - began, self.keyboard.name("back")), 0
                self.say(told)

        ticker = self.set_interval(_TICK, tell)

        async def work() -> None:
            try:
                result = await asyncio.to_thread(do)
            finally:
                ticker.stop()
            self.desk.stop.asked = False  # esc may have come when nothing was left to be stopped
            self.hold(False)
            show(result)
            self.look_again()
            if self.leaving:
                await self.run_action("quit")

        tell()
        _: Worker[None] = self.run_worker(work)  # not a coroutine: nobody awaits it when gomem ends first

    def stop_working(self) -> None:
        """Let the other thread stop as soon as it can."""
        self.stopped = self.desk.stop.asked = True

    def hold(self, busy: bool) -> None:
        """Draw nothing but the footer while another thread works on the session."""
        self.busy = busy
        for pane in self.query(LinePane):
            pane.held = busy and pane.id != "footer"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow only stopping while another thread works on the session."""
        del parameters
        return not self.busy or action in _WHILE_BUSY
