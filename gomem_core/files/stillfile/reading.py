"""Reads a still from a file, and believes nothing of it."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

import json
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, Literal, TypeVar

from gomem_core.files.stillfile.checks import (
    check_central,
    check_lists,
    check_places,
    check_pointers,
    check_slots,
    check_spans,
    is_list_name,
)
from gomem_core.files.stillfile.fields import MOST, FieldError, Fields
from gomem_core.files.stillfile.reading_rest import (
    read_declared,
    read_mcache,
    read_objects,
    read_roots,
    read_sites,
    read_sums,
    read_types,
)
from gomem_core.files.stillfile.shape import ADDRESSES, ALWAYS, ENDS, NOT_KNOWN, VERSION
from gomem_core.files.stillfile.unseen import read_unseen
from gomem_core.go.amd64 import PAGE_MASK, PAGE_SHIFT, PTR_SIZE
from gomem_core.go.versions import PROFILES, Profile
from gomem_core.world.arenas import Arena, Arenas
from gomem_core.world.facts import STILL_DOUBTS, Doubts, Fact
from gomem_core.world.records import STATES, CentralInfo, PtrWords, Region, SlotColumns, SpanColumns
from gomem_core.world.still import Facets, Place, Still, StillCaches, StillExtents
from gomem_core.world.still_slots import StillPointers, StillSlots, StoredPointers
from gomem_core.world.still_spans import TRUTHS, StillLists, StillSpans
from gomem_core.world.unseen import AnyUnseen
from gomem_core.world.world import KINDS, Kind, Unknown

_ADDRESS: Final = 1 << 47
_SENTENCE: Final = 300  # characters
_MOST_LOOKS: Final = 10_000
_GROWS: Final[tuple[Literal["up", "down", ""], ...]] = ("up", "down", "")
_OF: Final[tuple[Kind, ...]] = tuple(kind for kind in KINDS if kind != "still")
Facet = TypeVar("Facet")


def read_strip(data: bytes) -> list[Still]:
    """The stills that these bytes, uncompressed, are, all of one version of Go.  Raises FieldError."""
    lines = data.removesuffix(b"\n").split(b"\n")
    if len(lines) > _MOST_LOOKS:
        raise FieldError(f"{len(lines)} stills, of which gomem reads {_MOST_LOOKS} at most")
    stills: list[Still] = []
    for number, line in enumerate(lines, 1):
        try:
            stills.append(read_still(line))
        except FieldError as e:
            raise e if len(lines) == 1 else FieldError(f"still {number}: {e}") from e
    if any(still.profile is not stills[0].profile for still in stills):
        raise FieldError("stills of one version of Go were expected")
    for still in stills:
        still.declared = stills[0].declared
    return stills


def read_still(data: bytes) -> Still:
    """The one still that these bytes, uncompressed, are.  Raises FieldError."""
    try:
        found = Fields(json.loads(data))
    except (ValueError, RecursionError) as e:
        raise FieldError(f"it is not JSON: {e}") from e
    if found.number("gomem_still") != VERSION:
        raise FieldError(f"gomem_still: version {VERSION} was expected; a later gomem may read this one")
    found.word("kind", ("still",))
    profile = next(one for one in PROFILES if one.name == found.word("profile", [one.name for one in PROFILES]))
    doubts = _doubts(found.part("doubts")) if found.has("doubts") else STILL_DOUBTS
    go, note = (found.text(name, 200) if found.has(name) else "" for name in ("go", "note"))
    place = Place(found.text("title"), found.number("step"), found.word("of", _OF), go, note)
    facets = _facets(found, profile, place.of)
    if not isinstance(facets.sums, Unknown):
        facets = facets._replace(sums=facets.sums.doubted(doubts))
    still = _with_objects(found, place, profile, facets, doubts)
    still.declared = read_declared(found, profile) if found.has("declared") else ()
    return still


def _with_objects(found: Fields, place: Place, profile: Profile, facets: Facets, doubts: Doubts) -> Still:
    unseen = _unseen(found, facets, profile)
    part = found.part("objects")
    if part.has("types"):
        roots = read_roots(found.part("roots")) if found.has("roots") else None
        sites = read_sites(found.part("sites")) if found.has("sites") else None
        return Still(place, profile, facets, read_types(part), doubts, unseen=unseen, roots=roots, sites=sites)
    rows = read_objects(part)
    if isinstance(facets.slots, Unknown) or isinstance(facets.spans, Unknown):
        raise FieldError(f"{part.place('addr')}: objects of a session were found, and no slots in which they lie")
    check_places(part, facets.spans.columns(), facets.slots.columns(), rows, profile)
    return Still(place, profile, facets, rows, doubts, unseen=unseen)


def _unseen(found: Fields, facets: Facets, profile: Profile) -> AnyUnseen | None:
    if not found.has("unseen") or isinstance(facets.spans, Unknown):
        return None
    return read_unseen(found.part("unseen"), facets.spans.columns(), profile)


def _doubts(found: Fields) -> dict[Fact, str]:
    known = {fact.value: fact for fact in Fact}
    for name in found.names():
        if name not in known:
            raise FieldError(f"{found.place(name)}: there is no fact of this name")
    return {known[name]: found.text(name, _SENTENCE) for name in found.names()}


def _part(found: Fields, name: str, read: Callable[[Fields], Facet]) -> Facet | Unknown:
    """A facet, or why it is not known."""
    part = found.part(name)
    return Unknown(part.text(NOT_KNOWN, _SENTENCE)) if part.has(NOT_KNOWN) else read(part)


def _facets(found: Fields, profile: Profile, of: Kind) -> Facets:
    """All that it is made of; what is not known of one part makes others unknown, too."""
    extents = _part(found, "extents", partial(_extents, profile=profile))
    sums = _part(found, "sums", partial(read_sums, profile=profile))
    spans = extents if isinstance(extents, Unknown) else _part(found, "spans", partial(_read_spans, extents.arenas, profile))
    caches = _caches(found, spans, profile, of)
    if isinstance(spans, Unknown):
        return Facets(spans, spans, spans, spans, caches, sums, extents)
    if isinstance(extents, Unknown):
        raise FieldError("extents are not known, and spans lie in them")
    columns = spans.columns()
    bits = _part(found, "slots", partial(_read_slots, columns))
    stored = _part(found, "pointers", partial(_read_pointers, columns))
    lists = _part(found, "lists", partial(_read_lists, spans, profile))
    if isinstance(bits, Unknown):
        return Facets(spans, bits, bits, lists, caches, sums, extents)
    zerobase = found.part("extents").address("zerobase", _ADDRESS)
    known = None if isinstance(stored, Unknown) else stored
    if known is not None and bits.root_bits is None:
        raise FieldError(f"{found.part('slots').place('root_bits')}: a list was expected, since it is known what slots store")
    slots = StillSlots(spans, bits, known, extents.arenas, zerobase, profile)
    pointers = stored if isinstance(stored, Unknown) else StillPointers(slots, stored)
    return Facets(spans, slots, pointers, lists, caches, sums, extents)


def _caches(found: Fields, spans: StillSpans | Unknown, profile: Profile, of: Kind) -> StillCaches | Unknown:
    if not found.is_list("caches"):
        return Unknown(found.part("caches").text(NOT_KNOWN, _SENTENCE))
    bases = None if isinstance(spans, Unknown) else {*spans.columns().base}
    caches = StillCaches(tuple(read_mcache(cache, bases, profile) for cache in found.parts("caches")))
    if of == "session" and sum(cache.current for cache in caches.records) != 1:
        raise FieldError("caches: one of them has to be the current one")
    return caches


def _extents(found: Fields, profile: Profile) -> StillExtents:
    parts = []
    for n, row in enumerate(found.rows("arenas")):
        ends = Fields({"ends": row}, found.place(f"arenas[{n}]")).addresses("ends", 3, _ADDRESS)
        arena = Arena(*ends)
        if (arena.start | arena.used) & PAGE_MASK or not arena.start <= arena.used <= arena.end:
            raise FieldError(f"{found.place(f'arenas[{n}]')}: three borders were expected, in order and of pages")
        parts.append(arena)
    try:
        arenas = Arenas(parts)
    except ValueError as e:
        raise FieldError(f"{found.place('arenas')}: {e}") from e
    regions = tuple(map(_region, found.parts("regions")))
    for name in ("heap: arena", "heap: bitmap", "heap: spans") if profile.reservation else ():
        if name not in {region.name for region in regions}:
            raise FieldError(f"{found.place('regions')}: {name} is missing")
    found.address("zerobase", _ADDRESS)
    return StillExtents(arenas, regions)


def _region(found: Fields) -> Region:
    start, end, used_start, used_end = (found.address(name) for name in ENDS)
    name, note = found.text("name", 100), found.text("note", 200)
    resident = found.number_or_null("resident") if found.has("resident") else None
    return Region(name, start, end, used_start, used_end, found.word("grows", _GROWS), note, resident)


def _read_spans(arenas: Arenas, profile: Profile, found: Fields) -> StillSpans:
    base = found.addresses("base", most=_ADDRESS)
    columns: dict[str, Any] = {"base": array("q", base)}  # Any: each column has a type of its own
    for name in SpanColumns._fields[1:]:
        columns[name] = _column(found, name, len(base), profile)
    spans = SpanColumns(**columns)
    check_spans(found, spans, arenas, profile)
    check_lists(found, spans)
    left = [_left_over(found, n, row, arenas.pages) for n, row in enumerate(found.rows("left_over"))]
    if left != sorted(left):
        raise FieldError(f"{found.place('left_over')}: runs in the order of their pages were expected")
    disputes = _disputes(found.part("disputes")) if found.has("disputes") else None
    return StillSpans(spans, left, arenas, profile, disputes)


def _column(found: Fields, name: str, count: int, profile: Profile) -> Sequence[Any]:  # Any: words or numbers
    """A column of spans: an array, or a tuple in which None stands for what is not known."""
    if name == "state":
        return tuple(found.words(name, count, STATES.__contains__, "inuse, manual or free"))
    if name in ALWAYS:
        return array("q", found.numbers(name, count))
    if name == "list_name":
        fits, what = partial(is_list_name, profile), "the name of a list"
        return tuple(found.nullable(name, count, lambda place, value: found.as_word(place, value, fits, what)))
    if name in TRUTHS:
        return tuple(found.nullable(name, count, found.as_truth))
    if name in ADDRESSES:
        values = found.nullable(name, count, partial(found.as_address, most=MOST))
    else:
        values = found.nullable(name, count, partial(found.as_number, least=-1 if name == "cached_by" else 0))
    known = [value for value in values if value is not None]
    return array("q", known) if len(known) == count else tuple(values)


def _disputes(found: Fields) -> dict[int, str]:
    return {found.as_address(name, name, _ADDRESS): found.text(name, _SENTENCE) for name in found.names()}


def _left_over(found: Fields, n: int, row: Sequence[Any], pages: int) -> tuple[int, int, int]:  # Any: JSON
    if len(row) == 3 and isinstance(row[2], str):
        one = Fields({"page": row[0], "count": row[1], "base": row[2]}, found.place(f"left_over[{n}]"))
        return one.number("page", 0, pages), one.number("count", 1, pages), one.address("base", _ADDRESS)
    raise found.wrong(f"left_over[{n}]", "a page, a number of entries and an address", row)


def _read_slots(spans: SpanColumns, found: Fields) -> SlotColumns:
    count = len(spans.base)
    alloc = tuple(found.bit_sets("alloc_bits", count))
    cache, marks, roots = (
        None if found.is_null(name) else tuple(found.bit_sets(name, count))
        for name in ("alloc_cache", "gcmark_bits", "root_bits")
    )
    runs = [_runs(found, spans, n, value) for n, value in enumerate(found.values("ptr_words", count))]
    columns = SlotColumns(alloc, cache, marks, roots, tuple(runs))
    check_slots(found, spans, columns)
    return columns


def _runs(found: Fields, spans: SpanColumns, n: int, value: object) -> PtrWords | None:
    """Which words of a span may hold pointers, as SlotColumns says."""
    if value is None or isinstance(value, bool):
        return value
    name, size = f"ptr_words[{n}]", spans.npages[n] << PAGE_SHIFT
    if isinstance(value, str):
        try:
            bits = bytes.fromhex(value)
        except ValueError:
            bits = b""
        if value.isascii() and len(bits) * 8 * PTR_SIZE == size:
            return bits
        raise found.wrong(name, f"hexadecimal digits with a bit for each of {size // PTR_SIZE} words", value)
    words = spans.elemsize[n] // PTR_SIZE
    one = Fields({"ptr_words": value}, found.place(name))
    return array("h" if spans.spanclass[n] > 1 else "q", one.numbers("ptr_words", spans.nelems[n], -words, words))


def _read_pointers(spans: SpanColumns, found: Fields) -> StoredPointers:
    slots = found.addresses("slot")
    words, targets = found.numbers("word", len(slots)), found.addresses("target", len(slots))
    check_pointers(found, spans, slots, words)
    return StoredPointers(slots, words, targets)


def _read_lists(spans: StillSpans, profile: Profile, found: Fields) -> StillLists:
    central = []
    for n, row in enumerate(found.rows("central")):
        if len(row) != 4:
            raise found.wrong(f"central[{n}]", "a span class, lengths and two counts", row)
        one = Fields(dict(zip(("spanclass", "lengths", "nmalloc", "nlock"), row, strict=True)), found.place(f"central[{n}]"))
        lengths = tuple(one.numbers("lengths", len(profile.central_lists)))
        counts = one.number_or_null("nmalloc"), one.number_or_null("nlock")
        central.append(CentralInfo(one.number("spanclass"), lengths, *counts))
    if [c.spanclass for c in central] != [*profile.span_classes]:
        many = len(profile.span_classes)
        raise FieldError(f"{found.place('central')}: a row for each of {many} span classes was expected, in order")
    check_central(found, spans.columns(), central, profile)
    return StillLists(spans, {c.spanclass: c for c in central}, profile)
