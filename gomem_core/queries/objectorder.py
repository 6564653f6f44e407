"""The objects in an order and through a filter: for the Objects pane."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Callable, Generator, Iterable, Sequence
from importlib import import_module
from time import perf_counter
from typing import Final

from gomem_core.lang.commands import Filter
from gomem_core.lang.filters import ROW
from gomem_core.lang.pattern import Pattern
from gomem_core.named import NamedTuple
from gomem_core.queries.graphs import graph_of
from gomem_core.queries.reach import Fate, fate_by
from gomem_core.queries.roworder import MANY, SLICE, SLICE_SECONDS, Choice, RowOrder, Step, Work
from gomem_core.queries.spanfilter import COMPARE, read_filters
from gomem_core.report import Cell
from gomem_core.world.facts import Fact, or_unknown
from gomem_core.world.objectinfo import ObjectField, ObjectInfo, Objects
from gomem_core.world.world import World

SORTS: Final = ("step", "size", "state")  # by the names of the columns
OF_FILM: Final = ("born", "swept", "goroutine", "type")  # ... and in a film, which knows these of each object
KEEPS: Final = "keeps"  # ... and where it is known what refers to what: bytes that would be freed with it
FATES: Final[dict[Fate, str]] = {  # what filters call them, in the order of the sort
    "rooted": "rooted",
    "linked": "kept",
    "garbage": "unreachable",
    "dead": "dead",
    "swept": "swept",
    "zero": "zero",
    "taken": "taken",
}
_NONE: Final = array("q")
_RANK: Final = {fate: number for number, fate in enumerate(FATES)}
_FIELDS: Final[dict[str, Callable[[ObjectInfo], Cell | None]]] = {
    "kind": lambda o: o.kind,
    "type": lambda o: o.type,
    "step": lambda o: o.born,
    "dropped": lambda o: o.dropped,
    "goroutine": lambda o: o.goroutine,
    "swept": lambda o: o.swept,
}


class Test(NamedTuple):
    """A filter that was read: what it asks of an object, and of what became of it."""

    filters: tuple[Filter, ...]
    passes: Callable[[ObjectInfo], bool]
    fated: Callable[[Fate], bool] | None


class ObjectOrder(RowOrder):
    """Rows: the numbers of the objects that pass a filter, in an order; the newest first unless told otherwise."""

    def __init__(self, world: World, objects: Objects, at_once: int | None = None, many: int = MANY) -> None:
        """`many`: where there are more objects, they are looked at all at once, in columns."""
        # Where it is not known when objects were made, they are in the order of their addresses.
        super().__init__(Choice("step", descending=not world.doubt(Fact.NAME)), at_once)
        self._world = world
        self._objects = objects
        self._many = many
        self._size: ObjectField = "slot" if counts_slots(world) else "size"  # by which they are sorted and filtered
        self._rows: Sequence[int] = _NONE
        self._found = (-1, -1)  # the object that was looked for last, and its place among the rows, -1: none

    def _read(self, text: str) -> Test | None:
        return _test(read_filters("objects", text), self._bytes_of)

    def _bytes_of(self, o: ObjectInfo) -> int | None:
        """Its size, or that of its slot where it is not known how much was asked for."""
        return o.size if self._size == "size" else self._objects.column(self._size, o.oid, o.oid + 1)[0]

    def _is_plain(self, choice: Choice) -> bool:
        """All objects in the order in which they were made."""
        return choice.sort == "step" and choice.test is None

    def total(self) -> int:
        """Objects that were ever allocated."""
        return len(self._objects)

    def look_again(self) -> None:
        """The heap changed."""
        self._all = True

    def __len__(self) -> int:
        self.catch_up()
        if self.plain:
            self._rows = _NONE  # these are of another choice
            return len(self._objects)
        return len(self._rows)

    def oid(self, row: int) -> int:
        """The number of the object in a row; -1: none is there."""
        count = len(self)
        if not 0 <= row < count:
            return -1
        place = count - 1 - row if self._shown.descending else row
        oid = place if self.plain else self._rows[place]
        self._found = oid, place
        return oid if oid < len(self._objects) else -1  # the session went back, and the rows are yet to follow

    def number(self, oid: int) -> int:
        """The row of an object; -1: it is not among them."""
        count = len(self)
        place = oid if self.plain else self._place(oid)
        if not 0 <= place < count:
            return -1
        return count - 1 - place if self._shown.descending else place

    def _place(self, oid: int) -> int:
        """The place of an object among the rows: of millions it is not kept for each where that is."""
        if self._found[0] != oid:
            rows = self._rows
            if isinstance(rows, memoryview):
                from gomem_core.queries.objectmask import place_of  # noqa: PLC0415 -- which made these rows

                self._found = oid, place_of(rows, oid)
            else:
                self._found = oid, rows.index(oid) if oid in rows else -1
        return self._found[1]

    def work(self) -> Work:
        """Look at all objects; the heap must stand still meanwhile.  Raises TooCostly."""
        wanted = self._wanted
        rows = yield from (self._all_at_once if len(self._objects) > self._many else self._one_by_one)(wanted)

        def take() -> None:
            if self._taken(wanted):
                self._rows, self._found = rows, (-1, -1)

        return take

    def prepare(self) -> Work | None:
        """Import what a filter needs."""
        return self._ready() if len(self._objects) > self._many else None

    def _ready(self) -> Work:
        yield lambda: import_module("numpy")
        return lambda: None

    def _one_by_one(self, wanted: Choice) -> Generator[Step, None, Sequence[int]]:
        objects, test = self._objects, wanted.test
        passes, fated = (test.passes, test.fated) if isinstance(test, Test) else (None, None)
        found: list[int] = []
        until = 0.0
        for oid in range(len(objects)):
            if perf_counter() > until:
                yield None
                until = perf_counter() + SLICE_SECONDS
            if passes is None or passes(objects.info(oid)):
                found.append(oid)
        fates: dict[int, Fate] = {}
        if fated is not None or wanted.sort == "state":
            fates = yield from find_fates(self._world, objects, found)
        if fated is not None:
            found = [oid for oid in found if fated(fates[oid])]
        graph = graph_of(self._world)
        if graph is not None and wanted.sort == KEEPS:
            kept = (yield from graph.hold()).retained
            found.sort(key=lambda oid: kept[oid + 1])
        elif wanted.sort in OF_FILM:
            found.sort(key=lambda oid: _film_key(objects.info(oid), wanted.sort))
        elif wanted.sort == "size":
            found.sort(key=objects.column(self._size).__getitem__)
        elif wanted.sort == "state":
            found.sort(key=lambda oid: _RANK[fates[oid]])
        return array("q", found)

    def _all_at_once(self, wanted: Choice) -> Generator[Step, None, Sequence[int]]:
        yield lambda: import_module("numpy")  # not while the screen may have to wait for it
        from gomem_core.queries.objectmask import arranged, by_death, film_keys, numbers_of, passing  # noqa: PLC0415 -- few need it, and numpy takes long to import

        test = wanted.test
        rows = yield from passing(self._objects, test.filters if isinstance(test, Test) else (), cells, self._size)
        fated = test.fated if isinstance(test, Test) else None
        if self._world.doubt(Fact.ROOT):  # then no more is known than which are dead, of millions at once
            rows, ranks = yield from by_death(self._world, rows, fated, (_RANK["taken"], _RANK["dead"]))
            keys_of = film_keys(self._objects, rows, wanted.sort) if wanted.sort in OF_FILM else ()
            by = ranks if wanted.sort == "state" else keys_of
            return (yield from arranged(self._objects, rows, wanted.sort, by, self._size))
        if rows is None:
            rows = numbers_of(self._objects)
        fates: dict[int, Fate] = {}
        if fated is not None or wanted.sort == "state":
            fates = yield from find_fates(self._world, self._objects, rows.tolist())
        if fated is not None:
            rows = rows[[fated(fates[oid]) for oid in rows.tolist()]]
        keys: Sequence[int] = ()
        graph = graph_of(self._world)
        if wanted.sort == "state":
            keys = [_RANK[fates[oid]] for oid in rows.tolist()]
        elif graph is not None and wanted.sort == KEEPS:
            kept = (yield from graph.hold()).retained
            keys = [kept[oid + 1] for oid in rows.tolist()]
        return (yield from arranged(self._objects, rows, wanted.sort, keys, self._size))


def _film_key(o: ObjectInfo, sort: str) -> tuple[bool, int | str]:
    """The key by which an object of a film is sorted; what is not known comes last."""
    value = {"born": o.born, "swept": o.swept, "goroutine": o.goroutine, "type": o.type or None}[sort]
    return value is None, "" if value is None and sort == "type" else 0 if value is None else value


def _test(filters: tuple[Filter, ...], bytes_of: Callable[[ObjectInfo], int | None]) -> Test | None:
    if not filters:
        return None
    plain = [_one(f, bytes_of) for f in filters if f.field != "state"]
    states = [(COMPARE[f.op], f.value) for f in filters if f.field == "state"]
    return Test(
        filters,
        lambda o: all(one(o) for one in plain),
        (lambda fate: all(compare(FATES[fate], value) for compare, value in states)) if states else None,
    )


def cells(o: ObjectInfo) -> str:
    """What filters search of an object, one cell a line."""
    return f"{o.name}\n{o.type}\n{o.addr:x}\n{o.addr:#x}\n{or_unknown(o.size)}\n{o.kind}"


def _one(f: Filter, bytes_of: Callable[[ObjectInfo], int | None]) -> Callable[[ObjectInfo], bool]:
    if f.field == ROW:
        found_in = Pattern(str(f.value)).found_in
        return lambda o: found_in(cells(o))
    compare, value = COMPARE[f.op], f.value
    if f.field == "size":
        return lambda o: (size := bytes_of(o)) is not None and compare(size, value)
    get = _FIELDS[f.field]
    if f.field == "dropped":
        return lambda o: o.dropped is not None and o.dropped >= 0 and compare(o.dropped, value)
    return lambda o: (cell := get(o)) is not None and compare(cell, value)


def counts_slots(world: World) -> bool:
    """Whether objects are as large as their slots: how much was asked for is known only of those that commands allocated."""
    return bool(world.doubt(Fact.SIZE) and world.doubt(Fact.NAME))


def find_fates(world: World, objects: Objects, oids: Iterable[int]) -> Generator[Step, None, dict[int, Fate]]:
    """What became of these objects: the same as reach.fate, with one walk along all links; stops after each slice."""
    if world.doubt(Fact.ROOT):
        return (yield from _unreached(world, objects, oids))
    graph = graph_of(world)
    if graph is not None:
        return {oid: graph.fate(oid + 1) for oid in oids}
    reached = yield from world.pointers.reached()
    found: dict[int, Fate] = {}
    for n, oid in enumerate(oids):
        if not n % SLICE:
            yield None
        found[oid] = fate_by(world, objects, oid, lambda slot: slot.rooted or slot.addr in reached)
    return found


def _unreached(world: World, objects: Objects, oids: Iterable[int]) -> Generator[Step, None, dict[int, Fate]]:
    """The same where it is not known what refers to them; neighbours lie in the same span, which is looked at once."""
    found: dict[int, Fate] = {}
    first = end = size = live = 0
    for n, oid in enumerate(oids):
        if not n % SLICE:
            yield None
        addr = objects.addr(oid)
        if not first <= addr < end:
            info = world.spans.at(addr)
            sets = None if info is None else world.slots.sets(info.base)
            if info is None or sets is None:
                found[oid] = "taken"
                continue
            first, end, size, live = info.base, info.base + info.nbytes, info.elemsize, sets[1]
        found[oid] = "taken" if live >> (addr - first) // size & 1 else "dead"
    return found
