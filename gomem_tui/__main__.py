"""The `gomem` command: a subcommand, or the explorer.  Textual is imported for the explorer and for pictures of it only.

What only some command lines need is imported where they need it: `--help` should be there at once.
"""

import gc
import os
import sys
from collections.abc import Sequence

from gomem_core.cli.args import RESUMED_WITHOUT_JOURNAL, make_parser
from gomem_core.cli.main import run_subcommand
from gomem_core.cli.output import USAGE, UsageError, guarded, say
from gomem_core.foreign import brief
from gomem_core.suggest import did_you_mean, nearest
from gomem_tui.cli import SUBCOMMANDS, declare_explorer

_USAGE = "gomem [FILE]\n       gomem SUBCOMMAND ..."
_DESCRIPTION = """\
A heap explorer for the terminal: Go's allocator, decision by decision.

Without a subcommand it opens the explorer, on FILE or on a short built-in script."""
_ALSO_MEANT = {"help": "--help", "version": "--version", **dict.fromkeys(("lesson", "lessons", "tutorial"), "learn")}


def main(argv: Sequence[str] | None = None) -> int:
    """Do a command line (by default the process's); returns the exit code, whatever happens."""
    words = sys.argv[1:] if argv is None else list(argv)
    # numpy's BLAS starts a thread for each processor, which spins for as long as numpy is imported, and longer (findings/).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
    if args.script in SUBCOMMANDS:
        at = words.index(args.script)
        if not set(words[:at]) & set(surplus):  # gomem --plain learn: options of the explorer, which it has as well
            return run_subcommand([args.script, *words[:at], *words[at + 1 :]], SUBCOMMANDS)
    if surplus and words[0].startswith("-"):
        parser.error(f"{surplus[0]} is not known here; options of a subcommand stand after it")
    if args.script is not None and _is_mere_word(args.script) and not os.path.exists(args.script):
        say(_no_such_subcommand(args.script))
        return USAGE
    if surplus:
        parser.error(f"the explorer takes one FILE and nothing else: {' '.join(surplus)}")
    if args.script == "-":
        parser.error("the explorer reads keys from stdin, so a script must be a file; `gomem run -` reads one from stdin")
    if args.script is not None and args.resume is not None:
        parser.error("either a FILE or --resume, not both: the journal has the script")
    if args.resume is not None and args.journal is False:
        parser.error(RESUMED_WITHOUT_JOURNAL)
    # All that is imported stays.  To look through it for garbage takes a tenth of the time to the first picture
    # and 20 ms of some steps.  From the first picture on the explorer has what comes after that looked through.
    gc.disable()
    try:
        from gomem_tui.commands.open import explore  # noqa: PLC0415 -- not before a mistake in the command line is told

        return explore(args)
    except UsageError as e:
        parser.error(str(e))
    finally:
        gc.enable()


def _is_mere_word(text: str) -> bool:
    """Whether it looks like a misspelt subcommand rather than like the name of a file."""
    return text != "-" and "." not in text and os.sep not in text and not (os.altsep and os.altsep in text)


def _no_such_subcommand(word: str) -> str:
    complaint = f'gomem: "{brief(word)}" is neither a subcommand nor a file'
    near = nearest(word, [*SUBCOMMANDS, *_ALSO_MEANT])
    if near is None:
        return f"{complaint}\nsubcommands: {', '.join(SUBCOMMANDS)}"
    return did_you_mean(complaint, f"`gomem {_ALSO_MEANT.get(near, near)}`")


if __name__ == "__main__":
    sys.exit(main())
