"""Which spans pass filters: by their fields, and by regular expressions that are found in their rows."""

import operator
from collections.abc import Callable, Iterable
from typing import Final

from gomem_core.go.sizeclasses import kind_of
from gomem_core.go.versions import PROFILES, Profile
from gomem_core.lang import WordError
from gomem_core.lang.commands import Filter
from gomem_core.lang.filters import LARGE, ROW, filters_reader
from gomem_core.lang.pattern import Pattern
from gomem_core.named import NamedTuple
from gomem_core.queries.account import Account
from gomem_core.report import Cell
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.records import CentralInfo, SpanInfo

Test = Callable[[SpanInfo], bool]

COMPARE: Final[dict[str, Callable[[Cell, Cell], bool]]] = {
    ":": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LIST_WORDS: Final = {  # what filters call the heap's lists, of any version of Go
    name: word
    for lists in (profile.heap_lists for profile in PROFILES)
    if lists is not None
    for name, word in ((lists.free, "free"), (lists.free_large, "large"), (lists.busy, "busy"), (lists.busy_large, "busy"))
}


AT_LEAST: Final = "≥"  # before what may be more, since not all of it is known


class BadFilter(Exception):
    """A filter that cannot be read; the message says what is wrong, the most important first."""


def read_filters(topic: str, text: str) -> tuple[Filter, ...]:
    """The filters of a topic as typed after `show TOPIC`.  Raises BadFilter."""
    try:
        return filters_reader(topic)(text)
    except WordError as problem:
        raise BadFilter(problem.message) from problem


def read_filter(text: str, account: Callable[[], Account]) -> Test | None:
    """What a filter of spans as typed lets pass; None for an empty one.

    `account` is asked for what spans waste.  Raises BadFilter.
    """
    filters = read_filters("spans", text)
    return span_test(filters, account) if filters else None


def keep(fields: dict[str, Cell], filters: Iterable[Filter]) -> bool:
    """Whether a row of another table passes all filters; what it lacks, such as a list of another version, passes none."""
    return all(f.field in fields and COMPARE[f.op](fields[f.field], f.value) for f in filters)


def central_fields(c: CentralInfo, profile: Profile) -> dict[str, Cell]:
    """What filters of mcentrals can ask for; large objects have no size in common."""
    number = c.spanclass >> 1
    fields: dict[str, Cell] = {"class": number, "kind": kind_of(c.spanclass)}
    if number:
        fields["size"] = profile.classes[number].size
    return fields | dict(zip(profile.central_names, c.lengths, strict=True))


def span_test(filters: Iterable[Filter], account: Callable[[], Account]) -> Test:
    """Whether a span passes all filters; its slots are looked at only where its waste is asked for and all else passes."""
    tests = [_row_test(f, account) if f.field == ROW else _field_test(f, account) for f in sorted(filters, key=asks_for_waste)]
    return tests[0] if len(tests) == 1 else lambda s: all(test(s) for test in tests)


def asks_for_waste(f: Filter) -> bool:
    """Whether it is about what a span wastes."""
    return f.field in _WASTES or (f.field == ROW and "%" in str(f.value))


class Waste(NamedTuple):
    """What of a span in use no live object asked for, in percent of its bytes."""

    all: float  # ends of slots, dead slots, free slots, and the tail after the last slot, as far as they are known
    slot_waste: float | None  # ends of slots
    free_slots: float

    @property
    def text(self) -> str:
        """Two whole numbers, of at most seven cells: what nobody can have now, then what is free for other objects."""
        least = "" if self.slot_waste is not None else AT_LEAST
        return f"{least}{_whole(self.all - self.free_slots)}+{_whole(self.free_slots)}%" if self.all else f"{least}0%"


def _whole(percent: float) -> int:
    """The whole number nearest to a percentage; all of it is told only where it is all."""
    return round(percent) if percent == 100 else min(99, round(percent))


_NO_WASTE: Final = Waste(0.0, 0.0, 0.0)


def span_waste(info: SpanInfo, account: Account) -> Waste:
    """The waste of a span; looks at no other one."""
    share = account.of_span(info.base) if info.state == "inuse" else None
    if share is None:
        return _NO_WASTE
    slot_waste = None if share.slot_waste is None else share.percent(share.slot_waste)
    return Waste(share.percent(share.wasted), slot_waste, share.percent(share.free_slots))


# --- By field ---------------------------------------------------------------------------------------------------------------


def _list_word(info: SpanInfo) -> str:
    """The list as filters name it: nonempty, empty, mcache, free, large or busy; "" for one that hangs on none."""
    return "mcache" if info.is_cached else UNKNOWN if info.list_name is None else list_word(info.list_name)


def list_word(name: str) -> str:
    """What filters call the list of this name."""
    name = name.partition("[")[0]
    return _LIST_WORDS.get(name, name)


_FIELDS: Final[dict[str, Callable[[SpanInfo], Cell]]] = {
    "state": lambda s: s.state,
    "pages": lambda s: s.npages,
    "list": _list_word,
}
_FIELDS_IN_USE: Final[dict[str, Callable[[SpanInfo], Cell]]] = {  # the others have no objects, and so none of these
    "class": lambda s: s.sizeclass,
    "size": lambda s: s.elemsize,
    "kind": lambda s: s.kind,
    "used": lambda s: 100 * s.used,
}


_WASTES: Final[dict[str, Callable[[Waste], float | None]]] = {
    "waste": lambda waste: waste.all,
    "slot_waste": lambda waste: waste.slot_waste,
    "free_slots": lambda waste: waste.free_slots,
}


def _field_test(f: Filter, account: Callable[[], Account]) -> Test:
    """A field that a span does not have is neither equal nor unequal to anything."""
    compare, value = COMPARE[f.op], f.value
    get = _FIELDS.get(f.field)
    if get is not None:
        return lambda s: compare(get(s), value)
    part = _WASTES.get(f.field)
    if part is not None:
        return lambda s: (
            s.state == "inuse" and (percent := part(span_waste(s, account()))) is not None and compare(percent, value)
        )
    get_in_use = _FIELDS_IN_USE[f.field]
    return lambda s: s.state == "inuse" and compare(get_in_use(s), value)


# --- By row -----------------------------------------------------------------------------------------------------------------


def _row_test(f: Filter, account: Callable[[], Account]) -> Test:
    found_in = Pattern(str(f.value)).found_in
    if not asks_for_waste(f):
        return lambda s: found_in(_cells(s))
    return lambda s: found_in(_cells(s)) or (s.state == "inuse" and found_in(waste_cells(span_waste(s, account()))))


def waste_cells(waste: Waste) -> str:
    """What tables say of the waste of a span in use."""
    return "\n".join([*(f"{percent:.1f}%" for percent in waste if percent is not None), waste.text])


def _cells(s: SpanInfo) -> str:
    """What tables say of a span, one cell a line, so that ^ and $ are the ends of a cell; without its waste."""
    return f"{base_cells(s.base)}\n{other_cells(s)}"


def base_cells(base: int) -> str:
    """The address of a span, as it can be written."""
    return f"{base:x}\n{base:#x}"


def other_cells(s: SpanInfo) -> str:
    """The cells of a span that are not about its address."""
    where = f"mcache P{s.cached_by}\nP{s.cached_by} cache" if s.is_cached else UNKNOWN if s.list_name is None else s.list_name
    cells = f"{s.npages}\n{s.state}\n{where}"
    if s.npreleased:
        cells = f"{cells}\n{s.npreleased} given back"
    if s.state != "inuse":
        return cells
    sizeclass = s.sizeclass or f"{LARGE}\nlarge"
    swept = UNKNOWN if s.swept is None else "waits" if s.waits else "swept"
    return f"{cells}\n{sizeclass}\n{s.elemsize}\n{s.kind}\n{s.alloc_count}/{s.nelems}\n{swept}"
