"""The `gomem` command: a subcommand, or the explorer.  Textual is imported for the explorer and for pictures of it only.

What only some command lines need is imported where they need it: `--help` should be there at once.
"""

import argparse
import gc
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from gomem_core.cli.args import RESUMED_WITHOUT_JOURNAL, make_parser
from gomem_core.cli.main import run_subcommand
from gomem_core.cli.output import BAD_INPUT, USAGE, BadInput, guarded, is_dumb, is_terminal, say
from gomem_core.foreign import brief
from gomem_core.suggest import did_you_mean, nearest
from gomem_tui.cli import SUBCOMMANDS, declare_explorer

_USAGE = "gomem [SCRIPT]\n       gomem SUBCOMMAND ..."
_DESCRIPTION = """\
A heap explorer for the terminal: Go's allocator, decision by decision.

Without a subcommand it opens the explorer, on SCRIPT or on a short built-in script."""
_ALSO_MEANT = {"help": "--help", "version": "--version", **dict.fromkeys(("lesson", "lessons", "tutorial"), "learn")}


def main(argv: Sequence[str] | None = None) -> int:
    """Do a command line (by default the process's); returns the exit code, whatever happens."""
    words = sys.argv[1:] if argv is None else list(argv)
    is_subcommand = bool(words) and words[0] in SUBCOMMANDS  # which wins over a file of that name
    return guarded(lambda: run_subcommand(words, SUBCOMMANDS) if is_subcommand else _explore(words))


def _explore(words: list[str]) -> int:
    """Everything that does not begin with a subcommand."""
    width = max(map(len, SUBCOMMANDS))
    listed = "\n".join(f"  {name:<{width}}  {subcommand.summary}" for name, subcommand in SUBCOMMANDS.items())
    epilog = f"subcommands (gomem SUBCOMMAND --help tells more):\n{listed}\n\nA file of such a name opens as ./NAME."
    parser = make_parser("gomem", _DESCRIPTION, epilog, _USAGE)
    declare_explorer(parser)
    args, surplus = parser.parse_known_args(words)
    if surplus and words[0].startswith("-"):
        parser.error(f"{surplus[0]} is not known here; options of a subcommand stand after it")
    if args.script is not None and _is_mere_word(args.script) and not os.path.exists(args.script):
        say(_no_such_subcommand(args.script))
        return USAGE
    if surplus:
        parser.error(f"the explorer takes one SCRIPT and nothing else: {' '.join(surplus)}")
    if args.script == "-":
        parser.error("the explorer reads keys from stdin, so a script must be a file; `gomem run -` reads one from stdin")
    if args.script is not None and args.resume is not None:
        parser.error("either a SCRIPT or --resume, not both: the journal has the script")
    if args.resume is not None and args.journal is False:
        parser.error(RESUMED_WITHOUT_JOURNAL)
    if args.script is not None:
        _check_readable(args.script)
    # All that is imported stays.  To look through it for garbage takes a tenth of the time to the first picture
    # and 20 ms of some steps.
    gc.disable()
    try:
        return _open(args, parser)
    finally:
        gc.enable()


def _open(args: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """The explorer, as options, environment and configuration want it: on the screen, or as plain text."""
    from gomem_tui.settings.config import ConfigError, effective  # noqa: PLC0415
    from gomem_tui.settings.settings import SettingError  # noqa: PLC0415

    try:
        settings, config = effective(args, os.environ)  # before Textual is imported: a mistake is told at once
    except SettingError as e:
        parser.error(str(e))
    except ConfigError as e:
        say(f"{e}\n`gomem config check` looks again; `gomem --no-config` starts without the configuration")
        return BAD_INPUT
    script = None if args.script is None else Path(args.script)
    wanted = {name: chosen.value is True for name, chosen in settings.items()}
    if args.plain or is_dumb() or not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        if sys.stdin is None:
            needs = "a terminal, or a stdin to read commands from; `gomem run SCRIPT` does a script without one"
            say(f"gomem: the explorer needs {needs}")
            return USAGE
        from gomem_tui.plain.talk import run_plain  # noqa: PLC0415

        return run_plain(script, wanted["journal"], args.resume, wanted["read_only"])
    from gomem_tui.explorer.app import run_explorer  # noqa: PLC0415
    from gomem_tui.settings.options import options_of  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    options = options_of(settings, config.keyboard, os.environ)
    return run_explorer(script, wanted["journal"], args.resume, wanted["read_only"], options)


def _is_mere_word(text: str) -> bool:
    """Whether it looks like a misspelt subcommand rather than like the name of a file."""
    return text != "-" and "." not in text and os.sep not in text and not (os.altsep and os.altsep in text)


def _no_such_subcommand(word: str) -> str:
    complaint = f'gomem: "{brief(word)}" is neither a subcommand nor a file'
    near = nearest(word, [*SUBCOMMANDS, *_ALSO_MEANT])
    if near is None:
        return f"{complaint}\nsubcommands: {', '.join(SUBCOMMANDS)}"
    return did_you_mean(complaint, f"`gomem {_ALSO_MEANT.get(near, near)}`")


def _check_readable(script: str) -> None:
    """Complain before the screen is taken over.  Raises BadInput."""
    try:
        is_dir = stat.S_ISDIR(os.stat(script).st_mode)
    except OSError as e:
        raise BadInput(f"cannot read {brief(script)}: {e.strerror}") from e
    if is_dir or not os.access(script, os.R_OK):
        raise BadInput(f"cannot read {brief(script)}: {'Is a directory' if is_dir else 'Permission denied'}")


if __name__ == "__main__":
    sys.exit(main())
