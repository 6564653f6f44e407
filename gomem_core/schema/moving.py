"""Answers of moves through a session, of its files, and of what a session file says besides commands."""

from typing import TypedDict

from gomem_core.report import Addr

BranchRow = TypedDict("BranchRow", {"branch": str, "from": int, "steps": int, "first": str | None})


class Place(TypedDict):
    """`back`, `forward`, `goto`, `branch NAME`, `resume`: steps done, events of the next one, steps in all, the command."""

    step: int
    event: int
    of: int
    command: str | None


class Until(Place):
    """`until`: whether it came true, or the session stands at its end."""

    found: bool


class Bookmark(TypedDict):
    """`mark`."""

    mark: str
    step: int


class Branches(TypedDict):
    """`branch`: the current one, and the others: where they leave it, how many steps they have, the first of these."""

    current: str
    rows: list[BranchRow]


class Saved(TypedDict):
    """`save`; `kind` is session or another sort of heap."""

    path: str
    kind: str
    steps: int


class Opened(TypedDict):
    """`open`: `kind` is session or another sort of heap; `before` is the ID of the session that ended with it."""

    path: str
    kind: str
    steps: int
    before: str | None


class TakenUp(TypedDict):
    """`take-up`: the file with the heap, its spans and objects; gogc null stands for off."""

    path: str
    spans: int
    objects: int
    gogc: int | None


class Focused(TypedDict):
    """`focus`."""

    panes: list[str]


class Selected(TypedDict):
    """`select`."""

    addr: Addr
    span: Addr


class Expected(TypedDict):
    """`expect`: what came true."""

    expected: str
