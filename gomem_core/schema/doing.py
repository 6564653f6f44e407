"""Answers of commands that change a heap, or try what would change it."""

from typing import Literal, TypedDict

from gomem_core.report import Addr
from gomem_core.schema.heap import MaybeClass


class WhatIf(TypedDict):
    """`whatif`: the commands; of each figure what it is now, and what it would be, null where that is not known."""

    commands: list[str]
    figures: dict[str, list[int | None]]
    differs: list[str]


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
