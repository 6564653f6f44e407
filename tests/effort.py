"""How much work a test makes of what could go on for ever: random examples, kills, rounds."""

import os
from typing import Final

THOROUGH: Final = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


def effort(usual: int, thorough: int) -> int:
    """The number for this run: the usual one has to fit into the budget of the README's test command."""
    return thorough if THOROUGH else usual
