"""What a file that gomem opens holds, in a few figures: `gomem open --json`."""

from pathlib import Path
from typing import TYPE_CHECKING

from gomem_core.cli.output import emit_json
from gomem_core.cli.written import written_of
from gomem_core.files.branches import timeline_of
from gomem_core.files.script import Script
from gomem_core.lang.moves import Stop
from gomem_core.session.begun import begun
from gomem_core.session.commands.movefaults import step_of
from gomem_core.session.opened import open_file
from gomem_core.session.session import Session
from gomem_core.world.reel import Reel
from gomem_core.world.strip import Strip
from gomem_core.world.world import WRITTEN, known

if TYPE_CHECKING:
    from gomem_core.schema.opened import Summary


def print_summary(path: str, at: Stop = "start", with_types: bool = False, opened: Script | Strip | None = None) -> None:
    """Print what a file holds, as is told of its kind; of a film also a moment.  Raises ScriptError and CommandError.

    `opened` is what it holds where that is known already.
    """
    opened = opened or open_file(Path(path))
    if isinstance(opened, Reel):
        from gomem_core.cli.film import film_of  # noqa: PLC0415 -- numpy, which only films need
        from gomem_core.film.reel import FilmReel  # noqa: PLC0415 -- likewise

        assert isinstance(opened, FilmReel)
        emit_json(film_of(path, opened, step_of(Session(base=opened), at), with_types))
        return
    if isinstance(opened, Strip) and opened.kind in WRITTEN:
        emit_json(written_of(path, opened))
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
