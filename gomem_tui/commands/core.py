"""`gomem core`: the heap in a core file in the explorer, or as figures, or one of its panes as text."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from gomem_core.cli import core
from gomem_core.cli.attach import go_version
from gomem_core.files.ownfiles import stamp_of
from gomem_core.session.console import Console
from gomem_core.session.document import Origin
from gomem_core.session.opened import open_core_file
from gomem_tui.commands.real import explore_real, wants_figures
from gomem_tui.settings.settings import Chosen


def execute(args: argparse.Namespace) -> int:
    """Look at a core file.  Raises UsageError."""
    if wants_figures(args):
        return core.execute(args)
    path, exe, version = Path(args.file), None if args.exe is None else Path(args.exe), go_version(args.go_version)

    def opened(_settings: Mapping[str, Chosen]) -> Console:
        return Console(True, open_core_file(path, exe, version), origin=Origin(path, stamp_of(path)))

    return explore_real(args, opened)
