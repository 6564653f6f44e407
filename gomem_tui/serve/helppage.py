"""The page that tells followers which keys they have."""

from typing import Final

from gomem_tui.render.lines import Line
from gomem_tui.render.reflow import reflow
from gomem_tui.serve.keyboard import FOLLOWING
from gomem_tui.settings.keynames import shown

_TERM: Final = 18  # cells for keys
_ABOUT: Final = (
    "You see what the presenter sees: the step, what is selected, what is told. You can look elsewhere meanwhile; "
    "{back} leads back to the presenter. The heap is always the presenter's at this moment."
)
_OWN: Final = {"back": "Close this page; see what the presenter sees.", "quit": "Leave."}  # what these do here


def help_page(width: int) -> list[Line]:
    """Returns it in lines of this width."""
    lines: list[Line] = [*_told(FOLLOWING.filled(_ABOUT), width), ()]
    for key in FOLLOWING.keys:
        if key.keys:
            first, *rest = _told(_OWN.get(key.id, key.help), width - _TERM)
            names = " ".join(map(shown, key.keys))
            lines += [((f"{names:<{_TERM}}", "key"), *first), *(((" " * _TERM, "text"), *line) for line in rest)]
    return lines


def _told(text: str, width: int) -> list[Line]:
    return reflow([(text, "text")], width)
