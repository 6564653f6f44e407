"""The session that a session file begins: on an empty heap, on one that is looked at, or on one that goes on from a look."""

from pathlib import Path

from gomem_core.files.script import Script, ScriptError
from gomem_core.files.timeline import Timeline
from gomem_core.foreign import named
from gomem_core.session.opened import strip_on
from gomem_core.session.session import Session
from gomem_core.world.faults import CannotTakeUp
from gomem_core.world.interrupt import Progress, StopRequest


def begun(
    script: Script,
    timeline: Timeline,
    narrate: bool = False,
    stop: StopRequest | None = None,
    progress: Progress | None = None,
) -> Session:
    """A session on what the script is about, whose steps are those of the timeline.  Raises ScriptError."""
    strip = strip_on(script)
    base = strip.stills[-1] if strip is not None and script.taken_up else strip
    try:
        return Session(narrate, timeline, stop, progress, base)
    except CannotTakeUp as e:
        raise ScriptError(f"{named(Path(script.on))}: this heap cannot be taken up: {e}") from e
