"""Stills of sessions: what can be compared and kept."""

from pathlib import Path

from gomem_core.files.branches import timeline_of
from gomem_core.files.script import Script, ScriptError
from gomem_core.files.timeline import Timeline
from gomem_core.foreign import named
from gomem_core.lang.errors import WordError
from gomem_core.lang.moves import Stop
from gomem_core.lang.names import read_stop
from gomem_core.named import NamedTuple
from gomem_core.queries.figures import figures
from gomem_core.queries.side import Side
from gomem_core.session.begun import begun
from gomem_core.session.commands.context import CommandError
from gomem_core.session.commands.movefaults import step_of
from gomem_core.session.opened import open_file
from gomem_core.session.session import Session
from gomem_core.world.interrupt import Progress, StopRequest
from gomem_core.world.reel import Reel
from gomem_core.world.still import Place, Still
from gomem_core.world.strip import LOOK, Strip
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


class FilePlace(NamedTuple):
    """A file, and where in it."""

    path: Path
    stop: Stop = "end"


def file_place(name: str) -> FilePlace:
    """The place that is meant by FILE, or by FILE@STOP where no file is called so.  Raises ScriptError."""
    path, at, stop = name.rpartition("@")
    if not at or not path or _is_there(name):
        return FilePlace(Path(name).expanduser())
    try:
        return FilePlace(Path(path).expanduser(), read_stop(stop))
    except WordError as e:
        raise ScriptError(f"{named(name)}: behind the @ a step, a bookmark, start, end or a time was expected: {e}") from e


def _is_there(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def session_at(place: FilePlace, stop: StopRequest, progress: Progress, opened: Script | Strip | None = None) -> Session:
    """What a file holds, at a place of it: looks, a film, or a session.  Raises ScriptError and Stopped.

    `opened` is what it holds, where that is known already.
    """
    opened = opened or open_file(place.path)
    if isinstance(opened, Strip) and place.stop == "end":
        return Session(base=Strip([opened.stills[-1]]))
    if isinstance(opened, Strip):
        timeline = None if isinstance(opened, Reel) else Timeline([LOOK] * (len(opened.stills) - 1))
        session = Session(timeline=timeline, stop=stop, progress=progress, base=opened)
    else:
        session = begun(opened, timeline_of(opened), stop=stop, progress=progress)
    try:
        session.goto(step_of(session, place.stop))
    except CommandError as e:
        raise ScriptError(f"{named(place.path)}: {e}") from e
    return session


def session_of_file(path: Path, stop: StopRequest, progress: Progress) -> Session:
    """What a file holds: its last still, to be looked at, or a session at its end.  Raises ScriptError and Stopped."""
    return session_at(FilePlace(path), stop, progress)


def still_at(place: FilePlace, stop: StopRequest, progress: Progress, opened: Script | Strip | None = None) -> Still:
    """The heap at a place of a file; `opened` as for `session_at`.  Raises ScriptError and Stopped."""
    return still_of(session_at(place, stop, progress, opened))


def side_at(place: FilePlace, stop: StopRequest, progress: Progress, opened: Script | Strip | None = None) -> Side:
    """The same, to be compared; `opened` as for `session_at`."""
    return side_of(session_at(place, stop, progress, opened))
