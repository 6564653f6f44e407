"""Why a heap is so big, as figures and in sentences: a line for each place where its bytes are, and lines that tell more of it.

All sentences are made here, from templates and numbers.  Each line knows the spans it speaks of, as a filter of the spans table.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from gomem_core.foreign import brief
from gomem_core.frozen import frozen
from gomem_core.go.sizeclasses import kind_of
from gomem_core.lang.pattern import LONGEST
from gomem_core.report import format_bytes, told

TENTHS: Final = 10
CLASSES: Final = 3  # that are told, of those with most free slots and more spans than they need, and of those with most objects
TYPES: Final = 3  # that are told
LONGEST_TYPE: Final = 40  # characters of its name
LONGEST_SITE: Final = 60
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


class AdviceLine(NamedTuple):
    """A line of advice."""

    what: What
    nbytes: int | None  # None: not known, or the line tells no number of bytes
    text: str
    filter: str = ""  # of the spans table: those that it speaks of; "": all
    more: bool = False  # it tells more of what a line above says
    doubt: str = ""  # why the number is not known, or only derived


_HELD: Final = "{held} in {spans}"
_TAKEN: Final = "taken: {live}, {percent}"
_IN_MEMORY: Final = "not given back: {left}"
_SENTENCES: Final = {
    "live": (
        "taken: {n:,} object, marked by the last collection or allocated since, {spans}",
        "taken: {n:,} objects, marked by the last collection or allocated since, {spans}",
    ),
    "reached": (
        "taken: {n:,} object, which the program reaches, {spans}",
        "taken: {n:,} objects, which the program reaches, {spans}",
    ),
    "live class": ("in class {number}, {size} {kind}: {n:,} object", "in class {number}, {size} {kind}: {n:,} objects"),
    "live large": ("large, {kind}: {n:,} object", "large, {kind}: {n:,} objects"),
    "live type": ("of {name}: {n:,} object", "of {name}: {n:,} objects"),
    "holder": ("kept by {name}, to which {roots}",) * 2,
    "site": ("allocated by {name}: {n:,} object{looked}", "allocated by {name}: {n:,} objects{looked}"),
    "dead": ("dead: {n:,} object, until its span is swept", "dead: {n:,} objects, until their spans are swept"),
    "garbage": (
        "dead: {n:,} object, which nothing reaches; its slot is not free yet",
        "dead: {n:,} objects, which nothing reaches; their slots are not free yet",
    ),
    "objects": ("{n:,} object, live or dead, {spans}", "{n:,} objects, live or dead, {spans}"),
    "free slots": (
        "free slots of {n:,} half-empty span; {needed:,} would hold the objects",
        "free slots of {n:,} half-empty spans; {needed:,} would hold the objects",
    ),
    "occupancy": ("by slots taken, 0 … 100%: {tenths}; full: {full:,}",) * 2,
    "class": (
        "class {number}, {size} {kind}: {n:,} span{needed}",
        "class {number}, {size} {kind}: {n:,} spans{needed}",
    ),
    "tails": ("tails, after the last slots of spans; most in class {number}",) * 2,
    "idle Ps": (
        "kept by {n:,} idle P: {kept}",
        "kept by {n:,} idle Ps: {kept}",
    ),
    "all Ps": (
        "kept by {n:,} P: {kept}",
        "kept by {n:,} Ps: {kept}",
    ),
    "stacks": ("stacks and the collector's work: {n:,} span", "stacks and the collector's work: {n:,} spans"),
    "free pages": ("free pages; {reason}",) * 2,
    "chunks": (
        "of these in {n:,} chunk of {size} that also holds spans in use; {whole} in wholly free ones",
        "of these in {n:,} chunks of {size} that also hold spans in use; {whole} in wholly free ones",
    ),
    "huge pages": (
        "of these in {n:,} huge page of {size} that also holds spans in use; {whole} in wholly free ones",
        "of these in {n:,} huge pages of {size} that also hold spans in use; {whole} in wholly free ones",
    ),
    "full chunks": ("in chunks nearly full, which the scavenger leaves alone",) * 2,
    "few": ("most of it: beside only {beside}, in {n:,} chunk", "most of it: beside only {beside}, in {n:,} chunks"),
    "pin": ("chunk {addr:x}: beside {beside}{place}",) * 2,
    "given back": ("given back to the operating system; the addresses stay",) * 2,
}
_REASONS: Final = {
    False: "their spans are given back once free for 5 minutes",
    True: "in the background Go gives back what is beyond 110% of the collector's goal",
}
_SHARED: Final = "several objects refer, none of which keeps it alone"
_ENOUGH: Final = "; {needed:,} would hold {objects}"
_NOTHING: Final = " without objects"
_ALONE: Final = ", at {slot:x}"
_BY_WAY: Final = "; to {n} a way leads from {root}"
_UNKNOWN: Final = {
    "live": "how much of that lives: {why}",
    "idle Ps": "kept by idle Ps: {why}",
    "given back": "given back: {why}; it counts as free pages",
}


def lines_of(advice: Advice) -> list[AdviceLine]:
    """All that is said of it, what is none left out."""
    return [*_of_objects(advice), *_of_slots(advice), *_of_the_rest(advice), *_of_pages(advice)]


def _say(what: What | Literal["all Ps", "live large", "reached", "garbage"], n: int = 0, **values: object) -> str:
    one, many = _SENTENCES[what]
    return told(n, one, many, **values)


def _objects(n: int) -> str:
    return told(n, "{n:,} object", "{n:,} objects")


def _spans(n: int) -> str:
    return told(n, "{n:,} span", "{n:,} spans")


def _beside(objects: int, spans: int) -> str:
    """What lies beside free pages; a span of stacks has no objects."""
    return f"{_objects(objects)} in {_spans(spans)}" if objects else f"{_spans(spans)} without objects"


def _of_objects(advice: Advice) -> Iterator[AdviceLine]:
    spans, doubt = f"in {_spans(advice.spans_in_use)}", advice.doubts.get("objects", "")
    if advice.live is None or advice.live_count is None or advice.dead is None:
        text = _say("objects", advice.object_count, spans=spans)
        yield AdviceLine("objects", advice.objects, text, "state:inuse", doubt=doubt)
        why = advice.doubts["live"]
        yield AdviceLine("live", None, _UNKNOWN["live"].format(why=why), "state:inuse", more=True, doubt=why)
        yield from _of_kinds(advice, doubt)
        return
    if advice.objects:
        text = _say("reached" if advice.reached else "live", advice.live_count, spans=spans)
        yield AdviceLine("live", advice.live, text, "state:inuse", doubt=doubt)
        yield from _of_kinds(advice, doubt)
        yield from _of_holders(advice)
    if advice.dead:
        dead = advice.object_count - advice.live_count
        text, which = (_say("garbage", dead), "state:inuse") if advice.reached else (_say("dead", dead), "^waits$")
        yield AdviceLine("dead", advice.dead, text, which, doubt=doubt)


def _of_kinds(advice: Advice, doubt: str) -> Iterator[AdviceLine]:
    """Which classes and types have most of what is taken, where there are several."""
    for held in advice.held_by[:CLASSES] if len(advice.held_by) > 1 else ():
        number, kind = held.spanclass >> 1, kind_of(held.spanclass)
        what: Literal["live class", "live large"] = "live class" if number else "live large"
        text = _say(what, held.objects, number=number, size=format_bytes(held.elemsize), kind=kind)
        yield AdviceLine("live class", held.nbytes, text, f"class:{number} kind:{kind} state:inuse", more=True, doubt=doubt)
    for one in advice.types[:TYPES]:
        name = (
            f"{one.name}, whose name is not known" if one.name.startswith("type 0x") else f"type {brief(one.name, LONGEST_TYPE)}"
        )
        text = _say("live type", one.objects, name=name)
        yield AdviceLine("live type", one.nbytes, text, named(one.bases), more=True, doubt=doubt)


def _of_holders(advice: Advice) -> Iterator[AdviceLine]:
    """Which few objects keep most of it, and which lines allocated it."""
    for one in advice.holders:
        name = f"{brief(one.name, LONGEST_TYPE)} at {one.addr:x}"
        more = f" and {len(one.roots) - 1:,} more refer" if len(one.roots) > 1 else " refers"
        roots = (
            f"{brief(one.roots[0], LONGEST_TYPE)}{more}" if one.roots else "several objects refer, none of which keeps it alone"
        )
        yield AdviceLine("holder", one.nbytes, _say("holder", name=name, roots=roots), named((one.base,)), more=True)
    for site in advice.sites:
        looked = "" if site.scaled else " among those that the memory profile looked at"
        text = _say("site", site.objects, name=brief(site.name, LONGEST_SITE), looked=looked)
        yield AdviceLine("site", site.nbytes, text, "state:inuse", more=True)


def _of_slots(advice: Advice) -> Iterator[AdviceLine]:
    if not advice.half_empty:
        return
    text, doubt = _say("free slots", advice.half_empty, needed=advice.needed), advice.doubts.get("objects", "")
    yield AdviceLine("free slots", advice.free_slots, text, "used<100%", doubt=doubt)
    *tenths, full = advice.occupancy
    yield AdviceLine("occupancy", None, _say("occupancy", tenths=" ".join(map(str, tenths)), full=full), "used<100%", more=True)
    gaining = [room for room in advice.classes if room.needed < room.spans]
    for room in gaining[:CLASSES]:
        number, kind = room.spanclass >> 1, kind_of(room.spanclass)
        needed = _ENOUGH.format(needed=room.needed, objects=_objects(room.objects)) if room.objects else _NOTHING
        said = _say("class", room.spans, number=number, size=format_bytes(room.elemsize), kind=kind, needed=needed)
        spans = f"class:{number} kind:{kind} used<100%"
        yield AdviceLine("class", room.free, said, spans, more=True, doubt=doubt)


def _of_the_rest(advice: Advice) -> Iterator[AdviceLine]:
    if advice.tails:
        text, doubt = _say("tails", number=advice.tail_class), advice.doubts.get("objects", "")
        yield AdviceLine("tails", advice.tails, text, f"class:{advice.tail_class}", doubt=doubt)
    kept, why = advice.idle_slots + advice.idle_pages, advice.doubts.get("idle Ps", "")
    if why:
        yield AdviceLine("idle Ps", None, _UNKNOWN["idle Ps"].format(why=why), doubt=why)
    elif kept:
        which: Literal["idle Ps", "all Ps"] = "idle Ps" if advice.one_runs else "all Ps"
        slots = [f"free slots of {_spans(advice.idle_spans)}"] if advice.idle_slots else []
        pages = [f"free pages: {format_bytes(advice.idle_pages)}"] if advice.idle_pages else []
        text = _say(which, len(advice.idle), kept="; ".join((*slots, *pages)))
        yield AdviceLine("idle Ps", kept, text, _of_ps(advice.idle))
    if advice.stacks:
        yield AdviceLine("stacks", advice.stacks, _say("stacks", advice.stack_spans), "state:manual")


def _of_pages(advice: Advice) -> Iterator[AdviceLine]:
    why = advice.doubts.get("given back", "")
    if advice.free_pages:
        text, doubt = _say("free pages", reason=_REASONS[advice.by_page]), advice.doubts.get("free pages", "")
        yield AdviceLine("free pages", advice.free_pages, text, "state:free", doubt=doubt)
        yield from _of_units("chunks", advice.chunks, doubt)
        if advice.chunks.full and advice.by_page:
            yield AdviceLine("full chunks", advice.chunks.full, _say("full chunks"), "state:free", more=True, doubt=doubt)
        yield from _of_pins(advice, doubt)
        yield from _of_units("huge pages", advice.huge, doubt)
    if advice.given_back is None:
        yield AdviceLine("given back", None, _UNKNOWN["given back"].format(why=why), doubt=why)
    elif advice.given_back:
        yield AdviceLine("given back", advice.given_back, _say("given back"), "given", doubt=why)


def _of_units(what: Literal["chunks", "huge pages"], units: Units, doubt: str) -> Iterator[AdviceLine]:
    if units.units:
        size, whole = format_bytes(units.size), format_bytes(units.whole) if units.whole else "none"
        text = _say(what, units.units, size=size, whole=whole)
        yield AdviceLine(what, units.beside, text, named(units.few.bases), more=True, doubt=doubt)


def _of_pins(advice: Advice, doubt: str) -> Iterator[AdviceLine]:
    few = advice.chunks.few
    if few.units > 1:
        text = _say("few", few.units, beside=_beside(few.objects, few.spans))
        yield AdviceLine("few", few.free, text, named(few.bases), more=True, doubt=doubt)
    for pin in advice.pins:
        place = _ALONE.format(slot=pin.slot) if pin.slot else ""
        n = "it" if pin.objects == 1 else f"{pin.held:,} of them"
        way = _BY_WAY.format(n=n, root=brief(pin.root, LONGEST_SITE)) if pin.root else ""
        text = _say("pin", addr=pin.addr, beside=_beside(pin.objects, pin.spans), place=place + way)
        yield AdviceLine("pin", pin.free, text, named(pin.bases), more=True, doubt=doubt)


def _of_ps(numbers: tuple[int, ...]) -> str:
    """A filter that lets pass what these Ps have; what any has, where it would be too long."""
    text = rf"^P({'|'.join(map(str, numbers))})\scache$"
    return text if len(text) <= LONGEST else "list:mcache"


def named(bases: Iterable[int]) -> str:
    """A filter that lets pass the spans at these addresses."""
    return f"^({'|'.join(f'{base:x}' for base in bases)})$"


def summary_of(advice: Advice) -> list[str]:
    """The first sentence, in parts: how much it is, how much of all that objects take, and what was not given back."""
    held, back = advice.held, advice.given_back or 0
    said = [_HELD.format(spans=_spans(advice.spans), held=format_bytes(held))]
    if advice.live is not None and held > back:
        said.append(_TAKEN.format(live=format_bytes(advice.live), percent=percent(advice.live, held)))
    if back:
        said.append(_IN_MEMORY.format(left=format_bytes(held - back)))
    return said


def percent(nbytes: int, of: int) -> str:
    """A share in whole percent; <1% for what is more than nothing."""
    share = round(100 * nbytes / of) if of else 0
    return "<1%" if nbytes and not share else f"{share}%"
