"""The look: which theme, with how many colours, and whether in ASCII.  Decided here and nowhere else.

What was chosen (settings.py) holds as far as the terminal can do it; where nothing was, the terminal decides.  NO_COLOR
overrides them all.
"""

import sys
from collections.abc import Mapping
from dataclasses import field
from typing import Final, Literal, get_args

from gomem_core.frozen import frozen

Theme = Literal["dark", "light", "neutral", "terminal", "mono"]
Depth = Literal["truecolor", "256", "16", "none"]

THEMES: Final[dict[str, Theme]] = {theme: theme for theme in get_args(Theme)}
# Backgrounds as in COLORFGBG, where 8 is a dark grey.
_DARK_BACKGROUNDS: Final = ("0", "1", "2", "3", "4", "5", "6", "8")
_LIGHT_BACKGROUNDS: Final = ("7", "9", "10", "11", "12", "13", "14", "15")
_HUNDREDS: Final = ("kitty", "alacritty", "foot", "wezterm", "ghostty", "rio", "contour", "mlterm")  # their TERM says no number
_PRINTERS: Final = ("dumb", "unknown", "vt52", "vt100", "vt102", "vt220", "vt320")  # no colours


@frozen
class Look:
    """The explorer's appearance.  Theme and depth go together: mono has none, terminal 16, the others 256 or all."""

    theme: Theme = "dark"
    depth: Depth = "256"
    ascii: bool = False
    asks: bool = field(default=False, compare=False)  # the terminal is asked for its background, which then decides the theme


def choose_look(theme: Theme | None, in_ascii: bool | None, environ: Mapping[str, str], utf8_mode: bool | None = None) -> Look:
    """The look for what somebody chose; None leaves it to the terminal.

    `utf8_mode` says whether Python found no usable locale and took UTF-8 instead, by default whether it did.
    """
    utf8_mode = bool(sys.flags.utf8_mode) if utf8_mode is None else utf8_mode
    fitting, depth = _fitting(theme, colour_depth(environ), environ)
    in_ascii = not speaks_utf8(environ, utf8_mode) if in_ascii is None else in_ascii
    return Look(fitting, depth, in_ascii, asks=theme is None and fitting == "neutral")


def theme_on(background: tuple[float, float, float]) -> Theme:
    """The theme for a background that the terminal told as red, green and blue, 0 to 1.

    Where black has more contrast with it than white (luminance above 0.18, by WCAG 2), letters are dark.
    """
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in background)
    return "light" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "dark"


def picture_look(theme: Theme, in_ascii: bool) -> Look:
    """The look of a picture that is made without a terminal: the same wherever it is made."""
    return Look(theme, "none" if theme == "mono" else "16" if theme == "terminal" else "256", in_ascii)


def colour_depth(environ: Mapping[str, str]) -> Depth:
    """Returns how many colours the terminal has, as far as the environment tells."""
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


def _fitting(theme: Theme | None, depth: Depth, environ: Mapping[str, str]) -> tuple[Theme, Depth]:
    """The theme, or the terminal's own, with the colours it is drawn in; less where the terminal cannot do it."""
    if depth == "none" or theme == "mono":
        return "mono", "none"
    if depth == "16" or theme == "terminal":
        return "terminal", "16"
    return theme or _by_background(environ.get("COLORFGBG", "").rpartition(";")[2]), depth


def _by_background(background: str) -> Theme:
    """The theme for a background as the environment tells it.

    Most terminals do not; then colours that stand on each background are shown until the terminal has answered, if it ever does.
    """
    if background in _LIGHT_BACKGROUNDS:
        return "light"
    return "dark" if background in _DARK_BACKGROUNDS else "neutral"
