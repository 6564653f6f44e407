"""Finds the subcommand that a command line names, and runs it."""

import gc
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from gomem_core.cli.args import Subcommand, subcommand_parser
from gomem_core.cli.output import UsageError


def run_subcommand(words: Sequence[str], subcommands: Mapping[str, Subcommand]) -> int:
    """Do `words`, whose first is one of the subcommands; returns the exit code.

    Raises what `output.guarded` turns into one: SystemExit by argparse, BadInput, OSError, KeyboardInterrupt.
    """
    name, *rest = words
    parser = subcommand_parser(name, subcommands[name])
    args = parser.parse_args(rest)
    # Imported only now: `gomem run --help` and `gomem classes` need not wait for what other subcommands want.
    gc.disable()  # all of it stays: to look through it for garbage, now and later, takes a tenth of a short run
    execute: Callable[[Namespace], int] = import_module(f"{subcommands[name].package}.{name}").execute
    gc.freeze()
    gc.enable()
    try:
        return execute(args)
    except UsageError as e:
        parser.error(str(e))
