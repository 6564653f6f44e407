"""`gomem diff`: what differs between the heaps that two files hold."""

import argparse
from pathlib import Path

from gomem_core.cli.filmend import tell_end
from gomem_core.cli.output import BAD_INPUT, OK, emit, emit_json, say
from gomem_core.cli.progress import opening, working
from gomem_core.files.script import Script, ScriptError
from gomem_core.foreign import brief
from gomem_core.queries.difference import There, difference
from gomem_core.queries.growth import NotAlike, grown, is_written
from gomem_core.session.opened import open_file
from gomem_core.session.stills import FilePlace, file_place, side_at
from gomem_core.world.interrupt import Progress, StopRequest
from gomem_core.world.strip import Strip


def execute(args: argparse.Namespace) -> int:
    """Compare the second heap with the first: it reads as what happened from one to the other."""
    progress = Progress()
    try:
        places = [file_place(name) for name in (args.then, args.now)]
        known = _opened(places)
        with working(progress):
            then, now = (side_at(place, StopRequest(), progress, known[place.path]) for place in places)
            if is_written(then.still) or is_written(now.still):
                found = grown(then.still, now.still, (brief(args.then), brief(args.now)), every_row=args.all)
                lines = found.lines()
            else:
                differs = difference(then, now, There(file=brief(args.then), here=brief(args.now)))
                found, lines = differs.result, differs.lines() if args.all else differs.result.lines()
    except (ScriptError, NotAlike) as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    for place in places:
        tell_end(known[place.path], place.stop)
    if args.json:
        emit_json(found.data)
    else:
        emit("\n".join(lines))
    return OK


def _opened(places: list[FilePlace]) -> dict[Path, Script | Strip]:
    """What the files hold; one that is meant twice is read once.  Raises ScriptError."""
    known: dict[Path, Script | Strip] = {}
    for place in places:
        if place.path not in known:
            with opening(place.path) as reached:
                known[place.path] = open_file(place.path, reached=reached)
    return known
