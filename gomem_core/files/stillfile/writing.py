"""Writes stills as a file."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from gomem_core.files.content import packed
from gomem_core.files.stillfile.shape import ADDRESSES, ENDS, NEVER, OBJECT_COLUMNS, OTHERS, VERSION
from gomem_core.go.amd64 import U64_MAX
from gomem_core.world.records import McacheInfo, Region
from gomem_core.world.still import Still, StillSums


def still_bytes(still: Still) -> bytes:
    """The bytes of a file with one still."""
    return strip_bytes([still])


def strip_bytes(stills: Iterable[Still]) -> bytes:
    """The bytes of a file with these stills, a line each; the same for equal ones."""
    return packed(b"\n".join(map(_still_line, stills)))


def _still_line(still: Still) -> bytes:
    spans, slots, rows = still.spans.columns(), still.slots.columns(), still.rows
    stored = still.pointers.stored.columns
    text: dict[str, Any] = {  # Any: JSON
        "gomem_still": VERSION,
        "profile": still.profile.name,
        "kind": "still",
        "of": "session",
        "title": still.place.title,
        "step": still.place.step,
        "extents": {
            "arenas": [_hexes(arena) for arena in still.extents.arenas.parts],
            "regions": [_region(region) for region in still.extents.layout()],
            "zerobase": hex(still.slots.zerobase),
        },
        "spans": {name: _hexes(column) if name in ADDRESSES else [*column] for name, column in spans._asdict().items()}
        | {"left_over": [[page, count, hex(base)] for page, count, base in still.spans.left_over()]},
        "slots": {name: _hexes(getattr(slots, name)) for name in slots._fields[:-1]}
        | {"ptr_words": [runs if isinstance(runs, bool) else [*runs] for runs in slots.ptr_words]},
        "pointers": {"slot": _hexes(stored[0]), "word": [*stored[1]], "target": _hexes(stored[2])},
        "lists": {"central": [[c.spanclass, [*c.lengths], c.nmalloc, c.nlock] for c in still.lists.mcentrals().values()]},
        "caches": [_mcache(cache) for cache in still.caches.mcaches()],
        "sums": _sums(still.sums),
        "objects": {name: _hexes(getattr(rows, name)) if name == "addr" else [*getattr(rows, name)] for name in OBJECT_COLUMNS}
        | {"names": {str(oid): name for oid, name in rows.names.items()}},
    }
    return json.dumps(text, separators=(",", ":")).encode()


def _hexes(numbers: Sequence[int]) -> list[str]:
    return [*map(hex, numbers)]


def _region(r: Region) -> dict[str, str]:
    return {"name": r.name, "grows": r.grows, "note": r.note} | {name: hex(getattr(r, name)) for name in ENDS}


def _mcache(c: McacheInfo) -> dict[str, Any]:  # Any: JSON
    cached = [[spanclass, hex(base), nfree] for spanclass, base, nfree in c.cached]
    return {"p": c.p, "current": c.current, "tiny": hex(c.tiny), "tinyoffset": c.tinyoffset, "cached": cached}


def _sums(sums: StillSums) -> dict[str, Any]:  # Any: JSON
    counters = {name: None if name in NEVER and value == U64_MAX else value for name, value in sums.counters.items()}
    memory = sums.memory._asdict() | {"NextGC": None if sums.memory.NextGC == U64_MAX else sums.memory.NextGC}
    others = {name: getattr(sums, name) for name in OTHERS}
    return {"counters": counters, "mem_stats": memory, "sweepdone": sums.sweepdone, "gcpercent": sums.gcpercent} | others
