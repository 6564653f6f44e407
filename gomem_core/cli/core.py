"""`gomem core`: the heap in a core file of a Go program."""

import argparse

from gomem_core.cli.attach import go_version
from gomem_core.cli.output import BAD_INPUT, OK, BadInput, emit, emit_json, say
from gomem_core.cli.realheap import lines_of, record_of
from gomem_core.foreign import brief, unread
from gomem_core.outside.corefile import open_core
from gomem_core.outside.errors import OutsideError
from gomem_core.outside.look import look_at_core
from gomem_core.outside.program import find_program


def execute(args: argparse.Namespace) -> int:
    """Look at a core file."""
    return print_core(args.file, args.exe, go_version(args.go_version), args.json)


def print_core(path: str, exe: str | None, version: str | None, as_json: bool) -> int:
    """Print the figures of a core file; `version`: one of Go for which it is to be taken."""
    try:
        core = open_core(path, exe)
        snapshot = look_at_core(core, find_program(core, version))
    except OutsideError as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    except OSError as e:
        raise BadInput(f"{brief(e.filename)}: {unread(e)}") from None
    if as_json:
        emit_json(record_of(snapshot))
    else:
        emit("\n".join(lines_of(snapshot)))
    return OK
