"""What a file that gomem opens holds, in a few figures: `gomem open --json`."""

from pathlib import Path
from typing import TYPE_CHECKING

from gomem_core.cli.output import emit_json
from gomem_core.files.branches import timeline_of
from gomem_core.files.script import Script
from gomem_core.queries.data import mem_stats_data
from gomem_core.queries.graphs import graph_of
from gomem_core.session.begun import begun
from gomem_core.session.opened import open_file
from gomem_core.session.session import Session
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from gomem_core.world.world import known, unknown

if TYPE_CHECKING:
    from gomem_core.schema.heap import MemStats
    from gomem_core.schema.outputs import DumpSummary, Summary


def print_summary(path: str) -> None:
    """Print what a file holds, as is told of its kind.  Raises ScriptError."""
    opened = open_file(Path(path))
    if isinstance(opened, Strip) and opened.kind == "dump":
        emit_json(_of_dump(path, opened.shown))
    else:
        emit_json(summary_of(path, opened))


def summary_of(path: str, opened: Script | Strip) -> "Summary":
    """The figures of the last of several stills, or of a session at its end.  Raises ScriptError."""
    if isinstance(opened, Strip):
        last, looks = opened.stills[-1], len(opened.stills)
        title, step, session = last.place.title, last.place.step, Session(base=Strip([last]))
    else:
        title, session = opened.title, begun(opened, timeline_of(opened))
        step = len(session.steps)
        session.goto(step)
        looks = 0 if session.strip is None else len(session.strip.stills)
    world, objects = session.world, session.objects
    return {
        "file": path,
        "kind": world.kind,
        "title": title or None,
        "step": step,
        "looks": looks,
        "pages": world.extents.arenas.pages,
        "spans": world.spans.count,
        "objects": len(objects),
        "alive": known(lambda: objects.alive),
        "heap_live": known(lambda: world.sums.stats.heap_live),
        "numgc": known(lambda: world.sums.stats.numgc),
    }


def _of_dump(path: str, still: Still) -> "DumpSummary":
    graph = graph_of(still)
    assert graph is not None  # a dump has all that it takes
    reached, nbytes = graph.reached()
    memory: MemStats | None = None if unknown(still, "sums") else mem_stats_data(still.sums.mem_stats())
    return {
        "file": path,
        "kind": "dump",
        "go": still.place.go or None,
        "note": still.place.note or None,
        "memstats": memory,
        "objects": {"count": len(graph.addr), "bytes": int(graph.size.sum())},
        "reachable": {"count": reached, "bytes": nbytes},
        "roots": 0 if still.roots is None else len(still.roots.slot),
    }
