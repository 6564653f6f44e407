"""Whether what is drawn can be read: the contrast of every colour with the backgrounds that it may stand on."""

from typing import Final

import pytest
from rich.color import Color, ColorType
from rich.color_triplet import ColorTriplet

from gomem_tui.look import Depth, Theme
from gomem_tui.style import Token, styles

BLACK: Final = ColorTriplet(0, 0, 0)
ONE_DARK: Final = ColorTriplet(0x28, 0x2C, 0x34)
WHITE: Final = ColorTriplet(255, 255, 255)
SOLARIZED_LIGHT: Final = ColorTriplet(0xFD, 0xF6, 0xE3)
DARK: Final = {BLACK: 4.5, ONE_DARK: 3.0}  # the least contrast on each: WCAG's for text, and for what is large
LIGHT: Final = {WHITE: 4.5, SOLARIZED_LIGHT: 3.0}
EITHER: Final = {BLACK: 3.5, ONE_DARK: 3.0, WHITE: 3.5, SOLARIZED_LIGHT: 3.0}  # no colour has 4.6 on black and on white
GREYS: Final[tuple[Token, ...]] = ("text", "dim", "label", "title")

CASES: Final[list[tuple[Theme, Depth, dict[ColorTriplet, float]]]] = [
    ("dark", "truecolor", DARK),
    ("dark", "256", DARK),
    ("light", "truecolor", LIGHT),
    ("light", "256", LIGHT),
    ("neutral", "truecolor", EITHER),
    ("neutral", "256", EITHER),
]


def luminance(colour: ColorTriplet) -> float:
    """As WCAG 2 defines it, 0 to 1."""
    red, green, blue = ((c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for c in colour.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """As WCAG 2 defines it, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def of_palette(color: Color | None) -> ColorTriplet | None:
    """What a colour is; None for those that the terminal decides."""
    return None if color is None or color.type in (ColorType.DEFAULT, ColorType.STANDARD) else color.get_truecolor()


def test_black_on_white_is_21() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)


@pytest.mark.parametrize(("theme", "depth", "backgrounds"), CASES)
def test_every_token_can_be_read(theme: Theme, depth: Depth, backgrounds: dict[ColorTriplet, float]) -> None:
    weak = []
    for token, style in styles(theme, depth).items():
        colour, own = of_palette(style.color), of_palette(style.bgcolor)
        there = backgrounds if own is None else {own: 4.5}
        weak += [
            (token, background.hex, round(contrast(colour, background), 2))
            for background, least in there.items()
            if colour is not None and contrast(colour, background) < least
        ]
    assert weak == []


@pytest.mark.parametrize("depth", ["truecolor", "256"])
def test_what_is_read_on_an_unknown_background_is_as_clear_as_on_a_known_one(depth: Depth) -> None:
    for token in GREYS:
        colour = of_palette(styles("neutral", depth)[token].color)
        assert colour is None or min(contrast(colour, BLACK), contrast(colour, WHITE)) >= 4.5, token


def test_themes_for_the_terminals_own_colours_name_none_that_a_background_has() -> None:
    for style in styles("terminal", "16").values():
        assert style.color is None or style.color.name in ("red", "green", "yellow", "blue", "magenta", "cyan")
