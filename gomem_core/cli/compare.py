"""`gomem compare`: the same commands on several versions of Go, and what differs."""

import argparse

from gomem_core.cli.chosen import lists
from gomem_core.cli.output import BAD_INPUT, OK, UsageError, emit, emit_json, say
from gomem_core.cli.progress import working
from gomem_core.cli.sessionfile import SessionFile
from gomem_core.files.script import ScriptError
from gomem_core.foreign import named
from gomem_core.lang.errors import WordError
from gomem_core.lang.names import read_stop
from gomem_core.lang.releases import read_releases
from gomem_core.session.commands.compare import on_versions
from gomem_core.session.commands.context import CommandError
from gomem_core.session.commands.movefaults import step_of
from gomem_core.session.console import Console
from gomem_core.suggest import did_you_mean


def execute(args: argparse.Namespace) -> int:
    """Do all steps of a session file on each version, and print what differs and why."""
    if lists(args):
        return OK
    try:
        releases = read_releases(args.go)
    except WordError as e:
        raise UsageError(did_you_mean(f"argument --go: {e.message}", e.suggestion)) from e
    if args.script is None:
        raise UsageError("nothing to compare: give a SCRIPT")
    try:
        script = SessionFile.load(args.script).script
        if script.on:
            raise UsageError(f"{named(args.script)} is about the heap in {named(script.on)}, which has its own version of Go")
        console = Console(False, script)
        try:
            step = step_of(console.session, read_stop(args.at))
        except (WordError, CommandError) as e:
            raise UsageError(f"argument --at: {did_you_mean(e.message, e.suggestion)}") from e
        with working(console.progress):
            found = on_versions(console, named(args.script), releases, step)
    except ScriptError as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    if args.json:
        emit_json({"file": args.script, **found.data})
    else:
        emit("\n".join(found.lines()))
    return OK
