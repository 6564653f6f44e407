"""How the explorer was asked to be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line can say."""

    mouse: bool = True
    presenting: bool = False  # to an audience: a clicker steps, keys are shown as pressed, Why is larger
