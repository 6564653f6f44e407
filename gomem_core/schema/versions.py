"""Shapes of the answers that are about several versions of Go."""

from typing import TypedDict


class Versions(TypedDict):
    """`go` and `go list`: the version of the heap here, those that a session can be of, and whether each begins at random."""

    current: str
    rows: list["Version"]


class Version(TypedDict):
    """One of them."""

    go: str
    at_random: bool


class OnVersion(TypedDict):
    """`go V`: the version that the session is of now, and the branch on which it is done again; then where it stands."""

    go: str
    branch: str
    step: int
    of: int
