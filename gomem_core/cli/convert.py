"""`gomem convert`: a recording's script, or the operations of an execution trace, turned into the command language."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from gomem_core.cli.output import BAD_INPUT, OK, BadInput, emit, say
from gomem_core.cli.source import display_name, read_lines
from gomem_core.files.step import ScriptError as FileError
from gomem_core.recordings.convert import ScriptError, convert
from gomem_core.session.opened import is_trace, open_file


def execute(args: argparse.Namespace) -> int:
    """Print the converted script, or nothing when a line of it is wrong."""
    script: str = args.script
    if is_trace(script):
        return _convert_film(script, args.ops)
    try:
        converted = list(convert(_texts(script)))
    except ScriptError as e:
        raise BadInput(e.problem, f"{display_name(script)}:{e.line}") from e
    emit("\n".join(converted))
    return OK


def _convert_film(path: str, operations: int | None) -> int:
    from gomem_core.film.convert import OPERATIONS, session_lines  # noqa: PLC0415 -- numpy, which only films need
    from gomem_core.film.reel import FilmReel  # noqa: PLC0415 -- likewise

    try:
        opened = open_file(Path(path))
    except FileError as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    assert isinstance(opened, FilmReel)
    for line in session_lines(opened.film, OPERATIONS if operations is None else operations):
        emit(line)
    return OK


def _texts(script: str) -> Iterator[str]:
    for line in read_lines(script):
        if line.fault is not None:
            raise BadInput(line.fault.message, f"{display_name(script)}:{line.number}:{line.fault.column}")
        yield line.text
