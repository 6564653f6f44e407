"""`gomem export`: what the explorer shows at a step of a session file, as a picture, as text or as data."""

import argparse
import os
import re
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from gomem_core.cli.chosen import asked, lists, on_release
from gomem_core.cli.filmend import tell_end
from gomem_core.cli.output import BAD_INPUT, OK, BadInput, UsageError, is_terminal, json_text, say, write
from gomem_core.files.script import Script, ScriptError
from gomem_core.files.stillfile import still_bytes
from gomem_core.foreign import brief, named
from gomem_core.go.release import Release
from gomem_core.lang.errors import WordError
from gomem_core.lang.moves import ExpectError, Stop
from gomem_core.lang.names import read_stop
from gomem_core.report import counted
from gomem_core.session.commands.context import CommandError
from gomem_core.session.commands.movefaults import step_of
from gomem_core.session.console import Console
from gomem_core.session.document import Origin
from gomem_core.session.opened import open_file
from gomem_core.session.outcome import Outcome
from gomem_core.session.snapshot import snapshot
from gomem_core.session.stills import still_of
from gomem_core.suggest import did_you_mean
from gomem_core.world.strip import Strip
from gomem_tui.commands.given import give_types, given_pane
from gomem_tui.explorer.arrangement import NEEDS
from gomem_tui.settings.look import Look, picture_look
from gomem_tui.settings.settings import SettingError, choose_picture

_SIZE: Final = (120, 40)
_MOST: Final = 1000  # columns, rows
_HALFWAY: Final = re.compile(r"(.*)\.([0-9]{1,9})", re.DOTALL)


def execute(args: argparse.Namespace) -> int:
    """Go there, and write what there is to be seen."""
    if lists(args):
        return OK
    release = asked(args)
    size, panes = _size(args.size), [given_pane("--focus", word) for word in args.focus or ()]
    target, event = _stop(args.at)
    if (args.json or args.still) and (args.size or panes or args.zoom or args.theme or args.ascii is not None):
        raise UsageError("--size, --focus, --zoom, --theme and --ascii are for --svg and --text")
    if args.no_frame and not args.svg:
        raise UsageError("--no-frame is for --svg")
    look = _look(args)
    if args.out is not None and os.path.exists(args.out) and os.path.exists(args.file) and os.path.samefile(args.file, args.out):
        raise UsageError("argument -o: this is the session file itself")
    try:
        path = Path(args.file)
        console = give_types(Console(True, _on_release(open_file(path), release), origin=Origin(path, None)), args)
    except ScriptError as e:
        say(str(e))
        return BAD_INPUT
    _go(console, args.file, target, event)
    tell_end(console.session.reel, target)
    if args.still:
        title = console.script.title or console.script.name
        _write_bytes(still_bytes(still_of(console.session, title, whole=True), console.session.declared), args.out)
        return OK
    if args.json:
        _write(f"{json_text(snapshot(console))}\n", args.out)
        return OK
    # Textual is imported only here: data needs no screen.
    from gomem_tui.commands.shoot import shoot  # noqa: PLC0415
    from gomem_tui.panes.model import first_panes  # noqa: PLC0415

    picture = shoot(console, size, panes or [*first_panes(console.session.world)], args.zoom, look, not args.no_frame)
    _write(picture.svg if args.svg else picture.text, args.out)
    return OK


def _on_release(opened: Script | Strip, release: Release | None) -> Script | Strip:
    """What was opened, on the version of Go that an option says.  Raises UsageError."""
    if isinstance(opened, Strip):
        if release is not None:
            raise UsageError(f"--go is for session files: this heap is of {opened.shown.go_told}")
        return opened
    script, told = on_release(opened, release)
    if told:
        say(f"gomem: {told}")
    return script


# --- What the options say -----------------------------------------------------------------------------------------------


def _size(text: str | None) -> tuple[int, int]:
    if text is None:
        return _SIZE
    match = re.fullmatch(r"([0-9]{1,5})[xX×]([0-9]{1,5})", text)
    size = (int(match[1]), int(match[2])) if match is not None else (0, 0)
    if size[0] < NEEDS[0] or size[1] < NEEDS[1] or max(size) > _MOST:
        least, most = f"{NEEDS[0]}x{NEEDS[1]}", f"{_MOST}x{_MOST}"
        raise UsageError(f"argument --size: a size is WIDTHxHEIGHT, in columns and rows, from {least} to {most}")
    return size


def _look(args: argparse.Namespace) -> Look:
    try:
        return picture_look(*choose_picture(args, os.environ))
    except SettingError as e:
        raise UsageError(str(e)) from e


def _stop(text: str) -> tuple[Stop, int]:
    """A step or the name of one, and how many events of the next command."""
    match = _HALFWAY.fullmatch(text)
    word, event = (match[1], int(match[2])) if match is not None else (text, 0)
    if not word:
        raise UsageError("argument --at: expected the number of a step, a bookmark, start or end")
    try:
        return read_stop(word), event
    except WordError as e:
        raise UsageError(f"argument --at: {did_you_mean(e.message, e.suggestion)}") from e


# --- Going there --------------------------------------------------------------------------------------------------------


def _go(console: Console, where: str, target: Stop, event: int) -> None:
    """Do the steps up to there; those that fail are told, and passed by.  Raises BadInput."""
    session = console.session
    try:
        step = step_of(console.session, target)
    except CommandError as e:
        raise BadInput(did_you_mean(e.message, e.suggestion), where) from e
    if session.reel is not None:
        session.goto(step)
    while session.step < step:
        outcome = session.forward()
        if outcome is not None and outcome.error is not None and not _foreseen(outcome):
            number = console.script.numbers[session.step - 1]
            say(f"{named(where)}:{number}:{outcome.error.column}: step {session.step} fails: {outcome.error.message}")
    if event:
        if session.at_end:
            raise BadInput(f"step {step} is the last one; no command after it tells an event {event}", where)
        ahead = session.events_ahead()
        if event > ahead:
            raise BadInput(f"the command after step {step} tells {counted(ahead, 'event')}; there is no event {event}", where)
        session.goto(step, event)


def _foreseen(outcome: Outcome) -> bool:
    """Whether the session file expects an error of it."""
    return outcome.said is not None and any(isinstance(expect, ExpectError) for _, expect in outcome.said.expects)


# --- Writing ------------------------------------------------------------------------------------------------------------


def _write(text: str, out: str | None) -> None:
    """Write to a file or to stdout, always in UTF-8: a picture must not depend on the locale.  Raises BadInput."""
    if out is None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        write(text)
        return
    _write_bytes(text.encode(), out)


def _write_bytes(data: bytes, out: str | None) -> None:
    """Write to a file, or to stdout if that is none.  Raises BadInput."""
    if out is None and is_terminal(sys.stdout):
        raise UsageError("a still is no text: -o names a file for it")
    try:
        if out is None:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            Path(out).write_bytes(data)
    except BrokenPipeError:
        raise  # the reader has seen enough
    except (OSError, ValueError) as e:  # ValueError: a NUL in the name
        raise BadInput(f"cannot write {brief(out or '<stdout>')}: {getattr(e, 'strerror', None) or e}") from e
