"""`gomem open --text` and `--json`: what a file holds, or one of its panes, at any of its moments."""

import argparse
from pathlib import Path

from gomem_core.cli.filmend import tell_end
from gomem_core.cli.output import BAD_INPUT, OK, UsageError, emit, say
from gomem_core.cli.progress import opening
from gomem_core.files.script import Script, ScriptError
from gomem_core.lang.errors import WordError
from gomem_core.lang.moves import Pane, Stop
from gomem_core.lang.names import read_stop
from gomem_core.session.commands.context import CommandError
from gomem_core.session.commands.movefaults import step_of
from gomem_core.session.console import Console
from gomem_core.session.opened import open_file, open_joined
from gomem_core.suggest import did_you_mean
from gomem_core.world.strip import Strip
from gomem_tui.commands.given import give_types, given_pane

_WIDTH = 120


def stop_of(args: argparse.Namespace) -> Stop | None:
    """What --at says; None where it was not given.  Raises UsageError."""
    if args.at is None:
        return None
    try:
        return read_stop(args.at)
    except WordError as e:
        raise UsageError(f"argument --at: {did_you_mean(e.message, e.suggestion)}") from e


def pane_of(args: argparse.Namespace) -> Pane | None:
    """What --pane says, likewise.  Raises UsageError."""
    return None if args.pane is None else given_pane("--pane", args.pane)


def opened_of(args: argparse.Namespace) -> Script | Strip:
    """What FILE holds, or FILE and DUMP.  Raises ScriptError."""
    if args.dump is not None:
        return open_joined(Path(args.script), Path(args.dump), args.cache)
    path = Path(args.script)
    with opening(path) as reached:
        return open_file(path, cache=args.cache, reached=reached)


def print_data(args: argparse.Namespace) -> int:
    """Print what the file holds as JSON."""
    from gomem_core.cli.summary import print_summary  # noqa: PLC0415 -- text needs none of it

    at, pane = stop_of(args), pane_of(args)
    if pane not in (None, "types"):
        raise UsageError("argument --pane: with --json only types can be asked for besides")
    try:
        opened = opened_of(args)
        print_summary(args.script, at or "start", pane == "types", opened)
    except (ScriptError, CommandError) as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    tell_end(opened, at)
    return OK


def print_text(args: argparse.Namespace) -> int:
    """Print a pane as text; of a film without a pane what there is to be told of it."""
    at, pane = stop_of(args), pane_of(args)
    try:
        console = give_types(Console(True, opened_of(args)), args)
        if at is not None:
            console.goto(step_of(console.session, at))
    except (ScriptError, CommandError) as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    tell_end(console.session.reel, at)
    if pane is None and console.session.reel is not None:
        from gomem_core.cli.film import film_lines  # noqa: PLC0415 -- numpy, which only films need
        from gomem_core.film.reel import FilmReel  # noqa: PLC0415 -- likewise

        assert isinstance(console.session.reel, FilmReel)
        emit("\n".join(film_lines(args.script, console.session.reel, console.session.step)))
        return OK
    from gomem_core.queries.roworder import finish  # noqa: PLC0415 -- figures need none of these
    from gomem_tui.panes.model import Model, first_panes  # noqa: PLC0415 -- figures need neither
    from gomem_tui.plain.panes import pane_lines  # noqa: PLC0415 -- the same

    model = Model(console, lambda: None)
    model.arrived()
    pane = pane or (*first_panes(model.world), "heap")[0]
    if pane == "types":  # nobody else works it out where it takes long
        finish(model.types.work())()
    emit("\n".join(pane_lines(model, pane, _WIDTH, 1 << 30)))
    return OK
