"""How the explorer was asked to be."""

from dataclasses import dataclass

from gomem_tui.look import Look


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line can say."""

    mouse: bool = True
    presenting: bool = False  # to an audience: a clicker steps, keys are shown as pressed, Why is larger
    look: Look = Look()
