"""The explorer for somebody who was let in: in a pseudo-terminal of its own, within limits, and away from files.

A process of its own: `python -m gomem_tui.serve.seated TOLD`, where TOLD is what programs.py writes.
"""

import argparse
import fcntl
import json
import os
import resource
import sys
import termios
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from gomem_core.cli.chosen import release_of
from gomem_core.cli.output import BAD_INPUT, guarded, is_dumb, say
from gomem_core.files.journal import JournalError
from gomem_core.files.script import ScriptError
from gomem_core.go.release import ALWAYS
from gomem_core.lessons import find_lesson
from gomem_core.session.console import Console
from gomem_core.session.visitors import Visitors
from gomem_tui.cli import declare_explorer
from gomem_tui.opening import open_console, open_lesson
from gomem_tui.serve.limits import MEMORY, PROCESSOR
from gomem_tui.settings.config import effective
from gomem_tui.settings.options import Options, options_of

_GRACE: Final = 5  # seconds of the processor after it was told that there are no more
_FILES: Final = 1024  # open at once: a film takes more than a hundred
_COLUMN: Final = 1 << 28  # bytes of a film's column of numbers
_NICER: Final = 5  # the presenter, and the server, go before


def main() -> int:
    """Show it until it ends; returns the exit code."""
    told = json.loads(sys.argv[1])
    with suppress(OSError):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    visitors = Visitors(partial(_note, told["notes"]))
    return guarded(lambda: _show(told["words"], told["lesson"], told["role"] == "presenter", told["resumed"], visitors))


def _show(words: list[str], lesson: str, presents: bool, resumed: str, visitors: Visitors) -> int:
    parser = argparse.ArgumentParser("gomem", allow_abbrev=False)
    declare_explorer(parser)
    args = parser.parse_args(words)
    args.no_config = True
    settings, config = effective(args, os.environ)
    release = release_of(args, str(settings["go"].value), settings["go"].source) or ALWAYS
    asked = (args.go, args.base, args.padding) != (None, None, None) and not resumed
    try:
        if lesson and not resumed:
            console = open_lesson(find_lesson(lesson), presents, settings["read_only"].value is True)
        else:
            script = None if args.script is None or resumed else Path(args.script)
            read_only = settings["read_only"].value is True
            wait = not presents  # a film is read before its limits hold: that writes temporary files
            console = open_console(script, presents, resumed or None, read_only, release, asked, wait, cache=False)
    except (ScriptError, JournalError) as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    console.visitors = visitors
    _limit(presents, console.session.reel is not None)
    if is_dumb():
        from gomem_tui.plain.talk import talk_plainly  # noqa: PLC0415 -- others do without

        return talk_plainly(console, lesson=True)  # as there, no other session is offered
    return _explore(console, options_of(settings, config.keyboard, os.environ))


def _explore(console: Console, options: Options) -> int:
    from gomem_tui.explorer.app import Explorer  # noqa: PLC0415 -- a heap that cannot be opened is told before
    from gomem_tui.explorer.visit import SessionVisit  # noqa: PLC0415 -- the same
    from gomem_tui.panes.model import first_panes  # noqa: PLC0415 -- the same

    options = replace(options, panes=first_panes(console.session.world))
    return Explorer(console, options, SessionVisit(console, offers_killed=False)).run_to_end(options.mouse) or 0


def _note(descriptor: int, line: str) -> None:
    """Tell the server what is typed; what it does not read in time is lost."""
    with suppress(OSError):
        os.write(descriptor, f"{line}\n".encode())


def _limit(presents: bool, film: bool) -> None:
    """Leave the rest of the machine to others, and write nothing.

    A presenter has a journal to write, and goes on for as long as the talk does; a film keeps columns in files without names.
    """
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, _FILES)]
    with suppress(OSError, ValueError):  # no /proc: then there is no limit to memory
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limits.append((resource.RLIMIT_AS, pages * resource.getpagesize() + MEMORY))
    if not presents:
        limits += [(resource.RLIMIT_FSIZE, _COLUMN if film else 0)]
        os.nice(_NICER)
        with suppress(OSError, ValueError):  # SIGXCPU tells the server why it ended, where SIGKILL would not
            resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR + _GRACE))
    for which, most in limits:
        with suppress(OSError, ValueError):
            resource.setrlimit(which, (most, most))


if __name__ == "__main__":
    sys.exit(main())
