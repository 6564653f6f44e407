"""`gomem diff`: what differs between the heaps that two files hold."""

import argparse

from gomem_core.cli.output import BAD_INPUT, OK, emit, emit_json, say
from gomem_core.cli.progress import working
from gomem_core.files.script import ScriptError
from gomem_core.foreign import brief
from gomem_core.queries.difference import There, difference
from gomem_core.queries.growth import NotAlike, grown, is_written
from gomem_core.queries.side import Side
from gomem_core.session.opened import open_file
from gomem_core.session.stills import file_place, side_at
from gomem_core.world.interrupt import Progress, StopRequest


def execute(args: argparse.Namespace) -> int:
    """Compare the second heap with the first: it reads as what happened from one to the other."""
    progress = Progress()
    try:
        with working(progress):
            then, now = _sides(args.then, args.now, progress)
            if is_written(then.still) or is_written(now.still):
                found = grown(then.still, now.still, (brief(args.then), brief(args.now)))
            else:
                found = difference(then, now, There(file=brief(args.then), here=brief(args.now))).result
    except (ScriptError, NotAlike) as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    if args.json:
        emit_json(found.data)
    else:
        emit("\n".join(found.lines()))
    return OK


def _sides(then: str, now: str, progress: Progress) -> list[Side]:
    """The two heaps.  Raises ScriptError."""
    places = file_place(then), file_place(now)
    known = {}  # a film is not read twice
    for place in places:
        if place.path not in known:
            known[place.path] = open_file(place.path)
    return [side_at(place, StopRequest(), progress, known[place.path]) for place in places]
