"""Looks at a process again and again, by itself, until a key is pressed."""

from collections.abc import Callable

from textual.timer import Timer

from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.parts import Runs
from gomem_tui.explorer.work import Work


class Watch:
    """Calls `look` every so many seconds between `begin` and `end`; not while the look before is still going on."""

    def __init__(self, seconds: float, work: Work, footer: Footer, app: Runs) -> None:
        self.look: Callable[[], None] = lambda: None
        self._seconds = seconds
        self._work = work
        self._footer = footer
        self._app = app
        self._timer: Timer | None = None

    def begin(self) -> None:
        """Look now, and from then on again and again."""
        if self._timer is None:
            self._timer = self._app.set_interval(self._seconds, self._tick)
            self._tick()

    def end(self) -> bool:
        """Let it be; tells whether it was going on."""
        if self._timer is None:
            return False
        self._timer.stop()
        self._timer = None
        return True

    def tell(self) -> None:
        """Say that it goes on, and how it ends."""
        if self._timer is not None:
            self._footer.say(f"Looking every {self._seconds:g} s; any key stops.")

    def _tick(self) -> None:
        if not self._work.busy:
            self.look()
