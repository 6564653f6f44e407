"""What is printed of what a heap consists of: lists by type, size class and call site, and advice."""

from typing import Literal, TypedDict

from gomem_core.schema.advice import Advice


class Rise(TypedDict):
    """Bytes that there are more of at one moment of a film than at one before, ns since the beginning."""

    bytes: int
    from_ns: int
    to_ns: int


class TopRow(TypedDict):
    """How much there is of one type, size class or call site; null is what is not known.

    bytes: of slots.  keeps: what would be freed without all of these objects.  alloc: with those that were freed since.
    then: at the place that --since names.  rise: of a film, between which moments there came most to be.
    """

    name: str
    objects: int
    bytes: int
    keeps: int | None
    alloc_objects: int | None
    alloc_bytes: int | None
    objects_then: int | None
    bytes_then: int | None
    rise: Rise | None


class Top(TypedDict):
    """`gomem top`: most bytes first; with --since, what grew most."""

    file: str
    kind: str
    by: Literal["type", "class", "site"]
    rows: list[TopRow]


class CallBranch(TypedDict):
    """A function on the way from where a program begins to what allocates; own: bytes that it allocated itself."""

    depth: int
    function: str
    objects: int
    bytes: int
    own: int


class CallTree(TypedDict):
    """`gomem top --tree`: each branch before what it calls, most bytes first."""

    file: str
    kind: str
    rows: list[CallBranch]


class Advised(Advice):
    """`gomem advise`: of what a file holds; of a session, at its end."""

    file: str
    kind: str
