"""What a pane shows of a heap that does not know what the pane is about: its title, and the sentence that says why."""

from typing import Final

from gomem_core.lang.panes import KEYS
from gomem_core.world.facts import UNKNOWN
from gomem_tui.render.lines import Line, Port, fit_all, rule
from gomem_tui.render.reflow import notice

_TITLES: Final = {str(name): f"{key} {name if name.startswith('m') else name.capitalize()}" for name, key in KEYS.items()}


def render_unknown(pane: str, why: str, port: Port) -> list[Line]:
    """Title rule and the sentence."""
    return fit_all([rule(_TITLES[pane], [], port), (), *notice(f"{UNKNOWN} {why}", port.width)], port)
