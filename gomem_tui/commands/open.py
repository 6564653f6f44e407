"""`gomem open`, and gomem without a subcommand: the explorer, on the screen or as plain text; or what a file holds, as data."""

import argparse
import errno
import os
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gomem_core.cli.chosen import lists, release_of
from gomem_core.cli.output import BAD_INPUT, OK, BadInput, UsageError, is_dumb, is_terminal, say
from gomem_core.foreign import brief, unread
from gomem_core.go.release import ALWAYS, Release

if TYPE_CHECKING:
    from gomem_core.lang.moves import Pane, Stop
    from gomem_core.session.console import Console
    from gomem_tui.settings.settings import Chosen

Opened = Callable[[Mapping[str, "Chosen"]], "Console"]
"""What opens a session as the settings want it.  Raises ScriptError, JournalError, UsageError."""

Meanwhile = Callable[[], AbstractContextManager[None]]


def execute(args: argparse.Namespace) -> int:
    """Open the file that the command line names."""
    if args.json and args.text:
        raise UsageError("either --json or --text")
    if not args.json:
        from gomem_tui.commands.printed import pane_of, print_text, stop_of  # noqa: PLC0415 -- `gomem FILE` needs none of it

        if args.text:
            return print_text(args)
        pane, at = pane_of(args), stop_of(args)
        return explore(args, () if pane is None else (pane,), at)
    from gomem_core.session.opened import is_core  # noqa: PLC0415 -- the explorer needs none of it

    if args.dump is None and is_core(Path(args.script)):
        from gomem_core.cli.core import print_core  # noqa: PLC0415 -- other files need none of it

        return print_core(args.script, None, None, as_json=True)
    from gomem_tui.commands.printed import print_data  # noqa: PLC0415 -- the same

    return print_data(args)


def explore(args: argparse.Namespace, panes: "tuple[Pane, ...]" = (), at: "Stop | None" = None) -> int:
    """The explorer on a file, on the built-in script, or on a session that is taken up.  Raises UsageError and BadInput.

    It begins with these panes, and `at` a step or a time.
    """
    if lists(args):
        return OK
    if args.script is not None:
        check_readable(args.script)
    script = None if args.script is None else Path(args.script)
    dump = None if getattr(args, "dump", None) is None else Path(args.dump)

    def opened(settings: Mapping[str, "Chosen"]) -> "Console":
        from gomem_tui.opening import open_console  # noqa: PLC0415 -- not before a mistake in the command line is told

        release, asked = go_of(args, settings)
        journal, read_only = settings["journal"].value is True, settings["read_only"].value is True
        console = open_console(
            script, journal, args.resume, read_only, release, asked, at is not None, getattr(args, "cache", True), dump
        )
        if at is not None:
            _go(console, at)
        return console

    return show(args, opened, panes, speed=_speed(getattr(args, "speed", None)))


def _go(console: "Console", at: "Stop") -> None:
    from gomem_core.files.script import ScriptError  # noqa: PLC0415 -- few say where
    from gomem_core.session.commands.context import CommandError  # noqa: PLC0415 -- the same
    from gomem_core.session.commands.movefaults import step_of  # noqa: PLC0415 -- the same

    try:
        console.goto(step_of(console.session, at))
    except CommandError as e:
        raise ScriptError(str(e)) from e


def _speed(text: str | None) -> float:
    """How fast a film is played; raises UsageError."""
    try:
        speed = 1.0 if text is None else float(text)
    except ValueError:
        speed = 0.0
    if not 1e-9 <= speed <= 1e9:
        raise UsageError(f"argument --speed: {brief(text or '')} is not a speed such as 0.1: 1 is that of the recording")
    return speed


def show(
    args: argparse.Namespace,
    opened: Opened,
    panes: "tuple[Pane, ...]" = (),
    every: float = 0,
    speed: float = 1,
    meanwhile: Meanwhile = nullcontext,
) -> int:
    """The explorer, as options, environment and configuration want it.

    It begins with these panes, and looks again at a process `every` so many seconds (0: when it is asked to).  `speed` is that of
    a film that is played: 1 is as fast as it was recorded.  What is opened is opened within `meanwhile`.

    Returns the exit code: 3 for what cannot be opened.  Raises UsageError.
    """
    from gomem_tui.settings.config import ConfigError, effective  # noqa: PLC0415
    from gomem_tui.settings.settings import SettingError  # noqa: PLC0415

    try:
        settings, config = effective(args, os.environ)  # before Textual is imported: a mistake is told at once
    except SettingError as e:
        raise UsageError(str(e)) from e
    except ConfigError as e:
        say(f"{e}\n`gomem config check` looks again; `gomem --no-config` starts without the configuration")
        return BAD_INPUT
    if args.plain or is_dumb() or not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        if sys.stdin is None:
            needs = "a terminal, or a stdin to read commands from; `gomem run SCRIPT` does a script without one"
            raise UsageError(f"the explorer needs {needs}")
        from gomem_tui.plain.talk import talk_plainly  # noqa: PLC0415

        console = _opened(args, opened, settings)
        return BAD_INPUT if console is None else talk_plainly(console)
    from gomem_core.cli.progress import told_at_once  # noqa: PLC0415
    from gomem_core.files.journal import JournalError  # noqa: PLC0415
    from gomem_core.files.script import ScriptError  # noqa: PLC0415

    try:
        with told_at_once(_path(args)):
            with meanwhile():
                console = _given(args, opened, settings)
            from gomem_tui.explorer.app import Explorer  # noqa: PLC0415
            from gomem_tui.panes.model import first_panes  # noqa: PLC0415
            from gomem_tui.settings.options import options_of  # noqa: PLC0415

            options = replace(options_of(settings, config.keyboard, os.environ), panes=panes, every=every, speed=speed)
    except (ScriptError, JournalError) as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    options = replace(options, panes=panes or first_panes(console.session.world))
    return Explorer(console, options).run_to_end(options.mouse) or 0


def go_of(args: argparse.Namespace, settings: Mapping[str, "Chosen"]) -> tuple[Release, bool]:
    """The version of Go that is set, and whether by an option, which goes before what a file says.  Raises UsageError."""
    chosen = settings["go"]
    release = release_of(args, str(chosen.value), chosen.source)
    return release or ALWAYS, (args.go, args.base, args.padding) != (None, None, None)


def _opened(args: argparse.Namespace, opened: Opened, settings: Mapping[str, "Chosen"]) -> "Console | None":
    """The session, or None where it cannot be opened, which is told."""
    from gomem_core.files.journal import JournalError  # noqa: PLC0415
    from gomem_core.files.script import ScriptError  # noqa: PLC0415

    try:
        return _given(args, opened, settings)
    except (ScriptError, JournalError) as e:
        say(f"gomem: {e}")
        return None


def _given(args: argparse.Namespace, opened: Opened, settings: Mapping[str, "Chosen"]) -> "Console":
    """The session, with the types that the command line gives it.  Raises ScriptError and JournalError."""
    from gomem_tui.commands.given import give_types  # noqa: PLC0415

    return give_types(opened(settings), args)


def _path(args: argparse.Namespace) -> Path | None:
    """The file that is opened, where it is one."""
    name = getattr(args, "script", None) or getattr(args, "file", None)
    return None if name is None else Path(name)


def check_readable(script: str) -> None:
    """Complain before the screen is taken over.  Raises BadInput."""
    try:
        wrong = errno.EISDIR if stat.S_ISDIR(os.stat(script).st_mode) else 0 if os.access(script, os.R_OK) else errno.EACCES
        if wrong:
            raise OSError(wrong, os.strerror(wrong))
    except (OSError, ValueError) as e:
        raise BadInput(f"{brief(script)}: {unread(e)}") from e
