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
from gomem_core.queries.spancolumns import TOLD, Floats, Mask, Slices, SpanColumns, grouped
from gomem_core.queries.spanfilter import Waste, asks_for_waste, list_word, other_cells, waste_cells
from gomem_core.queries.wastesums import PARTS, Field, Ints, Step

_ROWS: Final = 4_000  # addresses that are searched at a stretch: some milliseconds
_TEXTS: Final = 500  # texts that are made and searched at a stretch

_NEEDED: Final[dict[str, tuple[Field, ...]]] = {  # by fields of filters, and columns by which spans are sorted
    "base": ("base",),
    "state": ("state",),
    "pages": ("npages",),
    "list": ("list_name", "cached_by"),
    "class": ("state", "spanclass"),
    "size": ("state", "elemsize"),
    "kind": ("state", "spanclass"),
    "used": ("state", "alloc_count", "nelems"),
    "waste": ("state", *PARTS),
    "slot_waste": ("state", *PARTS),
    "free_slots": ("state", *PARTS),
    "sweepgen": ("sweepgen",),
}
_NAMES: Final[dict[str, Field]] = {  # the columns of those sorts that are no more than a column
    "base": "base",
    "pages": "npages",
    "size": "elemsize",
    "list": "list_name",
    "sweepgen": "sweepgen",
}


def ranked_spans(columns: SpanColumns, filters: tuple[Filter, ...], sort: str) -> Generator[Step, None, Ranked]:
    """The bases of the spans that pass all filters, in this order.  Raises TooCostly."""
    yield from columns.load(needed(filters, sort))
    keys, bases = sort_keys(columns, sort), columns["base"]
    if filters:
        mask = np.ones(len(bases), bool)
        yield from passing(columns, filters, mask)
        keys, bases = keys[mask], bases[mask]
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
    names: set[Field] = {"base", *(PARTS if sort == "waste" else _NEEDED[sort])}
    for item in filters:
        names |= {*_NEEDED[item.field]} if item.field != ROW else {*TOLD}
        if asks_for_waste(item):
            names |= {*PARTS}
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
        if field == "slot_waste" and not columns.knows_sizes:
            passes = np.zeros(len(passes), bool)
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
    """Mark those spans of the mask in whose cells the pattern is found, and perhaps others.

    Most cells are alike in very many rows, all but the address: so what rows say besides is searched once for each group of equal
    rows, and then the addresses.  Where something can be found across the two, rows are searched that do not pass yet.
    """
    first, group = yield from columns.groups()
    others: list[bytes] = []
    for start in range(0, len(first), _TEXTS):
        others += [other_cells(columns.info(int(row))).encode() for row in first[start : start + _TEXTS]]
        yield None
    if not pattern.knows_ends:
        in_others = np.zeros(len(first), bool)
        for start in range(0, len(first), _TEXTS):
            yield partial(_mark, pattern, others[start : start + _TEXTS], np.arange(start, len(first)), in_others)
        found |= in_others[group]
    for template in (b"%s", b"0x%s") if pattern.stays_in_line else (b"%s\n0x%s",):
        left = np.flatnonzero(mask & ~found)
        for rows, lines, width in _lines(columns["base"], left, template):
            if pattern.stays_in_line:
                yield partial(_mark_lines, pattern, lines, width, rows, found)
            else:
                groups = group[rows].tolist()
                texts = [lines[n * width : (n + 1) * width] + others[groups[n]] for n in range(len(rows))]
                yield partial(_mark, pattern, texts, rows, found)
    if asks_for_waste(Filter(ROW, "~", pattern.text)):
        yield from _search_wastes(columns, pattern, mask, found)


def _mark(pattern: Pattern, texts: list[bytes], rows: Ints, found: Mask) -> None:
    """Mark those of the rows in whose text the pattern is found."""
    found[rows[pattern.rows_with(texts)]] = True


def _mark_lines(pattern: Pattern, lines: bytes, width: int, rows: Ints, found: Mask) -> None:
    """The same of rows with a line each."""
    borders = np.array(pattern.runs(lines), np.int64).reshape(-1, 2) // width
    inside = np.zeros(len(rows) + 1, np.int8)
    inside[borders[:, 0]] += 1
    inside[borders[:, 1]] -= 1
    found[rows[np.cumsum(inside[:-1]) > 0]] = True


def _lines(base: Ints, rows: Ints, template: bytes) -> Iterator[tuple[Ints, bytes, int]]:
    """The addresses of these rows in hexadecimal digits, written as the template has it, and a line feed after each.

    Yields some of the rows, their texts, which are of one length, and that length.
    """
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    widths = np.maximum(1, (np.frexp(base[rows].astype(np.float64))[1] + 3) // 4)
    cuts = [0, *(np.flatnonzero(np.diff(widths)) + 1), len(rows)]
    for low, high in pairwise(cuts):
        for start in range(low, high, _ROWS):
            some = rows[start : min(high, start + _ROWS)]
            width = int(widths[start])
            written = digits[base[some][:, None] >> np.arange(4 * (width - 1), -1, -4) & 15]
            parts = [np.frombuffer(part, np.uint8) for part in template.split(b"%s")]
            columns = [np.broadcast_to(part, (len(some), len(part))) for part in parts]
            line = np.hstack([columns[0], *(one for part in columns[1:] for one in (written, part)), _line_feeds(len(some))])
            yield some, line.tobytes(), line.shape[1]


def _line_feeds(count: int) -> NDArray[np.uint8]:
    return np.full((count, 1), ord("\n"), np.uint8)


def _search_wastes(columns: SpanColumns, pattern: Pattern, mask: Mask, found: Mask) -> Slices:
    """Mark the spans in use in whose waste the pattern is found."""
    rows = np.flatnonzero(mask & ~found & columns.in_use())
    known = columns.knows_sizes
    wasted, slot_waste, free_slots = (columns.percent(part)[rows] for part in ("wasted", "slot_waste", "free_slots"))
    first, group = grouped([one.view(np.int64) for one in (wasted, slot_waste, free_slots)])
    passes = np.zeros(len(first), bool)
    for start in range(0, len(first), _TEXTS):
        some = first[start : start + _TEXTS]
        wastes = zip(*(part[some].tolist() for part in (wasted, slot_waste, free_slots)), strict=True)
        texts = [waste_cells(Waste(a, b if known else None, c)).encode() for a, b, c in wastes]
        yield partial(_mark, pattern, texts, np.arange(start, start + len(some)), passes)
    found[rows] = passes[group]
