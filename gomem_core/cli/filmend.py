"""What is told where the command line names a time that a film does not have."""

from gomem_core.cli.output import say
from gomem_core.files.script import Script
from gomem_core.lang.moves import Stop, Time
from gomem_core.world.reel import Reel, ends_before
from gomem_core.world.strip import Strip


def tell_end(opened: Script | Strip | None, stop: Stop | None) -> None:
    """Say that the end is shown instead; nothing where the time is there, or where it is none."""
    told = ends_before(opened, stop.ns) if isinstance(opened, Reel) and isinstance(stop, Time) else ""
    if told:
        say(f"gomem: {told}: its end is shown")
