"""What the subcommands print with --json: an object a line."""

from typing import Literal, TypedDict

from gomem_core.report import Addr
from gomem_core.schema.advice import Advice
from gomem_core.schema.differences import Difference, Grown
from gomem_core.schema.heap import (
    Account,
    CentralLists,
    Class,
    ClassWaste,
    Counters,
    FreeBases,
    Mcache,
    MemStats,
    ObjectRow,
    SizeClass,
    Span,
)
from gomem_core.schema.layouts import TypeLayout, Unlaid
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


class Placement(Class):
    """Where an object goes; slot_waste are the bytes of the slot that it does not fill."""

    way: Literal["nothing", "tiny", "small", "large"]
    spanclass: int
    elemsize: int
    header: int
    slot_waste: int
    slot_waste_percent: float
    npages: int
    span_bytes: int
    nelems: int
    reserve: int
    tail_waste: int


class Size(TypedDict):
    """`gomem classes SIZE`: null where no object of that size can be of that kind."""

    go: str
    size: int
    noscan: Placement | None
    scan: Placement | None


class Compared(TypedDict):
    """How many things of one sort were compared, and how many of them were equal."""

    compared: int
    equal: int


class FirstDifference(TypedDict):
    """The first thing that was not as recorded."""

    line: int
    op: int
    what: str
    expected: str
    got: str


class Verified(TypedDict):
    """`gomem verify`: a recording that was replayed."""

    file: str
    go: str
    ops: int
    addresses: Compared
    events: Compared
    snapshots: Compared
    heapbits: Compared
    memstats: Compared
    first_difference: FirstDifference | None


class LiveVerified(Verified):
    """`gomem verify --live`: a program that the go command `file` has built; the `line` of a difference is a stop."""

    seed: int
    known_as: str | None
    stops: int
    collections: int
    own_stops: int
    of_the_runtime: list[str]
    not_compared: int


class Unreadable(TypedDict):
    """`gomem verify`: a file that is not a recording."""

    file: str
    line: int | None
    error: str


class Timing(TypedDict):
    """What an operation costs; calls of an empty function, and how many of them are the goal."""

    operation: str
    ns: float
    calls: float
    goal_calls: int | None


class Memory(TypedDict):
    """Bytes of Python memory: of a span, of a million live objects of 8 B scan and of 64 B noscan."""

    span: int
    million_8_scan: int
    million_64_noscan: int


class Growth(TypedDict):
    """What an operation costs with few and with many spans in the heap."""

    operation: str
    spans: list[int]
    ns: list[float]
    ratio: float


class Nanoseconds(TypedDict):
    """What an operation costs, called one by one and many at once; compiled null: these allocators are not."""

    pure: float
    pure_at_once: float
    compiled: float | None
    compiled_at_once: float | None
    go: float


class VersusGo(TypedDict):
    """`gomem bench --vs-go`: the version that is modelled, that of the real program, and each operation."""

    go: str
    real: str
    ns: dict[str, Nanoseconds]


class Bench(TypedDict):
    """`gomem bench`."""

    go: str
    python: str
    operations: list[Timing]
    memory: Memory
    growth: list[Growth]


class Setting(TypedDict):
    """`gomem config show`: a setting, or the keys of an action, and who says so."""

    section: Literal["explorer", "keys"]
    name: str
    value: str | bool | list[str]
    source: str


class Key(TypedDict):
    """`gomem keys`: an action."""

    id: str
    keys: list[str]
    help: str
    rebound: bool
    default: list[str]


class Lesson(TypedDict):
    """`gomem learn --json`: a lesson."""

    number: int
    name: str
    title: str
    steps: int
    opening: str
    walked: bool


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

    t_ns: of a film, when that was; unknown: why, by the name of each part of the heap that is null as a whole.
    """

    file: str | None
    title: str | None
    step: int
    event: int
    of: int
    marks: dict[str, int]
    t_ns: int | None
    go: str
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


class ComparedFile(SameCommands):
    """`gomem compare`: of which session file."""

    file: str


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


class RealMemStats(TypedDict):
    """Fields of runtime.MemStats, as far as the memory of a program gives them.

    BySize: [size, mallocs - frees] of a class.  NextGC: null where the pacer was not found.
    """

    HeapInuse: int
    HeapAlloc: int
    HeapObjects: int
    HeapIdle: int
    HeapSys: int
    HeapReleased: int
    StackInuse: int
    MSpanInuse: int
    MCacheInuse: int
    GCSys: int
    Sys: int
    NumGC: int
    TotalAlloc: int
    Mallocs: int
    Frees: int
    NextGC: int | None
    BySize: list[list[int]]


class LiveObjects(TypedDict):
    """What lives: what is marked where a span waits to be swept, what is allocated elsewhere."""

    objects: int
    bytes: int


class RealHeap(TypedDict):
    """`gomem attach PID`, `gomem core`: a real heap; live is null while a collection marks, findings are sentences."""

    kind: Literal["process", "core"]
    go: str
    memstats: RealMemStats
    live: LiveObjects | None
    marking: bool
    spans: int
    disputed: int
    findings: list[str]
    one_moment: bool
    rss: int | None  # bytes of the process that are in memory
    held_ms: float | None
    tries: int


class GoProcess(TypedDict):
    """`gomem attach`: a Go program that may be read; moved: heap_inuse changed while it was read."""

    pid: int
    command: str
    go: str
    heap_inuse: int
    moved: bool


Output = (
    Done
    | Failed
    | Check
    | SizeClass
    | Size
    | TypeLayout
    | Unlaid
    | Verified
    | LiveVerified
    | Unreadable
    | Bench
    | VersusGo
    | Setting
    | Key
    | Lesson
    | Export
    | Summary
    | DumpSummary
    | FilmSummary
    | ProfileSummary
    | CountersSummary
    | GcTraceSummary
    | Top
    | CallTree
    | Advised
    | ComparedFile
    | Difference
    | Grown
    | RealHeap
    | GoProcess
)
