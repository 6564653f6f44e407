"""What commands answer: the `result` of a line that was done."""

from typing import Literal, TypedDict

from gomem_core.report import Addr
from gomem_core.schema.advice import Advice
from gomem_core.schema.differences import Difference
from gomem_core.schema.heap import (
    Bytes,
    Central,
    ClassWaste,
    Counters,
    FreeList,
    Lock,
    MaybeClass,
    Mcache,
    MemStats,
    ObjectRow,
    Region,
    SizeClass,
    SpanDetail,
    SpanShare,
    Word,
)
from gomem_core.schema.layouts import Declared, Fit, TypeLayout
from gomem_core.schema.versions import OnVersion, SameCommands, Versions

# --- What if ---------------------------------------------------------------------------------------------------------


class WhatIf(TypedDict):
    """`whatif`: the commands; of each figure what it is now, and what it would be, null where that is not known."""

    commands: list[str]
    figures: dict[str, list[int | None]]
    differs: list[str]


# --- Objects ----------------------------------------------------------------------------------------------------------


class Placed(MaybeClass):
    """Where an object is, and who served it; one of 0 bytes has no slot."""

    addr: Addr
    name: str
    elemsize: int | None
    span: Addr | None
    served: Literal["zero", "tiny", "mcache", "mcentral", "mheap", "os"]


class Sweeping(TypedDict):
    """Spans swept on the way of an allocation, and those of them in which nothing was freed."""

    swept: int
    swept_in_vain: int


class Allocated(Placed, Sweeping):
    """`alloc`: gc tells how many collections started on the way."""

    gc: int


class AllocatedMany(Allocated):
    """`alloc … times N`: the first object, and the last; served_counts tells who served how many."""

    times: int
    last: Placed
    served_counts: dict[str, int]


class MadeObject(TypedDict):
    """An object that a statement of Go made: bytes asked for, bytes of its slot, whether it has pointers, its type."""

    name: str
    addr: Addr
    size: int
    slot: int
    scan: bool
    type: str
    served: Literal["zero", "tiny", "mcache", "mcentral", "mheap", "os"]


class Made(TypedDict):
    """Statements of Go, `insert`, `alloc TYPE`: the objects in the order in which Go allocates them, the first thousand.

    count: how many there are; type, name, len, cap: of the value, null where there is none; gc: collections on the way; garbage:
    objects that were made and left, or left before.
    """

    objects: list[MadeObject]
    count: int
    type: str | None
    name: str | None
    len: int | None
    cap: int | None
    gc: int
    garbage: int


class Dropped(TypedDict):
    """`drop`: how many of the objects it names, and the names of the first thousand."""

    dropped: int
    of: int
    names: list[str]


class Stored(TypedDict):
    """`link`, `unlink`: the address of the word, and the pointer it holds now."""

    word: Addr
    value: Addr | None


class Churned(TypedDict):
    """`churn`: objects made and dropped; how many objects a collection would keep, and their bytes; what churns asked for."""

    allocated: int
    dropped: int
    alive: int
    live_bytes: int
    kept_bytes: int
    gc: int


# --- The runtime ------------------------------------------------------------------------------------------------------


class Swept(TypedDict):
    """`gc`, `gc sweep`: what became free, and whether no span waits any more."""

    freed_slots: int
    freed_bytes: int
    freed_pages: int
    sweepdone: bool


class Marked(TypedDict):
    """`gc mark`."""

    marked_bytes: int
    unswept_spans: int


class Gogc(TypedDict):
    """`gogc`: null stands for off."""

    gogc: int | None
    gc_trigger: int | None


class Looked(TypedDict):
    """`look`: which look at the process it was, from 1, and how many spans it found."""

    look: int
    spans: int | None


class Released(TypedDict):
    """`scavenge`, `freeos`: bytes given back to the operating system now, and in all."""

    released: int
    heap_released: int


class Flushed(TypedDict):
    """`flush`: how many spans went back to their mcentrals."""

    flushed: int


class Procs(TypedDict):
    """`procs`: how many Ps there are, and which one allocates."""

    procs: int
    p: int


class ChosenP(TypedDict):
    """`p`."""

    p: int


# --- Tables -----------------------------------------------------------------------------------------------------------


class Spans(TypedDict):
    """`show spans`."""

    rows: list[SpanShare]


class Waste(TypedDict):
    """`show waste`, the classes that hold most bytes in vain first; account: of all that are shown."""

    rows: list[ClassWaste]
    account: Bytes


class Centrals(TypedDict):
    """`show mcentral`."""

    rows: list[Central]


class Mcaches(TypedDict):
    """`show mcache`: every P, with the cached spans that pass the filter."""

    rows: list[Mcache]


class Free(TypedDict):
    """`show free`."""

    rows: list[FreeList]


class Layout(TypedDict):
    """`show layout`, from high addresses to low."""

    rows: list[Region]


class Stats(TypedDict):
    """`show stats`; gogc null stands for off."""

    gogc: int | None
    counters: Counters


class SizeClasses(TypedDict):
    """`show classes`."""

    rows: list[SizeClass]


class Locks(TypedDict):
    """`show locks`."""

    rows: list[Lock]


# --- One thing --------------------------------------------------------------------------------------------------------


class NoSpan(TypedDict):
    """`show span` of an address that is not in the used arena."""

    base: None


class Page(TypedDict):
    """`show page`: its span, and its entry in the table spans, which is valid or left over."""

    page: int
    addr: Addr
    span: Addr | None
    entry: Addr | None
    valid: bool | None


class Bitmap(TypedDict):
    """`show bitmap`: bits has a digit for each word of the slot, 1 for the pointer bit plus 2 for the scan bit."""

    addr: Addr
    words: int | None
    bits: str | None
    allocated: bool | None
    marked: bool | None
    rows: list[Word]


class KeptAlive(TypedDict):
    """What keeps an object of a heap that was read alive.

    retained: bytes that would be freed with it, 0: it is garbage itself.  dominators: the objects without any of which it would
    be garbage, outermost first.  path: the shortest way from the program to it, both ends included.  roots: where that begins.
    """

    retained: int
    dominators: list[Addr]
    path: list[Addr]
    roots: list[str]


class CallSite(TypedDict):
    """A line of a program; null is what is not known."""

    function: str | None
    file: str | None
    line: int | None


class Object(ObjectRow):
    """`show object`; the slot is null when it was swept, or never was."""

    alive: bool
    dropped: int | None  # the step
    span: Addr | None
    slot: int | None
    slot_state: Literal["allocated", "free", "dead"] | None
    held: KeptAlive | None
    allocated_at: list[CallSite] | None  # the innermost first, where the memory profile looked at it


class Found(TypedDict):
    """`find`: what lies at an address, from the region down to the object."""

    addr: Addr
    region: str | None
    page: int | None
    span: Addr | None
    state: Literal["inuse", "manual", "free"] | None
    slot: int | None
    slot_state: Literal["allocated", "free", "dead"] | None
    object: str | None


class Held(TypedDict):
    """`invariants`: those that were checked."""

    level: str
    held: list[str]


class Help(TypedDict):
    """`help`: the text."""

    help: str


class Nothing(TypedDict):
    """`pause`."""


# --- Moves ------------------------------------------------------------------------------------------------------------


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


BranchRow = TypedDict("BranchRow", {"branch": str, "from": int, "steps": int, "first": str | None})


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


Result = (
    Allocated
    | AllocatedMany
    | Made
    | Dropped
    | Stored
    | Churned
    | Swept
    | Marked
    | Gogc
    | Looked
    | Released
    | Flushed
    | Procs
    | ChosenP
    | MemStats
    | Spans
    | Waste
    | Advice
    | TypeLayout
    | Fit
    | Declared
    | Centrals
    | Mcaches
    | Free
    | Layout
    | Stats
    | SizeClasses
    | SizeClass
    | Locks
    | SpanDetail
    | NoSpan
    | Page
    | Bitmap
    | Object
    | Found
    | Held
    | Help
    | Nothing
    | Place
    | Until
    | Bookmark
    | Branches
    | Saved
    | Opened
    | TakenUp
    | Focused
    | Selected
    | Expected
    | Difference
    | Versions
    | OnVersion
    | SameCommands
    | WhatIf
)
