"""What commands would make of a heap: its figures before and after, and the classes whose spans hold more or less in vain."""

from typing import Final

from gomem_core.go.sizeclasses import kind_of
from gomem_core.named import NamedTuple
from gomem_core.queries.account import Account
from gomem_core.queries.samecommands import FIGURES, HeapSums, figures_of
from gomem_core.queries.shares import Held, Share
from gomem_core.report import Cell, Column, Table, counted, format_bytes, told
from gomem_core.world.objectinfo import Objects
from gomem_core.world.world import World

_MOST: Final = 12  # classes in the table
_ONLY_COUNTS: Final = ("TotalAlloc", "Mallocs", "Frees", "HeapAlloc", "HeapObjects", "NextGC", "HeapInuse", "HeapIdle", "HeapSys")


class Sums(NamedTuple):
    """A heap's figures by name, None where one is not known; and of each span class that has spans what they hold."""

    figures: dict[str, int | None]
    classes: dict[int, tuple[Share, Held]]


def sums_of(world: World, objects: Objects) -> Sums:
    """Returns those of a heap as it is now."""
    account = Account(world, objects)
    figures = figures_of(world, HeapSums(world, account))
    return Sums(figures, {spanclass: (share, account.held()[spanclass]) for spanclass, share in account.by_class()})


def difference_of(before: Sums, after: Sums) -> tuple[str, Table | None, list[str]]:
    """A line with what matters most, the table of the figures that differ, and lines about classes."""
    rows: list[tuple[Cell, ...]] = []
    for name, label, in_bytes, _ in FIGURES:
        was, now = before.figures[name], after.figures[name]
        if was != now and name not in _ONLY_COUNTS:
            rows.append((label, _text(was, in_bytes), _text(now, in_bytes), _change(was, now, in_bytes)))
    columns = (Column("what", "text"), Column("now"), Column("after"), Column("difference"))
    return _summary(before, after), Table(columns, rows) if rows else None, _classes(before, after)


def _summary(before: Sums, after: Sums) -> str:
    def more(name: str) -> int:
        return (after.figures[name] or 0) - (before.figures[name] or 0)

    parts = []
    if pages := more("pages_in_use"):
        parts.append(f"{counted(abs(pages), 'page')} {'more' if pages > 0 else 'fewer'} in use")
    if grown := more("HeapSys"):
        parts.append(f"the heap {'grows' if grown > 0 else 'shrinks'} by {format_bytes(abs(grown))}")
    if wasted := more("wasted"):
        parts.append(f"{format_bytes(abs(wasted))} {'more' if wasted > 0 else 'less'} wasted in spans")
    if collected := more("numgc"):
        parts.append(f"{counted(collected, 'collection')}")
    return ", ".join(parts) or "no page more or less, no growth, no waste"


def _classes(before: Sums, after: Sums) -> list[str]:
    """A table of the classes that hold more or less than before, those first that change most."""
    nothing = (Share(0, 0, 0, 0, 0), None)
    found: list[tuple[int, tuple[Cell, ...]]] = []
    for spanclass in before.classes.keys() | after.classes.keys():
        (was, then), (now, held) = before.classes.get(spanclass, nothing), after.classes.get(spanclass, nothing)
        spans = (0 if then is None else then.spans, 0 if held is None else held.spans)
        if was == now and spans[0] == spans[1]:
            continue
        one = held or then
        size: Cell = "large" if spanclass <= 1 or one is None else one.elemsize
        wasted = now.wasted - was.wasted
        cells = (size, kind_of(spanclass), *spans, was.wasted, now.wasted, _change(was.wasted, now.wasted, in_bytes=True))
        found.append((abs(wasted) + abs(now.total - was.total), cells))
    if not found:
        return []
    found.sort(key=lambda one: -one[0])
    columns = (
        *(Column("slots of"), Column("kind", "text"), Column("spans now"), Column("after")),
        *(Column("wasted now", "bytes"), Column("after", "bytes"), Column("difference")),
    )
    more = len(found) - _MOST
    rest = [told(more, "and {n} more class", "and {n} more classes")] if more > 0 else []
    return ["", *Table(columns, [cells for _, cells in found[:_MOST]]).lines(), *rest, ""]


def _text(value: int | None, in_bytes: bool) -> str:
    if value is None:
        return "?"
    return format_bytes(value) if in_bytes else f"{value:,}"


def _change(was: int | None, now: int | None, in_bytes: bool) -> str:
    if was is None or now is None:
        return "?"
    return f"{'+' if now >= was else '-'}{_text(abs(now - was), in_bytes)}"
