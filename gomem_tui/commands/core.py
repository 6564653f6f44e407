"""`gomem core`: the heap in a core file, in the explorer; or its figures, or one of its panes, as data or text."""

import argparse
import sys
from pathlib import Path

from gomem_core.cli import core
from gomem_core.cli.attach import go_version
from gomem_core.cli.output import BAD_INPUT, OK, UsageError, emit, is_terminal, say
from gomem_core.files.script import ScriptError
from gomem_core.lang.errors import WordError
from gomem_core.lang.panes import read_pane
from gomem_core.session.console import Console
from gomem_core.session.opened import open_core_file
from gomem_core.world.strip import Strip
from gomem_tui.commands.open import explore
from gomem_tui.panes.model import Model
from gomem_tui.plain.panes import pane_lines

_WIDTH = 120  # columns of a pane as text


def execute(args: argparse.Namespace) -> int:
    """Look at a core file; where there is no terminal to show it, print its figures."""
    if args.focus is None and (args.json or args.text or not (is_terminal(sys.stdin) and is_terminal(sys.stdout))):
        return core.execute(args)
    if args.focus is not None and not args.text:
        raise UsageError("--focus is for --text; in the explorer, 1 to 9 choose a pane")
    try:
        strip = open_core_file(Path(args.file), args.exe, go_version(args.go_version))
    except ScriptError as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    return _print_pane(strip, args.focus) if args.focus is not None else explore(args, strip)


def _print_pane(strip: Strip, word: str) -> int:
    try:
        pane = read_pane(word)
    except WordError as e:
        raise UsageError(f"argument --focus: {e.message}") from e
    model = Model(Console(True, strip), lambda: None)
    model.arrived()
    emit("\n".join(pane_lines(model, pane, _WIDTH)))
    return OK
