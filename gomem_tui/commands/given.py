"""`--types FILE`: the Go source of a program whose heap was read, so that words have the names of fields."""

import argparse
from typing import Final

from gomem_core.files.script import ScriptError
from gomem_core.session.console import Console

_SESSION: Final = "--types is for heaps that were read: in a session, `types FILE` declares types"


def give_types(console: Console, args: argparse.Namespace) -> Console:
    """Let the heap that was read know the types that the command line gives; returns the console.  Raises ScriptError."""
    paths: list[str] = getattr(args, "types", [])
    if paths and console.session.strip is None:
        raise ScriptError(_SESSION)
    for path in paths:
        outcome = console.submit(f"types {path}")
        if outcome.error is not None:
            raise ScriptError(outcome.error.message)
    return console
