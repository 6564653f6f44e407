"""What a Go program counts of its heap, as JSON: runtime.MemStats, expvar's /debug/vars, which has it, and runtime/metrics.

All three come out as the fields of MemStats; those of runtime/metrics are sums of the same numbers (metrics/description.go).
"""

import json
from dataclasses import dataclass, field
from typing import Final

FIELDS: Final = (
    *("Alloc", "TotalAlloc", "Mallocs", "Frees", "HeapAlloc", "HeapSys", "HeapIdle", "HeapInuse", "HeapReleased"),
    *("HeapObjects", "StackInuse", "MSpanInuse", "MCacheInuse", "NextGC", "NumGC"),
)
_HEAP: Final = "/memory/classes/heap/{}:bytes"
_METRICS: Final[dict[str, tuple[str, ...]]] = {  # each field is the sum of these
    "Alloc": (_HEAP.format("objects"),),
    "TotalAlloc": ("/gc/heap/allocs:bytes",),
    "Mallocs": ("/gc/heap/allocs:objects", "/gc/heap/tiny/allocs:objects"),
    "Frees": ("/gc/heap/frees:objects", "/gc/heap/tiny/allocs:objects"),
    "HeapAlloc": (_HEAP.format("objects"),),
    "HeapSys": tuple(_HEAP.format(part) for part in ("objects", "unused", "free", "released")),
    "HeapIdle": (_HEAP.format("free"), _HEAP.format("released")),
    "HeapInuse": (_HEAP.format("objects"), _HEAP.format("unused")),
    "HeapReleased": (_HEAP.format("released"),),
    "HeapObjects": ("/gc/heap/objects:objects",),
    "StackInuse": (_HEAP.format("stacks"),),
    "MSpanInuse": ("/memory/classes/metadata/mspan/inuse:bytes",),
    "MCacheInuse": ("/memory/classes/metadata/mcache/inuse:bytes",),
    "NextGC": ("/gc/heap/goal:bytes",),
    "NumGC": ("/gc/cycles/total:gc-cycles",),
}
_LIVE: Final = "/gc/heap/live:bytes"
_TINY: Final = "/gc/heap/tiny/allocs:objects"
_GOGC: Final = "/gc/gogc:percent"
_OFF: Final = (1 << 64) - 1  # of GOGC
_MOST: Final = (1 << 64) - 1
_CLASSES: Final = 200  # sizes of objects, at most


class CountersError(Exception):
    """They are no counters that can be read; the text says which is missing, and what was expected."""


@dataclass
class Counted:
    """The counters of one moment; None is what they do not tell."""

    source: str  # MemStats, expvar or runtime/metrics
    fields: dict[str, int]  # those of FIELDS
    by_size: tuple[tuple[int, int, int], ...] = field(default=())  # (size, mallocs, frees), of the first classes
    live: int | None = None  # bytes that the last collection marked
    tiny: int | None = None  # objects that shared a block
    gogc: int | None = None  # -1: off


def read_counters(data: bytes) -> Counted | None:
    """The counters that these bytes are; None: they are something else.  Raises CountersError."""
    if data.lstrip()[:1] != b"{":
        return None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    if isinstance(found.get("memstats"), dict):
        return _mem_stats(found["memstats"], "expvar")
    if "HeapAlloc" in found and "HeapSys" in found:
        return _mem_stats(found, "MemStats")
    if _HEAP.format("objects") in found:
        return _metrics(found)
    return None


def _mem_stats(found: dict[str, object], source: str) -> Counted:
    rows = found.get("BySize")
    by_size: list[tuple[int, int, int]] = []
    for row in rows[:_CLASSES] if isinstance(rows, list) else ():
        if not isinstance(row, dict):
            raise CountersError("BySize: a list of objects with Size, Mallocs and Frees was expected")
        by_size.append((_number(row, "Size"), _number(row, "Mallocs"), _number(row, "Frees")))
    return Counted(source, {name: _number(found, name) for name in FIELDS}, tuple(by_size))


def _metrics(found: dict[str, object]) -> Counted:
    fields = {name: sum(_number(found, one) for one in parts) for name, parts in _METRICS.items()}
    gogc = _number(found, _GOGC) if _GOGC in found else None
    live, tiny = (_number(found, name) if name in found else None for name in (_LIVE, _TINY))
    return Counted("runtime/metrics", fields, (), live, tiny, -1 if gogc == _OFF else gogc)


def _number(found: dict[str, object], name: str) -> int:
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
        was = "is missing" if name not in found else f"is {str(value)[:40]!r}"
        raise CountersError(f"{name} {was}, where a whole number was expected")
    return value
