"""What `gomem attach` and `gomem core` print of a real heap: its figures, as JSON and as text."""

from typing import TYPE_CHECKING, Final, cast

from gomem_core.foreign import brief
from gomem_core.outside.figures import figures, live
from gomem_core.outside.pacing import NO_PACER, UNREACHED
from gomem_core.outside.snapshot import Snapshot
from gomem_core.report import Column, Table, counted, format_bytes

if TYPE_CHECKING:
    from gomem_core.schema.realheaps import RealHeap, RealMemStats

_TOLD_BELOW: Final = ("BySize", "HeapObjects", "NumGC", "Mallocs", "Frees", "NextGC")  # counts, and what has a sentence
WHILE_MARKING: Final = "a collection is marking, so what lives is not known yet"
NOT_ONE_MOMENT: Final = "not one moment: the program ran on while it was read"


def record_of(snapshot: Snapshot) -> "RealHeap":
    """The figures as data."""
    found, alive = figures(snapshot), live(snapshot)
    by_size = [[size, count] for size, count in found.BySize]
    return {
        "kind": snapshot.kind,
        "go": snapshot.go,
        "memstats": cast("RealMemStats", found._asdict() | {"BySize": by_size}),
        "live": None if alive is None else {"objects": alive.objects, "bytes": alive.nbytes},
        "marking": snapshot.marking,
        "spans": len(snapshot.spans),
        "disputed": int(snapshot.spans.disputed.sum()),
        "findings": list(snapshot.findings),
        "one_moment": snapshot.one_moment,
        "rss": _rss(snapshot),
        "held_ms": snapshot.held_ns / 1e6 if snapshot.held_ns else None,
        "tries": snapshot.tries,
    }


def lines_of(snapshot: Snapshot) -> list[str]:
    """The same for people."""
    found, alive = figures(snapshot), live(snapshot)
    rows = [(name, number, number) for name, number in found._asdict().items() if name not in _TOLD_BELOW]
    table = Table((Column("figure", "text"), Column("", "bytes"), Column("bytes")), [*rows])
    classes = Table((Column("slot"), Column("objects"), Column("bytes", "bytes")), [(s, n, s * n) for s, n in found.BySize if n])
    lives = f"{WHILE_MARKING}: ?" if alive is None else f"{counted(alive.objects, 'object')}, {format_bytes(alive.nbytes)}"
    waiting = "" if alive is None or snapshot.sweep_done else ", marks where a span waits to be swept"
    disputed = int(snapshot.spans.disputed.sum())
    return [
        f"{brief(snapshot.title)}: {brief(snapshot.go)}, {_moment(snapshot)}",
        *table.lines(),
        f"allocated: {counted(found.HeapObjects, 'object')}, in {counted(len(snapshot.spans), 'span')}",
        f"ever allocated: {counted(found.Mallocs, 'object')}, of which {found.Frees} were freed",
        f"collections: {found.NumGC}, {_next(snapshot)}",
        *(
            []
            if (rss := _rss(snapshot)) is None
            else [f"in memory (RSS): {format_bytes(rss)}, code and files of the program too"]
        ),
        f"live: {lives}{waiting}",
        f"disputed: {counted(disputed, 'span')}" if disputed or snapshot.findings else "all checks hold",
        *(f"  {finding}" for finding in snapshot.findings),
        *classes.lines(),
    ]


def _rss(snapshot: Snapshot) -> int | None:
    """Bytes of the process that are in memory; None where the operating system does not tell."""
    known = [one.resident for one in snapshot.mappings if one.resident is not None]
    return sum(known) if known else None


def _next(snapshot: Snapshot) -> str:
    """When the next one starts, and how far the heap is from that."""
    pacing = snapshot.pacing
    if pacing is None:
        return f"the next at ?: {NO_PACER}"
    gogc = "off" if pacing.gc_percent < 0 else str(pacing.gc_percent)
    if pacing.goal() > UNREACHED:
        return f"the next when it is asked for: GOGC is {gogc}"
    at = f"the next at {format_bytes(pacing.trigger())} of heap_live, which is {format_bytes(pacing.heap_live)}"
    return f"{at}; goal {format_bytes(pacing.goal())}, GOGC {gogc}"


def _moment(snapshot: Snapshot) -> str:
    if not snapshot.one_moment:
        return NOT_ONE_MOMENT
    if snapshot.kind == "core":
        return "as it was when it ended"
    looks = f", {counted(snapshot.tries, 'look')}" if snapshot.tries > 1 else ""
    return f"held for {snapshot.held_ns / 1e6:.1f} ms{looks}"
