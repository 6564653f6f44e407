"""What makes a heap big, as figures: how much there is of what, which few objects keep it, and how many of each are told."""

from typing import Final, Literal

from gomem_core.frozen import frozen
from gomem_core.named import NamedTuple

TENTHS: Final = 10
CLASSES: Final = 3  # that are told, of those with most free slots and more spans than they need, and of those with most objects
TYPES: Final = 3  # that are told
PINS: Final = 3  # chunks that are told
HOLDERS: Final = 3  # objects that are told, of those to which the program refers and that keep most; and call sites
NAMED: Final = 12  # spans that a filter names one by one: a regular expression has at most 200 characters

What = Literal[
    "live",
    "live class",
    "live type",
    "holder",
    "site",
    "dead",
    "objects",
    "free slots",
    "occupancy",
    "class",
    "tails",
    "idle Ps",
    "stacks",
    "free pages",
    "chunks",
    "full chunks",
    "few",
    "pin",
    "huge pages",
    "given back",
    "remedy",
]


class ClassHeld(NamedTuple):
    """The objects of a class: those that live, or where that is not known all."""

    spanclass: int
    elemsize: int  # 0: large objects
    objects: int
    nbytes: int  # of their slots


class TypeHeld(NamedTuple):
    """The objects of a type, as far as it stands in the heap."""

    name: str
    objects: int
    nbytes: int  # of their slots
    bases: tuple[int, ...]  # of the first of the spans in which they lie


class Holder(NamedTuple):
    """An object without which most would be garbage, of those that no other object keeps."""

    name: str  # its type, or its address
    addr: int
    nbytes: int  # of slots that would be freed with it, its own among them
    base: int  # of its span
    roots: tuple[str, ...]  # where the program refers to it; none: only other objects do, several of them


class SiteHeld(NamedTuple):
    """A line of the program, and what is there of what it allocated, as far as the memory profile looked at it."""

    name: str
    objects: int
    nbytes: int
    scaled: bool  # the numbers stand for all objects, not only for those that were looked at


class ClassRoom(NamedTuple):
    """The half-empty spans of a class that no idle P keeps, and how few spans would hold their objects."""

    spanclass: int
    elemsize: int
    spans: int
    needed: int
    objects: int  # that live; where that is not known, all
    free: int  # bytes in free slots
    types: tuple[TypeHeld, ...] = ()  # of the objects in them whose types are known, most objects first


class Pin(NamedTuple):
    """A chunk that is mostly free, but for a few spans."""

    addr: int
    free: int  # bytes that were not given back
    spans: int  # that lie in it, at least in part
    objects: int  # in these spans
    bases: tuple[int, ...]  # of the first of them
    slot: int  # address of the object, where it is one alone; else 0
    root: str = ""  # where the shortest ways to most of the bytes that are reached in it begin; "": not known
    held: int = 0  # objects in it whose shortest way begins there


class Few(NamedTuple):
    """The units with most free bytes for each object in them, as many as have half of all free bytes beside spans in use."""

    units: int
    free: int  # bytes
    spans: int
    objects: int
    bases: tuple[int, ...]  # of the first of the spans


class Units(NamedTuple):
    """Free pages that were not given back, by units of memory of one size."""

    size: int  # bytes of a unit
    whole: int  # bytes in units in which nothing else lies
    beside: int  # bytes in the others
    units: int  # of the others
    full: int  # bytes in those of them that are nearly full
    few: Few


@frozen
class Advice:
    """Where the bytes of a heap are.

    objects, free_slots, tails, idle_slots, stacks, idle_pages, free_pages and given_back (or 0) add up to `held`; live and dead
    add up to `objects`.  None is what is not known.  `doubts` says of a line why its number is not known, or only derived.
    """

    held: int
    objects: int  # in slots that are taken
    live: int | None
    dead: int | None
    free_slots: int  # but for those that idle Ps keep
    tails: int
    idle_slots: int  # free slots of spans that Ps have which do not run
    stacks: int  # and the collector's work
    idle_pages: int  # free pages that such Ps have, given back or not
    free_pages: int  # other free pages, where they were not given back
    given_back: int | None

    object_count: int  # slots that are taken
    live_count: int | None
    spans: int
    spans_in_use: int
    stack_spans: int
    idle: tuple[int, ...]  # numbers of the Ps that do not run
    one_runs: bool  # whether it is known which does
    idle_spans: int
    half_empty: int  # spans
    needed: int  # that would hold their objects
    occupancy: tuple[int, ...]  # half-empty spans by the share of their slots that is taken, a tenth each; then full ones
    classes: tuple[ClassRoom, ...]  # most free bytes first
    held_by: tuple[ClassHeld, ...]  # the classes that have objects, most bytes first
    types: tuple[TypeHeld, ...]  # the types of which objects are known, most bytes first
    reached: bool  # what lives is known from what refers to it, not from marks
    holders: tuple[Holder, ...]  # those that keep most; none where it is not known what refers to what
    sites: tuple[SiteHeld, ...]  # those with most bytes; none where they are not known
    tail_class: int  # the size class with most bytes in tails; 0: none
    chunks: Units  # of 4 MB, by which Go keeps its page bitmaps
    huge: Units  # of 2 MB, which the processor can map as one page
    pins: tuple[Pin, ...]  # the mostly free chunks with most free bytes for each object in them
    by_page: bool  # pages are given back one by one wherever they lie; else whole spans are, when they were free long enough
    doubts: dict[What, str]
