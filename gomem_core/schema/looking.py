"""Answers of commands that only look at a heap."""

from typing import Literal, TypedDict

from gomem_core.report import Addr
from gomem_core.schema.heap import (
    Bytes,
    Central,
    ClassWaste,
    Counters,
    FreeList,
    Lock,
    Mcache,
    ObjectRow,
    Region,
    SizeClass,
    SpanShare,
    Word,
)


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
