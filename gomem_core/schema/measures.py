"""What is printed of numbers: where objects go, what recordings agree with, what operations cost."""

from typing import Literal, TypedDict

from gomem_core.schema.heap import Class


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
    """What an operation costs, called one by one and many at once; compiled null: these allocators are not.

    In Go both are the same, but for what drops: one call for each object, or all at once.
    """

    pure: float
    pure_at_once: float
    compiled: float | None
    compiled_at_once: float | None
    go: float
    go_at_once: float


class EmptyCall(TypedDict):
    """What a loop costs whose calls do nothing, in ns a call: of those that allocate, and of those that drop."""

    alloc: float
    drop: float


class Floor(TypedDict):
    """The least that an operation can take which is called one by one; compiled null: these allocators are not."""

    pure: EmptyCall
    compiled: EmptyCall | None


class VersusGo(TypedDict):
    """`gomem bench --vs-go`: the version that is modelled, that of the real program, empty calls, and each operation."""

    go: str
    real: str
    floor: Floor
    ns: dict[str, Nanoseconds]


class Bench(TypedDict):
    """`gomem bench`."""

    go: str
    python: str
    operations: list[Timing]
    memory: Memory
    growth: list[Growth]
