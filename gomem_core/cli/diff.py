"""`gomem diff`: what differs between the heaps that two files hold."""

import argparse
from pathlib import Path

from gomem_core.cli.output import BAD_INPUT, OK, emit, emit_json, say
from gomem_core.cli.progress import working
from gomem_core.files.script import ScriptError
from gomem_core.foreign import brief
from gomem_core.queries.difference import There, difference
from gomem_core.session.stills import side_of_file
from gomem_core.world.interrupt import Progress, StopRequest


def execute(args: argparse.Namespace) -> int:
    """Compare the second file with the first: it reads as what happened from one to the other."""
    progress = Progress()
    try:
        with working(progress):
            then, now = (side_of_file(Path(file), StopRequest(), progress) for file in (args.then, args.now))
    except ScriptError as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    found = difference(then, now, There(file=brief(args.then), here=brief(args.now)))
    if args.json:
        emit_json(found.result.data)
    else:
        emit("\n".join(found.result.lines()))
    return OK
