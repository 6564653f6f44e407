"""Does in turn what was typed, however much that is."""

import time
from collections.abc import Awaitable, Callable
from typing import Final

from textual.events import Key, Paste
from textual.message import Message

from gomem_tui.explorer.pane_actions import PaneActions
from gomem_tui.explorer.stage import Stage
from gomem_tui.explorer.waiting import FEW, Mode, Role, Typed, Waiting
from gomem_tui.explorer.work import Work
from gomem_tui.settings.keynames import is_typed
from gomem_tui.settings.keys import CHOOSING, MOVING, PASSING
from gomem_tui.settings.options import Options

_SLICE: Final = 0.2  # seconds of keys between two pictures


class Typing(Message):
    """Something was typed and waits."""


class Typist:
    """Keeps what was typed and hands it on; each of it is an event, as Textual has it."""

    def __init__(
        self,
        options: Options,
        stage: Stage,
        work: Work,
        panes: PaneActions,
        wake: Callable[[], bool],
        take: Callable[[Typed], Awaitable[None]],
    ) -> None:
        self._stage = stage
        self._work = work
        self._panes = panes
        self._wake = wake  # sends the message `Typing`
        self._take = take  # does one of what was typed
        self._waiting = Waiting()
        self._woken = False  # a message says that something waits
        self._ended = False
        keyboard = options.keyboard
        clicker = {"page_up", "page_down"} if options.presenting else set()  # they are steps
        self._quitting = keyboard.bound({"quit"})
        self._passing = keyboard.bound(PASSING)
        self._moving = keyboard.bound(MOVING - clicker)
        self._choosing = keyboard.bound(CHOOSING)

    def add(self, event: Typed) -> bool:
        """Let an event wait, with one message for all that wait; tells whether that was in time."""
        if self._ended:
            return False
        self._waiting.add(event)
        return self._woken or self._wake_up()

    def _wake_up(self) -> bool:
        self._woken = True
        return self._wake()

    def end(self) -> None:
        """Drop what waits: the end has come."""
        self._ended = True
        self._waiting.clear()

    async def work_off(self) -> None:
        """Do what was typed; now and then the screen may show how far that is."""
        self._woken = False
        began = time.monotonic()
        while self._waiting and not self._ended:
            if time.monotonic() - began > _SLICE:
                self._wake_up()
                return
            if len(self._waiting) > FEW:
                self._waiting.let_end(Mode(self._stage.typing, self._stage.covered), self._role)
            event = self._waiting.take()
            await self._take(event)
            if isinstance(event, Key) and (event.key in self._moving or event.key in self._choosing):
                self._go_on(event)

    def _go_on(self, event: Key) -> None:
        """Move once but further where the same moving key waits several times; of keys that choose panes do all."""
        if self._work.busy or self._stage.covered or self._stage.typing:
            return
        if event.key in self._choosing:
            while key := self._waiting.take_of(self._choosing):
                self._panes.choose(self._choosing[key])
        elif times := self._waiting.take_like(event):
            self._panes.move_on(self._moving[event.key], times)

    def _role(self, event: Typed, mode: Mode) -> Role:
        """What a key is to one that ends gomem.  In the prompt a `q` is a letter, and enter is what makes letters a command."""
        if mode.covered or isinstance(event, Paste):
            return "stays"
        if event.key in self._quitting and not (mode.typing and is_typed(event.key)):
            return "ends"
        return "passes" if (event.is_printable if mode.typing else event.key in self._passing) else "stays"
