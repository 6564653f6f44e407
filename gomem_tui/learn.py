"""`gomem learn`: the lessons, as a list, in a menu, or one of them in the explorer."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.resources import as_file

from gomem_core.cli.output import OK, BadInput, UsageError, emit, emit_json, is_dumb, is_terminal
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
    plain = is_dumb() or not (is_terminal(sys.stdin) and is_terminal(sys.stdout))
    if args.list or args.json or (chosen is None and plain):
        _print(there, args.json)
        return OK
    try:
        settings, config = effective(args, os.environ)
    except SettingError as e:
        raise UsageError(str(e)) from e
    except ConfigError as e:
        raise BadInput(str(e)) from e
    journal, read_only = settings["journal"].value is True, settings["read_only"].value is True
    if chosen is not None and plain:
        from gomem_tui.plain import run_plain  # noqa: PLC0415 -- which a list can do without

        with as_file(chosen.file) as path:
            return run_plain(path, journal, read_only=read_only, lesson=True)
    from gomem_tui.lesson import choose_and_walk, walk  # noqa: PLC0415 -- Textual, likewise

    options = options_of(settings, config.keyboard, os.environ)
    if chosen is None:
        return choose_and_walk(there, journal, read_only, options)
    return walk(chosen, journal, read_only, options)


def _print(there: Sequence[Lesson], as_json: bool) -> None:
    done = walked()
    if as_json:
        for lesson in there:
            emit_json({**lesson.json(), "walked": lesson.name in done})
        return
    columns = (Column("lesson"), Column("name", "text"), Column("steps"), Column("walked", "text"), Column("title", "text"))
    rows = [(one.number, one.name, one.steps, "yes" if one.name in done else "–", one.title) for one in there]
    emit("\n".join(line.rstrip() for line in Table(columns, list(rows)).lines()))
