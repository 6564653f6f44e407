"""How the explorer was asked to be."""

from dataclasses import dataclass

from gomem_tui.keys import STANDARD, Keyboard


@dataclass(frozen=True, slots=True)
class Options:
    """What command line, environment and configuration can say."""

    mouse: bool = True
    presenting: bool = False  # to an audience: a clicker steps, keys are shown as pressed, Why is larger
    keyboard: Keyboard = STANDARD
