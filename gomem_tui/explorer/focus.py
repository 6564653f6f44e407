"""Which panes a session points at where it stands: those of the last `focus` at or before that step, on its line of steps."""

from collections.abc import Sequence

from gomem_core.files.step import parse_step
from gomem_core.lang.moves import Pane
from gomem_core.session.session import Session

__all__ = ["Pointing"]


class Pointing:
    """Follows a session; a move costs what lies between its ends, not what lies before them."""

    def __init__(self) -> None:
        self._line: tuple[Session, str] | None = None  # the session and the branch it was in
        self._step = 0
        self._panes: tuple[Pane, ...] = ()  # the focus in force there

    def moved(self, session: Session) -> tuple[Pane, ...]:
        """The panes to go to, now that the session stands where it does; none where those of before still hold.

        A step that points does so whenever the session comes to it.  Otherwise only another focus counts, so that who went to
        another pane by hand stays there.  Halfway nothing is pointed at.
        """
        if session.reel is not None:  # its events point at nothing, and there are millions of them
            return ()
        line, steps = (session, session.branches.name), session.steps
        if session.event or (line, session.step) == (self._line, self._step):
            return ()
        came, before = self._step if line == self._line else None, self._panes
        self._line, self._step = line, session.step
        if came is None or _last_focus(steps, self._step, came):
            self._panes = _last_focus(steps, 0, self._step)
        else:
            self._panes = _last_focus(steps, came, self._step) or before
        return _last_focus(steps, self._step - 1, self._step) or (self._panes if self._panes != before else ())


def _last_focus(steps: Sequence[str], behind: int, to: int) -> tuple[Pane, ...]:
    """The panes of the last focus after one step and up to another one; none without."""
    for at in range(to - 1, max(behind, 0) - 1, -1):
        if "\n" in steps[at] and "focus" in steps[at] and (panes := parse_step(steps[at]).focus):
            return panes
    return ()
