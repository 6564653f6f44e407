"""The help: keys and commands, from the live tables."""

from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingsMap
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from gomem_core.lang import help_text
from gomem_tui.keynames import shown
from gomem_tui.keys import Keyboard

_LEGEND = """gomem is a heap explorer: typed commands go to an allocator that makes the choices of Go 1.10's runtime.
One selection links the panes: ▸ marks it. + marks what the last command changed. Each pane has a key; small
terminals show one of them and Why, from 110×32 on four, from 186×52 on all.

  heap_live     bytes as the collector's pacer counts them: a span in an mcache counts as full; at "GC at" it collects
  nonempty      mcentral's spans with free slots;  empty: those without, and those that an mcache holds (ᴹ)
  waste         share of a span's bytes that serve nobody: the ends of slots that objects do not fill, dead slots that
                are not swept yet, the tail behind the last slot (filter waste>30%, or sort by it)
  ~ waits       marked, not swept yet: its dead objects still have their slots
  ◆ ◇ → ·       words: pointer and scan bit, pointer bit only, a stored pointer, none
  ● ○ ✗ m †     slots: taken, free, not reached by the last mark, marked, dropped by the program
  class glyphs  1-9 are size classes 1-9, a-z 10-35, A-Z 36-61, ΓΔΘΛΞ 62-66 (gomem classes lists them)
"""


def help_page(keyboard: Keyboard) -> str:
    """What the screen shows: legend, keys and commands, as text."""
    keys = [f"  {' '.join(map(shown, key.keys)):<16} {key.help}" for key in keyboard.keys if key.keys]
    return "\n".join([_LEGEND, "Keys", *keys, "", "Commands", help_text(None)])


_ACTIONS: Final = {
    **dict.fromkeys(("back", "quit", "help"), "dismiss"),
    **{action: action for action in ("up", "down", "page_up", "page_down", "top", "bottom")},
}


class HelpScreen(ModalScreen[None]):
    """Scrolls, with the keys that move in a pane; those of back, quit and help close it."""

    AUTO_FOCUS = "#help"  # so that page, home and end keys scroll it

    def __init__(self, keyboard: Keyboard) -> None:
        super().__init__()
        self._keyboard = keyboard
        self._bindings = BindingsMap(
            Binding(name, _ACTIONS[key.id], key.label, show=False)
            for key in keyboard.keys
            if key.id in _ACTIONS
            for name in key.keys
        )

    def compose(self) -> ComposeResult:
        """One page, which scrolls."""
        with VerticalScroll(id="help"):
            yield Static(Content(help_page(self._keyboard)))

    def action_down(self) -> None:
        """Scroll a line down."""
        self.query_one(VerticalScroll).scroll_down(animate=False)

    def action_up(self) -> None:
        """Scroll a line up."""
        self.query_one(VerticalScroll).scroll_up(animate=False)

    def action_page_up(self) -> None:
        """Scroll a screen up."""
        self.query_one(VerticalScroll).scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        """Scroll a screen down."""
        self.query_one(VerticalScroll).scroll_page_down(animate=False)

    def action_top(self) -> None:
        """Scroll to the first line."""
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_bottom(self) -> None:
        """Scroll to the last line."""
        self.query_one(VerticalScroll).scroll_end(animate=False)
