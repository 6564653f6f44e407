"""A film as a session file shows it: a step leads to a moment, not to the next event."""

from gomem_core.world.reel import Reel
from gomem_core.world.strip import Strip
from gomem_core.world.world import Sums


class Scenes(Strip):
    """The moments of a film, of which one is shown; `at` is the number of its event."""

    def __init__(self, reel: Reel) -> None:
        super().__init__(reel.stills)
        self.reel = reel

    def trend(self, most: int) -> list[Sums]:  # noqa: ARG002 -- no look is the one before another
        """Nothing: moments are no looks in a row."""
        return []
