"""What `advise` answers: why a heap is so big."""

from typing import TypedDict

from gomem_core.report import Addr
from gomem_core.schema.heap import Class, Kind


class ClassHeld(Class):
    """The objects of a class, which live where that is known, and the bytes of their slots; elemsize null: large objects."""

    spanclass: int
    elemsize: int | None
    kind: Kind
    objects: int
    bytes: int


class TypeHeld(TypedDict):
    """The objects of a type, as far as it stands in the heap."""

    type: str
    objects: int
    bytes: int


class ClassRoom(Class):
    """The half-empty spans of a class, the fewest spans that would hold their objects, and the bytes of their free slots."""

    spanclass: int
    elemsize: int
    kind: Kind
    spans: int
    needed: int
    objects: int
    free_slots: int
    types: list[TypeHeld]  # of these objects, as far as they stand in the heap, most bytes first; the first ten


class FewSpans(TypedDict):
    """The fewest objects beside which half of the free bytes lie: in how many units, beside how many spans."""

    units: int
    free: int
    spans: int
    objects: int


class FreeInUnits(TypedDict):
    """Free pages by chunks of 4 MB or huge pages of 2 MB (size): bytes in wholly free ones, and beside spans in use."""

    size: int
    whole: int
    beside: int
    units: int  # in which something lies beside free pages
    nearly_full: int  # bytes beside, in units of which 496 of 512 parts are taken
    few: FewSpans


class Pin(TypedDict):
    """A chunk that is free but for a few spans, of which the first twelve are listed; the object, where it is one alone."""

    addr: Addr
    free: int
    spans: list[Addr]
    spans_total: int
    objects: int
    object: Addr | None
    root: str | None  # where the shortest ways to most of what is reached there begin; null: pointers are not known
    held: int | None  # objects of these


class Advice(TypedDict):
    """`advise`: where the bytes of a heap are.

    held = taken_slots + free_slots + tails + idle_slots + stacks + idle_pages + free_pages + given_back, and
    taken_slots = live + dead; what is null counts in taken_slots, in free_slots and in free_pages.
    """

    held: int
    live: int | None
    dead: int | None
    taken_slots: int
    free_slots: int
    tails: int
    idle_slots: int | None  # free slots that idle Ps keep
    stacks: int  # and what the collector works with
    idle_pages: int | None  # free pages that idle Ps keep
    free_pages: int
    given_back: int | None
    live_objects: int | None
    spans: int
    half_empty: int
    needed: int  # spans that would hold the objects of these
    occupancy: list[int]  # half-empty spans by the share of slots taken, a tenth each; then the full ones
    held_by: list[ClassHeld]  # most bytes first
    types: list[TypeHeld]  # likewise, the first thousand
    classes: list[ClassRoom]
    units: list[FreeInUnits]
    pins: list[Pin]
