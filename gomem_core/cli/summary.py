"""What a file that gomem opens holds, in a few figures: `gomem open --json`."""

from pathlib import Path
from typing import TYPE_CHECKING

from gomem_core.files.branches import timeline_of
from gomem_core.files.opened import open_file
from gomem_core.session.session import Session
from gomem_core.world.strip import Strip

if TYPE_CHECKING:
    from gomem_core.schema.outputs import Summary


def summary_of(path: str) -> "Summary":
    """The figures of a still, or of a session at its end.  Raises ScriptError."""
    opened = open_file(Path(path))
    if isinstance(opened, Strip):
        place = opened.shown.place
        title, step, session = place.title, place.step, Session(strip=opened)
    else:
        title, session = opened.title, Session(timeline=timeline_of(opened))
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
        "alive": objects.alive,
        "heap_live": world.sums.stats.heap_live,
        "numgc": world.sums.stats.numgc,
    }
