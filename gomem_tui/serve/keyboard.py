"""The keys that do something for a follower, the page that tells them, and what terminals send for them."""

from typing import Final

from gomem_tui.render.lines import Line
from gomem_tui.render.reflow import reflow
from gomem_tui.settings.keynames import read_key, shown
from gomem_tui.settings.keys import IDS, Keyboard

_KEPT: Final = {
    *("next_pane", "previous_pane", "zoom", "up", "down", "left", "right", "page_up", "page_down", "top", "bottom"),
    *("sort", "sort_back", "reverse", "open", "lens", "map_wider", "map_closer", "event_log", "legend", "help", "back", "quit"),
    *(name for name in IDS if name.startswith("pane_")),
}
FOLLOWING: Final = Keyboard({name: () for name in IDS if name not in _KEPT})
"""The explorer's keys, without those that step, type commands, filter, copy or write files."""

ACTIONS: Final = {name: key.action for key in FOLLOWING.keys for name in key.keys} | {"ctrl+c": "explain_quit"}
"""What each key does, as the explorer names it."""

_LETTERS: Final = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end", "Z": "shift+tab", "P": "f1"}
_NUMBERS: Final = {"1": "home", "4": "end", "5": "pageup", "6": "pagedown", "7": "home", "8": "end", "11": "f1"}
_CONTROLS: Final = {"\t": "tab", "\r": "enter", "\n": "enter", "\x03": "ctrl+c", "\x11": "ctrl+q", "\x7f": "backspace"}

_TERM: Final = 18  # cells for keys
_ABOUT: Final = (
    "You see what the presenter sees: the step, what is selected, what is told. You can look elsewhere meanwhile; "
    "{back} leads back to the presenter. The heap is always the presenter's at this moment."
)
_OWN: Final = {"back": "Close this page; see what the presenter sees.", "quit": "Leave."}  # what these do here


def character_key(char: str) -> str:
    """Textual's name of the key that types a character."""
    return _CONTROLS.get(char) or read_key(char) if char.isprintable() or char in _CONTROLS else ""


def sequence_key(sequence: str) -> str:
    """Textual's name of the key for which a terminal sends this (ESC O A, ESC [ A, ESC [ 5 ~); "" for all others."""
    body = sequence[2:]
    if body.endswith("~"):
        return _NUMBERS.get(body[:-1], "")
    return _LETTERS.get(body, "")


def help_page(width: int) -> list[Line]:
    """The page that tells followers which keys they have, in lines of this width."""
    lines: list[Line] = [*_told(FOLLOWING.filled(_ABOUT), width), ()]
    for key in FOLLOWING.keys:
        if key.keys:
            first, *rest = _told(_OWN.get(key.id, key.help), width - _TERM)
            names = " ".join(map(shown, key.keys))
            lines += [((f"{names:<{_TERM}}", "key"), *first), *(((" " * _TERM, "text"), *line) for line in rest)]
    return lines


def _told(text: str, width: int) -> list[Line]:
    return reflow([(text, "text")], width)
