"""Writes stills as a file."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from gomem_core.files.content import packed
from gomem_core.files.stillfile.shape import ADDRESSES, ENDS, NEVER, NOT_KNOWN, OBJECT_COLUMNS, SITE_COLUMNS, VERSION
from gomem_core.files.stillfile.unseen import unseen_data
from gomem_core.go.amd64 import U64_MAX
from gomem_core.world.facts import STILL_DOUBTS
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.records import McacheInfo, PtrWords, Region, SlotColumns
from gomem_core.world.roots import Roots
from gomem_core.world.sites import Sites
from gomem_core.world.slotobjects import ObjectTypes
from gomem_core.world.still import Still, StillCaches, StillExtents, StillSums, TypeSource
from gomem_core.world.still_slots import StillPointers, StillSlots
from gomem_core.world.still_spans import StillLists, StillSpans
from gomem_core.world.world import Unknown

Json = dict[str, Any]  # Any: JSON
Facet = TypeVar("Facet")


def still_bytes(still: Still, declared: Sequence[TypeSource] = ()) -> bytes:
    """The bytes of a file with one still; `declared` are the types that are known of it."""
    return strip_bytes([still], declared)


def strip_bytes(stills: Iterable[Still], declared: Sequence[TypeSource] = ()) -> bytes:
    """The bytes of a file with these stills, a line each; the same for equal ones.  The first line has the types."""
    return packed(b"\n".join(_still_line(still, () if number else declared) for number, still in enumerate(stills)))


def _still_line(still: Still, declared: Sequence[TypeSource]) -> bytes:
    facets, place = still.facets, still.place
    zerobase = 0 if isinstance(facets.slots, Unknown) else facets.slots.zerobase
    text: Json = {
        "gomem_still": VERSION,
        "profile": still.profile.name,
        "kind": "still",
        "of": place.of,
        "title": place.title,
        "step": place.step,
        **{name: value for name, value in (("go", place.go), ("note", place.note)) if value},
        **({"doubts": {str(fact): why for fact, why in still.doubts.items()}} if still.doubts != STILL_DOUBTS else {}),
        "extents": _part(facets.extents, lambda extents: _extents(extents) | {"zerobase": hex(zerobase)}),
        "spans": _part(facets.spans, _spans),
        "slots": _part(facets.slots, _slots),
        "pointers": _part(facets.pointers, _pointers),
        "lists": _part(facets.lists, _lists),
        "caches": _part(facets.caches, _caches),
        "sums": _part(facets.sums, _sums),
        **({} if still.unseen is None else {"unseen": unseen_data(still.unseen)}),
        **({} if still.roots is None else {"roots": _roots(still.roots)}),
        **({} if still.sites is None else {"sites": _sites(still.sites)}),
        **({"declared": [one._asdict() for one in declared]} if declared else {}),
        "objects": _objects(still.rows) if isinstance(still.rows, ObjectColumns) else _types(still.rows),
    }
    return json.dumps(text, separators=(",", ":")).encode()


def _part(facet: Facet | Unknown, write: Callable[[Facet], Any]) -> Any:  # Any: JSON
    """A facet, or the sentence that says why it is not known."""
    return {NOT_KNOWN: facet.why} if isinstance(facet, Unknown) else write(facet)


def _hexes(numbers: Sequence[int | None]) -> list[str | None]:
    return [None if number is None else hex(number) for number in numbers]


def _extents(extents: StillExtents) -> Json:
    return {
        "arenas": [_hexes(arena) for arena in extents.arenas.parts],
        "regions": [_region(region) for region in extents.layout()],
    }


def _region(r: Region) -> Json:
    resident = {} if r.resident is None else {"resident": r.resident}
    return {"name": r.name, "grows": r.grows, "note": r.note, **resident} | {name: hex(getattr(r, name)) for name in ENDS}


def _spans(spans: StillSpans) -> Json:
    columns = {
        name: None if all(one is None for one in column) and len(column) else _hexes(column) if name in ADDRESSES else [*column]
        for name, column in spans.columns()._asdict().items()
    }
    left_over = [[page, count, hex(base)] for page, count, base in spans.left_over()]
    disputes = {hex(base): why for base, why in sorted(spans.disputes.items())}
    return columns | {"left_over": left_over} | ({"disputes": disputes} if disputes else {})


def _slots(slots: StillSlots) -> Json:
    columns = slots.columns()
    sets: Json = {}
    for name in SlotColumns._fields[:-1]:
        column = getattr(columns, name)
        sets[name] = None if column is None else _hexes(column)
    return sets | {"ptr_words": [_runs(runs) for runs in columns.ptr_words]}


def _runs(runs: PtrWords | None) -> Any:  # Any: JSON
    return runs if runs is None or isinstance(runs, bool) else runs.hex() if isinstance(runs, bytes) else [*runs]


def _pointers(pointers: StillPointers) -> Json:
    slot, word, target = pointers.stored.columns
    return {"slot": _hexes(slot), "word": [*word], "target": _hexes(target)}


def _lists(lists: StillLists) -> Json:
    return {"central": [[c.spanclass, [*c.lengths], c.nmalloc, c.nlock] for c in lists.mcentrals().values()]}


def _caches(caches: StillCaches) -> list[Json]:
    return [_mcache(cache) for cache in caches.mcaches()]


def _mcache(c: McacheInfo) -> Json:
    cached = [[spanclass, hex(base), nfree] for spanclass, base, nfree in c.cached]
    pages = {} if c.pages is None else {"pages": _hexes(c.pages)}
    return {"p": c.p, "current": c.current, "tiny": hex(c.tiny), "tinyoffset": c.tinyoffset, "cached": cached} | pages


def _sums(sums: StillSums) -> Json:
    counters, memory = _figures(sums.counters), None if sums.memory is None else _figures(sums.memory._asdict())
    return {"counters": counters, "mem_stats": memory} | sums.rest._asdict()


def _figures(figures: Mapping[str, Any]) -> Json:  # Any: numbers and lists of them
    """Figures by name; null is what is not known, or what is never reached."""
    found = dict(figures)
    for name in NEVER:
        if name in found:
            found[name] = NOT_KNOWN if found[name] is None else None if found[name] == U64_MAX else found[name]
    return found


def _objects(rows: ObjectColumns) -> Json:
    columns = {name: _hexes(getattr(rows, name)) if name == "addr" else [*getattr(rows, name)] for name in OBJECT_COLUMNS}
    typed = {"type": [*rows.type], "type_names": [*rows.type_names]} if any(rows.type) else {}
    return columns | {"names": {str(oid): name for oid, name in rows.names.items()}} | typed


def _roots(roots: Roots) -> Json:
    return {"labels": [*roots.labels], "slot": _hexes(roots.slot), "label": [*roots.label]}


def _sites(sites: Sites) -> Json:
    columns = {name: [*getattr(sites, name)] for name in SITE_COLUMNS}
    stacks = [[[*line] for line in stack] for stack in sites.stacks]
    sampled = sorted(sites.slots.items())
    slots = {"slot": _hexes([slot for slot, _ in sampled]), "stack_of": [stack for _, stack in sampled]}
    return {"rate": sites.rate, "scaled": sites.scaled, "stacks": stacks, **columns, **slots}


def _types(types: ObjectTypes) -> Json:
    """What lies in slots, as far as its type is known: each name once, and the place of each slot's among them."""
    names = sorted({*types.values()})
    places = {name: number for number, name in enumerate(names)}
    slots = sorted(types)
    return {"types": names, "slot": _hexes(slots), "type": [places[types[slot]] for slot in slots]}
