"""A session file as data: what script.py reads and writes."""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import field
from typing import Final, overload

from gomem_core.files.lines import Lines
from gomem_core.frozen import mutable
from gomem_core.go.release import ALWAYS, Release

VERSION: Final = 1  # of the format: what this gomem writes, and the latest it reads


class LineNumbers(Sequence[int]):
    """The line of each step's command in its file, from 1, growing: kept are only those that do not follow the one before.

    Files of many steps have one on each line.
    """

    def __init__(self) -> None:
        self._steps = array("q")  # those whose lines are kept, from 0
        self._lines = array("q")
        self._count = 0

    def append(self, line: int) -> None:
        """Add one."""
        self.extend(range(line, line + 1))

    def extend(self, lines: range) -> None:
        """Add some that follow one another."""
        if not self._count or lines.start != self[-1] + 1:
            self._steps.append(self._count)
            self._lines.append(lines.start)
        self._count += len(lines)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> int: ...

    @overload
    def __getitem__(self, at: slice) -> list[int]: ...

    def __getitem__(self, at: int | slice) -> int | list[int]:
        found = range(self._count)[at]
        if not isinstance(found, int):
            return [self[step] for step in found]
        kept = bisect_right(self._steps, found) - 1
        return self._lines[kept] + found - self._steps[kept]


@mutable
class BranchText:
    """Another branch: its own steps, which begin after step `start` of `parent` (None: of the main line)."""

    name: str
    start: int
    parent: str | None
    steps: Lines = field(default_factory=Lines)
    head: list[str] = field(default_factory=list)  # comments before its first line
    go: Release | None = None  # it begins at the start, on this version of Go; None: on that of its parent
    numbers: LineNumbers = field(default_factory=LineNumbers, compare=False)  # as in Script


@mutable
class Script:
    """A session file: its steps as text (parse_step reads one), main line and other branches."""

    name: str
    title: str = ""
    steps: Lines = field(default_factory=Lines)
    head: list[str] = field(default_factory=list)  # `mark` and `expect` lines of step 0; comments on the whole file
    tail: list[str] = field(default_factory=list)  # comments after everything
    branches: list[BranchText] = field(default_factory=list)
    future: str = ""  # what the main line is called; nothing: as always
    on: str = ""  # the file with the heap that it is about, beside it; nothing: it makes its own
    taken_up: bool = False  # the heap there goes on, as an allocator; else it is looked at
    go: Release = ALWAYS  # the version of Go that its steps are done on, where they make a heap
    folder: str = field(default="", compare=False)  # where that file lies
    numbers: LineNumbers = field(default_factory=LineNumbers, compare=False)
