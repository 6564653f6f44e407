"""What the arena pane says of the selected cell: one sentence, the longest that there is room for."""

from typing import Final

from gomem_core.report import counted, format_bytes
from gomem_core.world.records import SpanInfo
from gomem_tui.render.lines import short
from gomem_tui.render.spans import list_text

# Longest first; the values are named in `readout`.
_SLOTS: Final = (
    "{place}: span {base}, class {sizeclass}, {size} B {kind}, {taken} of {slots} slots taken, {on}",
    "{place}: span {base}, class {sizeclass}, {size} B {kind}, {taken}/{slots}, {on}",
    "{place}: span {base}, class {sizeclass} {kind}, {taken}/{slots}, {on}",
    "{place}: span {base}, class {sizeclass} {kind}, {taken}/{slots}",
    "{place}: class {sizeclass} {kind}, {taken}/{slots}",
)
_LARGE: Final = (
    "{place}: span {base}, a large object of {pages} ({bytes}), {kind}, {on}",
    "{place}: span {base}, large object of {pages}, {kind}",
    "{place}: span {base}, large, {pages}",
)
_OTHER: Final = (
    "{place}: span {base}, {state}, {pages} ({bytes}), on {on}, {released} given back to the OS",
    "{place}: span {base}, {state}, {pages}, {released} given back",
    "{place}: {state}, {pages}, {released} given back",
)
_OTHER_KEPT: Final = (
    "{place}: span {base}, {state}, {pages} ({bytes}), on {on}",
    "{place}: span {base}, {state}, {pages}, on {on}",
    "{place}: {state}, {pages}, on {on}",
)
_SEVERAL: Final = (
    "pages {first}–{last}: {count} spans, {start} up to {end}",
    "pages {first}–{last}: {count} spans from {start}",
    "pages {first}–{last}: {count} spans",
)
_PAGE: Final = "page {page}"
_PAGES: Final = "pages {first}–{last}"


def readout(info: SpanInfo, first: int, last: int, width: int) -> str:
    """A cell that covers pages first to last of one span."""
    place = _PAGE.format(page=first) if first == last else _PAGES.format(first=first, last=last)
    values: dict[str, str | int] = {
        "place": place,
        "base": short(info.base),
        "sizeclass": info.sizeclass,
        "size": info.elemsize,
        "kind": info.kind,
        "taken": info.alloc_count,
        "slots": info.nelems,
        "on": list_text(info) or "no list",
        "state": info.state,
        "pages": counted(info.npages, "page"),
        "bytes": format_bytes(info.nbytes),
        "released": info.npreleased or 0,
    }
    if info.state != "inuse":
        return _longest(_OTHER if info.npreleased else _OTHER_KEPT, values, width)
    return _longest(_SLOTS if info.sizeclass else _LARGE, values, width)


def readout_several(count: int, first: int, last: int, addrs: tuple[int, int], width: int) -> str:
    """A cell that covers pages first to last, which `count` spans share; `addrs`: of the cell, and of what lies after it."""
    values: dict[str, str | int] = {
        "first": first,
        "last": last,
        "count": count,
        "start": short(addrs[0]),
        "end": short(addrs[1]),
    }
    return _longest(_SEVERAL, values, width)


def _longest(templates: tuple[str, ...], values: dict[str, str | int], width: int) -> str:
    """The first of the sentences that fits; the last one where none does."""
    told = [template.format_map(values) for template in templates]
    return next((text for text in told if len(text) <= width), told[-1])
