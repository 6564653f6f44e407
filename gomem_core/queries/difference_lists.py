"""Tables of where spans are, then and now: lists of the mcentrals and of mheap, the mcaches of the Ps."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from gomem_core.go.sizeclasses import kind_of
from gomem_core.go.versions import Profile
from gomem_core.queries.data import mcache_data
from gomem_core.queries.difference_sections import Section, numbers, pair, section
from gomem_core.queries.side import Side
from gomem_core.report import Cell, Column
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.records import McacheInfo

if TYPE_CHECKING:
    from gomem_core.schema import differences as schema
    from gomem_core.schema.heap import Mcache

_NOTHING: Final = "–"


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
        pairs = [pair(*both) for both in lengths]
        pairs += [UNKNOWN if x is None or y is None else pair(x, y) for x, y in ((a.nmalloc, b.nmalloc), (a.nlock, b.nlock))]
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
    return section("mcentral", "mcentrals", columns, rows, data)


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
    return section("mcache", "mcaches", columns, rows, data)


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


def _was_is(a: Mapping[str, str], b: Mapping[str, str], what: str) -> tuple[str, str]:
    return a.get(what, _NOTHING), b.get(what, _NOTHING)


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
    return section("lists", "lists of mheap, in spans", numbers("list"), rows, data)


def _list_order(profile: Profile, name: str) -> tuple[int, int]:
    """Free spans by length, the large ones last; then busy ones in the same way."""
    word, _, number = name.partition("[")
    lists = profile.heap_lists or ()
    return lists.index(word) if word in lists else len(lists), int(number[:-1]) if number else 0
