"""A film in the explorer: read on while its beginning is shown already, and played by itself until a key is pressed."""

import asyncio
from time import monotonic
from typing import Final

from textual.timer import Timer

from gomem_core.world.reel import Reel
from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.parts import Runs, Shows
from gomem_tui.explorer.work import Work
from gomem_tui.panes.model import Model

_FRAME: Final = 0.1  # seconds between two pictures
_TOLD: Final = "Reading the film: {done:.0%}, {events:,} events so far; {key} keeps what was read."


class Projector:
    """Reads the film of the session, and plays it at `speed`: 1 is as fast as it was recorded."""

    def __init__(self, model: Model, work: Work, footer: Footer, app: Shows, clock: Runs, speed: float) -> None:
        self._model = model
        self._work = work
        self._footer = footer
        self._app = app
        self._clock = clock
        self._speed = speed
        self._timer: Timer | None = None
        self._began = (0.0, 0)  # when playing began, and at which time of the film
        self._reading: Reel | None = None
        self._teller: Timer | None = None

    # --- Reading ----------------------------------------------------------------------------------------------------------

    def begin_reading(self) -> None:
        """Read what was not read yet, in another thread."""
        reel = self._model.session.reel
        if reel is None or reel.done >= 1:
            return
        self._reading = reel
        self._teller = self._clock.set_interval(_FRAME, self._show_progress)
        self._clock.run_worker(self._read)

    async def _read(self) -> None:
        while self._reading is not None and await asyncio.to_thread(self._reading.read_on):
            self._show_beginning()
        self._show_beginning()
        self.stop_reading()

    def _show_beginning(self) -> None:
        """Show what was read: of the panes only the beginning can have changed, which was empty until now."""
        reel = self._reading
        if reel is None or reel is not self._model.session.reel:
            return
        if not self._work.busy and self._model.session.step == 0:
            self._model.goto(0)
            self._model.arrived()
        self._app.look_again()

    def _show_progress(self) -> None:
        reel = self._reading
        if reel is not None and reel is self._model.session.reel and not self._work.busy and self._timer is None:
            key = self._footer.keyboard.name("back")
            self._footer.say(_TOLD.format(done=reel.done, events=reel.events, key=key))

    def stop_reading(self) -> bool:
        """Keep what was read; tells whether more was being read."""
        if self._reading is None:
            return False
        self._reading = None
        if self._teller is not None:
            self._teller.stop()
        self._footer.say("")
        self._app.look_again()
        return True

    # --- Playing ----------------------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Play from here on."""
        reel = self._model.session.reel
        if reel is None or self._timer is not None:
            return
        self._began = monotonic(), reel.time(self._model.session.step)
        self._timer = self._clock.set_interval(_FRAME, self._show_next)
        self._footer.say(f"Playing at {self._speed:g} × the speed of the recording; any key stops.")

    def end(self) -> bool:
        """Stop playing; tells whether it was."""
        if self._timer is None:
            return False
        self._timer.stop()
        self._timer = None
        return True

    def _show_next(self) -> None:
        reel, session = self._model.session.reel, self._model.session
        if reel is None or session.at_end:
            self.end()
            return
        if self._work.busy:
            return
        began, at = self._began
        event = reel.event_at(at + int((monotonic() - began) * self._speed * 1e9))
        if event > session.step:
            told = self._footer.message
            self._model.goto(event)
            self._model.arrived()
            self._footer.say(told)
            self._app.worked()
