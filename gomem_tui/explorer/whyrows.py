"""How high Why is."""

from gomem_core.files.script import is_story
from gomem_tui.explorer.arrangement import Arrangement
from gomem_tui.panes.model import Model
from gomem_tui.panes.why import WhyPane


def why_rows(arrangement: Arrangement, model: Model, why: WhyPane) -> int | None:
    """Rows for what a script tells; where there is room, the same for all of a story, so that nothing jumps.

    None where it has as many as in all terminals of this size, or where it does not stand below other panes.
    """
    below = arrangement.telling if arrangement.hides_why else not arrangement.has_one
    if not below:
        return None
    outcome = model.session.outcome
    if outcome is not None and outcome.said is not None and outcome.said.says and not outcome.event:
        width = arrangement.size[0]  # not the app's: while it is resized, it has its old size
        return arrangement.told_rows(why.wanted(width, arrangement.most_told))
    return arrangement.told_rows(0) if arrangement.is_steady and is_story(model.console.script) else None
