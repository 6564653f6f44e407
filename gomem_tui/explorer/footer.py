"""The footer: a message until the next key, else the keys that hold."""

from collections.abc import Callable

from gomem_tui.explorer.linepane import Bar
from gomem_tui.panes.bars import Where, footer_action, footer_line
from gomem_tui.render.lines import Line
from gomem_tui.settings.keys import Keyboard


class Footer(Bar):
    """Says what the parts of the explorer have to say."""

    def __init__(self, keyboard: Keyboard, where: Callable[[], Where]) -> None:
        super().__init__(self.line, id="footer")
        self.keyboard = keyboard
        self.message = ""
        self._where = where
        self._pressed = ""  # shown to an audience
        self._laid_out: tuple[object, Line] = (None, ())  # what was laid out last, and the line of it: most steps change nothing

    def say(self, message: str) -> None:
        """Show a message until the next key."""
        self.message = message
        self.redraw()

    def show_pressed(self, name: str) -> None:
        """Show an audience which key was pressed."""
        self._pressed = name
        self.redraw()

    def line(self, width: int) -> Line:
        """Returns what is shown."""
        about = (self.message, self._where(), width, self._pressed)
        if about != self._laid_out[0]:
            self._laid_out = about, footer_line(self.keyboard, *about)
        return self._laid_out[1]

    def action_at(self, x: int) -> str:
        """Returns the action of the key at column x of a footer without a message, "" where there is none."""
        return footer_action(self.keyboard, self._where(), self.size.width, self._pressed, x)
