"""ASCII stand-ins for every glyph on the screen, one cell for one cell."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from unicodedata import normalize

from rich.cells import cell_len

from gomem_core.regex import regex

STAND_INS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # rules and frames
        **dict.fromkeys("─┄━", "-"),
        **dict.fromkeys("│┃▕▏▎▍▌▋▊▉├", "|"),
        **dict.fromkeys("╭╮╰╯┌┐└┘┏", "+"),
        "╌": ".",
        "┊": ":",
        # shares and levels: the fullest is a full cell
        **{level: str(n) for n, level in enumerate("▁▂▃▄▅▆▇", 1)},
        "█": "#",
        "▓": "=",
        "▒": "%",
        "▚": "/",
        "░": ":",
        "·": ".",
        "▪": "#",
        # the largest size classes, where digits and letters are used up
        **dict(zip("ΓΔΘΛΞ", "$&@^!", strict=True)),
        # objects, slots, words
        "●": "*",
        "○": "o",
        "◐": "%",
        "✗": "x",
        "✓": "*",
        "†": "!",
        "∅": "0",
        "◆": "#",
        "◇": "=",
        "▫": ",",
        "ᴹ": "M",
        # places and ways
        "▲": "^",
        "⚑": "P",
        **dict.fromkeys("▸▶›→", ">"),
        "←": "<",
        "↑": "^",
        "↓": "v",
        "⇄": "=",
        # words
        **dict.fromkeys("–—−", "-"),
        "•": "*",
        "×": "x",
        "≤": "<",
        "≥": ">",
        "≠": "&",
        "≈": "~",
        "…": "~",
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("“”", '"'),
        "🔎": "? ",  # of Textual's palette
    }
)


_NARROW: Final = regex(f"[ -~{re.escape(''.join(glyph for glyph in STAND_INS if cell_len(glyph) == 1))}]*")


def is_narrow(text: str) -> bool:
    """Whether each character takes one cell, and is one of those that gomem itself draws: nearly all text is."""
    return _NARROW.fullmatch(text) is not None


def cells_of(text: str) -> int:
    """Cells that a text takes; Rich looks at each character of a text with signs that it does not know to be narrow."""
    return len(text) if _NARROW.fullmatch(text) else cell_len(text)


class _Table(dict[int, str]):
    """A table for str.translate: what is not declared loses its accents, or becomes as many ? as it is wide."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        bare = normalize("NFKD", char).encode("ascii", "ignore").decode()
        width = cell_len(char)
        found = self[code] = char if code < 128 else bare if len(bare) == width and bare.isprintable() else "?" * width
        return found


_TABLE: Final = _Table({ord(glyph): stand_in for glyph, stand_in in STAND_INS.items()})


def in_ascii(text: str) -> str:
    """The text with a stand-in for everything that is not ASCII; it takes as many cells."""
    return text if text.isascii() else text.translate(_TABLE)
