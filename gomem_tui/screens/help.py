"""The help: keys and commands, from the live tables."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from gomem_core.lang import help_text
from gomem_tui.keys import KEYS, shown

_LEGEND = """gomem is a heap explorer: typed commands go to an allocator that makes the choices of Go 1.10's runtime.
One selection links the panes: ▸ marks it everywhere. + marks what the last command changed.
"""


def help_page() -> str:
    """All of it as text."""
    keys = [f"  {' '.join(shown(k) for k in key.keys):<16} {key.help}" for key in KEYS]
    return "\n".join([_LEGEND, "Keys", *keys, "", "Commands", help_text(None)])


class HelpScreen(ModalScreen[None]):
    """Scrolls; esc, q and ? close it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,question_mark,f1", "dismiss", "close"),
        ("j", "down", "down"),
        ("k", "up", "up"),
    ]

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll(id="help"):
            yield Static(Content(help_page()))

    def action_down(self) -> None:
        """Key."""
        self.query_one(VerticalScroll).scroll_down(animate=False)

    def action_up(self) -> None:
        """Key."""
        self.query_one(VerticalScroll).scroll_up(animate=False)
