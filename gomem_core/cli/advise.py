"""`gomem advise`: why the heap that a file holds is so big."""

import argparse

from gomem_core.cli.filmend import tell_end
from gomem_core.cli.output import BAD_INPUT, OK, emit, emit_json, say
from gomem_core.cli.progress import working
from gomem_core.files.script import ScriptError
from gomem_core.queries.advise import advise, result_of
from gomem_core.session.stills import file_place, session_at
from gomem_core.world.interrupt import Progress, StopRequest


def execute(args: argparse.Namespace) -> int:
    """Print the advice on what a file holds; a session counts as it is at its end."""
    progress = Progress()
    try:
        with working(progress):
            place = file_place(args.file)
            session = session_at(place, StopRequest(), progress)
            world = session.world
            found = result_of(advise(world))
    except ScriptError as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    tell_end(session.reel, place.stop)
    if args.json:
        emit_json({"file": args.file, "kind": world.kind, **found.data})
    else:
        emit("\n".join(found.lines()))
    return OK
