"""The objects in an order and through a filter: for the Objects pane."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Callable, Generator
from time import perf_counter
from typing import Final, NamedTuple

from gomem_core.lang.commands import Filter
from gomem_core.lang.filters import ROW
from gomem_core.lang.pattern import Pattern
from gomem_core.queries.reach import Fate, fate_by
from gomem_core.queries.roworder import SLICE, SLICE_SECONDS, Choice, RowOrder, Work
from gomem_core.queries.spanfilter import COMPARE, read_filters
from gomem_core.report import Cell
from gomem_core.world.objects import ObjectInfo, ObjectTable
from gomem_core.world.world import Whole

SORTS: Final = ("step", "size", "state")  # by the names of the columns
FATES: Final[dict[Fate, str]] = {  # what filters call them, in the order of the sort
    "rooted": "rooted",
    "linked": "kept",
    "garbage": "unreachable",
    "dead": "dead",
    "swept": "swept",
    "zero": "zero",
}
_RANK: Final = {fate: number for number, fate in enumerate(FATES)}
_FIELDS: Final[dict[str, Callable[[ObjectInfo], Cell]]] = {
    "size": lambda o: o.size,
    "kind": lambda o: o.kind,
    "step": lambda o: o.born,
    "dropped": lambda o: o.dropped,
}


class Test(NamedTuple):
    """A filter that was read: what it asks of an object, and of what became of it."""

    passes: Callable[[ObjectInfo], bool]
    fated: Callable[[Fate], bool] | None


class ObjectOrder(RowOrder):
    """Rows: the numbers of the objects that pass a filter, in an order; the newest first unless told otherwise."""

    def __init__(self, world: Whole, objects: ObjectTable, at_once: int | None = None) -> None:
        super().__init__(Choice("step", descending=True), at_once)
        self._world = world
        self._objects = objects
        self._rows = array("q")
        self._at: dict[int, int] = {}  # number of an object -> its row

    def _read(self, text: str) -> Test | None:
        return _test(read_filters("objects", text))

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
        return len(self._objects) if self.plain else len(self._rows)

    def oid(self, row: int) -> int:
        """The number of the object in a row; -1: none is there."""
        count = len(self)
        if not 0 <= row < count:
            return -1
        place = count - 1 - row if self._shown.descending else row
        oid = place if self.plain else self._rows[place]
        return oid if oid < len(self._objects) else -1  # the session went back, and the rows are yet to follow

    def number(self, oid: int) -> int:
        """The row of an object; -1: it is not among them."""
        count = len(self)
        place = oid if self.plain else self._at.get(oid, -1)
        if not 0 <= place < count:
            return -1
        return count - 1 - place if self._shown.descending else place

    def work(self) -> Work:
        """Look at all objects; the heap must stand still meanwhile.  Raises TooCostly."""
        wanted, objects, test = self._wanted, self._objects, self._wanted.test
        passes, fated = test if isinstance(test, Test) else (None, None)
        fates = (yield from find_fates(self._world, objects)) if fated is not None or wanted.sort == "state" else []
        found: list[int] = []
        until = 0.0
        for oid in range(len(objects)):
            if perf_counter() > until:
                yield
                until = perf_counter() + SLICE_SECONDS
            if (passes is None or passes(objects.info(oid))) and (fated is None or fated(fates[oid])):
                found.append(oid)
        yield
        if wanted.sort == "size":
            found.sort(key=objects.size)
        elif wanted.sort == "state":
            found.sort(key=lambda oid: _RANK[fates[oid]])
        yield
        rows = array("q", found)
        at = dict(zip(found, range(len(found)), strict=True))

        def take() -> None:
            if self._taken(wanted):
                self._rows, self._at = rows, at

        return take


def _test(filters: tuple[Filter, ...]) -> Test | None:
    if not filters:
        return None
    plain = [_one(f) for f in filters if f.field != "state"]
    states = [(COMPARE[f.op], f.value) for f in filters if f.field == "state"]
    return Test(
        lambda o: all(one(o) for one in plain),
        (lambda fate: all(compare(FATES[fate], value) for compare, value in states)) if states else None,
    )


def _one(f: Filter) -> Callable[[ObjectInfo], bool]:
    if f.field == ROW:
        found_in = Pattern(str(f.value)).found_in
        return lambda o: found_in(f"{o.name}\n{o.addr:x}\n{o.addr:#x}\n{o.size}\n{o.kind}")
    compare, get, value = COMPARE[f.op], _FIELDS[f.field], f.value
    if f.field == "dropped":
        return lambda o: o.dropped >= 0 and compare(o.dropped, value)
    return lambda o: compare(get(o), value)


def find_fates(world: Whole, objects: ObjectTable) -> Generator[None, None, list[Fate]]:
    """What became of each object, by number: the same as reach.fate, with one walk along all links; stops after each slice."""
    reached = yield from world.pointers.reached()
    found: list[Fate] = []
    for oid in range(len(objects)):
        if not oid % SLICE:
            yield
        found.append(fate_by(world, objects, oid, lambda slot: slot.rooted or slot.addr in reached))
    return found
