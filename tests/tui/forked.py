"""The explorer in a fork of the tests' own process, which has imported all of it: a quarter of the time of a new interpreter.

How a process begins and ends is shown with real ones; here everything in between.
"""

import atexit
import faulthandler
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import NoReturn

import gomem_tui.explorer.app  # noqa: F401  -- so that no child has to
from gomem_tui.__main__ import main

_MOST_FILES = 4096


def become_gomem(words: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Do a command line on the terminal of this process, a child just forked, and end it: nothing of pytest's is done again."""
    atexit._clear()
    faulthandler.disable()
    os.closerange(3, _MOST_FILES)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python begins
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["gomem", *words]
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    code = 1
    try:
        code = main(words)
    except SystemExit as e:
        code = e.code if isinstance(e.code, int) else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    atexit._run_exitfuncs()
    os._exit(code)
