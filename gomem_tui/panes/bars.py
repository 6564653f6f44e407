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


_TYPING: Final = (
    ("enter", "do it", "submit"),
    ("{next_pane}", "complete", "app.turn(1)"),
    ("↑ ↓", "history", "older"),
    ("{back}", "leave", "app.back"),
)
"""Keys, what they do, and the prompt's action, or the explorer's, that a click does."""


def footer_line(keyboard: Keyboard, message: str, typing: bool, width: int, pressed: str = "") -> Line:
    """A message if there is one, else the keys that hold now: in the prompt other ones than elsewhere.

    Where not all fit, those in the middle go first: how to get help and how to quit stay.  `pressed` is shown at the right: to an
    audience, the key that was pressed last.
    """
    if pressed:
        sign = _sign(pressed)
        return (*footer_line(keyboard, message, typing, max(0, width - len(sign))), (sign, "cursor"))
    if message:
        return fit(((f" {message}", "new"),), width)
    spans: list[Span] = []
    for name, label, _ in _keys(keyboard, typing, width):
        spans += [(f" {name}", "key"), (f" {label}  ", "label")]
    return fit(tuple(spans), width)


def footer_action(keyboard: Keyboard, typing: bool, width: int, pressed: str, x: int) -> str:
    """What the key at column x of a footer without a message does; "" where there is none."""
    for name, label, action in _keys(keyboard, typing, width - len(_sign(pressed))):
        x -= _length(name, label)
        if x < 0:
            return action
    return ""


def _sign(pressed: str) -> str:
    return f" {pressed} " if pressed else ""


def _keys(keyboard: Keyboard, typing: bool, width: int) -> list[tuple[str, str, str]]:
    """The keys that there is room for: their names, what they do, their actions."""
    keys = [(name, label, do) for text, label, do in _TYPING if (name := keyboard.filled(text))] if typing else keyboard.footer()
    while keys and sum(_length(name, label) for name, label, _ in keys) > width:
        del keys[max(0, len(keys) - 3)]
    return keys


def _length(name: str, label: str) -> int:
    """Cells that a key takes: a blank before its name and before its label, two behind."""
    return len(name) + len(label) + 4
