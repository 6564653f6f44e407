"""Which spans pass filters: by their fields, and by regular expressions that are found in their rows."""

import operator
import re
from collections.abc import Callable, Iterable
from typing import Final

from gomem_core.account import Account
from gomem_core.lang import WordError
from gomem_core.lang.commands import Filter
from gomem_core.lang.filters import LARGE, ROW, filters_reader
from gomem_core.records import SpanInfo
from gomem_core.report import Cell

Test = Callable[[SpanInfo], bool]

_COMPARE: Final[dict[str, Callable[[Cell, Cell], bool]]] = {
    ":": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LIST_WORDS: Final = {"freelarge": "large", "busylarge": "busy"}


class BadFilter(Exception):
    """A filter that cannot be read; the message says what is wrong, the most important first."""


def read_filter(text: str, account: Callable[[], Account]) -> Test | None:
    """What a filter as typed lets pass, written as after `show spans`; None for an empty one.

    `account` is asked for what spans waste.  Raises BadFilter.
    """
    try:
        filters = filters_reader("spans")(text)
    except WordError as problem:
        raise BadFilter(problem.message) from problem
    return (lambda s: keep_span(s, filters, account())) if filters else None


def keep(fields: dict[str, Cell], filters: Iterable[Filter]) -> bool:
    """Whether a row passes all filters.  A field that the row does not have is neither equal nor unequal to anything."""
    return all(f.field in fields and _COMPARE[f.op](fields[f.field], f.value) for f in filters)


def keep_span(info: SpanInfo, filters: Iterable[Filter], account: Account) -> bool:
    """Whether a span passes all filters; its slots are looked at only where its waste is asked for and all else passes."""
    fields = _fields(info)
    late: list[Filter] = []
    for f in filters:
        if f.field == "waste" or (f.field == ROW and "%" in str(f.value)):
            late.append(f)
        elif f.field == ROW:
            if re.search(str(f.value), _cells(info), _FLAGS) is None:
                return False
        elif not keep(fields, (f,)):
            return False
    if not late:
        return True
    if info.state == "inuse":
        fields["waste"] = span_waste(info, account)
    return all(_keep_late(info, fields, f) for f in late)


def _keep_late(info: SpanInfo, fields: dict[str, Cell], f: Filter) -> bool:
    if f.field != ROW:
        return keep(fields, (f,))
    waste = f"\n{fields['waste']:.1f}%" if "waste" in fields else ""
    return re.search(str(f.value), _cells(info) + waste, _FLAGS) is not None


def span_waste(info: SpanInfo, account: Account) -> float:
    """Percent of a span in use that serves nobody, 0 … 100: ends of slots, dead slots, and the tail behind the last slot."""
    share = account.of_span(info.base) if info.state == "inuse" else None
    return 0.0 if share is None else share.waste


def _fields(info: SpanInfo) -> dict[str, Cell]:
    """What filters can ask of a span besides its waste; shares in percent.  One without objects has only some of them."""
    fields: dict[str, Cell] = {"state": info.state, "pages": info.npages, "list": list_word(info)}
    if info.state == "inuse":
        fields |= {"class": info.sizeclass, "size": info.elemsize, "kind": info.kind, "used": 100 * info.used}
    return fields


def list_word(info: SpanInfo) -> str:
    """The list as filters name it: nonempty, empty, mcache, free, large or busy; "" for one that hangs on none."""
    if info.cached_by >= 0:
        return "mcache"
    return _LIST_WORDS.get(info.list_name, info.list_name.partition("[")[0])


_FLAGS: Final = re.IGNORECASE | re.MULTILINE


def _cells(info: SpanInfo) -> str:
    """What tables say of a span, one cell a line, so that ^ and $ are the ends of a cell; without its waste."""
    cells = [f"{info.base:x}", f"{info.base:#x}", str(info.npages), info.state, info.kind]
    if info.state == "inuse":
        cells += [str(info.sizeclass)] if info.sizeclass else [LARGE, "large"]
        cells += [str(info.elemsize), f"{info.alloc_count}/{info.nelems}", "swept" if info.swept else "waits"]
    cells += [f"mcache P{info.cached_by}", f"P{info.cached_by} cache"] if info.cached_by >= 0 else [info.list_name]
    if info.npreleased:
        cells.append(f"{info.npreleased} given back")
    return "\n".join(cell for cell in cells if cell)
