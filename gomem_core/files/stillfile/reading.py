"""Reads a still from a file, and believes nothing of it."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

import json
from array import array
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, Literal

from gomem_core.files.stillfile.checks import (
    check_central,
    check_lists,
    check_objects,
    check_places,
    check_pointers,
    check_slots,
    check_spans,
    is_list_name,
)
from gomem_core.files.stillfile.fields import MOST, FieldError, Fields
from gomem_core.files.stillfile.shape import ADDRESSES, ENDS, NEVER, OBJECT_COLUMNS, OTHERS, VERSION
from gomem_core.go.amd64 import PAGE_MASK, PTR_SIZE, TINY_SIZE
from gomem_core.go.versions import PROFILES, Profile
from gomem_core.world.arenas import Arena, Arenas
from gomem_core.world.objects import ObjectColumns
from gomem_core.world.records import STATES, CentralInfo, McacheInfo, MemStats, Region, SlotColumns, SpanColumns
from gomem_core.world.still import COUNTERS, Place, Still, StillCaches, StillExtents, StillSums
from gomem_core.world.still_slots import StillPointers, StillSlots, StoredPointers
from gomem_core.world.still_spans import TRUTHS, StillLists, StillSpans

_MARK: Final = b'{"gomem_still":'
_DEEPEST: Final = (1 << 31) - 1  # what a column of 32 bits holds
_ADDRESS: Final = 1 << 47
_MOST_LOOKS: Final = 10_000
_GROWS: Final[tuple[Literal["up", "down", ""], ...]] = ("up", "down", "")


def is_still(data: bytes) -> bool:
    """Whether these bytes, uncompressed, are those of a still."""
    return data.startswith(_MARK)


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
    found.word("of", ("session",))
    profile = next(one for one in PROFILES if one.name == found.word("profile", [one.name for one in PROFILES]))
    place = Place(found.text("title"), found.number("step"))
    extents, zerobase = _extents(found.part("extents"), profile)
    spans = _read_spans(found.part("spans"), extents.arenas, profile)
    columns = spans.columns()
    slot_columns = _read_slots(found.part("slots"), columns)
    stored = _read_pointers(found.part("pointers"), columns)
    slots = StillSlots(spans, slot_columns, stored, extents.arenas, zerobase)
    central = _read_central(found.part("lists"), profile)
    check_central(found.part("lists"), columns, central.values(), profile)
    lists = StillLists(spans, central, profile)
    caches = StillCaches(tuple(_read_mcache(cache, columns, profile) for cache in found.parts("caches")))
    if sum(cache.current for cache in caches.records) != 1:
        raise FieldError("caches: one of them has to be the current one")
    objects = _read_objects(found.part("objects"))
    check_places(found.part("objects"), columns, slot_columns, objects)
    sums = _read_sums(found.part("sums"), profile)
    return Still(place, profile, spans, slots, StillPointers(slots, stored), lists, caches, sums, extents, objects)


def _extents(found: Fields, profile: Profile) -> tuple[StillExtents, int]:
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
    return StillExtents(arenas, regions), found.address("zerobase", _ADDRESS)


def _region(found: Fields) -> Region:
    start, end, used_start, used_end = (found.address(name, 1 << 63) for name in ENDS)
    return Region(found.text("name", 100), start, end, used_start, used_end, found.word("grows", _GROWS), found.text("note", 200))


def _read_spans(found: Fields, arenas: Arenas, profile: Profile) -> StillSpans:
    base = found.addresses("base", most=_ADDRESS)
    count = len(base)
    columns: dict[str, Any] = {"base": array("q", base)}  # Any: each column has a type of its own
    for name in SpanColumns._fields[1:]:
        if name in ADDRESSES:
            columns[name] = array("q", found.addresses(name, count, MOST))
        elif name in TRUTHS:
            columns[name] = tuple(found.truths(name, count))
        elif name == "state":
            columns[name] = tuple(found.words(name, count, STATES.__contains__, "inuse, manual or free"))
        elif name == "list_name":
            columns[name] = tuple(found.words(name, count, partial(is_list_name, profile), "the name of a list"))
        else:
            columns[name] = array("q", found.numbers(name, count, least=-1 if name == "cached_by" else 0))
    spans = SpanColumns(**columns)
    check_spans(found, spans, arenas, profile)
    check_lists(found, spans)
    left = [_left_over(found, n, row, arenas.pages) for n, row in enumerate(found.rows("left_over"))]
    if left != sorted(left):
        raise FieldError(f"{found.place('left_over')}: runs in the order of their pages were expected")
    return StillSpans(spans, left, arenas)


def _left_over(found: Fields, n: int, row: Sequence[Any], pages: int) -> tuple[int, int, int]:  # Any: JSON
    if len(row) == 3 and isinstance(row[2], str):
        one = Fields({"page": row[0], "count": row[1], "base": row[2]}, found.place(f"left_over[{n}]"))
        return one.number("page", 0, pages), one.number("count", 1, pages), one.address("base", _ADDRESS)
    raise found.wrong(f"left_over[{n}]", "a page, a number of entries and an address", row)


def _read_slots(found: Fields, spans: SpanColumns) -> SlotColumns:
    count = len(spans.base)
    sets = [tuple(found.bit_sets(name, count)) for name in SlotColumns._fields[:-1]]
    runs: list[Sequence[int] | bool] = []
    for n, value in enumerate(found.values("ptr_words", count)):
        if isinstance(value, bool):
            runs.append(value)
            continue
        words = spans.elemsize[n] // PTR_SIZE
        one = Fields({"ptr_words": value}, found.place(f"ptr_words[{n}]"))
        runs.append(array("H" if spans.spanclass[n] > 1 else "Q", one.numbers("ptr_words", spans.nelems[n], 0, words)))
    columns = SlotColumns(sets[0], sets[1], sets[2], sets[3], tuple(runs))
    check_slots(found, spans, columns)
    return columns


def _read_pointers(found: Fields, spans: SpanColumns) -> StoredPointers:
    slots = found.addresses("slot")
    words, targets = found.numbers("word", len(slots)), found.addresses("target", len(slots))
    check_pointers(found, spans, slots, words)
    return StoredPointers(slots, words, targets)


def _read_central(found: Fields, profile: Profile) -> dict[int, CentralInfo]:
    central = []
    for n, row in enumerate(found.rows("central")):
        if len(row) != 4:
            raise found.wrong(f"central[{n}]", "a span class, lengths and two counts", row)
        one = Fields(dict(zip(("spanclass", "lengths", "nmalloc", "nlock"), row, strict=True)), found.place(f"central[{n}]"))
        lengths = tuple(one.numbers("lengths", len(profile.central_lists)))
        central.append(CentralInfo(one.number("spanclass"), lengths, one.number("nmalloc"), one.number("nlock")))
    if [c.spanclass for c in central] != [*profile.span_classes]:
        many = len(profile.span_classes)
        raise FieldError(f"{found.place('central')}: a row for each of {many} span classes was expected, in order")
    return {c.spanclass: c for c in central}


def _read_mcache(found: Fields, spans: SpanColumns, profile: Profile) -> McacheInfo:
    cached = []
    known = set(spans.base)
    for n, row in enumerate(found.rows("cached")):
        if len(row) != 3:
            raise found.wrong(f"cached[{n}]", "a span class, an address and a number of free slots", row)
        one = Fields(dict(zip(("spanclass", "base", "nfree"), row, strict=True)), found.place(f"cached[{n}]"))
        base = one.address("base")
        if base not in known:
            raise one.wrong("base", "the base of a span", row[1])
        cached.append((one.number("spanclass", 2, profile.span_classes[-1]), base, one.number("nfree")))
    tiny, offset = found.address("tiny", _ADDRESS), found.number("tinyoffset", 0, TINY_SIZE)
    return McacheInfo(found.number("p"), found.truth("current"), tiny, offset, tuple(cached))


def _read_sums(found: Fields, profile: Profile) -> StillSums:
    counters = found.part("counters")
    stats: dict[str, Any] = {}  # Any: numbers, one fraction, one list
    for name in COUNTERS:
        if name in NEVER:
            stats[name] = counters.number_or_never(name)
        elif name == "nsmallfree":
            stats[name] = counters.numbers(name, len(profile.classes))
        else:
            stats[name] = counters.fraction(name) if name == "trigger_ratio" else counters.number(name)
    memory = found.part("mem_stats")
    sizes = [Fields({"row": row}, memory.place(f"BySize[{n}]")).numbers("row", 3) for n, row in enumerate(memory.rows("BySize"))]
    plain = {name: memory.number(name) for name in MemStats._fields if name not in ("BySize", "NextGC")}
    mem_stats = MemStats(**plain, NextGC=memory.number_or_never("NextGC"), BySize=tuple((a, b, c) for a, b, c in sizes))
    locks, sweepgen, unswept = (found.number(name) for name in OTHERS)
    return StillSums(stats, mem_stats, locks, found.number("gcpercent", -1), sweepgen, found.truth("sweepdone"), unswept)


def _read_objects(found: Fields) -> ObjectColumns:
    addr = found.addresses("addr", most=_ADDRESS)
    columns: dict[str, Any] = {"addr": array("Q", addr)}  # Any: mypy cannot tell the columns apart
    for name, code in OBJECT_COLUMNS.items():
        if name != "addr":
            least, most = (-1 if name == "dropped" else 0), {"i": _DEEPEST, "b": 1}.get(code, 1 << 62)
            columns[name] = array(code, found.numbers(name, len(addr), least, most))
    names = found.part("names")
    columns["names"] = {_object_number(names, key, len(addr)): names.text(key, 100) for key in names.names()}
    objects = ObjectColumns(**columns)
    check_objects(found, objects)
    return objects


def _object_number(names: Fields, key: str, count: int) -> int:
    if key.isascii() and key.isdigit() and len(key) < 12 and int(key) < count:
        return int(key)
    raise FieldError(f"{names.place(key)}: there are only {count} objects")
