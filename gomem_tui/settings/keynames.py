"""Names of keys: as people read and write them (".", "esc", "page-down"), and Textual's ("full_stop", "escape", "pagedown")."""

import string
import unicodedata
from typing import Final

from gomem_core.lang.errors import printable
from gomem_core.suggest import nearest

_REPLACED: Final = {  # where Textual's name is not Unicode's
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_SHOWN: Final = {"escape": "esc", "pageup": "page-up", "pagedown": "page-down", "up": "↑", "down": "↓", "left": "←", "right": "→"}
_NAMED: Final = (
    *("space", "tab", "enter", "escape", "backspace", "insert", "delete", "home", "end", "pageup", "pagedown"),
    *("up", "down", "left", "right"),
    *(f"f{number}" for number in range(1, 25)),
)
_MEANT: Final = {
    **{name: key for key, name in _SHOWN.items()},
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "page_up": "pageup",
    "page_down": "pagedown",
    " ": "space",
}
_MODIFIERS: Final = ("alt", "ctrl", "shift")  # in the order in which Textual writes them
_TWINS: Final = {  # a terminal sends the same for both
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
}
# What the line editor of the prompt does with keys: there they cannot mean anything else.
_EDITING: Final = frozenset(
    [
        *("left", "right", "up", "down", "home", "end", "backspace", "delete", "enter"),
        *(
            "shift+left",
            "shift+right",
            "shift+home",
            "shift+end",
            "ctrl+left",
            "ctrl+right",
            "ctrl+shift+left",
            "ctrl+shift+right",
        ),
        *("ctrl+a", "ctrl+d", "ctrl+e", "ctrl+j", "ctrl+k", "ctrl+u", "ctrl+v", "ctrl+w", "ctrl+x", "ctrl+shift+a"),
        *("ctrl+backspace", "alt+backspace"),
    ]
)


class KeyNameError(Exception):
    """There is no such key; `suggestion` is what was probably meant."""

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        self.suggestion = suggestion
        super().__init__(message)


def _name_of(char: str) -> str:
    """Textual's name of a character's key."""
    if char.isalnum():
        return char
    name = unicodedata.name(char, "").lower().replace("-", "_").replace(" ", "_")
    return _REPLACED.get(name, name) or char


_PUNCTUATION: Final = {_name_of(char): char for char in string.punctuation}
_BASES: Final = (*_NAMED, *_PUNCTUATION, *_MEANT, *string.ascii_letters, *string.digits)


def shown(key: str) -> str:
    """The name of a key, which is given by Textual's, as people read it."""
    if key == "ctrl+@":
        return "ctrl+space"
    *modifiers, base = key.split("+")
    return "+".join([*modifiers, _PUNCTUATION.get(base) or _SHOWN.get(base) or base])


def read_key(text: str) -> str:
    """Textual's name of the key that is called so.  Raises KeyNameError."""
    if not text:
        raise KeyNameError("a key has a name; a list without keys, [], leaves an action without one")
    if len(text) == 1:
        if text.isprintable():
            return _MEANT.get(text) or _name_of(text)
        raise KeyNameError(f'"{printable(text)}" is not a key')
    if "," in text:
        raise KeyNameError(f'"{printable(text)}" is not a key; several keys are a list, like ["b", "backspace"]')
    # "ctrl++" is a plus with ctrl
    *modifiers, base = [*text[:-2].split("+"), "+"] if text.endswith("++") else text.split("+")
    modifiers = sorted({"control": "ctrl"}.get(word.lower(), word.lower()) for word in modifiers)
    base = _base(text, modifiers, base)
    if any(word not in _MODIFIERS for word in modifiers) or len(set(modifiers)) < len(modifiers):
        raise _unknown(text)
    if modifiers == ["shift"] and len(base) == 1:
        if base.isalpha():
            return base.upper()
        raise KeyNameError(f'write the character itself that a keyboard makes of "{printable(text)}"')
    key = "+".join([*modifiers, base.lower()])
    if key in _TWINS:
        raise KeyNameError(f'a terminal sends the same for "{text}" as for {_TWINS[key]}', _TWINS[key])
    return {"ctrl+space": "ctrl+@", "ctrl+at": "ctrl+@"}.get(key, key)


def _base(text: str, modifiers: list[str], base: str) -> str:
    """The key without its modifiers."""
    if len(base) == 1 and base.isprintable():
        return _MEANT.get(base) or _name_of(base)
    word = base.lower()
    word = _MEANT.get(word, word)
    if word in _NAMED or word in _PUNCTUATION:
        return word
    near = nearest(base, _BASES)
    raise _unknown(text, "+".join([*modifiers, near]) if near else None)


def _unknown(text: str, near: str | None = None) -> KeyNameError:
    examples = 'a key is a character, or called like "space", "esc", "page-down", "f1", "ctrl+p"'
    return KeyNameError(f'"{printable(text)}" is not a key' + ("" if near else f"; {examples}"), near)


def is_typed(key: str) -> bool:
    """Whether the prompt has its own use for the key: a character, or a key that edits the line."""
    return key == "space" or key in _EDITING or ("+" not in key and key not in _NAMED)
