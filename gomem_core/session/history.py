"""What is to be seen of a session's steps and branches without changing them."""

from collections.abc import Sequence
from typing import Protocol, overload

from gomem_core.files.lines import BLOCK
from gomem_core.files.step import Step, parse_step
from gomem_core.files.timeline import Branch, Timeline
from gomem_core.go.release import Release
from gomem_core.lang import Command, parse
from gomem_core.lang.plainlines import PlainLine, read_plain_lines
from gomem_core.named import NamedTuple


class Branches(Protocol):
    """The branches of a session, to be looked at; see timeline.py."""

    @property
    def name(self) -> str:
        """What the current one is called."""
        ...

    @property
    def others(self) -> list[str]:
        """The names of the other ones."""
        ...

    def shared_with(self, name: str) -> int:
        """How many steps another branch and the current one begin with in common.  Raises UnknownBranch."""
        ...

    def line(self, name: str) -> list[str]:
        """All steps of a branch, from the very beginning."""
        ...

    def release_of(self, name: str) -> Release:
        """The version of Go that a branch is done on.  Raises UnknownBranch."""
        ...

    def alone(self, name: str, release: Release | None = None) -> Timeline:
        """A branch with all its steps and their names, as if there were no other; none of them done.  Raises UnknownBranch.

        It is done on another `release` of Go, if one is given.
        """
        ...

    def elsewhere(self, mark: str) -> str | None:
        """A branch that has a bookmark of this name which the current one has not."""
        ...

    def tour(self) -> list[tuple[Branch, set[int]]]:
        """All branches, each after the one in which it begins, and the steps of its own after which others begin."""
        ...


class Done(Sequence[str]):
    """The commands of a session up to where it stands, without their directives; looked up when asked for."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    def __len__(self) -> int:
        return self._timeline.cursor

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> list[str]: ...

    def __getitem__(self, at: int | slice) -> str | list[str]:
        steps = range(len(self))[at]
        sources = self._timeline.steps
        return command_of(sources[steps]) if isinstance(steps, int) else [command_of(sources[step]) for step in steps]


def command_of(source: str) -> str:
    """The line of a step's command, without its directives."""
    return source if "\n" not in source else parse_step(source).line


class Steps:
    """The steps of the current branch as they are read, by their numbers from 1."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._block: tuple[list[str], list[PlainLine]] = ([], [])  # lines that were read last, all at once

    def step(self, number: int) -> Step:
        """All that a step says."""
        return parse_step(self._timeline.steps[number - 1])

    def command(self, number: int) -> Command | None:
        """Its command alone, which takes half the time; None where it has none, or one that is wrong."""
        source = self._timeline.steps[number - 1]
        return parse(source) if "\n" not in source else parse_step(source).command

    def plain(self, number: int) -> list[PlainLine]:
        """What some steps from this one on do that only allocate or drop one object; of a step that does not, nothing is told."""
        first = (number - 1) // BLOCK * BLOCK
        sources = self._timeline.steps[first : first + BLOCK]
        if sources != self._block[0]:
            self._block = sources, read_plain_lines(sources)
        return self._block[1][number - 1 - first :]


class UnderWay(NamedTuple):
    """How far a session is while another thread works on it; it may be a moment old."""

    step: int
    steps: int  # in all
    objects: int  # ever allocated
    done: int  # operations of the command that is being done
    of: int  # and how many it has, 0 or 1: it does not count them
