"""Session files: text that a person can read, write and compare, and that replays to the same heap, to the bit.

    gomem 1                        the version, which may be missing
    title A small lesson
    future mine                    what the steps below are called; main, if it does not stand here
    # What is behind a # is a comment; right before a command it is told with it.
    say The **first** object of its class asks everybody.
    alloc 48 scan as a
    expect served os
    branch other from 1            another future: what else was done after step 1
    drop a

What belongs to a step stands in step.py.  Nothing is executed here.
"""

from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gomem_core.lang import ParseError, parse
from gomem_core.lang.errors import WordError
from gomem_core.lang.moves import ExpectError
from gomem_core.lang.names import read_branch_name
from gomem_core.lang.numbers import MAX_INT, read_count
from gomem_core.lang.words import rest_of_line, split_line, word_spans
from gomem_core.step import PAUSE, ScriptError, Step, is_comment, located, misplaced, must_parse, parse_step, place_of

__all__ = [
    "VERSION",
    "BranchText",
    "Script",
    "ScriptError",
    "Step",
    "load_script",
    "load_text",
    "parse_step",
    "read_script",
    "write_script",
]

VERSION: Final = 1  # of the format: what this gomem writes, and the latest it reads
MAX_BYTES: Final = 256 << 20  # of a file; a million steps take a tenth
_BOM: Final = b"\xef\xbb\xbf"


def _numbers() -> "array[int]":
    return array("q")


@dataclass
class BranchText:
    """Another future: its own steps, which begin after step `start` of `parent` (None: of the main line)."""

    name: str
    start: int
    parent: str | None
    steps: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)  # comments before its first line
    numbers: "array[int]" = field(default_factory=_numbers, compare=False)  # as in Script


@dataclass
class Script:
    """A session file: its steps as text (parse_step reads one), main line and other futures."""

    name: str
    title: str = ""
    steps: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)  # `mark` and `expect` lines of step 0; comments on the whole file
    tail: list[str] = field(default_factory=list)  # comments behind everything
    branches: list[BranchText] = field(default_factory=list)
    future: str = ""  # what the main line is called; nothing: as always
    numbers: "array[int]" = field(default_factory=_numbers, compare=False)  # the line of each step's command in the file, from 1


# --- Writing ------------------------------------------------------------------------------------------------------------


def write_script(script: Script) -> str:
    """The text of a session file, which read_script reads back to an equal script."""
    lines = [f"gomem {VERSION}"]
    if script.title:
        lines.append(f"title {script.title}")
    if script.future:
        lines.append(f"future {script.future}")
    if script.head:
        lines += ["", *script.head, ""]
    _write_steps(lines, script.steps)
    for branch in script.branches:
        of = f" of {branch.parent}" if branch.parent is not None else ""
        lines += ["", *branch.head, f"branch {branch.name} from {branch.start}{of}"]
        _write_steps(lines, branch.steps)
    if script.tail:
        lines += ["", *script.tail, ""]  # the last empty line keeps them from being told
    return "\n".join(lines) + "\n"


def _write_steps(lines: list[str], steps: list[str]) -> None:
    """Steps that begin with something said stand apart from what is before them."""
    for source in steps:
        if "\n" in source and lines[-1] and (is_comment(source) or source.lstrip(" \t").startswith(("say", "focus"))):
            lines.append("")
        lines.append(source)


# --- Reading ------------------------------------------------------------------------------------------------------------


def load_script(path: Path) -> Script:
    """Read a session file.  Raises ScriptError, whatever is wrong with it."""
    return read_script(path.name, load_text(path), str(path))


def load_text(path: Path) -> str:
    """The text of a session file, which may still be none.  Raises ScriptError."""
    if _is_named_pipe(path):  # nobody could stop who waits for what another program writes
        raise ScriptError(f"{path}: it is a pipe, not a file")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as e:
        raise ScriptError(f"{path}: {e.strerror or e}") from e
    except ValueError as e:  # a NUL in the name
        raise ScriptError(f"{str(path)!a}: {e}") from e
    if len(data) > MAX_BYTES:
        raise ScriptError(f"{path}: the file is larger than {MAX_BYTES >> 20} MB, which no session is")
    nul = data.find(b"\0")
    if nul >= 0:
        number = data.count(b"\n", 0, nul) + 1
        raise ScriptError(f"{path}:{number}: not a text file (byte {nul} is 0)")
    try:
        return data.removeprefix(_BOM).decode()
    except UnicodeDecodeError as e:
        at = e.start + len(data) - len(e.object)
        number = data.count(b"\n", 0, at) + 1
        raise ScriptError(f"{path}:{number}: not a text file (byte {at} is not UTF-8)") from e


def _is_named_pipe(path: Path) -> bool:
    """Whether it is a pipe with a name of its own, not one that a shell has opened, as /dev/stdin."""
    try:
        return path.is_fifo() and path.resolve().parts[1:2] not in (("dev",), ("proc",))
    except (OSError, ValueError):
        return False


def read_script(name: str, text: str, where: str) -> Script:
    """A script from the text of a file; `where` stands in messages.  Raises ScriptError."""
    reader = _Reader(name)
    lines = text.removeprefix("\ufeff").split("\n")
    if not lines[-1]:
        lines.pop()  # the end of the last line is no empty line
    number, line = 0, ""
    try:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\r")
            reader.read(number, line)
        reader.finish()
    except _OpenFault as e:
        raise located(where, e.number, e.line, e.error) from e.error
    except ParseError as e:
        raise located(where, number, line, e) from e
    return reader.script


class _OpenFault(Exception):
    """An earlier line is wrong after all: no `expect error` came."""

    def __init__(self, number: int, line: str, error: ParseError) -> None:
        super().__init__(error)
        self.number = number
        self.line = line
        self.error = error


class _Reader:
    """Reads line by line; keeps the step that is open and the lines before the next one."""

    def __init__(self, name: str) -> None:
        self.script = Script(name)
        self._into: Script | BranchText = self.script
        self._lines: list[str] = []  # of the step that can still get `mark` and `expect` lines
        self._number = 0  # where its command stands
        self._fault: _OpenFault | None = None  # its command does not parse
        self._waiting: list[tuple[int, str]] = []  # comments, `say` and `focus` for the next one, and where each stands
        self._told = False  # whether a comment among them has no empty line behind it
        self._begun = False  # whether the top of the file is over

    def read(self, number: int, line: str) -> None:
        """One line without its end.  Raises ParseError for this line, _OpenFault for an earlier one."""
        try:
            command = parse(line)
        except ParseError as e:
            self._not_parsed(number, line, e)
            return
        if command is None:
            self._no_command(number, line)
            return
        self._begun = True
        place = place_of(command)
        if place == "own":
            self._open(number, line)
        elif place == "before":
            self._waiting.append((number, line))
        elif place == "behind":
            self._behind(line, isinstance(command, ExpectError))
        else:
            raise misplaced(line) if split_line(line)[0] != "branch" else _no_section(line)

    def finish(self) -> None:
        """The end of the file.  Raises _OpenFault."""
        self._close()
        self._pause_if(self._told or not self._waits_silently())
        self.script.tail = _without_end(self._take_waiting())

    # --- Steps ----------------------------------------------------------------------------------------------------------

    def _open(self, number: int, line: str) -> None:
        self._close()
        self._lines = [*self._take_waiting(), line]
        self._number = number

    def _take_waiting(self) -> list[str]:
        """The lines that wait, which wait no longer."""
        if not self._waiting:  # most often, and there are many steps
            return []
        lines = [line for _, line in self._waiting]
        self._waiting = []
        self._told = False
        return lines

    def _waits_silently(self) -> bool:
        """Whether nothing but comments and empty lines waits."""
        return all(not line or is_comment(line) for _, line in self._waiting)

    def _close(self) -> None:
        if self._fault is not None:
            raise self._fault
        if self._lines:
            self._into.steps.append("\n".join(self._lines))
            self._into.numbers.append(self._number)
            self._lines = []

    def _pause_if(self, told: bool) -> None:
        """What was told without a command behind it gets a stop of its own."""
        if told:
            self._open(max(number for number, line in self._waiting if line), PAUSE)
            self._close()

    def _behind(self, line: str, error_expected: bool) -> None:
        if self._lines:
            self._lines.append(line)
            if error_expected:
                self._fault = None
        elif isinstance(self._into, BranchText) or error_expected:
            word = split_line(line)[0]
            message = f"{word} speaks of the command before it, and here is none"
            raise ParseError(line.index(word) + 1, len(word), message)
        else:
            self._add_to_head([line])

    # --- Comments -------------------------------------------------------------------------------------------------------

    def _no_command(self, number: int, line: str) -> None:
        if is_comment(line):
            self._waiting.append((number, line))
            self._told = True
        elif self._waiting and self._waiting[-1][1]:
            at_top = self._into is self.script and not self._lines and not self.script.steps
            if at_top and self._waits_silently():
                self._add_to_head(self._take_waiting())
            else:
                self._waiting.append((number, ""))
            self._told = False

    def _add_to_head(self, lines: list[str]) -> None:
        head = self.script.head
        if head and is_comment(head[-1]):
            head.append("")  # or the comment would belong to what follows
        head += lines

    # --- The lines that are no commands ---------------------------------------------------------------------------------

    def _not_parsed(self, number: int, line: str, error: ParseError) -> None:
        word = next(iter(line.split()), "")
        if word == "gomem":
            self._version(line)
        elif word == "title":
            self._title(line)
        elif word == "future":
            self._future(line)
        elif word == "branch":
            self._branch(line)
        elif must_parse(line):
            raise error
        else:
            self._open(number, line)
            self._fault = _OpenFault(number, line, error)
        self._begun = True

    def _version(self, line: str) -> None:
        words = split_line(line)
        start, end = word_spans(line)[-1]
        if self._begun:
            raise ParseError(line.index("gomem") + 1, 5, "the version of the file stands once, at its top")
        try:
            version = read_count(words[1], 1, MAX_INT, "version") if len(words) == 2 else 0
        except WordError as e:
            raise ParseError(start + 1, end - start, f"gomem: {e.message}", (str(VERSION),)) from None
        if not version:
            raise ParseError(start + 1, end - start, f"the version of the file is written gomem {VERSION}")
        if version > VERSION:
            raise ParseError(start + 1, end - start, f"this file is of version {version}; this gomem reads {VERSION}")
        self._top_line()

    def _title(self, line: str) -> None:
        start = line.index("title") + len("title")
        title = rest_of_line(line, start).strip(" \t")
        if self.script.title or self.script.steps or self._lines or self._into is not self.script:
            raise ParseError(start - 4, 5, "the title stands once, before the first step")
        if not title:
            raise ParseError(start + 1, 0, "title: its text is missing")
        self.script.title = title
        self._top_line()

    def _future(self, line: str) -> None:
        words, (start, end) = split_line(line), word_spans(line)[-1]
        if len(words) != 2:
            raise ParseError(start + 1, end - start, "what the main line is called is written future NAME")
        if self.script.future or self.script.steps or self._lines or self._into is not self.script:
            raise ParseError(line.index("future") + 1, 6, "what the main line is called stands once, before the first step")
        try:
            self.script.future = read_branch_name(words[1])
        except WordError as e:
            raise ParseError(start + 1, end - start, f"future: {e.message}", (), e.suggestion) from None
        self._top_line()

    def _top_line(self) -> None:
        """Comments before these lines are about the file."""
        if self._told and self._waits_silently():
            self._add_to_head(self._take_waiting())

    def _branch(self, line: str) -> None:
        words = split_line(line)
        if len(words) not in (4, 6) or words[2] != "from" or words[4:5] not in ([], ["of"]):
            raise _no_section(line)
        self._close()
        comments = self._comments_at_end()
        self._pause_if(not self._waits_silently())
        index = 1
        try:
            name = read_branch_name(words[1])
            if name in (self.script.future, *(branch.name for branch in self.script.branches)):
                raise WordError(f"there is a branch {name} already")
            index = 5
            parent = words[5] if len(words) == 6 else None
            length = self._length(parent)
            index = 3
            start = read_count(words[3], 0, length, "step of the main line" if parent is None else f"step of {parent}")
        except WordError as e:
            at, end = word_spans(line)[index]
            raise ParseError(at + 1, end - at, f"branch: {e.message}", (), e.suggestion) from None
        branch = BranchText(name, start, parent)
        branch.head = _without_end(self._take_waiting() + comments)
        self._told = False
        self.script.branches.append(branch)
        self._into = branch

    def _comments_at_end(self) -> list[str]:
        """Takes away the comments right before this line; they are about it."""
        at = len(self._waiting)
        while at and is_comment(self._waiting[at - 1][1]):
            at -= 1
        comments, self._waiting = self._waiting[at:], self._waiting[:at]
        return [line for _, line in comments]

    def _length(self, parent: str | None) -> int:
        """Steps from the start to the end of a future."""
        if parent is None:
            return len(self.script.steps)
        for branch in self.script.branches:
            if branch.name == parent:
                return branch.start + len(branch.steps)
        raise WordError(f"there is no branch {parent} above this line")


def _no_section(line: str) -> ParseError:
    start = line.index("branch") + 1
    return ParseError(start, len(line.rstrip()) - start + 1, "another future begins with branch NAME from STEP, or ... of BRANCH")


def _without_end(lines: list[str]) -> list[str]:
    """Without an empty line at the end."""
    return lines[:-1] if lines and not lines[-1] else lines
