"""What is printed of a file that is opened: what sort of heap it has, and its figures."""

from typing import Literal, TypedDict

from gomem_core.schema.heap import MemStats


class Summary(TypedDict):
    """`gomem open --json`: what a file holds; of a session, at its end; of several looks, at the last; null is what is not known.

    looks: how many there are at the heap that the file is about; 0 where the heap is modelled.
    """

    file: str
    kind: str
    title: str | None
    step: int
    looks: int
    pages: int
    spans: int
    objects: int
    alive: int | None
    heap_live: int | None
    numgc: int | None


class Amount(TypedDict):
    """How many objects, and the bytes of their slots."""

    count: int
    bytes: int


class DumpSummary(TypedDict):
    """`gomem open --json` of a heap dump; null is what it does not tell.

    note: what is wrong with the file, or with how it was taken.  reachable: of the objects those that something refers to.
    """

    file: str
    kind: Literal["dump"]
    go: str | None
    note: str | None
    memstats: MemStats | None
    objects: Amount
    reachable: Amount
    roots: int


class ProfileSummary(TypedDict):
    """`gomem open --json` of a heap profile, whose amounts stand for all objects; null is what it does not tell.

    rate: bytes between two samples.  allocated: with what was freed since.
    """

    file: str
    kind: Literal["profile"]
    go: str | None
    rate: int | None
    stacks: int
    inuse: Amount
    allocated: Amount


class FilmFigures(TypedDict):
    """What MemStats would have told at a moment of a film."""

    HeapObjects: int
    HeapAlloc: int
    HeapInuse: int


class FilmStop(FilmFigures):
    """A moment at which the world stood still; t_ns: since the trace began; why: as the trace says it."""

    t_ns: int
    why: str


class FilmMoment(FilmFigures):
    """A moment of a film: the heap after an event; heap_live and heap_goal as the program told them last."""

    event: int
    t_ns: int
    what: str
    heap_live: int | None
    heap_goal: int | None


class FilmType(TypedDict):
    """Objects of one type, bytes of their slots; alloc: with those that were freed since.

    rate: bytes a second that were allocated; age_ns: of those that are there, on average.
    """

    type: str
    objects: int
    bytes: int
    alloc_objects: int
    alloc_bytes: int
    rate: float | None
    age_ns: int | None


class FilmSummary(TypedDict):
    """`gomem open --json` of an execution trace.

    go: a trace does not tell it.  events: of the trace; moments: of the film, which has no events of scheduling.  counts: events
    of each kind that a heap is made of, as Go's tools name them.  anomalous: how often what contradicted the rest.  types: with
    --pane types, at the moment `at`.
    """

    file: str
    kind: str
    go: None
    trace_version: int
    profile: str
    events: int
    counts: dict[str, int]
    moments: int
    duration_ns: int
    anomalies: int
    anomalous: dict[str, int]
    faults: list[str]
    stops: list[FilmStop]
    at: FilmMoment
    types: list[FilmType] | None


class CountersSummary(TypedDict):
    """`gomem open --json` of MemStats, expvar or runtime/metrics; null is what they do not tell.

    source: which of them it is.  live: bytes that the last collection marked.  gogc: -1 is off.
    """

    file: str
    kind: Literal["memstats"]
    go: str | None
    source: str
    memstats: MemStats
    live: int | None
    gogc: int | None


class GcCycle(TypedDict):
    """A line of gctrace; bytes are those of whole megabytes, rounded down; told: the line in words."""

    number: int
    live: int
    goal: int
    stacks: int | None
    told: str


class GcTraceSummary(TypedDict):
    """`gomem open --json` of lines of gctrace."""

    file: str
    kind: Literal["gctrace"]
    go: str | None
    cycles: list[GcCycle]
