"""Filters and orders of very many objects, on the columns of their table: the same answers as objectorder.py gives one by one."""

from collections.abc import Callable, Generator, Sequence
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from gomem_core.lang.commands import Filter
from gomem_core.lang.conditions import COMPARE
from gomem_core.lang.filters import ROW
from gomem_core.lang.pattern import Pattern
from gomem_core.queries import slotcolumns
from gomem_core.queries.objecttexts import found_across_lines, found_in_slots
from gomem_core.queries.reach import Fate
from gomem_core.queries.slotcolumns import TypeNames, in_slots
from gomem_core.world.objectinfo import ObjectField, ObjectInfo, Objects
from gomem_core.world.world import World

Ints = NDArray[np.int64]
Numbers = NDArray[np.signedinteger[Any]]  # of objects: as narrow as can be, since there may be millions
Ranks = NDArray[np.unsignedinteger[Any]]
Mask = NDArray[np.bool_]
Step = Callable[[], object] | None  # as in roworder.Work

_SLICE: Final = 1 << 17  # objects whose fields are compared at a stretch: a millisecond or two
_TEXTS: Final = 500  # objects whose names are searched at a stretch
_FEW: Final = 256  # values of a field of which each is looked for: so it takes no memory to sort
_SPANS: Final = 4_000  # whose slots are looked at, at a stretch
_KINDS: Final = ("noscan", "scan", "head", "every4")


def passing(
    objects: Objects, filters: Sequence[Filter], cells: Callable[[ObjectInfo], str], size: ObjectField
) -> Generator[Step, None, Numbers | None]:
    """The numbers of the objects that pass all filters but those on their state, None: all.

    `cells` is what rows say of one, `size` the column that sizes are compared with.  Raises TooCostly.
    """
    compared = [f for f in filters if f.field not in (ROW, "state")]
    texts = [f for f in filters if f.field == ROW]
    if not compared and not texts:
        return None
    kind = _kind(len(objects))
    read = in_slots(objects)
    types = TypeNames(read) if read is not None and any(f.field == "type" for f in compared) else None
    found: list[Numbers] = [np.empty(0, kind)]
    for start in range(0, len(objects) if compared else 0, _SLICE):
        mask = np.ones(min(_SLICE, len(objects) - start), bool)
        for item in compared:
            mask &= _compared(objects, item, start, types, size)
        found.append((np.flatnonzero(mask) + start).astype(kind))
        yield None
    rows = np.concatenate(found) if compared else numbers_of(objects)
    del found
    for item in texts:
        rows = yield from _search(objects, Pattern(str(item.value)), rows, cells)
    return rows


def _column(objects: Objects, name: ObjectField, start: int) -> NDArray[Any]:
    """A field of a slice of objects."""
    read = in_slots(objects)
    if read is not None:
        return slotcolumns.column(read, name, start, start + _SLICE)
    return np.array(objects.column(name, start, start + _SLICE))


def _compared(objects: Objects, item: Filter, start: int, types: TypeNames | None, size: ObjectField) -> Mask:
    """Which objects of a slice have a field that compares as wanted; `types` are those of a heap that is read."""

    def column(name: ObjectField) -> NDArray[Any]:
        return _column(objects, name, start)

    compare, value = COMPARE[item.op], item.value
    match item.field:
        case "size":
            nbytes = column(size)
            found: Any = (nbytes >= 0) & compare(nbytes, value)
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
            found = _of_type(objects, start, lambda name: compare(name, value), types)
        case "kind":
            ptrdata = column("ptrdata")
            whole, sparse = ptrdata == column("size"), ptrdata < -1  # -1: which words may be pointers is not known
            numbers = np.select([ptrdata == 0, whole, sparse], [0, 1, 3], 2)
            found = np.array([compare(kind, value) for kind in _KINDS], bool)[numbers]
        case field:
            raise AssertionError(field)
    return cast("Mask", found)


def _of_type(objects: Objects, start: int, passes: Callable[[str], bool], types: TypeNames | None) -> Mask:
    """Which objects of a slice have a type whose name passes."""
    names: list[str] | None = getattr(objects, "type_names", None)  # of sessions
    if types is not None:
        of_type: Mask = np.array([passes(name) for name in types.names], bool)[types.places(start, start + _SLICE)]
        return of_type
    if names is not None:
        found: Mask = np.array([passes(name) for name in names], bool)[np.array(objects.column("type", start, start + _SLICE))]
        return found
    of = range(start, min(start + _SLICE, len(objects)))
    return np.array([passes(objects.info(oid).type) for oid in of], bool)


def _kind(count: int) -> np.dtype[np.signedinteger[Any]]:
    """What numbers of so many objects fit into, and -1."""
    return np.dtype(np.int32) if count < 1 << 31 else np.dtype(np.int64)


def _search(
    objects: Objects, pattern: Pattern, rows: Numbers, cells: Callable[[ObjectInfo], str]
) -> Generator[Step, None, Numbers]:
    """Those of the objects in whose cells the pattern is found."""
    read = in_slots(objects)
    if read is not None and len(rows) > _TEXTS:
        return (yield from (found_in_slots if pattern.stays_in_line else found_across_lines)(read, pattern, rows))
    found: list[Numbers] = [rows[:0]]
    for start in range(0, len(rows), _TEXTS):
        some = rows[start : start + _TEXTS]
        found.append(some[pattern.rows_with([cells(objects.info(oid)).encode(errors="replace") for oid in some.tolist()])])
        yield None
    return np.concatenate(found)


def by_death(
    world: World, rows: Numbers | None, fated: Callable[[Fate], bool] | None, ranks: tuple[int, int]
) -> Generator[Step, None, tuple[Numbers | None, Ranks]]:
    """Those of the objects whose state passes, and the rank of each: `ranks` are those of what is taken and of what is dead.

    For heaps whose objects are the allocated slots in the order of their addresses.
    """
    found: list[Ranks] = [np.empty(0, np.uint8)]
    for start in range(0, world.spans.count, _SPANS):
        allocated, live = (
            np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")
            for bits in world.slots.set_bytes(start, min(world.spans.count, start + _SPANS))
        )
        found.append(np.where(live[allocated == 1] == 0, np.uint8(ranks[1]), np.uint8(ranks[0])))
        yield None
    of = np.concatenate(found)
    if rows is not None:
        of = of[rows]
    if fated is not None and not (fated("dead") and fated("taken")):
        passes = np.flatnonzero(of == ranks[fated("dead")]) if fated("dead") or fated("taken") else np.empty(0, np.int64)
        rows, of = passes.astype(_kind(len(of))) if rows is None else rows[passes], of[passes]
    return rows, of


def film_keys(objects: Objects, rows: Numbers | None, sort: str) -> Ints:
    """What objects of a film are sorted by; what is not known comes last."""
    chosen = slice(None) if rows is None else rows
    if sort == "type":
        names: list[str] = getattr(objects, "type_names")  # noqa: B009 -- only objects of films have it
        order = sorted(range(len(names)), key=lambda n: (not names[n], names[n]))
        rank = np.empty(len(names), np.int64)
        rank[order] = np.arange(len(names))
        found: Ints = rank[np.array(objects.column("type"))[chosen]]
        return found
    keys = np.array(objects.column(cast("ObjectField", sort)), np.int64)[chosen]
    return np.where(keys <= 0, np.iinfo(np.int64).max, keys) if sort != "born" else keys


def arranged(
    objects: Objects, rows: Numbers | None, sort: str, keys: Sequence[int] | Ints | Ranks, size: ObjectField = "size"
) -> Generator[Step, None, memoryview]:
    """The objects in an order of objectorder.SORTS; rows None: all of them.

    `keys` are what the rows are sorted by where that is no column of the objects; `size` is that column.
    """
    if sort == "step":
        return (numbers_of(objects) if rows is None else rows).data
    by = np.asarray(keys)
    if not len(by):
        of_all = yield from _ranks(objects, size)
        by = of_all if rows is None else of_all[rows]
    if by.dtype.kind == "u":
        return (yield from _counted(rows, by)).data
    orders: list[Ints] = []
    yield lambda: orders.append(np.argsort(by, kind="stable"))
    return (orders[0].astype(_kind(len(by))) if rows is None else rows[orders[0]]).data


def numbers_of(objects: Objects) -> Numbers:
    """The numbers of all objects."""
    return np.arange(len(objects), dtype=_kind(len(objects)))


def place_of(rows: memoryview, oid: int) -> int:
    """The place of an object among the rows of `arranged`; -1: it is not among them."""
    every = np.asarray(rows)
    for start in range(0, len(every), _SLICE):
        found = np.flatnonzero(every[start : start + _SLICE] == oid)
        if len(found):
            return start + int(found[0])
    return -1


def _ranks(objects: Objects, name: ObjectField) -> Generator[Step, None, Ranks]:
    """The rank of each object's field among all values of it: as narrow as can be, made a slice at a time."""
    parts: list[tuple[Ints, Ranks]] = [(np.empty(0, np.int64), np.empty(0, np.uint8))]
    for start in range(0, len(objects), _SLICE):
        values, rank = np.unique(_column(objects, name, start), return_inverse=True)
        parts.append((values, rank.astype(np.uint8 if len(values) <= _FEW else np.uint32)))
        yield None
    every = np.unique(np.concatenate([values for values, _ in parts]))
    kind = np.uint8 if len(every) <= _FEW else np.uint32
    ranks: Ranks = np.empty(len(objects), kind)
    end = len(ranks)
    while parts:  # from the last on: what was looked up goes at once
        values, of_slice = parts.pop()
        ranks[end - len(of_slice) : end] = np.searchsorted(every, values).astype(kind)[of_slice]
        end -= len(of_slice)
    return ranks


def _counted(rows: Numbers | None, by: Ranks) -> Generator[Step, None, Numbers]:
    """The rows, None for all, in the order of `by`, a rank each; those with the same stay as they are.

    As many as there are of each rank are counted first: so each slice goes to its places, and no memory is needed but for these.
    """
    count = np.zeros(int(by.max(initial=0)) + 1, np.int64)
    for start in range(0, len(by), _SLICE):
        count += np.bincount(by[start : start + _SLICE], minlength=len(count))
    free = np.cumsum(count) - count  # the next free place for each rank
    found: Numbers = np.empty(len(by), _kind(len(by)) if rows is None else rows.dtype)
    for start in range(0, len(by), _SLICE):
        some = by[start : start + _SLICE]
        order = np.argsort(some, kind="stable")
        rank, first, each = np.unique(some[order], return_index=True, return_counts=True)
        places = np.arange(len(some)) + np.repeat(free[rank] - first, each)
        found[places] = order + start if rows is None else rows[start + order]
        free[rank] += each
        yield None
    return found
