"""Stills of sessions: what can be compared and kept."""

from pathlib import Path

from gomem_core.files.branches import timeline_of
from gomem_core.queries.figures import figures
from gomem_core.queries.side import Side
from gomem_core.session.begun import begun
from gomem_core.session.opened import open_file
from gomem_core.session.session import Session
from gomem_core.world.interrupt import Progress, StopRequest
from gomem_core.world.still import Place, Still
from gomem_core.world.strip import Strip
from gomem_core.world.world import known


def still_of(session: Session, title: str = "", whole: bool = False) -> Still:
    """The session's heap as it is now; halfway in a command, as it is there.  From one that is `whole` a heap can go on."""
    if session.strip is not None:
        return session.strip.shown
    return Still.of(session.world, session.objects, Place(title, session.step), session.unseen() if whole else None)


def side_of(session: Session) -> Side:
    """The session as it is now, to be compared."""
    return Side(still_of(session), known(lambda: figures(session.world, session.account)) if session.narrates else None)


def beside(session: Session, branch: str, stop: StopRequest, progress: Progress) -> Session:
    """A session of its own at the beginning of another branch of `session`, which stays where it is."""
    return Session(timeline=session.branches.alone(branch), stop=stop, progress=progress, base=session.base)


def session_of_file(path: Path, stop: StopRequest, progress: Progress) -> Session:
    """What a file holds: its last still, to be looked at, or a session at its end.  Raises ScriptError and Stopped."""
    opened = open_file(path)
    if isinstance(opened, Strip):
        return Session(base=Strip([opened.stills[-1]]))
    session = begun(opened, timeline_of(opened), stop=stop, progress=progress)
    session.goto(len(session.steps))
    return session


def still_of_file(path: Path, stop: StopRequest, progress: Progress) -> Still:
    """What a file holds: its last still, or that of a session at its end.  Raises ScriptError and Stopped."""
    return still_of(session_of_file(path, stop, progress))


def side_of_file(path: Path, stop: StopRequest, progress: Progress) -> Side:
    """What a file holds, to be compared: its last still, or a session as it is at its end.  Raises ScriptError and Stopped."""
    return side_of(session_of_file(path, stop, progress))
