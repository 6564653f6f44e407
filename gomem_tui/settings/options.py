"""The options that the explorer was started with."""

from collections.abc import Mapping
from typing import Final

from gomem_core.frozen import frozen
from gomem_core.lang.moves import Pane
from gomem_tui.settings.keys import STANDARD, Keyboard
from gomem_tui.settings.look import THEMES, Look, choose_look
from gomem_tui.settings.settings import Chosen

AUDIENCE: Final = "GOMEM_AUDIENCE"  # the environment variable by which a server names the socket that it passes on
EVERY: Final = 2.0  # seconds between two looks at a process, unless another number was given


@frozen
class Options:
    """What command line, environment and configuration can say."""

    mouse: bool = True
    presenting: bool = False  # to an audience: a clicker steps, keys are shown as pressed, Why is larger
    keyboard: Keyboard = STANDARD
    look: Look = Look()
    panes: tuple[Pane, ...] = ()  # to begin with; the last one has the keyboard
    speed: float = 1  # of a film that is played: 1 is as fast as it was recorded
    audience: int = -1  # the socket over which others are told what is shown; -1: nobody is
    every: float = 0  # seconds after which to look again at a process, from the start; 0: when that is asked for


def options_of(settings: Mapping[str, Chosen], keyboard: Keyboard, environ: Mapping[str, str]) -> Options:
    """What was chosen, by the names of the settings; the terminal decides what was left to it."""
    theme, drawn = THEMES.get(str(settings["theme"].value)), settings["ascii"].value  # None: auto
    look = choose_look(theme, drawn if isinstance(drawn, bool) else None, environ)
    told = environ.get(AUDIENCE, "")
    audience = int(told) if told.isascii() and told.isdigit() else -1
    return Options(settings["mouse"].value is True, settings["present"].value is True, keyboard, look, audience=audience)
