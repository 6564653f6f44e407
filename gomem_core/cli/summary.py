"""What a file that gomem opens holds, in a few figures: `gomem open --json`."""

from pathlib import Path
from typing import TYPE_CHECKING

from gomem_core.files.branches import timeline_of
from gomem_core.session.begun import begun
from gomem_core.session.opened import open_file
from gomem_core.session.session import Session
from gomem_core.world.strip import Strip
from gomem_core.world.world import known

if TYPE_CHECKING:
    from gomem_core.schema.outputs import Summary


def summary_of(path: str) -> "Summary":
    """The figures of a still, or of a session at its end.  Raises ScriptError."""
    opened = open_file(Path(path))
    if isinstance(opened, Strip):
        place = opened.shown.place
        title, step, session = place.title, place.step, Session(base=opened)
    else:
        title, session = opened.title, begun(opened, timeline_of(opened))
        step = len(session.steps)
        session.goto(step)
    world, objects = session.world, session.objects
    return {
        "file": path,
        "kind": world.kind,
        "title": title or None,
        "step": step,
        "pages": world.extents.arenas.pages,
        "spans": world.spans.count,
        "objects": len(objects),
        "alive": known(lambda: objects.alive),
        "heap_live": known(lambda: world.sums.stats.heap_live),
        "numgc": known(lambda: world.sums.stats.numgc),
    }
