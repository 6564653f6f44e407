"""Header and footer: one line each."""

from collections.abc import Callable

from gomem_tui.keys import footer_keys, shown
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


def footer_line(message: str, width: int) -> Line:
    """A message if there is one, else as many of the footer's keys as fit, whole ones only."""
    if message:
        return fit(((f" {message}", "new"),), width)
    spans: list[Span] = []
    used = 0
    for key in footer_keys():
        name, label = shown(key.keys[0]), key.label
        if used + len(name) + len(label) + 4 > width:
            break
        spans += [(f" {name}", "key"), (f" {label}  ", "label")]
        used += len(name) + len(label) + 4
    return fit(tuple(spans), width)
