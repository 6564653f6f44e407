"""Style tokens: every meaning a pane can show, declared once, with its colours.

Panes name tokens, never colours.  Where a token carries a state, render/ shows that state by a glyph too.
"""

from typing import Final, Literal

from rich.style import Style

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
    "error",
    "key",
    "heading",  # what is said: its headings, what it stresses, and code, whose backticks are shown too
    "strong",
    "emphasis",
    "code",
]

# 256-colour numbers: what an SSH session without COLORTERM shows, and every terminal alike.
_COLOURS: Final[dict[Token, str]] = {
    "text": "color(252)",
    "dim": "color(240)",
    "label": "color(246)",
    "title": "color(244)",
    "focus": "bold color(81)",
    "select": "bold color(81)",
    "cursor": "bold color(16) on color(81)",
    "new": "bold color(215)",
    "low": "color(109)",
    "mid": "color(108)",
    "high": "color(144)",
    "top": "color(139)",
    "good": "color(108)",
    "error": "bold color(203)",
    "key": "color(81)",
    "heading": "bold color(222)",
    "strong": "bold color(255)",
    "emphasis": "italic color(252)",
    "code": "color(150)",
}

STYLES: Final[dict[Token, Style]] = {token: Style.parse(colours) for token, colours in _COLOURS.items()}
