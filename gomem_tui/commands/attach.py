"""`gomem attach`: the heap of a running Go program in the explorer, or as figures, or one of its panes as text."""

import argparse
from collections.abc import Mapping
from typing import Final

from gomem_core.cli import attach
from gomem_core.cli.attach import go_version
from gomem_core.cli.output import UsageError
from gomem_core.foreign import brief
from gomem_core.lang.errors import WordError
from gomem_core.lang.numbers import read_age
from gomem_core.session.console import Console
from gomem_core.session.opened import open_process
from gomem_tui.commands.real import explore_real, wants_figures
from gomem_tui.settings.settings import Chosen

_SOONEST: Final = 50_000_000  # ns between two looks
_LATEST: Final = 3600 * 10**9


def execute(args: argparse.Namespace) -> int:
    """Look at a process, or at all of them from afar.  Raises UsageError."""
    every = _every(args.every)
    if args.pid is None and (args.every is not None or args.pane is not None):
        raise UsageError("--every and --pane are for one process: which PID?")
    if args.pid is None or wants_figures(args):
        return attach.execute(args)
    version = go_version(args.go_version)

    def opened(_settings: Mapping[str, Chosen]) -> Console:
        return Console(True, open_process(args.pid, args.stop, version))

    return explore_real(args, opened, every)


def _every(text: str | None) -> float:
    """Seconds; 0 where none are given.  Raises UsageError."""
    if text is None:
        return 0
    try:
        ns = read_age(text)
    except WordError:
        ns = 0
    if not _SOONEST <= ns <= _LATEST:
        raise UsageError(f"argument --every: {brief(text)} is not a time from 50ms to 1h, such as 2s")
    return ns / 1e9
