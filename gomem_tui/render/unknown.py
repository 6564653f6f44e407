"""What a pane shows of a heap that does not know what the pane is about: its title, and the sentence that says why."""

from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import KEYS, TITLES
from gomem_core.world.facts import UNKNOWN
from gomem_tui.render.lines import Line, Port, fit_all, rule
from gomem_tui.render.reflow import notice


def render_unknown(pane: Pane, why: str, port: Port) -> list[Line]:
    """Title rule and the sentence."""
    return fit_all([rule(f"{KEYS[pane]} {TITLES[pane]}", [], port), (), *notice(f"{UNKNOWN} {why}", port.width)], port)
