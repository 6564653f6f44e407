"""`gomem learn`: the lessons, as a list, in a menu, or one of them in the explorer."""

import argparse
import os
import sys
from collections.abc import Sequence

from gomem_core.cli.output import OK, USAGE, BadInput, UsageError, emit, emit_json, is_terminal, say
from gomem_core.lessons import Lesson, UnknownLesson, find_lesson, lessons
from gomem_core.lessons.walked import walked
from gomem_core.report import Column, Table
from gomem_core.script import ScriptError
from gomem_tui.config import ConfigError, effective
from gomem_tui.options import options_of
from gomem_tui.settings import SettingError


def execute(args: argparse.Namespace) -> int:
    """List the lessons, or open one, or let one be chosen."""
    try:
        chosen = None if args.lesson is None else find_lesson(args.lesson)
        there = lessons() if chosen is None else (chosen,)
    except UnknownLesson as e:
        raise UsageError(str(e)) from e
    except ScriptError as e:
        raise BadInput(str(e)) from e
    terminal = is_terminal(sys.stdin) and is_terminal(sys.stdout)
    if args.list or args.json or (chosen is None and not terminal):
        _print(there, args.json)
        return OK
    if not terminal:
        say("gomem: a lesson needs a terminal; `gomem learn --list` needs none")
        return USAGE
    from gomem_tui.lesson import choose_and_walk, walk  # noqa: PLC0415 -- Textual, which a list can do without

    try:
        settings, config = effective(args, os.environ)
    except SettingError as e:
        raise UsageError(str(e)) from e
    except ConfigError as e:
        raise BadInput(str(e)) from e
    options = options_of(settings, config.keyboard, os.environ)
    journal = settings["journal"].value is True
    return choose_and_walk(there, journal, options) if chosen is None else walk(chosen, journal, options)


def _print(there: Sequence[Lesson], as_json: bool) -> None:
    done = walked()
    if as_json:
        for lesson in there:
            emit_json({**lesson.json(), "walked": lesson.name in done})
        return
    columns = (Column("lesson"), Column("name", "text"), Column("steps"), Column("walked", "text"), Column("title", "text"))
    rows = [(one.number, one.name, one.steps, "yes" if one.name in done else "–", one.title) for one in there]
    emit("\n".join(line.rstrip() for line in Table(columns, list(rows)).lines()))
