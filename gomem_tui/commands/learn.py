"""`gomem learn`: the lessons, as a list, in a menu, or one of them in the explorer."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from gomem_core.cli.chosen import lists, on_release
from gomem_core.cli.output import OK, BadInput, UsageError, emit, emit_json, is_dumb, is_terminal, write
from gomem_core.files.script import ScriptError
from gomem_core.go.release import Release
from gomem_core.lessons import Lesson, UnknownLesson, find_lesson, lessons
from gomem_core.lessons.walked import note_walked, walked
from gomem_core.report import Column, Table
from gomem_tui.commands.open import go_of
from gomem_tui.opening import at_end, open_lesson
from gomem_tui.settings.config import ConfigError, effective
from gomem_tui.settings.options import options_of
from gomem_tui.settings.settings import SettingError


def execute(args: argparse.Namespace) -> int:
    """List the lessons, or open one, or let one be chosen."""
    if lists(args):
        return OK
    try:
        chosen = None if args.lesson is None else find_lesson(args.lesson)
        there = lessons() if chosen is None else (chosen,)
    except UnknownLesson as e:
        raise UsageError(str(e)) from e
    except ScriptError as e:
        raise BadInput(str(e)) from e
    on_screen = is_terminal(sys.stdin) and is_terminal(sys.stdout)
    plain = args.plain or is_dumb() or not on_screen
    if args.list or args.json or (chosen is None and plain):
        _print(there, args.json)
        if args.list or args.json or not (on_screen or args.plain):
            return OK
        chosen = _asked()
        if chosen is None:
            return OK
    try:
        settings, config = effective(args, os.environ)
    except SettingError as e:
        raise UsageError(str(e)) from e
    except ConfigError as e:
        raise BadInput(str(e)) from e
    journal, read_only = settings["journal"].value is True, settings["read_only"].value is True
    release, asked = go_of(args, settings)
    on = partial(_on, release if asked else None)
    if chosen is not None and plain:
        status = _walk_plainly(on(chosen), journal, read_only)
        while args.lesson is None and (chosen := _asked()) is not None:  # as the menu, which comes again
            status = max(status, _walk_plainly(on(chosen), journal, read_only))
        return status
    from gomem_tui.explorer.lesson import choose_and_walk, walk  # noqa: PLC0415 -- Textual, likewise

    options = options_of(settings, config.keyboard, os.environ)
    if chosen is None:
        return choose_and_walk([*map(on, there)], journal, read_only, options)
    chosen = on(chosen)
    return walk(chosen, open_lesson(chosen, journal, read_only), options)


def _on(release: Release | None, lesson: Lesson) -> Lesson:
    """The lesson on a version of Go that was asked for, which it then tells first."""
    script, told = on_release(lesson.script, release)
    return replace(lesson, script=script, overridden=told)


def _walk_plainly(lesson: Lesson, journal: bool, read_only: bool) -> int:
    """Walk a lesson in plain text; returns the exit code."""
    if sys.stdin is None:
        raise UsageError("a lesson needs a terminal, or a stdin to read commands from")
    from gomem_tui.plain.talk import talk_plainly  # noqa: PLC0415 -- which a list can do without

    desk = open_lesson(lesson, journal, read_only)
    status = talk_plainly(desk, lesson=True)
    if at_end(lesson, desk):
        note_walked(lesson.name)
    return status


def _asked() -> Lesson | None:
    """The lesson whose number or name is typed; None where none is."""
    while True:
        write("Which lesson? Type its number or its name; q quits.\nlesson> ")
        typed = sys.stdin.buffer.readline() if sys.stdin is not None else b""  # not more: the rest is for the lesson
        word = typed.decode(errors="replace").strip()
        if not typed:
            emit("")  # the shell's prompt begins on a line of its own
        if word in ("", "q", "quit", "exit"):
            return None
        try:
            return find_lesson(word)
        except UnknownLesson as e:
            emit(str(e))


def _print(there: Sequence[Lesson], as_json: bool) -> None:
    done = walked()
    if as_json:
        for lesson in there:
            emit_json(lesson.json(lesson.name in done))
        return
    columns = (Column("lesson"), Column("name", "text"), Column("steps"), Column("walked", "text"), Column("title", "text"))
    rows = [(one.number, one.name, one.steps, "yes" if one.name in done else "–", one.title) for one in there]
    emit("\n".join(line.rstrip() for line in Table(columns, list(rows)).lines()))
