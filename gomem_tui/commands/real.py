"""What `gomem attach` and `gomem core` share: a real heap in the explorer, or one of its panes as text."""

import argparse
import gc
import sys

from gomem_core.cli.output import BAD_INPUT, OK, emit, is_terminal, say
from gomem_core.files.script import ScriptError
from gomem_tui.commands.ahead import imported_meanwhile
from gomem_tui.commands.given import give_types, given_pane
from gomem_tui.commands.open import Opened, show


def wants_figures(args: argparse.Namespace) -> bool:
    """Whether figures are to be printed: where that is said, and where nobody sees the explorer."""
    on_screen = is_terminal(sys.stdin) and is_terminal(sys.stdout)
    return args.json or (args.pane is None and (args.text or not (on_screen or args.plain)))


def explore_real(args: argparse.Namespace, opened: Opened, every: float = 0) -> int:
    """Show what `opened` reads; returns the exit code.  Raises UsageError."""
    pane = None if args.pane is None else given_pane("--pane", args.pane)
    if pane is not None and (args.text or not (is_terminal(sys.stdin) and is_terminal(sys.stdout) and not args.plain)):
        return _print_pane(args, opened, pane)
    gc.disable()  # until the first picture, as for other sessions: what is imported and read now all stays
    try:
        return show(args, opened, () if pane is None else (pane,), every, meanwhile=imported_meanwhile)
    finally:
        gc.enable()


def _print_pane(args: argparse.Namespace, opened: Opened, pane: str) -> int:
    from gomem_tui.panes.model import Model  # noqa: PLC0415 -- the figures need neither
    from gomem_tui.plain.panes import pane_lines  # noqa: PLC0415 -- the same

    try:
        console = give_types(opened({}), args)
    except ScriptError as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    model = Model(console, lambda: None)
    model.arrived()
    emit("\n".join(pane_lines(model, pane, 120, 1 << 30)))
    return OK
