"""Tables of the things that differ between two stills: spans, objects, and the pointers between objects."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.named import NamedTuple
from gomem_core.queries.data import span_data
from gomem_core.queries.difference_sections import GLYPHS, ROWS_KEPT, Fate, Section, pair, section
from gomem_core.queries.side import Side, SpanRecord
from gomem_core.report import Cell, Column, Table, hexed, hexed_or_none, told
from gomem_core.world.records import SpanInfo

if TYPE_CHECKING:
    from gomem_core.schema import differences as schema

_FIELD_WORDS: Final = {
    "next_base": "neighbours on the list",
    "prev_base": "neighbours on the list",
    "ptr": "mspan struct",
}


class SpanDiff(NamedTuple):
    """A base at which the two stills have different spans, or only one of them has a span."""

    base: int
    then: SpanRecord | None
    now: SpanRecord | None

    @property
    def fate(self) -> Fate:
        """What happened to it on the way from then to now."""
        return "new" if self.then is None else "gone" if self.now is None else "changed"


class Thing(NamedTuple):
    """An object as it is recognized in the other still, in which it may have another number; see ObjectInfo."""

    name: str
    addr: int
    size: int
    ptrdata: int


class ThingDiff(NamedTuple):
    """An object that is not the same in both: alive, dropped (and still in its slot), or not there."""

    thing: Thing
    born: int  # step
    was: str
    now: str

    @property
    def fate(self) -> Fate:
        """What happened to it on the way from then to now: one that was dropped or freed is gone."""
        if self.was == "not there":
            return "new"
        return "changed" if self.now == "alive" else "gone"


class LinkDiff(NamedTuple):
    """A word in which the two stills have different pointers; target 0: none."""

    addr: int  # of the slot
    word: int
    was: int
    now: int


# --- Spans ----------------------------------------------------------------------------------------------------------------


def spans_section(diffs: list[SpanDiff], said: Mapping[int, str]) -> Section:
    """Spans by address, with what is `said` of each; those that differ in nothing but bookkeeping are only counted for people."""
    columns = (Column("", "text"), Column("base", "addr"), Column("pages", "text"), Column("what", "text"))
    rows: list[tuple[Cell, ...]] = []
    rest: Counter[str] = Counter()
    for d in diffs:
        what = said[d.base]
        if what:
            npages = [r.info.npages for r in (d.then, d.now) if r is not None]
            rows.append((GLYPHS[d.fate], d.base, pair(npages[0], npages[-1]), what))
        elif d.then is not None and d.now is not None:
            rest["spans"] += 1
            rest.update(_bookkeeping(d.then.info, d.now.info))
    note = ""
    if count := rest.pop("spans", 0):
        one, many = "only in bookkeeping: {n} span ({fields})", "only in bookkeeping: {n} spans ({fields})"
        note = told(count, one, many, fields=", ".join(sorted(rest)))
    return Section("spans", "spans", Table(columns, rows), [_span_data(d) for d in diffs[:ROWS_KEPT]], len(diffs), note)


def what_happened(d: SpanDiff) -> str:
    """Returns the change in words; nothing for a span of which only the bookkeeping changed."""
    if d.then is None or d.now is None:
        only = d.then or d.now
        return "" if only is None else _describe(only.info)
    a, b = d.then.info, d.now.info
    if (a.state, a.spanclass, a.elemsize) != (b.state, b.spanclass, b.elemsize):
        return f"{_describe(a)} → {_describe(b)}"
    found = []
    if a.npages != b.npages:
        found.append(f"pages {pair(a.npages, b.npages)}")
    if a.alloc_count != b.alloc_count:
        found.append(f"used {pair(a.alloc_count, b.alloc_count)} of {b.nelems}")
    elif d.then.allocated != d.now.allocated:
        found.append("other slots taken")
    dead = [(r.allocated & ~r.live).bit_count() for r in (d.then, d.now)]
    if dead[0] != dead[1]:
        found.append(f"dead {pair(*dead)}")
    elif not found and d.then.live != d.now.live:
        found.append("other slots dead")
    if _place(a) != _place(b):
        found.append(f"list {_place(a)}→{_place(b)}")
    if a.swept != b.swept:
        found.append("swept→waits to be swept" if b.waits else "waits to be swept→swept")
    if a.npreleased != b.npreleased:
        found.append(f"given back {pair(a.npreleased or 0, b.npreleased or 0)} pages")
    return ", ".join(found)


def _describe(info: SpanInfo) -> str:
    """A span that has no counterpart to be compared with."""
    if info.state != "inuse":
        facts = [info.state, f"list {_place(info)}"]
        if info.npreleased:
            facts.append(told(info.npreleased, "{n} page given back", "{n} pages given back"))
    else:
        facts = [_class_word(info), f"{info.alloc_count} of {info.nelems} used", f"list {_place(info)}"]
        if info.waits:
            facts.append("waits to be swept")
    return ", ".join(facts)


def _class_word(info: SpanInfo) -> str:
    return f"class {info.sizeclass} {info.kind}" if info.sizeclass else f"large {info.kind}"


def _place(info: SpanInfo) -> str:
    """The list it hangs on, or the mcache that has it."""
    return f"mcache P{info.cached_by}" if info.is_cached else info.list_name or "none"


def _bookkeeping(a: SpanInfo, b: SpanInfo) -> list[str]:
    """Names of the fields that differ, in which a span can differ though nothing happened to it."""
    fields = [name for name, x, y in zip(SpanInfo._fields, a, b, strict=True) if x != y]
    return list(dict.fromkeys(_FIELD_WORDS.get(name, name) for name in fields))


def _span_data(d: SpanDiff) -> "schema.SpanChange":
    if d.then is None or d.now is None:
        only = d.then or d.now
        return {"base": hexed(d.base), "fate": d.fate, "span": span_data(only.info) if only else None, "changes": None}
    pairs = zip(span_data(d.then.info).items(), span_data(d.now.info).values(), strict=True)
    changes: dict[str, list[schema.Scalar]] = {name: [_scalar(a), _scalar(b)] for (name, a), b in pairs if a != b}
    for name, x, y in (("allocated", d.then.allocated, d.now.allocated), ("live", d.then.live, d.now.live)):
        if x != y:
            changes[name] = [f"{x:#x}", f"{y:#x}"]
    return {"base": hexed(d.base), "fate": d.fate, "span": None, "changes": changes}


def _scalar(value: object) -> "schema.Scalar":
    """A field of a span's data, all of which are scalars: mypy does not know the types of a TypedDict's values one by one."""
    if value is None or isinstance(value, int | str):
        return value
    raise TypeError(value)


# --- Objects --------------------------------------------------------------------------------------------------------------


_STATES: Final[dict[str, Literal["alive", "dropped"] | None]] = {"alive": "alive", "dropped": "dropped", "not there": None}


def objects_section(diffs: list[ThingDiff], made_anew: int) -> Section:
    """Objects in order of birth; those that only were made at another step are counted."""
    columns = (
        *(Column("object", "text"), Column("size"), Column("address", "addr"), Column("made at step")),
        *(Column("was", "text"), Column("is", "text")),
    )
    rows: list[tuple[Cell, ...]] = [(d.thing.name, d.thing.size, d.thing.addr, d.born, d.was, d.now) for d in diffs]
    data: list[schema.ObjectChange] = [
        {
            "name": d.thing.name,
            "addr": hexed(d.thing.addr),
            "size": d.thing.size,
            "born": d.born,
            "then": _STATES[d.was],
            "now": _STATES[d.now],
        }
        for d in diffs
    ]
    found = section("objects", "objects", columns, rows, data)
    return found._replace(note=f"the same in both but made at another step: {made_anew}") if made_anew else found


def links_section(diffs: list[LinkDiff], then: Side, now: Side) -> Section:
    """Pointers stored in objects, by address."""
    columns = (Column("word", "text"), Column("address", "addr"), Column("was", "text"), Column("is", "text"))
    before, after = (_names(then), _names(now)) if diffs else ({}, {})
    rows: list[tuple[Cell, ...]] = []
    data: list[schema.LinkChange] = []
    for d in diffs:
        holder = after.get(d.addr) or before.get(d.addr) or f"{d.addr:#x}"
        was, now_is = (f"→ {names.get(to, f'{to:#x}')}" if to else "nil" for names, to in ((before, d.was), (after, d.now)))
        at = d.addr + d.word * PTR_SIZE
        rows.append((f"{holder}.{d.word}", at, was, now_is))
        ends = hexed_or_none(d.was), hexed_or_none(d.now)
        data.append({"holder": hexed(d.addr), "word": d.word, "addr": hexed(at), "then": ends[0], "now": ends[1]})
    return section("links", "links", columns, rows, data)


def _names(side: Side) -> dict[int, str]:
    """Names by address; objects of size 0 all have the same address and no name here."""
    return {addr: name for rows in (side.garbage, side.living) for name, addr, size, *_ in rows if size}
