"""Which theme, how many colours, and whether in ASCII."""

import pytest

from gomem_tui.settings.keys import STANDARD
from gomem_tui.settings.look import Look, Theme, choose_look, theme_on
from gomem_tui.settings.options import options_of
from gomem_tui.settings.settings import SETTINGS, Chosen

SSH = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}


@pytest.mark.parametrize(
    ("theme", "more", "look"),
    [
        (None, {}, Look("neutral", "256")),  # who knows its background?
        (None, {"COLORTERM": "truecolor"}, Look("neutral", "truecolor")),
        (None, {"COLORFGBG": "15;default"}, Look("neutral", "256")),
        (None, {"COLORFGBG": "15;0"}, Look("dark", "256")),
        (None, {"COLORFGBG": "15;default;8", "COLORTERM": "truecolor"}, Look("dark", "truecolor")),
        (None, {"COLORFGBG": "0;15"}, Look("light", "256")),
        ("dark", {"COLORFGBG": "0;15"}, Look("dark", "256")),
        (None, {"TERM": "linux"}, Look("terminal", "16")),
        ("light", {"TERM": "linux"}, Look("terminal", "16")),  # as far as the terminal can do it
        ("terminal", {}, Look("terminal", "16")),
        ("mono", {}, Look("mono", "none")),
        ("light", {"NO_COLOR": "1"}, Look("mono", "none")),
        ("neutral", {"COLORFGBG": "0;15"}, Look("neutral", "256")),
        ("neutral", {"TERM": "linux"}, Look("terminal", "16")),
        (None, {"TERM": "screen-256color", "COLORTERM": "truecolor"}, Look("neutral", "256")),
    ],
)
def test_theme_and_colours(theme: Theme | None, more: dict[str, str], look: Look) -> None:
    assert choose_look(theme, None, SSH | more, utf8_mode=False) == look


@pytest.mark.parametrize(
    ("chosen", "environ", "utf8_mode", "in_ascii"),
    [
        (None, {"LANG": "de_DE.UTF-8"}, False, False),
        (None, {"LANG": "de_DE"}, False, True),
        (None, {"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, False, True),
        (None, {}, False, False),  # a container
        (None, {"LC_CTYPE": "C.UTF-8", "LANG": "C"}, True, True),  # set by Python itself
        (True, {"LANG": "de_DE.UTF-8"}, False, True),
        (False, {"LANG": "C"}, False, False),
    ],
)
def test_ascii(chosen: bool | None, environ: dict[str, str], utf8_mode: bool, in_ascii: bool) -> None:
    assert choose_look(None, chosen, environ, utf8_mode).ascii == in_ascii


def test_the_variables_were_heard_when_the_settings_were_chosen() -> None:
    settings = {setting.name: Chosen(setting.default) for setting in SETTINGS} | {"theme": Chosen("light"), "ascii": Chosen(True)}
    environ = SSH | {"GOMEM_THEME": "nonsense", "GOMEM_ASCII": "nonsense"}
    assert options_of(settings, STANDARD, environ).look == Look("light", "256", ascii=True)


@pytest.mark.parametrize(
    ("theme", "more", "asks"),
    [
        (None, {}, True),
        (None, {"COLORFGBG": "15;default"}, True),  # it tells no background
        (None, {"COLORFGBG": "15;0"}, False),
        (None, {"TERM": "linux"}, False),  # its own 16 colours need no question
        (None, {"NO_COLOR": "1"}, False),
        ("neutral", {}, False),
        ("dark", {}, False),
    ],
)
def test_the_terminal_is_asked_only_where_nothing_else_decides(theme: Theme | None, more: dict[str, str], asks: bool) -> None:
    assert choose_look(theme, None, SSH | more, utf8_mode=False).asks is asks


@pytest.mark.parametrize(
    ("background", "theme"),
    [
        ("#000000", "dark"),
        ("#282c34", "dark"),  # One Dark
        ("#002b36", "dark"),  # Solarized dark
        ("#fdf6e3", "light"),  # Solarized light
        ("#ffffff", "light"),
        ("#808080", "light"),  # 5.3 with black, 3.9 with white
        ("#5f5f5f", "dark"),  # 3.3 with black, 6.4 with white
    ],
)
def test_letters_are_of_what_has_more_contrast_with_the_background(background: str, theme: Theme) -> None:
    red, green, blue = (int(background[at : at + 2], 16) / 255 for at in (1, 3, 5))
    assert theme_on((red, green, blue)) == theme
