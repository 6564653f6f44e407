"""A step of a session file: one stop, with what is said before it and what is expected after it.

A step is one command, or `pause`.  Comments, `say`, `focus` and `select` lines before it belong to it, and so do the `mark` and
`expect` lines after it, which speak of the state after it.  Comments with an empty line between them and the command are
not part of what is told; they stay where they are for whoever reads the file.  A declaration of types may take several lines;
what a session keeps of a file's declarations stands below `types FILE`, in lines that begin with |.
"""

from functools import lru_cache
from typing import Final, Literal, get_args

from gomem_core.foreign import named
from gomem_core.frozen import frozen
from gomem_core.lang import MAX_LINE, Command, ParseError, parse
from gomem_core.lang.commands import Types
from gomem_core.lang.continued import logical_lines
from gomem_core.lang.moves import (
    Directive,
    Expect,
    ExpectError,
    Focus,
    Goto,
    Mark,
    Move,
    Pane,
    Pause,
    Say,
    Select,
    UntilQuantity,
    UntilType,
)

PAUSE: Final = "pause"
KEPT: Final = "|"  # begins the lines of what a session keeps of the declarations in a file
_REMEMBERED: Final = 4_096  # steps: those near a place where one goes to and fro are read once

Place = Literal["before", "own", "behind", "never"]  # of a line in a step
SCENES: Final = (Goto, UntilQuantity, UntilType)  # moves at the prompt, and steps of a file about a film
_PLACES: Final[dict[type, Place]] = {
    **dict.fromkeys(get_args(Move), "never"),
    **dict.fromkeys(SCENES, "own"),
    **dict.fromkeys(get_args(Directive), "behind"),
    **dict.fromkeys((Say, Focus, Select), "before"),
    Pause: "own",
}
_DIRECTIVES: Final = frozenset({"say", "focus", "select", "mark", "expect", "pause"})


class ScriptError(Exception):
    """A session file that cannot be read; the message says file, line and column, with a picture below."""


@frozen
class Step:
    """What the lines of one step say."""

    source: str  # all its lines: those before the command, the command's own, those after it
    line: str  # the command's own line
    command: Command | None  # None: it does not parse, as an `expect error` after it foresees
    error: ParseError | None  # then why
    notes: tuple[str, ...] = ()  # the comments, without #
    says: tuple[str, ...] = ()  # lines of Markdown
    focus: tuple[Pane, ...] = ()
    select: int | str | None = None  # what to select then: an address, or an object's name
    marks: tuple[str, ...] = ()
    expects: tuple[tuple[str, Expect], ...] = ()  # each as written and as read


def place_of(command: Command) -> Place:
    """Where a line with this command stands in a step; `never` for moves that are for the prompt."""
    return _PLACES.get(type(command), "own")


def is_comment(line: str) -> bool:
    """Whether nothing but a comment stands in the line."""
    return line.lstrip(" \t")[:1] == "#"


def is_kept(line: str) -> bool:
    """Whether it is a line of what a session keeps of the declarations in a file."""
    return line.lstrip(" \t").startswith(KEPT)


def not_kept(line: str) -> ParseError:
    """The error that such a line stands where none can."""
    return ParseError(line.index(KEPT) + 1, 1, f"lines that begin with {KEPT} are what is kept of a file: they follow types FILE")


def must_parse(line: str) -> bool:
    """Whether a mistake in this line is never one that a command is expected to make: in a comment, a directive, no line."""
    if len(line) > MAX_LINE or is_comment(line):
        return True
    return next(iter(line.split()), "").partition("#")[0] in _DIRECTIVES


def misplaced(line: str) -> ParseError:
    """The error that a move stands in a session file."""
    word = line.split(maxsplit=1)[0].partition("#")[0]
    message = f"{word} is for the prompt; a session file cannot hold it"
    return ParseError(line.index(word) + 1, len(word), message)


def located(where: str, number: int, line: str, error: ParseError) -> ScriptError:
    """The error in a line of a file, the first being number 1."""
    return ScriptError(f"{named(where)}:{number}:{error.column}: {error.message}\n{error.render_place(line)}")


@lru_cache(_REMEMBERED)
def parse_step(source: str) -> Step:
    """Read the lines of one step.  Narration without a command gets a `pause`.  Steps never change, so equal ones are shared.

    Raises ParseError when it is one line that is wrong, and ScriptError, with the number of the line in the step, when it is
    one of several.
    """
    if "\n" in source:
        return _read_lines(source)
    command = parse(source)
    if command is not None and place_of(command) == "own":
        return Step(source, source, command, None)
    if command is not None and place_of(command) == "never":
        raise misplaced(source)
    if isinstance(command, Expect | Mark):
        raise _nothing_before(source)
    if command is None and not is_comment(source):
        raise ParseError(1, 0, "a step has a command; here is none")
    return _read_lines(source)


def _read_lines(source: str) -> Step:
    parts = _Parts()
    for number, line in logical_lines(source.split("\n")):
        try:
            (parts.keep if is_kept(line) else parts.add)(line)
        except ParseError as e:
            raise located("step", number, line, e) from e
    parts.end()
    if parts.line is None:
        source = f"{source}\n{PAUSE}"
        parts.add(PAUSE)
    line = parts.line or PAUSE
    if parts.error is not None and not any(isinstance(expect, ExpectError) for _, expect in parts.expects):
        number = next(n for n, text in logical_lines(source.split("\n")) if text == line)
        raise located("step", number, line, parts.error) from parts.error
    return Step(
        *(source, line, parts.command, parts.error),
        notes=tuple(parts.notes),
        says=tuple(parts.says),
        focus=tuple(parts.focus),
        select=parts.select,
        marks=tuple(parts.marks),
        expects=tuple(parts.expects),
    )


class _Parts:
    """The parts of a step as far as its lines are read."""

    def __init__(self) -> None:
        self.line: str | None = None
        self.command: Command | None = None
        self.error: ParseError | None = None
        self.notes: list[str] = []
        self.says: list[str] = []
        self.focus: list[Pane] = []
        self.select: int | str | None = None
        self.marks: list[str] = []
        self.expects: list[tuple[str, Expect]] = []
        self.kept: list[str] | None = None  # of the declarations in a file

    def add(self, line: str) -> None:
        """Take up one line.  Raises ParseError."""
        try:
            command = parse(line)
        except ParseError as e:
            if must_parse(line) or self.line is not None:
                raise
            self.line, self.error = line, e
            return
        match command:
            case None:
                self._note(line)
            case Say(text):
                self.says.append(text)
            case Focus(panes):
                self.focus += [pane for pane in panes if pane not in self.focus]
            case Select(target):
                self.select = target
            case Mark() | Expect() if self.line is None:
                raise _nothing_before(line)
            case Mark(name):
                self.marks.append(name)
            case Expect():
                self.expects.append((line, command))
            case _ if place_of(command) == "never":
                raise misplaced(line)
            case _ if self.line is not None:
                raise ParseError(1, len(line), "a step has one command; here a second one begins")
            case _:
                self.line, self.command = line, command

    def keep(self, line: str) -> None:
        """Take up a line of what is kept of a file.  Raises ParseError."""
        if not isinstance(self.command, Types):
            raise not_kept(line)
        self.kept = [*(self.kept or ()), line.lstrip(" \t")[len(KEPT) :].removeprefix(" ")]

    def end(self) -> None:
        """The lines are over: what they kept of a file belongs to its command."""
        if isinstance(self.command, Types) and self.kept is not None:
            self.command = Types(self.command.path, "\n".join(self.kept))

    def _note(self, line: str) -> None:
        """A comment, or the empty line that parts those before it from the step."""
        if is_comment(line):
            self.notes.append(line.strip().lstrip("#").strip())
        else:
            self.notes.clear()


def _nothing_before(line: str) -> ParseError:
    word = line.split(maxsplit=1)[0]
    return ParseError(line.index(word) + 1, len(word), f"{word} speaks of the command before it, and here is none")
