"""A session file as data: what script.py reads and writes."""

from array import array
from dataclasses import field
from typing import Final

from gomem_core.files.lines import Lines
from gomem_core.frozen import mutable
from gomem_core.go.release import ALWAYS, Release

VERSION: Final = 1  # of the format: what this gomem writes, and the latest it reads


def _numbers() -> "array[int]":
    return array("q")


@mutable
class BranchText:
    """Another branch: its own steps, which begin after step `start` of `parent` (None: of the main line)."""

    name: str
    start: int
    parent: str | None
    steps: Lines = field(default_factory=Lines)
    head: list[str] = field(default_factory=list)  # comments before its first line
    go: Release | None = None  # it begins at the start, on this version of Go; None: on that of its parent
    numbers: "array[int]" = field(default_factory=_numbers, compare=False)  # as in Script


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
    numbers: "array[int]" = field(default_factory=_numbers, compare=False)  # the line of each step's command in the file, from 1
