"""Keys that wait: what was typed and not yet done, in order, and what may go before its turn.

Whatever reads the terminal adds to them while the app works them off.  Everything is done in the order in which it was typed
but for one thing: a key that ends gomem goes before keys that leave no trace behind, where many of those wait.  It never
goes before a key that opens the prompt, or any other that does more than to move: nothing that was typed as a command is lost,
and a letter of a command is never taken for a key.
"""

from collections import deque
from collections.abc import Callable, Container
from typing import Final, Literal

from textual.events import Key, Paste

from gomem_core.named import NamedTuple

Typed = Key | Paste
Role = Literal["ends", "passes", "stays"]  # what a key is to one that ends gomem: such a one; may be left out; must be done first


class Mode(NamedTuple):
    """What keys are for."""

    typing: bool  # the prompt
    covered: bool  # what lies over the panes


FEW: Final = 50  # keys that are always done: it takes no time, and where one stands at the end is kept


class Waiting:
    """The keys and pastes that wait."""

    def __init__(self) -> None:
        self._typed: deque[Typed] = deque()
        self._passing = 0  # so many of the first ones are known to be of the role "passes"
        self._mode: Mode | None = None  # ... in this mode

    def __len__(self) -> int:
        return len(self._typed)

    def add(self, event: Typed) -> None:
        """One more was typed."""
        self._typed.append(event)

    def clear(self) -> None:
        """Drop them: nobody wants them any more."""
        self._typed.clear()
        self._passing = 0

    def take(self) -> Typed:
        """The next one, which does not wait any longer."""
        self._passing = max(0, self._passing - 1)
        return self._typed.popleft()

    def take_like(self, event: Key) -> int:
        """Take those directly after `event` that are the same key; returns how many."""
        taken = 0
        while self.take_of((event.key,)):
            taken += 1
        return taken

    def take_of(self, keys: Container[str]) -> str:
        """Take the next one if it is one of these keys; returns which, "" otherwise."""
        if self._typed and isinstance(following := self._typed[0], Key) and following.key in keys:
            self.take()
            return following.key
        return ""

    def let_end(self, mode: Mode, role: Callable[[Typed, Mode], Role]) -> None:
        """Leave out what stands before a key that ends gomem, if that is much and all of it may be left out."""
        at = self._passing if mode == self._mode else 0
        while at < len(self._typed) and (found := role(self._typed[at], mode)) == "passes":
            at += 1
        if at < len(self._typed) and found == "ends" and at > FEW:
            for _ in range(at):
                self._typed.popleft()
            at = 0
        self._passing, self._mode = at, mode
