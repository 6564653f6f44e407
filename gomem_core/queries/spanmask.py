"""Filters and orders of spans on columns: the same answers as spanfilter.py and spanorder.py give span by span."""

from array import array
from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import pairwise
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from gomem_core.lang.commands import Filter
from gomem_core.lang.conditions import COMPARE
from gomem_core.lang.filters import ROW
from gomem_core.lang.pattern import Pattern
from gomem_core.queries.ranked import Ranked
from gomem_core.queries.spancolumns import Floats, Mask, Slices, SpanColumns, grouped
from gomem_core.queries.spanfilter import Waste, asks_for_waste, base_cells, list_word, other_cells, waste_cells
from gomem_core.queries.wastesums import PARTS, Field, Ints, Step

_ROWS: Final = 4_000  # bases that are searched at a stretch
_TEXTS: Final = 500  # texts that are made and searched at a stretch

_PERCENT: Final[tuple[Field, ...]] = ("npages", "nelems", *PARTS)
_NEEDED: Final[dict[str, tuple[Field, ...]]] = {  # by fields of filters, and columns by which spans are sorted
    "base": ("base",),
    "state": ("state",),
    "pages": ("npages",),
    "list": ("list_name", "cached_by"),
    "class": ("state", "spanclass"),
    "size": ("state", "elemsize"),
    "kind": ("state", "spanclass"),
    "used": ("state", "alloc_count", "nelems"),
    "waste": ("state", *_PERCENT),
    "slot_waste": ("state", *_PERCENT),
    "free_slots": ("state", *_PERCENT),
    "sweepgen": ("sweepgen",),
}
_NAMES: Final[dict[str, Field]] = {  # the columns of those sorts that are no more than a column
    "base": "base",
    "pages": "npages",
    "size": "elemsize",
    "list": "list_name",
    "sweepgen": "sweepgen",
}
_OTHER: Final[tuple[Field, ...]] = (  # what other_cells tells; in this order their ranges seldom get too large for one number
    *("spanclass", "alloc_count", "state", "list_name", "cached_by", "nelems", "npreleased", "npages", "elemsize"),
)


def ranked_spans(columns: SpanColumns, filters: tuple[Filter, ...], sort: str) -> Generator[Step, None, Ranked]:
    """The bases of the spans that pass all filters, in this order.  Raises TooCostly."""
    yield from columns.load(needed(filters, sort))
    mask = np.ones(len(columns["base"]), bool)
    yield from passing(columns, filters, mask)
    keys, bases = sort_keys(columns, sort)[mask], columns["base"][mask]
    orders: list[Ints] = []
    yield lambda: orders.append(np.argsort(keys, kind="stable"))
    (order,) = orders
    numbers, ranked_numbers = (array("q", one.tobytes()) for one in (bases, bases[order]))
    return Ranked(numbers, array("d", keys.tobytes()), ranked_numbers, array("d", keys[order].tobytes()))


# --- Which spans pass -----------------------------------------------------------------------------------------------------------


def passing(columns: SpanColumns, filters: tuple[Filter, ...], mask: Mask) -> Slices:
    """Leave of the spans in the mask those that pass all filters.  Raises TooCostly.

    The columns must have been loaded (`needed`).  Between slices the heap may not change.
    """
    for item in sorted(filters, key=lambda f: (f.field == ROW, asks_for_waste(f))):
        if item.field == ROW and mask.any():
            found = np.zeros(len(mask), bool)
            yield from _search(columns, Pattern(str(item.value)), mask, found)
            mask &= found
        elif item.field != ROW:
            mask &= _compared(columns, item)
        yield None


def needed(filters: tuple[Filter, ...], sort: str) -> list[Field]:
    """The columns that filters and an order are about."""
    names: set[Field] = {"base", *(_PERCENT if sort == "waste" else _NEEDED[sort])}
    for item in filters:
        names |= {*_NEEDED[item.field]} if item.field != ROW else {"sweepgen", *_OTHER}
        if asks_for_waste(item):
            names |= {*_PERCENT}
    return sorted(names)


def _compared(columns: SpanColumns, item: Filter) -> Mask:
    """The spans whose field compares as wanted; one that does not have it does not."""
    compare, value, field = COMPARE[item.op], item.value, item.field
    if field == "pages":
        return cast("Mask", compare(columns["npages"], value))
    if field == "state":
        states = _which(columns.words("state"), lambda word: compare(word, value))
        return states.take(columns["state"])
    if field == "list":
        named = _which(columns.words("list_name"), lambda name: compare(list_word(name), value))[columns["list_name"]]
        return cast("Mask", np.where(columns["cached_by"] >= 0, compare("mcache", value), named))
    if field == "kind":
        kinds = _which(("scan", "noscan"), lambda word: compare(word, value))
        passes = kinds.take(columns["spanclass"] & 1)
    else:
        passes = cast("Mask", compare(_numbers(columns, field), value))
    return passes & columns.in_use()


def _numbers(columns: SpanColumns, field: str) -> Ints | Floats:
    """What spans in use have in a field of filters."""
    match field:
        case "class":
            return columns["spanclass"] >> 1
        case "size":
            return columns["elemsize"]
        case "used":
            return 100 * columns.used()
        case "waste":
            return columns.percent("wasted")
        case "slot_waste" | "free_slots":
            return columns.percent(field)
    raise AssertionError(field)


def _which(words: tuple[str, ...], passes: Callable[[str], bool]) -> Mask:
    """Which words pass."""
    return np.array([passes(word) for word in words], bool)


# --- In which order ------------------------------------------------------------------------------------------------------------


def sort_keys(columns: SpanColumns, sort: str) -> Floats:
    """The key of each span in one of spanorder.SORTS, words as their ranks; the columns must have been loaded."""
    key: NDArray[Any]
    match sort:
        case "class":
            key = columns["spanclass"] >> 1
        case "kind":
            words = (*columns.words("state"), "scan", "noscan")
            rank = np.array([sorted(words).index(word) for word in words])
            key = rank[np.where(columns.in_use(), len(words) - 2 + (columns["spanclass"] & 1), columns["state"])]
        case "used":
            key = columns.used()
        case "waste":
            key = columns.percent("wasted")
        case _:
            key = columns[_NAMES[sort]]
    return key.astype(np.float64)


# --- What is found in rows ----------------------------------------------------------------------------------------------------


def _search(columns: SpanColumns, pattern: Pattern, mask: Mask, found: Mask) -> Slices:
    """Mark those spans of the mask in whose cells the pattern is found.

    Most cells are alike in very many rows, all but the address: so what rows say besides is searched once for each group of equal
    rows, and then the addresses.  Where something can be found across the two, rows are searched that do not pass yet.
    """
    first, group = columns.groups(_OTHER, columns.swept())
    others: list[str] = []
    for start in range(0, len(first), _TEXTS):
        others += [other_cells(columns.info(int(row))) for row in first[start : start + _TEXTS]]
        yield None
    if not pattern.knows_ends:
        in_others = np.zeros(len(first), bool)
        yield from _found_in(pattern, lambda n: others[n], np.arange(len(first)), in_others)
        found |= in_others[group]
    if pattern.stays_in_line:
        for prefix in (b"", b"0x"):
            yield from _search_bases(columns["base"], prefix, pattern, found)
    else:
        base, left = columns["base"], np.flatnonzero(mask & ~found)
        yield from _found_in(pattern, lambda row: f"{base_cells(int(base[row]))}\n{others[group[row]]}", left, found)
    if asks_for_waste(Filter(ROW, "~", pattern.text)):
        yield from _search_wastes(columns, pattern, mask, found)


def _search_bases(base: Ints, prefix: bytes, pattern: Pattern, found: Mask) -> Slices:
    """Mark the spans in whose address, written with this prefix, the pattern is found."""
    for start, lines, width in _lines(base, prefix):
        yield partial(_mark_lines, pattern, lines, width, found[start:])


def _mark_lines(pattern: Pattern, lines: bytes, width: int, found: Mask) -> None:
    for begin, end in pattern.runs(lines):
        found[begin // width : end // width] = True


def _lines(base: Ints, prefix: bytes) -> Iterator[tuple[int, bytes, int]]:
    """The addresses in hexadecimal digits, a line each: the first row, lines of one length, and that length."""
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    widths = np.maximum(1, (np.frexp(base.astype(np.float64))[1] + 3) // 4)
    cuts = [0, *(np.flatnonzero(np.diff(widths)) + 1), len(base)]
    for low, high in pairwise(cuts):
        for start in range(low, high, _ROWS):
            some, width = base[start : min(high, start + _ROWS)], int(widths[start])
            line = np.empty((len(some), len(prefix) + width + 1), np.uint8)
            line[:, : len(prefix)] = np.frombuffer(prefix, np.uint8)
            for n in range(width):
                line[:, len(prefix) + n] = digits[(some >> 4 * (width - 1 - n)) & 15]
            line[:, -1] = ord("\n")
            yield start, line.tobytes(), line.shape[1]


def _search_wastes(columns: SpanColumns, pattern: Pattern, mask: Mask, found: Mask) -> Slices:
    """Mark the spans in use in whose waste the pattern is found."""
    rows = np.flatnonzero(mask & ~found & columns.in_use())
    wasted, slot_waste, free_slots = (columns.percent(part)[rows] for part in ("wasted", "slot_waste", "free_slots"))
    first, group = grouped([one.view(np.int64) for one in (wasted, slot_waste, free_slots)])
    passes = np.zeros(len(first), bool)

    def cells(n: int) -> str:
        return waste_cells(Waste(*(float(part[first[n]]) for part in (wasted, slot_waste, free_slots))))

    yield from _found_in(pattern, cells, np.arange(len(first)), passes)
    found[rows] = passes[group]


def _found_in(pattern: Pattern, text: Callable[[int], str], rows: Ints, found: Mask) -> Slices:
    """Mark those of the rows in whose text the pattern is found."""
    for start in range(0, len(rows), _TEXTS):
        some = rows[start : start + _TEXTS]
        yield partial(_mark, pattern, text, some, found)


def _mark(pattern: Pattern, text: Callable[[int], str], rows: Ints, found: Mask) -> None:
    found[rows[pattern.rows_with([text(int(row)) for row in rows])]] = True
