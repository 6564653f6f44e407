"""Reading the lines of a session file, one after the other; what stands in it is told in script.py."""

from typing import Final

from gomem_core.files.scriptdata import VERSION, BranchText, Script
from gomem_core.files.step import PAUSE, SCENES, is_comment, is_kept, misplaced, must_parse, not_kept, place_of
from gomem_core.go.release import Release
from gomem_core.lang import ParseError, parse
from gomem_core.lang.commands import Command, Declare, Find, Help, Look, Show, ShowOne, Types
from gomem_core.lang.continued import goes_on, is_open, joined
from gomem_core.lang.errors import WordError
from gomem_core.lang.moves import ExpectError, Go, Pause, TakeUp
from gomem_core.lang.names import read_branch_name
from gomem_core.lang.numbers import MAX_INT, read_count
from gomem_core.lang.words import rest_of_line, split_line, word_spans

LOOKS: Final = (Declare, Find, Help, Look, Pause, Show, ShowOne, Types)  # what can be done to a heap that is read


class OpenFault(Exception):
    """An earlier line is wrong after all: no `expect error` came."""

    def __init__(self, number: int, line: str, error: ParseError) -> None:
        super().__init__(error)
        self.number = number
        self.line = line
        self.error = error


class Reader:
    """Reads line by line; keeps the step that is open and the lines before the next one."""

    def __init__(self, name: str) -> None:
        self.script = Script(name)
        self._into: Script | BranchText = self.script
        self._branches: dict[str, BranchText] = {}  # by name
        self._lines: list[str] = []  # of the step that can still get `mark` and `expect` lines
        self._number = 0  # where its command stands
        self._fault: OpenFault | None = None  # its command does not parse
        self._waiting: list[tuple[int, str]] = []  # comments, `say`, `focus`, `select` of the next one, and where each stands
        self._told = False  # whether a comment among them has no empty line after it
        self._command: Command | None = None  # that was read last
        self._declaring: list[str] = []  # the lines of a declaration of types that goes on
        self._declared_at = 0  # the number of the first of them
        self._chosen = False  # whether the version of Go was said
        self._begun = False  # whether the top of the file is over

    def read(self, number: int, line: str) -> None:
        """One line without its end.  Raises ParseError for this line, OpenFault for an earlier one."""
        if self._declaring or is_open(line):
            self._declare(number, line)
        elif is_kept(line):
            self._keep(line)
        else:
            self._read(number, line)

    @property
    def takes_rows(self) -> bool:
        """Whether a line that allocates or drops is a step, whatever came before it."""
        return not self._declaring and (not self.script.on or self.script.taken_up)

    def read_row(self, number: int, first: str, more: str) -> None:
        """A line of this number, and more that all allocate or drop one object, as `read` would one by one."""
        self.read(number, first)
        if not more:
            return
        self._close()
        between, _, last = more.rpartition("\n")
        end = number + more.count("\n") + 1
        if between:
            self._into.steps.extend_text(between)
            self._into.numbers.extend(range(number + 1, end))
        self._open(end, last)
        self._command = None

    def _declare(self, number: int, line: str) -> None:
        """A line of a declaration that takes several: with the last one it is read, as one line."""
        if not self._declaring:
            self._declared_at = number
        self._declaring.append(line)
        if goes_on(self._declaring):
            return
        lines, self._declaring = self._declaring, []
        self._read(self._declared_at, joined(lines))
        self._lines[-1] = "\n".join(lines)

    def _keep(self, line: str) -> None:
        """A line of what is kept of a file."""
        if not self._lines or not isinstance(self._command, Types):
            raise not_kept(line)
        self._lines.append(line)

    def _read(self, number: int, line: str) -> None:
        """A line that is complete."""
        try:
            self._command = command = parse(line)
        except ParseError as e:
            self._not_parsed(number, line, e)
            return
        if command is None:
            self._no_command(number, line)
            return
        self._begun = True
        if isinstance(command, TakeUp):
            self._take_up(line)
            return
        if isinstance(command, Go):
            self._go(line, command)
            return
        place = place_of(command)
        is_read = bool(self.script.on) and not self.script.taken_up
        if isinstance(command, SCENES) and not is_read:
            raise misplaced(line)
        if place == "own" and is_read and not isinstance(command, (*LOOKS, *SCENES)):
            raise ParseError(1, len(line.rstrip()), f"the heap in {self.script.on} is only read: nothing can be done to it")
        if place == "own":
            self._open(number, line)
        elif place == "before":
            self._waiting.append((number, line))
        elif place == "behind":
            self._behind(line, isinstance(command, ExpectError))
        else:
            raise misplaced(line) if split_line(line)[0] != "branch" else _no_section(line)

    def finish(self) -> None:
        """The end of the file.  Raises OpenFault."""
        if self._declaring:
            line = self._declaring[0]
            fault = ParseError(line.index("type") + 1, 4, "type: one of its brackets is never closed")
            raise OpenFault(self._declared_at, line, fault)
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
        """What was told without a command after it gets a stop of its own."""
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

    # --- The lines that are not commands --------------------------------------------------------------------------------

    def _not_parsed(self, number: int, line: str, error: ParseError) -> None:
        word = next(iter(line.split()), "")
        if word == "gomem":
            self._version(line)
        elif word == "title":
            self._title(line)
        elif word == "future":
            self._future(line)
        elif word == "on":
            self._on(line)
        elif word == "branch":
            self._branch(line)
        elif word == "go" or must_parse(line):
            raise error
        else:
            self._open(number, line)
            self._fault = OpenFault(number, line, error)
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
            raise ParseError(start + 1, end - start, "the name of the first branch is written future NAME")
        if self.script.future or self.script.steps or self._lines or self._into is not self.script:
            raise ParseError(line.index("future") + 1, 6, "the name of the first branch stands once, before the first step")
        try:
            self.script.future = read_branch_name(words[1])
        except WordError as e:
            raise ParseError(start + 1, end - start, f"future: {e.message}", (), e.suggestion) from None
        self._top_line()

    def _on(self, line: str) -> None:
        start = line.index("on") + 2
        path = rest_of_line(line, start).strip(" \t")
        if self.script.on or self.script.steps or self._lines or self._into is not self.script:
            raise ParseError(start - 1, 2, "the file with the heap stands once, before the first step")
        if not path:
            raise ParseError(start + 1, 0, "on: the name of a file with a heap is missing")
        if self._chosen:
            raise ParseError(start - 1, 2, "the heap in a file has its own version of Go, so none can be said before it")
        self.script.on = path
        self._top_line()

    def _take_up(self, line: str) -> None:
        width = len(line.strip())
        if not self.script.on:
            raise ParseError(line.index("take") + 1, width, "no heap is named that could be taken up: on FILE stands before it")
        if self.script.taken_up or self.script.steps or self._lines or self._into is not self.script:
            raise ParseError(line.index("take") + 1, width, "take-up stands once, before the first step")
        self.script.taken_up = True
        self._top_line()

    def _go(self, line: str, command: Go) -> None:
        start, width = line.index("go") + 1, len(line.strip())
        if command.release is None:
            raise ParseError(start, width, "the version of Go is written go V, with V such as 1.10")
        if self._chosen or self.script.steps or self._lines or self._into is not self.script:
            raise ParseError(start, width, "the version of Go stands once, before the first step")
        if self.script.on:
            raise ParseError(start, width, f"the heap in {self.script.on} has its own version of Go")
        self._chosen = True
        self.script.go = command.release
        self._top_line()

    def _top_line(self) -> None:
        """Comments before these lines are about the file."""
        if self._told and self._waits_silently():
            self._add_to_head(self._take_waiting())

    def _branch(self, line: str) -> None:
        words = split_line(line)
        release = _release_behind(line, words) if words[4:5] == ["go"] else None
        words = words if release is None else words[:4]
        if len(words) not in (4, 6) or words[2] != "from" or words[4:5] not in ([], ["of"]):
            raise _no_section(line)
        self._close()
        comments = self._comments_at_end()
        self._pause_if(not self._waits_silently())
        index = 1
        try:
            name = read_branch_name(words[1])
            if name == self.script.future or name in self._branches:
                raise WordError(f"there is a branch {name} already")
            index = 5
            parent = words[5] if len(words) == 6 else None
            length = self._length(parent)
            index = 3
            if release is not None and words[3] != "0":
                raise WordError("a branch on another version of Go begins at the start", "0")
            start = read_count(words[3], 0, length, "step of the main line" if parent is None else f"step of {parent}")
        except WordError as e:
            at, end = word_spans(line)[index]
            raise ParseError(at + 1, end - at, f"branch: {e.message}", (), e.suggestion) from None
        branch = BranchText(name, start, parent, go=release)
        branch.head = _without_end(self._take_waiting() + comments)
        self._told = False
        self.script.branches.append(branch)
        self._branches[name] = branch
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
        branch = self._branches.get(parent)
        if branch is None:
            raise WordError(f"there is no branch {parent} above this line")
        return branch.start + len(branch.steps)


def _release_behind(line: str, words: list[str]) -> Release:
    """The version of Go that stands at the end of a line that begins a branch.  Raises ParseError for its place in the line."""
    begin = word_spans(line)[4][0]
    try:
        command = parse(line[begin:])
    except ParseError as e:
        raise ParseError(begin + e.column, e.width, e.message, e.expected, e.suggestion) from None
    if not isinstance(command, Go) or command.release is None:
        raise ParseError(begin + 1, len(" ".join(words[4:])), "go V ends such a line, with V such as 1.10")
    return command.release


def _no_section(line: str) -> ParseError:
    start = line.index("branch") + 1
    return ParseError(
        start,
        len(line.rstrip()) - start + 1,
        "another branch begins with branch NAME from STEP, or ... of BRANCH, or from 0 go V",
    )


def _without_end(lines: list[str]) -> list[str]:
    """Returns the text without an empty line at the end."""
    return lines[:-1] if lines and not lines[-1] else lines
