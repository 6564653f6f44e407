"""`gomem convert`: a recording's script, turned into the command language."""

import argparse
from collections.abc import Iterator

from gomem_core.cli.output import OK, BadInput, emit
from gomem_core.cli.source import display_name, read_lines
from gomem_core.recordings.convert import ScriptError, convert


def execute(args: argparse.Namespace) -> int:
    """Print the converted script, or nothing when a line of it is wrong."""
    script: str = args.script
    try:
        converted = list(convert(_texts(script)))
    except ScriptError as e:
        raise BadInput(e.problem, f"{display_name(script)}:{e.line}") from e
    emit("\n".join(converted))
    return OK


def _texts(script: str) -> Iterator[str]:
    for line in read_lines(script):
        if line.fault is not None:
            raise BadInput(line.fault.message, f"{display_name(script)}:{line.number}:{line.fault.column}")
        yield line.text
