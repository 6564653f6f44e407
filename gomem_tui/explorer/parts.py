"""What the explorer's parts offer and what they ask for.

Each part is a plain class in a file of its own: some do actions, others show what came of them.  A part knows those below it, in
the order that pyproject.toml has, and reaches the app above it only by the protocols here.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol

from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

Actions = Mapping[str, Callable[..., object]]
"""What a part does: by the name of the action, as settings/keys.py has it, what takes the action's parameters."""


class Part(Protocol):
    """What does some of the explorer's actions."""

    @property
    def actions(self) -> Actions:
        """Returns them."""


class Shows(Protocol):
    """Shows what parts did to the session and to the panes."""

    def look_again(self) -> None:
        """Draw the panes anew, once all keys that are there already are done."""

    def worked(self) -> None:
        """Show all that depends on where the session stands."""


class Runs(Protocol):
    """What an app of Textual's does sooner or later, or in between."""

    def call_later(self, callback: Callable[[], object], /) -> bool:
        """Call it after the messages that wait already."""

    def call_after_refresh(self, callback: Callable[[], object], /) -> bool:
        """Call it when sizes are known and all is drawn."""

    def set_interval(self, interval: float, callback: Callable[[], object], /) -> Timer:
        """Call it again and again, after so many seconds each time."""

    def run_worker(self, work: Callable[[], Coroutine[None, None, None]], /) -> Worker[None]:
        """Begin to work in a task of its own."""

    def run_action(self, action: str, /) -> Awaitable[bool]:
        """Do what a key does."""


class Layered(Protocol):
    """An app whose screens lie over each other."""

    @property
    def screen_stack(self) -> list[Screen[Any]]:
        """Returns the screens, the lowest first: that of the panes."""
