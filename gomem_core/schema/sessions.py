"""What is printed of sessions: the lines of a script, whether its expectations are met, where it stands."""

from typing import Literal, TypedDict

from gomem_core.report import Addr
from gomem_core.schema.heap import Account, CentralLists, ClassWaste, Counters, FreeBases, Mcache, MemStats, ObjectRow, Span
from gomem_core.schema.results import Result
from gomem_core.schema.versions import SameCommands


class Error(TypedDict):
    """Why a line was not done, and where in it; `invariant`: gomem itself is wrong."""

    column: int
    message: str
    expected: list[str]
    suggestion: str | None
    invariant: str | None


class Done(TypedDict):
    """`gomem run`: a line that was done."""

    line: int | None
    command: str
    ok: Literal[True]
    result: Result


class Failed(TypedDict):
    """`gomem run`: a line that was not done, or an expectation that was not met."""

    line: int | None
    command: str
    ok: Literal[False]
    error: Error


class Check(TypedDict):
    """`gomem check`: a file; of one that is not as it should be the line, and the message."""

    file: str
    ok: bool
    steps: int | None
    expectations: int | None
    branches: int | None
    line: int | None
    column: int | None
    message: str | None
    expected: str | None
    found: str | None
    invariant: str | None


class Unmet(TypedDict):
    """An expectation that was not met."""

    line: str
    found: str


class Arena(TypedDict):
    """The used part of the arena."""

    start: Addr
    used: Addr
    pages: int


class Objects(TypedDict):
    """Objects that were ever made, those that the program refers to, and the oldest of these."""

    ever: int
    alive: int | None
    rows: list[ObjectRow]


class Event(TypedDict):
    """An event: its kind, the Go function that decides, and the fields of its kind, which schema.json lists."""

    kind: str
    go: str


class Told(TypedDict):
    """The command that led to a step, or that is half done: its line in the file, its answer, its events."""

    line: int | None
    command: str | None
    ok: bool
    result: Result | None
    error: Error | None
    events: list[Event]
    events_total: int
    unmet: list[Unmet]


class Export(Told):
    """`gomem export --json`: where a session stands, what it did last, and the heap as it is there; null is what is not known.

    t_ns: of a film, when that was; unknown: why, by the names of go and of the parts of the heap that are null.
    """

    file: str | None
    title: str | None
    step: int
    event: int
    of: int
    marks: dict[str, int]
    t_ns: int | None
    go: str | None
    arena: Arena | None
    sweepgen: int | None
    spans: list[Span] | None
    mcentral: list[CentralLists] | None
    mcaches: list[Mcache] | None
    free: list[FreeBases] | None
    freelarge: list[Addr] | None
    objects: Objects | None
    account: Account | None
    waste_by_class: list[ClassWaste] | None
    stats: Counters | None
    mem_stats: MemStats | None
    unknown: dict[str, str]


class ComparedFile(SameCommands):
    """`gomem compare`: of which session file."""

    file: str
