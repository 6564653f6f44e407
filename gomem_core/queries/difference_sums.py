"""Tables of sums then and now: the byte account, what grew by type and by size class, the runtime's counters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from gomem_core.go.amd64 import U64_MAX
from gomem_core.go.sizeclasses import kind_of
from gomem_core.queries.amounts import Growth, class_name, class_sums
from gomem_core.queries.difference_sections import ROWS_KEPT, ROWS_SHOWN, Section, numbers, section
from gomem_core.queries.growth import growth_data, growth_table
from gomem_core.queries.shares import Balance
from gomem_core.queries.side import Side
from gomem_core.report import Cell, Column
from gomem_core.world.facts import or_unknown
from gomem_core.world.world import unknown

if TYPE_CHECKING:
    from gomem_core.schema import differences as schema

_LAST: Final = ROWS_SHOWN // 4  # of what grew or shrank: so many of the rows that are shown are those that shrank most


def account_section(then: Side, now: Side) -> Section:
    """The byte account, rows that differ."""
    b: tuple[Column, ...] = (Column("then", "bytes"), Column("now", "bytes"), Column("difference", "bytes change"))
    pairs = zip(Balance._fields, then.figures.balance, now.figures.balance, strict=True)
    data: list[schema.Part] = [
        {"part": name, "then": x, "now": y, "difference": None if x is None or y is None else y - x}
        for name, x, y in pairs
        if x != y
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            _part_name(d["part"], now.figures.balance),
            or_unknown(d["then"]),
            or_unknown(d["now"]),
            "" if d["difference"] is None else d["difference"],
        )
        for d in data
    ]
    return section("account", "byte account", (Column("what", "text"), *b), rows, data)


def _part_name(part: str, balance: Balance) -> str:
    """A part in words: where it is not known what was asked for, whole slots are counted, as panes say it."""
    if part == "requested" and balance.slot_waste is None:
        return "taken" if balance.dead is None else "live slots"
    return part.replace("_", " ")


def types_section(types: Sequence[Growth]) -> Section:
    """Types of which there is more or less: what grew most comes first, what shrank most last."""
    rows = [*types]
    table = growth_table(rows, "type")
    return Section("types", "by type", table, growth_data(rows[:ROWS_KEPT]), len(rows), last=_LAST)


def classes_section(then: Side, now: Side) -> Section:
    """Span classes of which there are more or fewer objects, in the same order; bytes are those of slots."""
    before, after = ({} if unknown(side.still, "spans", "slots") else class_sums(side.still) for side in (then, now))
    found: list[tuple[int, Growth]] = []
    for spanclass in sorted(before.keys() | after.keys()):
        was, is_now = before.get(spanclass, (0, 0)), after.get(spanclass, (0, 0))
        if was != is_now:
            found.append((spanclass, Growth(class_name(now.profile, spanclass), *zip(was, is_now, strict=True))))
    found.sort(key=lambda one: -one[1].more)
    data: list[schema.ClassGrown] = [
        {
            "class": spanclass >> 1,
            "elemsize": now.profile.classes[spanclass >> 1].size or None,
            "kind": kind_of(spanclass),
            "bytes_then": one.nbytes[0],
            "bytes_now": one.nbytes[1],
            "objects_then": one.objects[0],
            "objects_now": one.objects[1],
        }
        for spanclass, one in found
    ]
    table = growth_table([one for _, one in found], "class")
    return Section("classes", "by size class", table, data, len(data), last=_LAST)


def counters_section(then: Side, now: Side) -> Section:
    """Counters that differ."""
    rows: list[tuple[Cell, ...]] = []
    data: list[schema.CounterChange] = []
    for (name, x), (_, y) in zip(then.counters, now.counters, strict=True):
        if x != y:
            words = _no_number(name, x), _no_number(name, y)
            values = _counter(name, x), _counter(name, y)
            difference = None if any(words) or x is None or y is None else y - x
            rows.append((name, words[0] or or_unknown(x), words[1] or or_unknown(y), "" if difference is None else difference))
            data.append({"counter": name, "then": values[0], "now": values[1], "difference": difference})
    return section("counters", "counters", numbers("counter"), rows, data)


def _counter(name: str, value: int | None) -> int | bool | None:
    """A counter as data: None where no collection starts by itself, and where it is not known."""
    if value is not None and name == "sweepdone":
        return bool(value)
    return None if _no_number(name, value) else value


def _no_number(name: str, value: int | None) -> str:
    """The word for a value that stands for something else than a number, else nothing."""
    if value is None:
        return ""
    if value == U64_MAX:
        return "never"
    if name == "gogc" and value < 0:
        return "off"
    return {0: "no", 1: "yes"}[value] if name == "sweepdone" else ""
