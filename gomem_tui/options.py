"""How the explorer was asked to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gomem_tui.keys import STANDARD, Keyboard
from gomem_tui.look import Look, Wish, choose_look
from gomem_tui.settings import AUTO, Chosen


@dataclass(frozen=True, slots=True)
class Options:
    """What command line, environment and configuration can say."""

    mouse: bool = True
    presenting: bool = False  # to an audience: a clicker steps, keys are shown as pressed, Why is larger
    keyboard: Keyboard = STANDARD
    look: Look = field(default_factory=Look)


def options_of(settings: Mapping[str, Chosen], keyboard: Keyboard, environ: Mapping[str, str]) -> Options:
    """What was chosen, by the names of the settings; the terminal decides what was left to it."""
    theme, drawn = settings["theme"], settings["ascii"].value
    wish = Wish(None if theme.value == AUTO else str(theme.value), drawn if isinstance(drawn, bool) else None, theme.source)
    rest = {name: value for name, value in environ.items() if name not in ("GOMEM_THEME", "GOMEM_ASCII")}  # they were heard
    return Options(settings["mouse"].value is True, settings["present"].value is True, keyboard, choose_look(wish, rest))
