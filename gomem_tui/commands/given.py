"""What several subcommands are given: a pane, and by `--types FILE` the Go source of a program whose heap was read."""

import argparse
from typing import Final

from gomem_core.cli.output import UsageError
from gomem_core.files.script import ScriptError
from gomem_core.lang.errors import WordError
from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import PANES, read_pane
from gomem_core.session.console import Console
from gomem_core.suggest import did_you_mean

_SESSION: Final = "--types is for heaps that were read: in a session, `types FILE` declares types"


def given_pane(option: str, word: str) -> Pane:
    """The pane that an option names.  Raises UsageError."""
    try:
        return read_pane(word)
    except WordError as e:
        told = did_you_mean(e.message, e.suggestion) if e.suggestion else f"{e.message}; panes are {', '.join(PANES)}"
        raise UsageError(f"argument {option}: {told}") from e


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
