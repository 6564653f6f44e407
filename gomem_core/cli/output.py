"""What all subcommands share: exit codes, data to stdout, talk to stderr, and how a program ends.

Data is flushed line by line, so that whoever reads the pipe sees it when it happens.  All that is written passes `visible`, so
that no message need think of it: names and contents of files may hold what a terminal takes for a command.
"""

import json
import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Final, TextIO

from gomem_core.foreign import named, visible
from gomem_core.world.world import NotKnown

OK: Final = 0
FAILED: Final = 1  # a check failed: a recording differs, an expectation is not met
USAGE: Final = 2
BAD_INPUT: Final = 3  # a file, a script, a line of the language
INTERNAL: Final = 70  # gomem itself is wrong; EX_SOFTWARE of sysexits.h
NO_MEMORY: Final = "gomem: this machine has not enough memory for that"
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells count
DUMB: Final = ("", "dumb", "unknown")  # values of TERM for terminals that can only print
BROKEN_PIPE: Final = 141  # 128 + SIGPIPE, as if the signal had ended it


class UsageError(Exception):
    """The command line is well formed and means nothing; the message says what would."""


class BadInput(Exception):
    """Something that was to be read cannot be; `where` is file and line, when there is a line to name."""

    def __init__(self, message: str, where: str = "gomem") -> None:
        self.where = named(where)
        super().__init__(message)


def emit(text: str) -> None:
    """Write one line (or several) of data."""
    write(f"{text}\n")


def write(text: str) -> None:
    """Write data as it is, without a line break after it."""
    sys.stdout.write(visible(text))
    sys.stdout.flush()


def emit_json(record: object) -> None:
    """Write one record on one line."""
    emit(json_text(record))


def json_text(record: object) -> str:
    """The record as JSON on one line; printable ASCII only, so that it is the same in every locale."""
    return json.dumps(record).replace("\x7f", "\\u007f")


def say(text: str) -> None:
    """Talk to the user, after what was written to stdout; never fails, since there may be nobody to talk to."""
    _say(f"{visible(text)}\n")


def say_meanwhile(text: str) -> None:
    """Write a line without its end, for a terminal, that `unsay` takes away."""
    _say(visible(text))


def unsay() -> None:
    """Take away the line that `say_meanwhile` wrote."""
    _say("\r\x1b[2K")


def _say(text: str) -> None:
    _flush(sys.stdout)
    if sys.stderr is None:  # closed by whoever started us
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at the stream, or types into it."""
    return stream is not None and not stream.closed and stream.isatty()


def is_dumb() -> bool:
    """Whether the terminal can only print, as far as TERM tells."""
    return os.name == "posix" and os.environ.get("TERM", "") in DUMB


def guarded(task: Callable[[], int]) -> int:
    """Do the whole work of a program; whatever ends it becomes an exit code and at most one line of talk."""
    if sys.stdout is None:
        say("gomem: there is no stdout to write to")
        return BAD_INPUT
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # what its encoding lacks must not end us, nor spoil the columns
    try:
        return _finish(task)
    except KeyboardInterrupt:
        say("gomem: interrupted")
        return INTERRUPTED
    except MemoryError:
        say(NO_MEMORY)
        return BAD_INPUT
    except BadInput as e:
        say(f"{e.where}: {e}")
        return BAD_INPUT
    except NotKnown as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    except BrokenPipeError:  # the reader has seen enough
        _silence(sys.stdout)
        return BROKEN_PIPE
    except OSError as e:
        _silence(sys.stdout)
        say(f"gomem: cannot go on: {reason(e)}")
        return BAD_INPUT
    except Exception as e:  # whatever it is: nobody but us can mend it
        from gomem_core.cli.crash import sentence  # noqa: PLC0415 -- seldom needed

        say(sentence(e))
        return INTERNAL


def reason(e: OSError) -> str:
    """What the system says went wrong, with the name of the file if it is about one."""
    said = e.strerror or str(e)
    return said if e.filename is None else f"{named(e.filename)}: {said}"


def _finish(task: Callable[[], int]) -> int:
    """The task's exit code, after all of its output has left."""
    try:
        status = task()
    except SystemExit as e:  # argparse has told what there is to tell
        status = e.code if isinstance(e.code, int) else USAGE
    sys.stdout.flush()
    return status


def _flush(stream: TextIO | None) -> None:
    try:
        if stream is not None:
            stream.flush()
    except OSError:  # whoever writes data next will notice
        pass


def _silence(stream: TextIO | None) -> None:
    """Let what is still buffered go nowhere, or Python would complain about it on its way out."""
    try:
        if stream is not None:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)
    except (OSError, ValueError):  # no real file: nothing is left over
        pass
