"""Filters and orders of very many objects, on the columns of their table: the same answers as objectorder.py gives one by one."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Callable, Generator, Sequence
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from gomem_core.lang.commands import Filter
from gomem_core.lang.conditions import COMPARE
from gomem_core.lang.filters import ROW
from gomem_core.lang.pattern import Pattern
from gomem_core.queries.reach import Fate
from gomem_core.world.objectinfo import ObjectField, ObjectInfo, Objects
from gomem_core.world.world import World

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Step = Callable[[], object] | None  # as in roworder.Work

_SLICE: Final = 1 << 17  # objects whose fields are compared at a stretch: a millisecond or two
_TEXTS: Final = 500  # objects whose names are searched at a stretch
_SPANS: Final = 4_000  # whose slots are looked at, at a stretch
_KINDS: Final = ("noscan", "scan", "head", "every4")


def passing(objects: Objects, filters: Sequence[Filter], cells: Callable[[ObjectInfo], str]) -> Generator[Step, None, Ints]:
    """The numbers of the objects that pass all filters but those on their state; `cells` is what rows say of one.

    Raises TooCostly.
    """
    compared = [f for f in filters if f.field not in (ROW, "state")]
    found: list[Ints] = [np.empty(0, np.int64)]
    for start in range(0, len(objects), _SLICE):
        mask = np.ones(min(_SLICE, len(objects) - start), bool)
        for item in compared:
            mask &= _compared(objects, item, start)
        found.append(np.flatnonzero(mask) + start)
        yield None
    rows = np.concatenate(found)
    for item in filters:
        if item.field == ROW:
            rows = yield from _search(objects, Pattern(str(item.value)), rows, cells)
    return rows


def _compared(objects: Objects, item: Filter, start: int) -> Mask:
    """Which objects of a slice have a field that compares as wanted."""

    def column(name: ObjectField) -> NDArray[Any]:
        return np.array(objects.column(name, start, start + _SLICE))

    compare, value = COMPARE[item.op], item.value
    match item.field:
        case "size":
            size = column("size")
            found: Any = (size >= 0) & compare(size, value)
        case "goroutine" | "swept":
            known = column(cast("ObjectField", item.field))
            found = (known > 0) & compare(known, value)
        case "step":
            born = column("born")
            found = (born >= 0) & compare(born, value)
        case "dropped":
            dropped = column("dropped")
            found = (dropped >= 0) & compare(dropped, value)
        case "type":
            found = _of_type(objects, start, lambda name: compare(name, value))
        case "kind":
            ptrdata = column("ptrdata")
            whole, sparse = ptrdata == column("size"), ptrdata < -1  # -1: which words may be pointers is not known
            numbers = np.select([ptrdata == 0, whole, sparse], [0, 1, 3], 2)
            found = np.array([compare(kind, value) for kind in _KINDS], bool)[numbers]
        case field:
            raise AssertionError(field)
    return cast("Mask", found)


def _of_type(objects: Objects, start: int, passes: Callable[[str], bool]) -> Mask:
    """Which objects of a slice have a type whose name passes."""
    names: list[str] | None = getattr(objects, "type_names", None)  # of sessions and films
    if names is not None:
        found: Mask = np.array([passes(name) for name in names], bool)[np.array(objects.column("type", start, start + _SLICE))]
        return found
    of = range(start, min(start + _SLICE, len(objects)))
    return np.array([passes(objects.info(oid).type) for oid in of], bool)


def _search(objects: Objects, pattern: Pattern, rows: Ints, cells: Callable[[ObjectInfo], str]) -> Generator[Step, None, Ints]:
    """Those of the objects in whose cells the pattern is found."""
    found: list[Ints] = [np.empty(0, np.int64)]
    names: list[str] | None = getattr(objects, "type_names", None)  # of a film: a name that fits need not be looked at again
    if names is not None:
        fits = np.array([pattern.found_in(name) for name in names], bool)[np.array(objects.column("type"))[rows]]
        found.append(rows[fits])
        rows = rows[~fits]
        yield None
    for start in range(0, len(rows), _TEXTS):
        some = rows[start : start + _TEXTS]
        found.append(some[pattern.rows_with([cells(objects.info(oid)).encode(errors="replace") for oid in some.tolist()])])
        yield None
    return np.sort(np.concatenate(found))


def by_death(
    world: World, rows: Ints, fated: Callable[[Fate], bool] | None, ranks: tuple[int, int]
) -> Generator[Step, None, tuple[Ints, Ints]]:
    """Those of the objects whose state passes, and the rank of each: `ranks` are those of what is taken and of what is dead.

    For heaps whose objects are the allocated slots in the order of their addresses.
    """
    dead: list[Mask] = [np.empty(0, bool)]
    for start in range(0, world.spans.count, _SPANS):
        allocated, live = (
            np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")
            for bits in world.slots.set_bytes(start, min(world.spans.count, start + _SPANS))
        )
        dead.append(live[allocated == 1] == 0)
        yield None
    gone = np.concatenate(dead)[rows]
    if fated is not None:
        passes = np.where(gone, fated("dead"), fated("taken"))
        rows, gone = rows[passes], gone[passes]
    return rows, np.where(gone, ranks[1], ranks[0])


def film_keys(objects: Objects, rows: Ints, sort: str) -> Ints:
    """What objects of a film are sorted by; what is not known comes last."""
    if sort == "type":
        names: list[str] = getattr(objects, "type_names")  # noqa: B009 -- only objects of films have it
        order = sorted(range(len(names)), key=lambda n: (not names[n], names[n]))
        rank = np.empty(len(names), np.int64)
        rank[order] = np.arange(len(names))
        found: Ints = rank[np.array(objects.column("type"))[rows]]
        return found
    keys = np.array(objects.column(cast("ObjectField", sort)), np.int64)[rows]
    return np.where(keys <= 0, np.iinfo(np.int64).max, keys) if sort != "born" else keys


def arranged(
    objects: Objects, rows: Ints, sort: str, keys: Sequence[int] | Ints, size: ObjectField = "size"
) -> Generator[Step, None, tuple[array[int], array[int]]]:
    """The objects in an order of objectorder.SORTS, and the place of each object, -1 for one that is not among them.

    `keys` are what the rows are sorted by where that is no column of the objects; `size` is that column.
    """
    count = len(objects)
    if sort != "step":
        by = np.array(keys) if len(keys) else np.array(objects.column(size))[rows]
        orders: list[Ints] = []
        yield lambda: orders.append(np.argsort(by, kind="stable"))
        rows = rows[orders[0]]
    at = np.full(count, -1, np.int64)
    at[rows] = np.arange(len(rows))
    return array("q", rows.tobytes()), array("q", at.tobytes())
