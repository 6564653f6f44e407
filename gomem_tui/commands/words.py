"""The words of gomem's command lines, as the completion scripts need them: read from what argparse is told."""

import argparse
from typing import Final, Literal

from gomem_core.cli.args import subcommand_parser
from gomem_core.frozen import frozen
from gomem_core.lang.panes import PANES
from gomem_core.lessons import lessons
from gomem_tui.cli import SUBCOMMANDS, declare_explorer
from gomem_tui.settings.settings import SETTINGS

Kind = Literal["words", "sessions", "files", "journals", "text"]

_OF_SESSIONS: Final = ("run", "check", "compare")  # subcommands that do session files; others show whatever gomem opens
_FILES: Final = ("SCRIPT", "FILE", "WHAT", "OUT", "KEYFILE", "DUMP", "EXE", "A", "B")
_WORDS: Final = {
    "PANE": tuple(PANES),
    "LESSON": tuple(lesson.name for lesson in lessons()),
    **{setting.name.upper(): setting.words for setting in SETTINGS if not setting.is_flag},
}


@frozen
class Value:
    """What can stand in a place: some words, files, session files rather than others, IDs of journals, or anything."""

    kind: Kind
    words: tuple[str, ...] = ()
    name: str = ""
    optional: bool = False


@frozen
class Option:
    """An option's names, what it is for, and the value after it, if it takes one."""

    names: tuple[str, ...]
    help: str
    value: Value | None
    repeats: bool


@frozen
class Command:
    """A subcommand, or the explorer, whose name is empty."""

    name: str
    summary: str
    options: tuple[Option, ...]
    values: tuple[Value, ...]  # the last may be repeated where `repeats`
    repeats: bool

    @property
    def taking(self) -> list[Option]:
        """The options after which a value has to stand, or can."""
        return [option for option in self.options if option.value is not None]


def all_commands() -> list[Command]:
    """The explorer and the subcommands."""
    explorer = argparse.ArgumentParser("gomem", allow_abbrev=False)
    declare_explorer(explorer)
    return [
        _command("", "", explorer),
        *(_command(name, subcommand.summary, subcommand_parser(name, subcommand)) for name, subcommand in SUBCOMMANDS.items()),
    ]


def _command(name: str, summary: str, parser: argparse.ArgumentParser) -> Command:
    actions = parser._actions  # argparse has no public way to ask
    options = [
        Option(
            tuple(action.option_strings),
            (action.help or "").replace("%%", "%"),
            None if action.nargs == 0 else _value(name, action),
            isinstance(action, argparse._AppendAction),
        )
        for action in actions
        if action.option_strings
    ]
    places = [action for action in actions if not action.option_strings]
    repeats = any(action.nargs in ("+", "*") for action in places)
    return Command(name, summary, tuple(options), tuple(_value(name, action) for action in places), repeats)


def _value(command: str, action: argparse.Action) -> Value:
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    name = "EXE" if name == "GO" and action.dest != "go" else name  # the command, not a version
    words = tuple(map(str, action.choices or _WORDS.get(name, ())))
    kind: Kind
    if words:
        kind, name = "words", action.dest
    elif name in ("SCRIPT", "FILE") and command in _OF_SESSIONS:
        kind = "sessions"
    elif name in _FILES:
        kind = "files"
    else:
        kind = "journals" if name == "ID" else "text"
    return Value(kind, words, name, action.nargs == "?")
