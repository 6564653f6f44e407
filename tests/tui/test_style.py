"""Whether what is drawn can be read: the contrast of every colour with the backgrounds that it may stand on."""

from typing import Final

import pytest
from rich.color import Color, ColorType
from rich.color_triplet import ColorTriplet

from gomem_tui.draw.style import Token, styles
from gomem_tui.settings.look import Depth, Theme

BLACK: Final = ColorTriplet(0, 0, 0)
ONE_DARK: Final = ColorTriplet(0x28, 0x2C, 0x34)
WHITE: Final = ColorTriplet(255, 255, 255)
SOLARIZED_LIGHT: Final = ColorTriplet(0xFD, 0xF6, 0xE3)
DARK: Final = {BLACK: 4.5, ONE_DARK: 3.0}  # the least contrast on each: WCAG's for text, and for what is large
LIGHT: Final = {WHITE: 4.5, SOLARIZED_LIGHT: 3.0}
EITHER: Final = {BLACK: 4.5, ONE_DARK: 3.0, WHITE: 4.5, SOLARIZED_LIGHT: 3.0}

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


def test_six_colours_of_the_palette_stand_on_black_and_on_white() -> None:
    """The cube has six steps a channel, the greys 24: computed here by xterm's rules, not taken from a table."""
    steps = (0, 95, 135, 175, 215, 255)
    palette = {
        16 + 36 * r + 6 * g + b: ColorTriplet(steps[r], steps[g], steps[b]) for r in range(6) for g in range(6) for b in range(6)
    }
    palette |= {232 + n: ColorTriplet(8 + 10 * n, 8 + 10 * n, 8 + 10 * n) for n in range(24)}
    good = {number for number, c in palette.items() if min(contrast(c, BLACK), contrast(c, WHITE)) >= 4.5}
    assert good == {29, 63, 98, 131, 163, 243}
    used = {style.color.number for style in styles("neutral", "256").values() if style.color and not style.bgcolor}
    assert used == good


def test_tokens_that_share_a_colour_differ_otherwise() -> None:
    drawn: dict[str, list[Token]] = {}
    for token, style in styles("neutral", "256").items():
        if style.color is not None:
            drawn.setdefault(str(style), []).append(token)
    assert [tokens for tokens in drawn.values() if len(tokens) > 1] == [["dim", "title"]]  # a title has its rule beside it


def test_themes_for_the_terminals_own_colours_name_none_that_a_background_has() -> None:
    for style in styles("terminal", "16").values():
        assert style.color is None or style.color.name in ("red", "green", "yellow", "blue", "magenta", "cyan")
