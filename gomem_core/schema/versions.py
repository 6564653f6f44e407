"""Shapes of the answers that are about several versions of Go."""

from typing import TypedDict

from gomem_core.report import Addr
from gomem_core.schema.heap import ObjectKind


class Version(TypedDict):
    """One that a session can be of, and whether a process of it begins its heap at random."""

    go: str
    at_random: bool


class Versions(TypedDict):
    """`go` and `go list`: the version of the heap here, and those that a session can be of."""

    current: str
    rows: list[Version]


class OnVersion(TypedDict):
    """`go V`: the version that the session is of now, and the branch on which it is done again; then where it stands."""

    go: str
    branch: str
    step: int
    of: int


class ComparedSort(TypedDict):
    """The first object of a size and kind, of `count` that were made: bytes of its slot and its address on each version.

    `pages` are those of all spans there whose slots are of that size and kind.
    """

    name: str
    size: int
    kind: ObjectKind
    count: int
    elemsize: list[int]
    addr: list[Addr]
    pages: list[int]


class FailedStep(TypedDict):
    """A step that fails on a version."""

    go: str
    step: int


class SameCommands(TypedDict):
    """`compare`: so many steps on several versions, in the order of `go`, as all lists here are.

    `figures` are bytes or numbers, null where a version does not know one; `differs` names those that are not the same on all.
    `rows` are what of the profiles made the difference; all else follows from these.
    """

    go: list[str]
    steps: int
    figures: dict[str, list[int | None]]
    differs: list[str]
    objects: list[ComparedSort]
    failed: list[FailedStep]
    rows: list[str]
