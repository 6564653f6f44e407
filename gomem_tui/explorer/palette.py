"""The command palette: the actions of the key table with their keys, and the commands, found by any part of what is said."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import ClassVar, Protocol, cast

from textual.app import ComposeResult
from textual.command import CommandInput, CommandPalette, DiscoveryHit, Hit, Hits, Provider

from gomem_core.lang.registry import REGISTRY
from gomem_tui.explorer.prompt_actions import PromptActions
from gomem_tui.explorer.screens.over import Over, TooSmall
from gomem_tui.settings.keynames import shown
from gomem_tui.settings.keys import Key, Keyboard


def _action(key: Key) -> str:
    name = key.id.replace("_", " ")
    keys = " ".join(map(shown, key.keys))
    return f"{name}: {key.help}  ({keys})" if keys else f"{name}: {key.help}"


class _Explorer(Protocol):
    """What can do what is offered."""

    keyboard: Keyboard
    prompt_actions: PromptActions

    def run_action(self, action: str, /) -> Awaitable[bool]:
        """Do an action of the table of keys."""


class ActionProvider(Provider):
    """Offers the actions, to be done, and the commands, to be gone on with at the prompt."""

    async def discover(self) -> Hits:
        """Offer all of them before anything is typed."""
        for text, do in self._offers():
            yield DiscoveryHit(text, do)

    async def search(self, query: str) -> Hits:
        """Offer those that match."""
        matcher = self.matcher(query)
        for text, do in self._offers():
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), do)

    def _offers(self) -> Iterator[tuple[str, Callable[[], object]]]:
        explorer = cast("_Explorer", self.app)
        for key in explorer.keyboard.keys:
            yield _action(key), partial(explorer.run_action, key.action)
        for spec in REGISTRY:
            yield f":{spec.form}  {spec.summary}", partial(explorer.prompt_actions.begin_line, f"{spec.name} ")


class Palette(CommandPalette, Over):
    """Textual's palette, with gomem's words, and a cursor that stands still: nothing is written while nobody does anything."""

    FRAME: ClassVar[str] = "#--input"

    def __init__(self) -> None:
        super().__init__([ActionProvider], placeholder="Find an action or a command…")

    def compose(self) -> ComposeResult:
        """The line, the list."""
        yield from super().compose()
        yield TooSmall(id="too-small")

    def on_mount(self) -> None:
        """Stop the cursor's blinking before anything is drawn."""
        self.query_one(CommandInput).cursor_blink = False

    def leaving(self, quits: str) -> str:
        """Says that esc closes it, a key that Textual gives it."""
        return f"esc closes the palette, {quits} quits gomem." if quits else "esc closes the palette."
