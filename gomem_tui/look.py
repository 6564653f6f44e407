"""The look: which theme, with how many colours, and whether in ASCII.  Decided here and nowhere else.

What is asked for on the command line outweighs the environment, that outweighs what is configured, and where nobody asks the
terminal's kind decides.  NO_COLOR outweighs them all.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal, get_args

Theme = Literal["dark", "light", "terminal", "mono"]
Depth = Literal["truecolor", "256", "16", "none"]

_THEMES: Final[dict[str, Theme]] = {theme: theme for theme in get_args(Theme)}
THEMES: Final = tuple(_THEMES)
_YES: Final = ("1", "yes", "true", "on")
_NO: Final = ("0", "no", "false", "off")
_LIGHT_BACKGROUNDS: Final = ("7", "9", "10", "11", "12", "13", "14", "15")  # as in COLORFGBG; 8 is a dark grey
_HUNDREDS: Final = ("kitty", "alacritty", "foot", "wezterm", "ghostty", "rio", "contour", "mlterm")  # their TERM says no number
_PRINTERS: Final = ("dumb", "unknown", "vt52", "vt100", "vt102", "vt220", "vt320")  # no colours


@dataclass(frozen=True, slots=True)
class Look:
    """How the explorer is drawn.  Theme and depth go together: mono has none, terminal 16, dark and light 256 or all."""

    theme: Theme = "dark"
    depth: Depth = "256"
    ascii: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for; None and an empty theme mean nothing.  `source` begins messages: --theme, or a file and a line."""

    theme: str | None = None
    ascii: bool | None = None
    source: str = ""


class WishError(ValueError):
    """A wish that cannot be understood; the message says whose, and what would be possible."""


def choose_look(
    asked: Wish, environ: Mapping[str, str] | None = None, configured: Wish | None = None, utf8_mode: bool | None = None
) -> Look:
    """The look for what was asked for on the command line, in the environment and in a configuration, in this order.

    `utf8_mode` says whether Python found no usable locale and took UTF-8 instead, by default whether it did.
    Raises WishError for a theme, or a value of GOMEM_ASCII, that there is not.
    """
    environ = os.environ if environ is None else environ
    utf8_mode = bool(sys.flags.utf8_mode) if utf8_mode is None else utf8_mode
    wishes = [asked, _from_environment(environ), configured or Wish()]
    themes = [_theme(wish) for wish in wishes if wish.theme]
    flags = [wish.ascii for wish in wishes if wish.ascii is not None]
    theme, depth = _fitting(themes[0] if themes else None, colour_depth(environ), environ)
    return Look(theme, depth, flags[0] if flags else not speaks_utf8(environ, utf8_mode))


def colour_depth(environ: Mapping[str, str]) -> Depth:
    """How many colours the terminal has, as far as the environment tells."""
    term = environ.get("TERM", "").lower()
    if environ.get("NO_COLOR") or term.startswith(_PRINTERS) or term.endswith(("-mono", "-m")):
        return "none"
    true = environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith("-direct")
    if true and not term.startswith("screen"):  # GNU screen inherits COLORTERM from a terminal that knows more than itself
        return "truecolor"
    return "256" if true or "256" in term or any(name in term for name in _HUNDREDS) else "16"


def speaks_utf8(environ: Mapping[str, str], utf8_mode: bool) -> bool:
    """Whether the locale's name promises UTF-8; without any locale it is taken for granted, as containers set none.

    In the C locale Python sets LC_CTYPE to UTF-8 itself, and tells of it by its UTF-8 mode alone.
    """
    ctype = "" if utf8_mode else environ.get("LC_CTYPE", "")
    name = environ.get("LC_ALL") or ctype or environ.get("LANG") or ""
    return not name or "utf" in name.lower()


def _from_environment(environ: Mapping[str, str]) -> Wish:
    told = environ.get("GOMEM_ASCII", "").lower()
    if told and told not in _YES + _NO:
        raise WishError(f"GOMEM_ASCII: {told!r} is neither 1 nor 0")
    return Wish(environ.get("GOMEM_THEME"), told in _YES if told else None, "GOMEM_THEME")


def _theme(wish: Wish) -> Theme:
    word = (wish.theme or "").lower()
    if word not in _THEMES:
        near = get_close_matches(word, THEMES, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise WishError(f'{wish.source}: there is no theme "{wish.theme}"; {meant}themes: {", ".join(THEMES)}')
    return _THEMES[word]


def _fitting(theme: Theme | None, depth: Depth, environ: Mapping[str, str]) -> tuple[Theme, Depth]:
    """The theme, or the terminal's own, with the colours it is drawn in; less where the terminal cannot do it."""
    if depth == "none" or theme == "mono":
        return "mono", "none"
    if depth == "16" or theme == "terminal":
        return "terminal", "16"
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return theme or ("light" if background in _LIGHT_BACKGROUNDS else "dark"), depth
