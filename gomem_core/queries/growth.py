"""What grew between two files that a program wrote of its heap: by type, size class and call site, and in its MemStats.

Two of them may be hours apart, or of two runs: that an object has the same address says nothing then, so that sums are compared.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from gomem_core.queries.amounts import BYS, By, Growth, amounts, growth, of_sum
from gomem_core.queries.saidtypes import by_said_type, has_types
from gomem_core.report import Cell, Column, Result, Table, signed, told
from gomem_core.world.interrupt import StopRequest
from gomem_core.world.objects import ObjectTable
from gomem_core.world.records import MemStats
from gomem_core.world.still import Still
from gomem_core.world.world import WRITTEN, NotKnown, known, unknown

if TYPE_CHECKING:
    from gomem_core.schema import differences as schema

_ROWS: Final = 12  # of each table that are printed, where nobody asks for all
_TITLES: Final[dict[By, str]] = {"type": "by type or shape", "class": "by size class", "site": "by call site"}
_GREW: Final[dict[By, tuple[str, str]]] = {
    "type": ("the type {name} {more}", "{n} types grew, most {name} {more}"),
    "class": ("the class {name} {more}", "{n} classes grew, most {name} {more}"),
    "site": ("the call site {name} {more}", "{n} call sites grew, most {name} {more}"),
}
_FIGURES: Final = tuple(name for name in MemStats._fields if name not in ("Alloc", "BySize"))
_OUTSIDE: Final = frozenset({"process", "core", "film"})
_COUNTS: Final = frozenset({"Mallocs", "Frees", "HeapObjects", "NumGC"})  # the others are bytes


class NotAlike(Exception):
    """The two files are not of one kind; the text says of which they are."""


def is_written(still: Still) -> bool:
    """Whether a program wrote it of its own heap, or it was kept of such a file."""
    return still.place.of in WRITTEN


def grown(then: Still, now: Still, names: tuple[str, str], stop: StopRequest | None = None, *, every_row: bool = False) -> Result:
    """The second compared with the first; `names` are those of the files.

    Long tables are cut in the text, unless `every_row`.  Raises NotAlike, and Stopped.
    """
    if then.place.of != now.place.of:
        raise NotAlike(f"{names[0]} is a {then.place.of} and {names[1]} a {now.place.of}: two of one kind can be compared")
    figures = _figures(then, now)
    found: dict[By, list[Growth] | None] = {by: _growth(then, now, by, stop) for by in BYS}
    lines: list[str] = []
    if figures:
        columns = (Column("MemStats", "text"), Column("was"), Column("is"), Column("change"))
        lines += Table(columns, [_figure(name, was, value) for name, was, value in figures]).lines()
    for by, rows_ in found.items():
        if rows_:
            shown = rows_ if every_row else _ends(rows_)
            lines += ["", _TITLES[by], *growth_table(shown, by).lines()]
            if len(shown) < len(rows_):
                lines.append(f"… and {len(rows_) - len(shown)} more")
    data: schema.Grown = {
        "kind": now.place.of,
        "file": names[0],
        "other_file": names[1],
        "same": not figures and not any(found.values()),
        "memstats": [{"name": name, "then": was, "now": value} for name, was, value in figures],
        "types": _data(found["type"]),
        "classes": _data(found["class"]),
        "sites": _data(found["site"]),
    }
    return Result(_summary(found, figures, names), data, details=tuple(lines))


def types_grown(then: Still, now: Still, stop: StopRequest | None = None) -> list[Growth] | None:
    """Each type of which there is more or less, what grew most first; None where types are not told.  Raises Stopped.

    Objects of a program come and go, and one looks for the type that leaks: there, shapes stand for types that are not known.
    """
    ofs = {then.place.of, now.place.of}
    return (_growth(then, now, "type", stop) or []) if ofs <= _OUTSIDE else _said_types_grown(then, now)


def _said_types_grown(then: Still, now: Still) -> list[Growth] | None:
    """The same of two sessions, by the types that their commands said; None: neither says one."""
    before, after = then.objects, now.objects
    if not isinstance(before, ObjectTable) or not isinstance(after, ObjectTable):
        return None
    if not has_types(before) and not has_types(after):
        return None
    was, is_now = ([of_sum(one) for one in by_said_type(*side)] for side in ((then, before), (now, after)))
    return growth(was, is_now)


def growth_told(grown_types: Sequence[Growth]) -> str:
    """The same in a few words: how many grew, and which of them most."""
    most = grown_types[0] if grown_types else None
    if most is None or most.more <= 0:
        return "no type grew"
    more = sum(one.more > 0 for one in grown_types)
    return told(more, *_GREW["type"], name=most.name, more=signed(most.more, "bytes"))


def _growth(then: Still, now: Still, by: By, stop: StopRequest | None) -> list[Growth] | None:
    """None where one of them does not tell it."""
    try:
        return growth(amounts(then, by, stop), amounts(now, by, stop))
    except NotKnown:
        return None


def _figures(then: Still, now: Still) -> list[tuple[str, int, int]]:
    """The fields of MemStats that differ; of gctrace what its lines tell."""
    before, after = (known(still.sums.mem_stats) if not unknown(still, "sums") else None for still in (then, now))
    if before is None or after is None:
        pairs = [(name, _counter(then, name), _counter(now, name)) for name in ("heap_marked", "next_gc", "numgc")]
    else:
        pairs = [(name, getattr(before, name), getattr(after, name)) for name in _FIGURES]
    return [(name, was, value) for name, was, value in pairs if was is not None and value is not None and was != value]


def _counter(still: Still, name: str) -> int | None:
    value: int | None = known(lambda: getattr(still.sums.stats, name))
    return value


def _figure(name: str, was: int, now: int) -> tuple[Cell, ...]:
    unit = "" if name in _COUNTS or name == "numgc" else "bytes"
    column = Column("", "bytes" if unit else "int")
    shown = ["never" if value >> 62 else column.text(value) for value in (was, now)]
    return name, *shown, "" if "never" in shown else signed(now - was, unit)


def _ends(rows: list[Growth]) -> list[Growth]:
    """The rows that grew most, and those that shrank most."""
    return rows if len(rows) <= _ROWS else [*rows[: _ROWS - _ROWS // 4], *rows[-(_ROWS // 4) :]]


def growth_table(rows: list[Growth], by: By) -> Table:
    """A table of what grew or shrank."""
    columns = (
        *(Column("bytes", "bytes change"), Column("was", "bytes"), Column("is", "bytes")),
        *(Column("objects", "change"), Column("were"), Column("are"), Column(by, "text")),
    )
    cells: list[tuple[Cell, ...]] = [
        (one.more, *one.nbytes, one.objects[1] - one.objects[0], *one.objects, one.name) for one in rows
    ]
    return Table(columns, cells)


def _summary(found: dict[By, list[Growth] | None], figures: list[tuple[str, int, int]], names: tuple[str, str]) -> str:
    parts = [f"{name} {signed(now - was, 'bytes')}" for name, was, now in figures if name in ("HeapAlloc", "HeapInuse")]
    for by, rows in found.items():
        if rows:
            most, more = rows[0], sum(one.more > 0 for one in rows)
            if most.more > 0:
                parts.append(told(more, *_GREW[by], name=most.name, more=signed(most.more, "bytes")))
    if not parts and not any(found.values()) and not figures:
        return f"nothing differs between {names[0]} and {names[1]}"
    return f"between {names[0]} and {names[1]}: {'; '.join(parts) or 'nothing grew'}"


def _data(rows: list[Growth] | None) -> "list[schema.GrownRow] | None":
    return None if rows is None else growth_data(rows)


def growth_data(rows: list[Growth]) -> "list[schema.GrownRow]":
    """The same as data."""
    return [
        {
            "name": one.name,
            "bytes_then": one.nbytes[0],
            "bytes_now": one.nbytes[1],
            "objects_then": one.objects[0],
            "objects_now": one.objects[1],
        }
        for one in rows
    ]
