"""What changes the session: at once, or in another thread if it takes long."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final, Protocol, TypeVar

from textual.worker import Worker

from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.parts import Runs, Shows
from gomem_tui.explorer.widgets import Widgets
from gomem_tui.hint import progress
from gomem_tui.panes.model import Model

T = TypeVar("T")

_TICK: Final = 0.25  # seconds between two looks at what takes long
_ANSWER: Final = 12  # of them: as long does an answer stand
WHILE_BUSY: Final = frozenset({"back", "quit", "explain_quit", "suspend_process"})  # actions


class _App(Shows, Runs, Protocol):
    """What shows the session, and what it says while that is worked on."""

    def run_out_of_memory(self) -> None:
        """End, since nothing can go on."""


class Work:
    """Does one thing at a time to the session."""

    def __init__(self, model: Model, widgets: Widgets, footer: Footer, app: _App) -> None:
        self._model = model
        self._widgets = widgets
        self._footer = footer
        self._app = app
        self.busy = False  # another thread changes the session: nobody may look at it
        self.stopped = False  # what was being done last was stopped by esc
        self.leaving = False  # as soon as what is being done is over

    def do(self, change: Callable[[], T], then: Callable[[T], None], long: bool) -> None:
        """Change the session, in another thread if that takes long, and let `then` show what came of it."""

        def show(result: T) -> None:
            self._footer.message = self._model.console.take_problem()
            then(result)
            self._app.worked()

        self.stopped = False
        if not long:
            show(change())
            return
        self._hold(True)
        ticker = self._app.set_interval(_TICK, tell := self._teller())

        async def work() -> None:
            try:
                result = await asyncio.to_thread(change)
            except (MemoryError, RuntimeError) as e:
                if isinstance(e, RuntimeError) and "start new thread" not in str(e):  # there is no memory for its stack
                    raise
                self._app.run_out_of_memory()
                return
            finally:
                ticker.stop()
            self._model.console.stop.asked = False  # esc may have come when nothing was left to be stopped
            self._hold(False)
            show(result)
            self._app.look_again()
            if self.leaving:
                await self._app.run_action("quit")

        tell()
        _: Worker[None] = self._app.run_worker(work)  # not a coroutine: nobody awaits it when gomem ends first

    def stop(self) -> bool:
        """Let the other thread stop as soon as it can; tells whether there was one."""
        if self.busy:
            self.stopped = self._model.console.stop.asked = True
        return self.busy

    def hang_up(self) -> None:
        """Let go of what would keep gomem from ending.  For signal handlers, too."""
        self._model.console.stop.asked = self.busy

    def _teller(self) -> Callable[[], None]:
        """Returns what says how far it is; what a key was answered meanwhile stands for a while."""
        session, began = self._model.session, monotonic()
        told, waited = "", _ANSWER

        def tell() -> None:
            nonlocal told, waited
            waited = 0 if self._footer.message == told else waited + 1
            if not 0 < waited < _ANSWER:
                told, waited = progress(session, monotonic() - began, self._footer.keyboard.name("back")), 0
                self._footer.say(told)

        return tell

    def _hold(self, busy: bool) -> None:
        """Draw nothing but the footer while another thread works on the session."""
        self.busy = busy
        for pane in self._widgets.lines:
            pane.held = busy
