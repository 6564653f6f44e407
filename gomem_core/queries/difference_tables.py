"""What differs between two stills, one table a subject: spans, mcentrals, mcaches, lists, account, counters, objects, links.

Each table knows its rows as text for people, of which the explorer shows a few, and as data for programs, nearly complete.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, cast

from gomem_core.go.amd64 import PTR_SIZE, U64_MAX
from gomem_core.go.sizeclasses import kind_of
from gomem_core.go.versions import Profile
from gomem_core.queries.amounts import Growth
from gomem_core.queries.data import mcache_data, span_data
from gomem_core.queries.growth import growth_data, growth_table
from gomem_core.queries.shares import Balance
from gomem_core.queries.side import Side, SpanRecord
from gomem_core.report import Cell, Column, Table, hexed, hexed_or_none, told
from gomem_core.world.facts import UNKNOWN, or_unknown
from gomem_core.world.records import McacheInfo, SpanInfo

if TYPE_CHECKING:
    from gomem_core.schema import differences as schema
    from gomem_core.schema.heap import Mcache

Fate = Literal["new", "gone", "changed"]
SectionKey = Literal["types", "spans", "mcentral", "mcache", "lists", "account", "counters", "objects", "links"]
GLYPHS: Final[dict[Fate, str]] = {"new": "+", "gone": "-", "changed": "≠"}
ROWS_SHOWN: Final = 20  # of a table, as text in the explorer
ROWS_KEPT: Final = 1_000  # of a table, as data
_NOTHING: Final = "–"
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


class Section(NamedTuple):
    """One table: its key in the data, its heading, the rows for people and all rows for programs, a last line."""

    key: SectionKey
    heading: str
    table: Table
    data: Sequence[Mapping[str, object]]  # the first ROWS_KEPT
    total: int  # rows, if all were in the data
    note: str = ""

    def lines(self, most: int | None = None) -> list[str]:
        """Returns it as text: all rows, or the first ones and how many more there are."""
        rows = self.table.rows[:most]
        found = ["", self.heading]
        if rows:
            found += Table(self.table.columns, rows).lines()
        if len(rows) < len(self.table.rows):
            found.append(f"… and {len(self.table.rows) - len(rows)} more")
        return [*found, self.note] if self.note else found


def _section(
    key: SectionKey, heading: str, columns: tuple[Column, ...], rows: list[tuple[Cell, ...]], data: Sequence[Mapping[str, object]]
) -> Section:
    return Section(key, heading, Table(columns, rows), data[:ROWS_KEPT], len(data))


# --- Types ----------------------------------------------------------------------------------------------------------------


def types_section(types: Sequence[Growth]) -> Section:
    """Types of which there is more or less: what grew most comes first, and of many those that shrank most come last."""
    rows = [*types]
    table = growth_table(rows, "type")
    left = len(rows) - len(table.rows)
    return Section("types", "by type", table, growth_data(rows[:ROWS_KEPT]), len(rows), f"and {left} more" if left else "")


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
            rows.append((GLYPHS[d.fate], d.base, _pair(npages[0], npages[-1]), what))
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
        found.append(f"pages {_pair(a.npages, b.npages)}")
    if a.alloc_count != b.alloc_count:
        found.append(f"used {_pair(a.alloc_count, b.alloc_count)} of {b.nelems}")
    elif d.then.allocated != d.now.allocated:
        found.append("other slots taken")
    dead = [(r.allocated & ~r.live).bit_count() for r in (d.then, d.now)]
    if dead[0] != dead[1]:
        found.append(f"dead {_pair(*dead)}")
    elif not found and d.then.live != d.now.live:
        found.append("other slots dead")
    if _place(a) != _place(b):
        found.append(f"list {_place(a)}→{_place(b)}")
    if a.swept != b.swept:
        found.append("swept→waits to be swept" if b.waits else "waits to be swept→swept")
    if a.npreleased != b.npreleased:
        found.append(f"given back {_pair(a.npreleased or 0, b.npreleased or 0)} pages")
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


# --- mcentrals, mcaches, lists ----------------------------------------------------------------------------------------------


def central_section(then: Side, now: Side, moved: set[int]) -> Section:
    """The mcentrals: lengths of their lists, how often somebody took the lock; `moved`: those whose lists are not the same."""
    names = now.profile.central_names
    counts = (*map(Column, names), Column("nmalloc"), Column("locks"))
    columns = (Column("class"), Column("size"), Column("kind", "text"), *counts, Column("note", "text"))
    rows: list[tuple[Cell, ...]] = []
    data: list[schema.CentralChange] = []
    for a, b in zip(then.central, now.central, strict=True):
        if a == b and a.spanclass not in moved:
            continue
        note = "other spans or order" if a.lengths == b.lengths and a.spanclass in moved else ""
        sizeclass, kind = now.profile.classes[a.spanclass >> 1], kind_of(a.spanclass)
        lengths = list(zip(a.lengths, b.lengths, strict=True))
        pairs = [_pair(*pair) for pair in lengths]
        pairs += [UNKNOWN if x is None or y is None else _pair(x, y) for x, y in ((a.nmalloc, b.nmalloc), (a.nlock, b.nlock))]
        rows.append((sizeclass.number, sizeclass.size, kind, *pairs, note))
        change: dict[str, object] = {
            "spanclass": a.spanclass,
            "class": sizeclass.number,
            "elemsize": sizeclass.size,
            "kind": kind,
            **{name: [*pair] for name, pair in zip(names, lengths, strict=True)},
            "nmalloc": [a.nmalloc, b.nmalloc],
            "nlock": [a.nlock, b.nlock],
            "reordered": bool(note),
        }
        data.append(cast("schema.CentralChange", change))  # whose lists are those of Go 1.10
    return _section("mcentral", "mcentrals", columns, rows, data)


def mcache_section(then: Side, now: Side) -> Section:
    """What each P has: its tiny block and its cached spans."""
    columns = (Column("p", "text"), Column("what", "text"), Column("was", "text"), Column("is", "text"))
    rows: list[tuple[Cell, ...]] = []
    before, after = ({c.p: _facts(c) for c in side.mcaches} for side in (then, now))
    for p in sorted(before | after):
        a, b = before.get(p, {}), after.get(p, {})
        rows += [(f"P{p}", what, *_was_is(a, b, what)) for what in sorted(a | b, key=_class_last) if a.get(what) != b.get(what)]
    was, now_is = ({c.p: c for c in side.mcaches} for side in (then, now))
    data: list[schema.McacheChange] = [
        {"p": p, "then": _mcache_or_none(was.get(p), then.profile), "now": _mcache_or_none(now_is.get(p), now.profile)}
        for p in sorted(was | now_is)
        if was.get(p) != now_is.get(p)
    ]
    return _section("mcache", "mcaches", columns, rows, data)


def _mcache_or_none(c: McacheInfo | None, profile: Profile) -> "Mcache | None":
    return None if c is None else mcache_data(c, profile)


def _facts(c: McacheInfo) -> dict[str, str]:
    facts = {"there": "yes", "allocates": "yes" if c.current else "no"}
    if c.tiny:
        facts["tiny block"] = f"{c.tiny:#x}, {c.tinyoffset} of 16 taken"
    for spanclass, base, nfree in c.cached:
        facts[f"class {spanclass >> 1} {kind_of(spanclass)}"] = f"{base:#x}, {nfree} free"
    return facts


def _class_last(what: str) -> tuple[int, str]:
    """Facts about the P first, then its classes by number."""
    word, _, rest = what.partition(" ")
    number, _, kind = rest.partition(" ")
    return (int(number), kind) if word == "class" else (0, {"there": "1", "allocates": "2"}.get(what, "3"))


def lists_section(then: Side, now: Side) -> Section:
    """Lengths of mheap's lists of free spans and of large objects; the large free spans are one row."""
    before, after = (Counter(name or "" for name in side.still.spans.columns().list_name) for side in (then, now))
    names = sorted((before | after).keys() - {"", *now.profile.central_names}, key=partial(_list_order, now.profile))
    rows: list[tuple[Cell, ...]] = [(n, before[n], after[n], after[n] - before[n]) for n in names if before[n] != after[n]]
    data: list[schema.Lengths] = [
        {"list": n, "then": before[n], "now": after[n], "difference": after[n] - before[n]}
        for n in names
        if before[n] != after[n]
    ]
    return _section("lists", "lists of mheap, in spans", _numbers("list"), rows, data)


def _list_order(profile: Profile, name: str) -> tuple[int, int]:
    """Free spans by length, the large ones last; then busy ones in the same way."""
    word, _, number = name.partition("[")
    lists = profile.heap_lists or ()
    return lists.index(word) if word in lists else len(lists), int(number[:-1]) if number else 0


# --- Numbers --------------------------------------------------------------------------------------------------------------


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
            d["part"].replace("_", " "),
            or_unknown(d["then"]),
            or_unknown(d["now"]),
            "" if d["difference"] is None else d["difference"],
        )
        for d in data
    ]
    return _section("account", "byte account", (Column("what", "text"), *b), rows, data)


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
    return _section("counters", "counters", _numbers("counter"), rows, data)


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


def _numbers(what: str) -> tuple[Column, ...]:
    return Column(what, "text"), Column("then"), Column("now"), Column("difference", "change")


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
    section = _section("objects", "objects", columns, rows, data)
    return section._replace(note=f"the same in both but made at another step: {made_anew}") if made_anew else section


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
    return _section("links", "links", columns, rows, data)


def _names(side: Side) -> dict[int, str]:
    """Names by address; objects of size 0 all have the same address and no name here."""
    return {addr: name for rows in (side.garbage, side.living) for name, addr, size, *_ in rows if size}


# --- Words ----------------------------------------------------------------------------------------------------------------


def _pair(a: int, b: int) -> str:
    return str(a) if a == b else f"{a}→{b}"


def _was_is(a: Mapping[str, str], b: Mapping[str, str], what: str) -> tuple[str, str]:
    return a.get(what, _NOTHING), b.get(what, _NOTHING)
