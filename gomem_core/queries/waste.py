"""What the spans of each class hold in vain: `show waste`, and what other answers and panes say of it.

A span is given back only when it is empty, so a few objects can keep many spans.  What they hold besides is free for objects of
their class alone.
"""

from typing import TYPE_CHECKING, Final

from gomem_core.go.amd64 import TINY_SPAN_CLASS
from gomem_core.go.sizeclasses import kind_of
from gomem_core.lang.commands import Filter
from gomem_core.lang.filters import LARGE
from gomem_core.queries.account import Account
from gomem_core.queries.data import bytes_data
from gomem_core.queries.shares import Held, Share
from gomem_core.queries.spanfilter import keep
from gomem_core.report import Cell, Column, Result, Table, counted, format_bytes, told
from gomem_core.world.facts import or_unknown

if TYPE_CHECKING:
    from gomem_core.schema import looking
    from gomem_core.schema.heap import ClassWaste

_COLUMNS: Final = (  # of text; data has more
    *(Column("class", "text"), Column("size"), Column("kind", "text"), Column("spans"), Column("need"), Column("live")),
    *(Column("wasted", "bytes"), Column("slot waste", "bytes"), Column("free slots", "bytes"), Column("dead", "bytes")),
)


def show_waste(account: Account, filters: tuple[Filter, ...]) -> Result:
    """The table of the classes, those that hold most bytes in vain first."""
    held = account.held()
    rows: list[tuple[Cell, ...]] = []
    shown: list[Share] = []
    found: list[ClassWaste] = []
    for spanclass, share in account.by_class():
        if spanclass <= 1 and any(f.field == "size" for f in filters):
            continue  # large objects have no size in common, and what a row does not have passes nothing
        fields: dict[str, Cell] = {
            "class": spanclass >> 1,
            "size": held[spanclass].elemsize,
            "kind": kind_of(spanclass),
            "spans": held[spanclass].spans,
            "waste": share.percent(share.wasted),
        }
        if keep(fields, filters):
            rows.append(_row(spanclass, share, held[spanclass]))
            shown.append(share)
            found.append(_data(spanclass, share, held[spanclass]))
    spans = _sum(shown)
    data: looking.Waste = {"rows": found, "account": bytes_data(spans)}
    one = "the spans of {n} class have {total}, of which no live object asked for {wasted}"
    many = "the spans of {n} classes have {total}, of which no live object asked for {wasted}"
    summary = told(len(rows), one, many, total=format_bytes(spans.total), wasted=format_bytes(spans.wasted))
    return Result(summary, data, Table(_COLUMNS, rows), _notes(spans, _in_mcaches(found), account.unsized) if rows else ())


def _in_mcaches(rows: "list[ClassWaste]") -> int | None:
    counts = [row["in_mcaches"] for row in rows]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _sum(shares: list[Share]) -> Share:
    """The sums of all; what is not known of one is not known of all."""

    def whole(parts: list[int | None]) -> int | None:
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None

    requested, free_slots, tails = (sum(one[i] or 0 for one in shares) for i in (0, 3, 4))
    return Share(requested, whole([one.slot_waste for one in shares]), whole([one.dead for one in shares]), free_slots, tails)


def _notes(spans: Share, cached: int | None, unsized: str) -> tuple[str, ...]:
    """What the columns mean, and what is known of the slots and what is not."""
    there = or_unknown(None) if cached is None else format_bytes(cached)
    notes = [
        "wasted: slot waste, free slots, dead slots and tails; need: as few spans would hold what lives",
        f"free slots serve objects of their class only; {there} of them are in mcaches, for the next objects",
    ]
    if unsized:
        notes.append(f"slot waste: {unsized}")
    if spans.dead:
        notes.append("dead slots were not reached by the last mark: they are free when their span is swept")
    return (*notes, "what was dropped since the last mark still counts as live")


def class_waste_data(account: Account) -> "list[ClassWaste]":
    """Returns all rows as data."""
    held = account.held()
    return [_data(spanclass, share, held[spanclass]) for spanclass, share in account.by_class()]


def _data(spanclass: int, share: Share, held: Held) -> "ClassWaste":
    return {
        "class": spanclass >> 1,
        "spanclass": spanclass,
        "elemsize": held.elemsize or None,
        "kind": kind_of(spanclass),
        "spans": held.spans,
        "needed": held.needed,
        "objects": held.live,
        "in_mcaches": held.cached,
        **bytes_data(share),
    }


def _row(spanclass: int, share: Share, held: Held) -> tuple[Cell, ...]:
    sizeclass = str(spanclass >> 1) if spanclass > 1 else LARGE
    size = held.elemsize or ""
    counts = (held.spans, held.needed, held.live)
    parts = share.wasted, or_unknown(share.slot_waste), share.free_slots, or_unknown(share.dead)
    return sizeclass, size, kind_of(spanclass), *counts, *parts


def holding(spanclass: int, held: Held) -> str:
    """What its spans hold, and how few would be enough: 12 objects in 9 spans; 1 would hold them."""
    thing = "tiny block" if spanclass == TINY_SPAN_CLASS else "object"
    text = f"{counted(held.live, thing) if held.live else f'no {thing}'} in {counted(held.spans, 'span')}"
    if held.needed == held.spans:
        return text
    if not held.live:
        return f"{text}; none is needed"
    return f"{text}; {held.needed} would hold {'it' if held.live == 1 else 'them'}"
