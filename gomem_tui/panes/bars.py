"""Header and footer: one line each."""

from collections.abc import Callable
from typing import Final

from gomem_tui.keys import Keyboard
from gomem_tui.panes.base import LinePane
from gomem_tui.render.lines import Line, Span, fit


class Bar(LinePane):
    """A line that a function draws for a width."""

    def __init__(self, line: Callable[[int], Line], *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self._line = line

    def draw(self, width: int, height: int) -> list[Line]:
        """The line."""
        return [self._line(width)]


_TYPING: Final = (("enter", "do it"), ("{next_pane}", "complete"), ("↑ ↓", "history"), ("{back}", "leave"))


def footer_line(keyboard: Keyboard, message: str, typing: bool, width: int, pressed: str = "") -> Line:
    """A message if there is one, else the keys that hold now: in the prompt other ones than elsewhere.

    Where not all fit, those in the middle go first: how to get help and how to quit stay.  `pressed` is shown at the right: to an
    audience, the key that was pressed last.
    """
    if pressed:
        sign = f" {pressed} "
        return (*footer_line(keyboard, message, typing, max(0, width - len(sign))), (sign, "cursor"))
    if message:
        return fit(((f" {message}", "new"),), width)
    keys = [(name, label) for text, label in _TYPING if (name := keyboard.filled(text))] if typing else keyboard.footer()
    while keys and sum(len(name) + len(label) + 4 for name, label in keys) > width:
        del keys[max(0, len(keys) - 3)]
    spans: list[Span] = []
    for name, label in keys:
        spans += [(f" {name}", "key"), (f" {label}  ", "label")]
    return fit(tuple(spans), width)
