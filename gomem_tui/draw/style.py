"""Style tokens: every meaning a pane can show, declared once, with its colours in each theme.

Panes name tokens, never colours.  Where a token carries a state, render/ shows that state by a glyph too.  No theme has a
background but the cursor's: the terminal's own shows through.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from rich.style import Style

from gomem_tui.settings.look import Depth, Theme

Token = Literal[
    "text",  # what is read
    "dim",  # what is there and says little
    "label",  # headings, units, explanations
    "title",  # a pane's title rule
    "focus",  # ... of the pane that has the keyboard
    "select",  # the selection, in every pane
    "cursor",  # the selection in the pane that has the keyboard
    "new",  # what the last step changed
    "low",  # four quiet tones for kinds of things
    "mid",
    "high",
    "top",
    "good",
    "unknown",  # ? for what is not known, ≈ before what is only derived
    "error",
    "key",
    "heading",  # what is said: its headings, what it stresses, and code
    "strong",
    "emphasis",
    "code",
]

# 256-colour numbers from 16 on, which look alike everywhere: what an SSH session without COLORTERM shows.
_DARK: Final[dict[Token, str]] = {
    "text": "color(252)",
    "dim": "color(243)",
    "label": "color(247)",
    "title": "color(245)",
    "focus": "bold color(81)",
    "select": "bold color(81)",
    "cursor": "bold color(16) on color(81)",
    "new": "bold color(215)",
    "low": "color(109)",
    "mid": "color(108)",
    "high": "color(144)",
    "top": "color(139)",
    "good": "color(108)",
    "unknown": "italic color(247)",
    "error": "bold color(203)",
    "key": "color(81)",
    "heading": "bold color(222)",
    "strong": "bold color(255)",
    "emphasis": "italic color(252)",
    "code": "color(150)",
}
_LIGHT: Final[dict[Token, str]] = {
    "text": "color(236)",
    "dim": "color(243)",
    "label": "color(240)",
    "title": "color(242)",
    "focus": "bold color(25)",
    "select": "bold color(25)",
    "cursor": "bold color(231) on color(25)",
    "new": "bold color(130)",
    "low": "color(24)",
    "mid": "color(28)",
    "high": "color(94)",
    "top": "color(96)",
    "good": "color(28)",
    "unknown": "italic color(240)",
    "error": "bold color(160)",
    "key": "color(25)",
    "heading": "bold color(94)",
    "strong": "bold color(16)",
    "emphasis": "italic color(236)",
    "code": "color(23)",
}

# Where nobody knows the background: the terminal's own colour for what is read, and the only six of the 256 colours that have a
# contrast of 4.5 with black and with white alike.  Tokens that share one differ in their attributes; a title has its rule.
_NEUTRAL: Final[dict[Token, str]] = {
    "text": "",
    "dim": "color(243)",
    "label": "",
    "title": "color(243)",
    "focus": "bold color(98)",
    "select": "bold underline color(63)",
    "cursor": "bold color(231) on color(25)",
    "new": "bold color(163)",
    "low": "color(63)",
    "mid": "color(29)",
    "high": "color(131)",
    "top": "color(98)",
    "good": "bold color(29)",
    "unknown": "italic",
    "error": "bold underline color(131)",
    "key": "bold color(63)",
    "heading": "bold color(131)",
    "strong": "bold",
    "emphasis": "italic",
    "code": "underline color(29)",
}

# With all colours at hand: cooler greys, and four tones of one lightness and one saturation, so that no kind of thing shouts.
_DARK_FINE: Final[dict[Token, str]] = {
    "text": "#d4d7dc",
    "dim": "#70767f",
    "label": "#9aa0a8",
    "title": "#858b94",
    "focus": "bold #5ccfff",
    "select": "bold #5ccfff",
    "cursor": "bold #0b0e12 on #5ccfff",
    "new": "bold #ffb454",
    "low": "#73b7df",
    "mid": "#84be90",
    "high": "#c4ac6a",
    "top": "#cb9ace",
    "good": "#84be90",
    "unknown": "italic #9aa0a8",
    "error": "bold #ff6b6b",
    "key": "#5ccfff",
    "heading": "bold #f5d67b",
    "strong": "bold #ffffff",
    "emphasis": "italic #d4d7dc",
    "code": "#a9d88f",
}
_LIGHT_FINE: Final[dict[Token, str]] = {
    "text": "#24292f",
    "dim": "#70767f",
    "label": "#57606a",
    "title": "#666d77",
    "focus": "bold #0a5cc2",
    "select": "bold #0a5cc2",
    "cursor": "bold #ffffff on #0a5cc2",
    "new": "bold #b04a00",
    "low": "#136b94",
    "mid": "#337344",
    "high": "#796006",
    "top": "#804e82",
    "good": "#337344",
    "unknown": "italic #57606a",
    "error": "bold #c4202b",
    "key": "#0a5cc2",
    "heading": "bold #74490a",
    "strong": "bold #000000",
    "emphasis": "italic #24292f",
    "code": "#0f5d4f",
}

# The six hues of the user's own palette.  Never black, white or grey: one of them is the background of somebody's terminal.
_TERMINAL: Final[dict[Token, str]] = {
    "text": "",
    "dim": "dim",
    "label": "",
    "title": "",
    "focus": "bold cyan",
    "select": "bold cyan",
    "cursor": "bold reverse cyan",
    "new": "bold yellow",
    "low": "cyan",
    "mid": "green",
    "high": "yellow",
    "top": "magenta",
    "good": "green",
    "unknown": "italic",
    "error": "bold red",
    "key": "bold cyan",
    "heading": "bold yellow",
    "strong": "bold",
    "emphasis": "underline",
    "code": "green",
}

# No colour: what no glyph beside it tells is told by an attribute.
_MONO: Final[dict[Token, str]] = {
    "text": "",
    "dim": "dim",
    "label": "",
    "title": "",
    "focus": "bold",
    "select": "underline",
    "cursor": "bold reverse",
    "new": "bold",
    "low": "",
    "mid": "",
    "high": "",
    "top": "",
    "good": "",
    "unknown": "italic",
    "error": "bold",
    "key": "bold",
    "heading": "bold underline",
    "strong": "bold",
    "emphasis": "underline",
    "code": "underline",
}

_COLOURS: Final[dict[tuple[Theme, Depth], dict[Token, str]]] = {
    ("dark", "truecolor"): _DARK_FINE,
    ("dark", "256"): _DARK,
    ("light", "truecolor"): _LIGHT_FINE,
    ("light", "256"): _LIGHT,
    ("neutral", "truecolor"): _NEUTRAL,
    ("neutral", "256"): _NEUTRAL,
    ("terminal", "16"): _TERMINAL,
    ("mono", "none"): _MONO,
}


def styles(theme: Theme, depth: Depth) -> Mapping[Token, Style]:
    """Every token's style in a theme, drawn with as many colours as a `Look` gives it."""
    return MappingProxyType({token: Style.parse(colours) for token, colours in _COLOURS[theme, depth].items()})


STYLES: Final = styles("dark", "256")  # where nobody chose
