"""The keys that do something for a follower, and what terminals send for them."""

from typing import Final

from gomem_tui.settings.keynames import read_key
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


def character_key(char: str) -> str:
    """Textual's name of the key that types a character."""
    return _CONTROLS.get(char) or read_key(char) if char.isprintable() or char in _CONTROLS else ""


def sequence_key(sequence: str) -> str:
    """Textual's name of the key for which a terminal sends this (ESC O A, ESC [ A, ESC [ 5 ~); "" for all others."""
    body = sequence[2:]
    if body.endswith("~"):
        return _NUMBERS.get(body[:-1], "")
    return _LETTERS.get(body, "")
