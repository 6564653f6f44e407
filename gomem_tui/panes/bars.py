"""Header and footer: one line each."""

from collections.abc import Callable
from typing import Final

from gomem_tui.keys import Keyboard
from gomem_tui.panes.base import LinePane
from gomem_tui.render.lines import Line, Span, fit
from gomem_tui.render.words import clip


class Bar(LinePane):
    """A line that a function draws for a width."""

    def __init__(self, line: Callable[[int], Line], *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self._line = line

    def draw(self, width: int, height: int) -> list[Line]:
        """The line."""
        return [self._line(width)]


_MOST_SPARED: Final = 2  # keys of the footer that can be left out
_GAPS: Final = ("  ", " ")  # behind each key
_TYPING: Final = (("enter", "do it"), ("{next_pane}", "complete"), ("↑ ↓", "history"), ("{back}", "leave"))


def footer_line(keyboard: Keyboard, message: str, typing: bool, width: int, pressed: str = "") -> Line:
    """A message if there is one, else the keys that hold now: in the prompt other ones than elsewhere.

    Where not all fit, they stand closer, then some are left out: how to step, to type, to get help and to quit stays.  `pressed`
    is shown at the right: to an audience, the key that was pressed last.
    """
    if pressed:
        sign = f" {pressed} "
        return (*footer_line(keyboard, message, typing, max(0, width - len(sign))), (sign, "cursor"))
    if message:
        return fit(((f" {clip(message, width - 1)}", "new"),), width)
    if typing:
        typed = [(name, label) for text, label in _TYPING if (name := keyboard.filled(text))]
        return fit(_keys_in(width, [typed]), width)
    return fit(_keys_in(width, [keyboard.footer(without) for without in range(_MOST_SPARED + 1)]), width)


def _keys_in(width: int, choices: list[list[tuple[str, str]]]) -> Line:
    """The first of these choices of keys that fits; of the last one as many as do, without those in its middle."""
    for keys in choices:
        for gap in _GAPS:
            if _cells(keys, gap) <= width:
                return _drawn(keys, gap)
    keys, gap = list(choices[-1]), _GAPS[-1]
    while keys and _cells(keys, gap) > width:
        del keys[max(0, len(keys) - 3)]
    return _drawn(keys, gap)


def _cells(keys: list[tuple[str, str]], gap: str) -> int:
    return sum(len(name) + len(label) + len(gap) + 2 for name, label in keys)


def _drawn(keys: list[tuple[str, str]], gap: str) -> Line:
    spans: list[Span] = []
    for name, label in keys:
        spans += [(f" {name}", "key"), (f" {label}{gap}", "label")]
    return tuple(spans)
