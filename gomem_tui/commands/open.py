"""`gomem open`, and gomem without a subcommand: the explorer, on the screen or as plain text; or what a file holds, as data."""

import argparse
import os
import stat
import sys
from pathlib import Path

from gomem_core.cli.output import BAD_INPUT, OK, BadInput, UsageError, emit_json, is_dumb, is_terminal, say
from gomem_core.foreign import brief


def execute(args: argparse.Namespace) -> int:
    """Open the file that the command line names."""
    if not args.json:
        return explore(args)
    from gomem_core.cli.summary import summary_of  # noqa: PLC0415 -- the explorer needs none of it
    from gomem_core.files.script import ScriptError  # noqa: PLC0415 -- the same

    try:
        emit_json(summary_of(args.script))
    except ScriptError as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    return OK


def explore(args: argparse.Namespace) -> int:
    """The explorer, as options, environment and configuration want it.  Raises UsageError and BadInput."""
    from gomem_tui.settings.config import ConfigError, effective  # noqa: PLC0415
    from gomem_tui.settings.settings import SettingError  # noqa: PLC0415

    if args.script is not None:
        _check_readable(args.script)
    try:
        settings, config = effective(args, os.environ)  # before Textual is imported: a mistake is told at once
    except SettingError as e:
        raise UsageError(str(e)) from e
    except ConfigError as e:
        say(f"{e}\n`gomem config check` looks again; `gomem --no-config` starts without the configuration")
        return BAD_INPUT
    script = None if args.script is None else Path(args.script)
    wanted = {name: chosen.value is True for name, chosen in settings.items()}
    if args.plain or is_dumb() or not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        if sys.stdin is None:
            needs = "a terminal, or a stdin to read commands from; `gomem run SCRIPT` does a script without one"
            raise UsageError(f"the explorer needs {needs}")
        from gomem_tui.plain.talk import run_plain  # noqa: PLC0415

        return run_plain(script, wanted["journal"], args.resume, wanted["read_only"])
    from gomem_tui.explorer.app import run_explorer  # noqa: PLC0415
    from gomem_tui.settings.options import options_of  # noqa: PLC0415

    options = options_of(settings, config.keyboard, os.environ)
    return run_explorer(script, wanted["journal"], args.resume, wanted["read_only"], options)


def _check_readable(script: str) -> None:
    """Complain before the screen is taken over.  Raises BadInput."""
    try:
        is_dir = stat.S_ISDIR(os.stat(script).st_mode)
    except OSError as e:
        raise BadInput(f"cannot read {brief(script)}: {e.strerror}") from e
    if is_dir or not os.access(script, os.R_OK):
        raise BadInput(f"cannot read {brief(script)}: {'Is a directory' if is_dir else 'Permission denied'}")
