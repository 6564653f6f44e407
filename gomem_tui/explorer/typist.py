"""The part of the explorer that does in turn what was typed, however much that is."""

import time
from typing import Final

from textual.events import Key, Paste
from textual.message import Message

from gomem_core.session.console import Console
from gomem_tui.explorer.tablekeys import TableKeys
from gomem_tui.explorer.waiting import FEW, Mode, Role, Typed, Waiting
from gomem_tui.settings.keynames import is_typed
from gomem_tui.settings.keys import CHOOSING, MOVING, PASSING
from gomem_tui.settings.options import Options

_SLICE: Final = 0.2  # seconds of keys between two pictures


class Typing(Message):
    """Something was typed and waits."""


class Typist(TableKeys):
    """An explorer that works off what was typed; each of it is an event, as Textual has it."""

    def __init__(self, desk: Console, options: Options) -> None:
        super().__init__(desk, options.keyboard, options.look)
        self._waiting = Waiting()
        self._woken = False  # a message says that something waits
        clicker = {"page_up", "page_down"} if options.presenting else set()  # they are steps
        self._quitting = self.keyboard.bound({"quit"})
        self._passing = self.keyboard.bound(PASSING)
        self._moving = self.keyboard.bound(MOVING - clicker)
        self._choosing = self.keyboard.bound(CHOOSING)

    def post_message(self, message: Message) -> bool:
        """Let what is typed wait in its own queue, with one message for all of it.  Called by the thread that reads, too."""
        if not isinstance(message, Key | Paste) or message.is_forwarded:
            return super().post_message(message)
        if self.ending:
            return False
        self._waiting.add(message)
        return self._woken or self._wake()

    def _wake(self) -> bool:
        self._woken = True
        return super().post_message(Typing())

    async def on_typing(self) -> None:
        """Do what was typed; now and then the screen may show how far that is."""
        self._woken = False
        began = time.monotonic()
        while self._waiting and not self.ending:
            if time.monotonic() - began > _SLICE:
                self._wake()
                return
            if len(self._waiting) > FEW:
                self._waiting.let_end(Mode(self.typing, self.covered), self._role)
            event = self._waiting.take()
            await self.on_event(event)
            if isinstance(event, Key) and (event.key in self._moving or event.key in self._choosing):
                self._go_on(event)

    def _go_on(self, event: Key) -> None:
        """Move once but further where the same moving key waits several times; of keys that choose panes do all."""
        if self.busy or self.covered or self.typing:
            return
        if event.key in self._choosing:
            while key := self._waiting.take_of(self._choosing):
                self.choose(self._choosing[key])
        elif times := self._waiting.take_like(event):
            self.move_on(self._moving[event.key], times)

    def _role(self, event: Typed, mode: Mode) -> Role:
        """What a key is to one that ends gomem.  In the prompt a `q` is a letter, and enter is what makes letters a command."""
        if mode.covered or isinstance(event, Paste):
            return "stays"
        if event.key in self._quitting and not (mode.typing and is_typed(event.key)):
            return "ends"
        return "passes" if (event.is_printable if mode.typing else event.key in self._passing) else "stays"

    def _stop_listening(self) -> None:
        """The end has come."""
        super()._stop_listening()
        self.model.sifter.leave()
        self._waiting.clear()
