"""A page over the explorer that scrolls: the help, the legend of the arena, or the layout of a type."""

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingsMap
from textual.containers import VerticalScroll

from gomem_tui.explorer.linepane import LinePane
from gomem_tui.explorer.screens.over import Over, TooSmall
from gomem_tui.render.lines import Line, Port, fit_all
from gomem_tui.settings.keys import Keyboard

_ACTIONS: Final = ("up", "down", "page_up", "page_down", "top", "bottom")
_CLOSING: Final = ("back", "quit", "help", "legend", "type_layout")

Lines = Callable[[int], list[Line]]  # the page, in lines of a width


class _Page(LinePane):
    """The text, as high as it is."""

    def __init__(self, lines: Lines) -> None:
        super().__init__(id="help-page")
        self._page = lines

    def draw(self, width: int, height: int) -> list[Line]:
        """The lines that there are at this width."""
        return fit_all(self._page(width), Port(width, height))

    def resized(self) -> None:
        """Another width breaks the lines elsewhere."""
        self.styles.height = len(self._page(self.size.width))


class HelpScreen(Over):
    """Scrolls, with the keys that move in a pane; those of back, quit and of what such pages show close it."""

    FRAME: ClassVar[str] = "#help"
    AUTO_FOCUS = "#help"  # so that page, home and end keys scroll it

    def __init__(self, keyboard: Keyboard, lines: Lines) -> None:
        super().__init__()
        self._keyboard = keyboard
        self._page = _Page(lines)
        self._bindings = BindingsMap(
            Binding(name, key.id, key.label, show=False) for key in keyboard.keys if key.id in _ACTIONS for name in key.keys
        )
        self.closing = {name for key in keyboard.keys if key.id in _CLOSING for name in key.keys if not key.goes_first(name)}

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll(id="help"):
            yield self._page
        yield TooSmall(id="too-small")

    def leaving(self, quits: str) -> str:
        """Says that the key of back closes it."""
        back = self._keyboard.name("back")
        if back and quits:
            return f"{back} closes this page, {quits} quits gomem."
        return f"{back} closes this page." if back else ""

    def action_down(self) -> None:
        """Scroll a line down."""
        self.query_one(VerticalScroll).scroll_down(animate=False)

    def action_up(self) -> None:
        """Scroll a line up."""
        self.query_one(VerticalScroll).scroll_up(animate=False)

    def action_page_up(self) -> None:
        """Scroll a page up."""
        self.query_one(VerticalScroll).scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        """Scroll a page down."""
        self.query_one(VerticalScroll).scroll_page_down(animate=False)

    def action_top(self) -> None:
        """Go to the first line."""
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_bottom(self) -> None:
        """Go to the last line."""
        self.query_one(VerticalScroll).scroll_end(animate=False)
