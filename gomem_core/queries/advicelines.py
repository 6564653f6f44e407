"""Why a heap is so big, in sentences: a line for each place where its bytes are, and lines that tell more of it.

All sentences are made here, from templates and numbers.  Each line knows the spans it speaks of, as a filter of the spans table.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from gomem_core.foreign import brief
from gomem_core.go.sizeclasses import kind_of
from gomem_core.lang.pattern import LONGEST
from gomem_core.named import NamedTuple
from gomem_core.queries.advicefigures import CLASSES, TYPES, Advice, ClassRoom, Units, What
from gomem_core.report import format_bytes, told

_LONGEST_TYPE: Final = 40  # characters of its name
_LONGEST_SITE: Final = 60


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
    "class type": ("in these, of {name}: {n:,} object", "in these, of {name}: {n:,} objects"),
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
    "few": ("most of it: beside {beside}, in {n:,} chunk", "most of it: beside {beside}, in {n:,} chunks"),
    "pin": ("chunk {addr:x}: beside {beside}{place}",) * 2,
    "given back": ("given back to the operating system; the addresses stay",) * 2,
}
_REASONS: Final = {
    False: "their spans are given back once free for 5 minutes",
    True: "in the background Go gives back what is beyond 110% of the collector's goal",
}
_DEAD: Final = "→ what is allocated next sweeps them first; runtime.GC() does so at once"
_UNMOVED: Final = (
    "→ no setting helps, since Go moves no object; most to gain: {objects} in class {number}, {size} {kind}, "
    "which keep {spans} where {needed:,} would do"
)
_FLUSHED: Final = "→ the next collection takes the slots back; with a lower GOMAXPROCS fewer Ps keep any"
_GOROUTINES: Final = (
    "→ /debug/pprof/goroutine tells what goroutines wait for; a collection halves stacks of which less than a quarter is used"
)
_MUCH: Final = 10  # percent of all, from which stacks are worth a word
_AT_ONCE: Final = {
    False: "→ debug.FreeOSMemory() gives it back at once",
    True: (
        "→ debug.FreeOSMemory() gives it back at once, whatever lies beside it; with a GOMEMLIMIT below {kept} Go does so "
        "as it goes on, and collects more often where what lives comes near that"
    ),
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


def _say(what: What | Literal["all Ps", "live large", "reached", "garbage", "class type"], n: int = 0, **values: object) -> str:
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
        if not advice.reached:
            yield AdviceLine("remedy", None, _DEAD, which, more=True)


def _of_kinds(advice: Advice, doubt: str) -> Iterator[AdviceLine]:
    """Which classes and types have most of what is taken, where there are several."""
    for held in advice.held_by[:CLASSES] if len(advice.held_by) > 1 else ():
        number, kind = held.spanclass >> 1, kind_of(held.spanclass)
        what: Literal["live class", "live large"] = "live class" if number else "live large"
        text = _say(what, held.objects, number=number, size=format_bytes(held.elemsize), kind=kind)
        yield AdviceLine("live class", held.nbytes, text, f"class:{number} kind:{kind} state:inuse", more=True, doubt=doubt)
    for one in advice.types[:TYPES]:
        text = _say("live type", one.objects, name=_type_told(one.name))
        yield AdviceLine("live type", one.nbytes, text, named(one.bases), more=True, doubt=doubt)


def _type_told(name: str) -> str:
    return f"{name}, whose name is not known" if name.startswith("type 0x") else f"type {brief(name, _LONGEST_TYPE)}"


def _of_holders(advice: Advice) -> Iterator[AdviceLine]:
    """Which few objects keep most of it, and which lines allocated it."""
    for one in advice.holders:
        name = f"{brief(one.name, _LONGEST_TYPE)} at {one.addr:x}"
        more = f" and {len(one.roots) - 1:,} more refer" if len(one.roots) > 1 else " refers"
        roots = (
            f"{brief(one.roots[0], _LONGEST_TYPE)}{more}" if one.roots else "several objects refer, none of which keeps it alone"
        )
        yield AdviceLine("holder", one.nbytes, _say("holder", name=name, roots=roots), named((one.base,)), more=True)
    for site in advice.sites:
        looked = "" if site.scaled else " among those that the memory profile looked at"
        text = _say("site", site.objects, name=brief(site.name, _LONGEST_SITE), looked=looked)
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
        for one in room.types[:1]:  # most of what pins them
            name = _type_told(one.name)
            yield AdviceLine("class", None, _say("class type", one.objects, name=name), named(one.bases), more=True)
    occupied = [room for room in gaining if room.objects]
    if occupied:
        yield _unmoved(max(occupied, key=lambda room: room.free * (room.spans - room.needed) / room.spans))


def _unmoved(room: ClassRoom) -> AdviceLine:
    """What to do about half-empty spans: who keeps the few objects of this class has to be found."""
    number, kind = room.spanclass >> 1, kind_of(room.spanclass)
    size, objects, spans = format_bytes(room.elemsize), _objects(room.objects), _spans(room.spans)
    text = _UNMOVED.format(objects=objects, number=number, size=size, kind=kind, spans=spans, needed=room.needed)
    return AdviceLine("remedy", None, text, f"class:{number} kind:{kind} used<100%", more=True)


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
        if advice.idle_slots:
            yield AdviceLine("remedy", None, _FLUSHED, _of_ps(advice.idle), more=True)
    if advice.stacks:
        yield AdviceLine("stacks", advice.stacks, _say("stacks", advice.stack_spans), "state:manual")
        if advice.stacks * 100 >= _MUCH * advice.held:
            yield AdviceLine("remedy", None, _GOROUTINES, "state:manual", more=True)


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
        kept = format_bytes(advice.held - (advice.given_back or 0))
        yield AdviceLine("remedy", None, _AT_ONCE[advice.by_page].format(kept=kept), "state:free", more=True)
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
        way = _BY_WAY.format(n=n, root=brief(pin.root, _LONGEST_SITE)) if pin.root else ""
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
