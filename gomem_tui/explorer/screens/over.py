"""What the screens that lie over the panes have in common, and what stands in place of all of them in too small a terminal."""

from collections.abc import Collection
from typing import ClassVar

from textual.markup import escape
from textual.screen import ModalScreen
from textual.widgets import Static

from gomem_tui.explorer.arrangement import NEEDS
from gomem_tui.render.words import clean


class TooSmall(Static):
    """Tells which size gomem needs; shown alone, by the class `tiny` of its screen."""

    def on_resize(self) -> None:
        """Tell how large the terminal is now."""
        width, height = self.app.size
        self.update(f"gomem needs {NEEDS[0]}×{NEEDS[1]}; this terminal has {width}×{height}")


class Over(ModalScreen[None]):
    """A screen over the panes, with a frame in which something can be said."""

    FRAME: ClassVar[str]  # its selector
    closing: Collection[str] = ("escape",)  # the keys that close it

    def fit(self, tiny: bool) -> None:
        """Show only which size is needed, or all of it.  What is not shown loses the keyboard: it gets it back."""
        if self.has_class("tiny") != tiny:
            self.set_class(tiny, "tiny")
            self.call_after_refresh(self.set_focus, None if tiny else self.query_one(str(self.AUTO_FOCUS)))

    def leaving(self, quits: str) -> str:
        """Returns the keys that leave this screen, and gomem (`quits`; "" if it has no key here)."""
        raise NotImplementedError

    def say(self, message: str) -> None:
        """Show a message: the explorer's own footer is covered."""
        self.query_one(self.FRAME).border_subtitle = escape(clean(message))

    def show_pressed(self, key: str) -> None:
        """Show an audience which key was pressed."""
        self.query_one(self.FRAME).border_title = escape(f" {key} ")
