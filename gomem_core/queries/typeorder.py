"""The types of a heap in an order and through a filter, for the Types pane; of a heap profile, the lines that allocated."""

from collections.abc import Callable, Sequence
from typing import Final

from gomem_core.lang.commands import Filter
from gomem_core.lang.conditions import COMPARE
from gomem_core.lang.filters import ROW
from gomem_core.lang.pattern import Pattern
from gomem_core.queries.amounts import Amount, By, Growth, amounts, many_by_type, of_sum
from gomem_core.queries.courses import course_of
from gomem_core.queries.graphs import graph_of
from gomem_core.queries.roworder import Choice, RowOrder, Work
from gomem_core.queries.saidtypes import NO_TYPES, by_said_type, has_types
from gomem_core.queries.sitetree import folded, site_tree
from gomem_core.queries.spanfilter import read_filters
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.objectinfo import Objects
from gomem_core.world.still import Still
from gomem_core.world.typed import Course
from gomem_core.world.world import NotKnown, World, unknown

_KEYS: Final[dict[str, Callable[[Amount], float]]] = {
    "bytes": lambda one: one.nbytes,
    "change": lambda one: one.change or 0,
    "objects": lambda one: one.objects,
    "ever": lambda one: one.alloc_bytes or 0,
    "keeps": lambda one: one.keeps or 0,
    "rate": lambda one: one.rate or 0,
    "age": lambda one: one.age or 0,
}
CALLERS: Final = "callers"
SITE_SORTS: Final = ("bytes", "objects", "ever", "type")
SORTS: Final = ("bytes", "change", "objects", "ever", "keeps", "rate", "age", "type")
_FIELDS: Final[dict[str, Callable[[Amount], int | None]]] = {
    "bytes": lambda one: one.nbytes,
    "objects": lambda one: one.objects,
    "ever": lambda one: one.alloc_bytes,
}


def _has_sites_only(still: Still) -> bool:
    """Whether call sites are all that is known, as of a heap profile."""
    return still.sites is not None and bool(unknown(still, "spans", "slots"))


def no_types(world: World, objects: Objects | None = None) -> str:
    """Why nothing can be told by type; empty where it can.  `objects` are those of a session."""
    if not isinstance(world, Still):
        return "" if has_types(objects) else NO_TYPES
    if isinstance(world.rows, ObjectColumns) and not has_types(world.objects):
        return NO_TYPES
    return "" if _has_sites_only(world) else unknown(world, "spans", "slots")


class TypeOrder(RowOrder):
    """Rows: the types that pass a filter; those with most bytes come first unless told otherwise."""

    def __init__(
        self, shown: Callable[[], World], at_once: int | None = None, objects: Callable[[], Objects] | None = None
    ) -> None:
        """`shown` is the heap that is shown, whichever that is by then; `objects` are those of a session."""
        super().__init__(Choice("bytes", descending=True), at_once)
        self._shown_still = shown
        self._objects = objects
        self._found: list[Amount] | None = None  # all of them; None: to be counted
        self._rows: list[Amount] = []
        self._changes: dict[str, int] | None = None  # bytes more, of each type that changed
        self._sorted_before = ("bytes", True)  # until changes were shown

    @property
    def by(self) -> By:
        """What the rows are."""
        still = self._shown_still()
        return "site" if isinstance(still, Still) and _has_sites_only(still) else "type"

    @property
    def sorts(self) -> tuple[str, ...]:
        """The columns by which they can be sorted; call sites also stand below those who called them."""
        if self.by != "type":
            return (*SITE_SORTS, CALLERS)
        return SORTS if self._changes is not None else tuple(sort for sort in SORTS if sort != "change")

    @property
    def course(self) -> Course | None:
        """How much there was of each type over time; None where that is not known."""
        still = self._shown_still()
        return course_of(still) if isinstance(still, Still) and self.by == "type" else None

    def compare(self, grown: Sequence[Growth] | None) -> None:
        """Show how many bytes more or less there are of each type than somewhere else, what grew most first; None: no more."""
        changes = None if grown is None else {one.name: one.more for one in grown}
        if changes == self._changes:
            return
        self._changes, self._all = changes, True
        if changes is not None and self.sort != "change":
            self._sorted_before = self.sort, self.descending
            self.arrange("change", descending=True)
        elif changes is None and self.sort == "change":
            self.arrange(*self._sorted_before)

    def _read(self, text: str) -> tuple[Filter, ...] | None:
        return read_filters("types", text) or None

    def _is_plain(self, choice: Choice) -> bool:  # noqa: ARG002 -- the same for all
        return False

    def total(self) -> int:
        """Objects that have to be looked at."""
        still = self._shown_still()
        if not isinstance(still, Still):
            return len(self._objects()) if self._objects is not None and self._found is None else 0
        if still.typed is not None or self._found is not None:
            return 0
        if _has_sites_only(still) or no_types(still):
            return 0
        return len(still.objects)

    def look_again(self) -> None:
        """The heap changed."""
        self._all, self._found = True, None

    @property
    def nbytes(self) -> int:
        """Bytes of all rows; what is called counts with its caller, not again."""
        return sum(one.nbytes for one in self.rows() if not (one.row and one.name.startswith(" ")))

    def rows(self) -> list[Amount]:
        """The types, in their order."""
        self.catch_up()
        return self._rows

    def work(self) -> Work:
        """Count all objects by type; the heap must stand still meanwhile."""
        wanted, still, by = self._wanted, self._shown_still(), self.by
        found: list[list[Amount]] = [] if self._found is None else [self._found]
        if not found:
            graph = graph_of(still) if isinstance(still, Still) and by == "type" else None
            if graph is not None:
                yield from graph.hold()
            objects = None if self._objects is None else self._objects()
            many = many_by_type(still) if isinstance(still, Still) and by == "type" else None
            if many is not None:
                found.append((yield from many))
            else:
                yield lambda: found.append(_counted(still, by, objects))
        rows = _by_callers(still) if wanted.sort == CALLERS else _with_changes(found[0], self._changes)
        passing = [one for one in rows if _passes(one, wanted.test or ())]
        if wanted.sort == "type":
            passing.sort(key=lambda one: one.name)
        elif wanted.sort != CALLERS:  # which have an order, and only one
            passing.sort(key=lambda one: (_KEYS[wanted.sort](one), one.nbytes))
        if wanted.descending and wanted.sort != CALLERS:
            passing.reverse()

        def take() -> None:
            if self._taken(wanted):
                self._found, self._rows = found[0], passing

        return take


def _by_callers(still: World) -> list[Amount]:
    """The call sites as a tree, each branch a row, before what it calls; indented."""
    sites = still.sites if isinstance(still, Still) else None
    tree = [] if sites is None else folded(site_tree(sites))
    return [Amount(f"{'  ' * one.depth}{one.name}", one.objects, one.nbytes, row=number) for number, one in enumerate(tree, 1)]


def _with_changes(rows: list[Amount], changes: dict[str, int] | None) -> list[Amount]:
    """The rows with what changed of each, and those of which nothing is left."""
    if changes is None:
        return rows
    there = {one.name for one in rows}
    gone = [Amount(name, 0, 0) for name in changes if name not in there]
    return [one._replace(change=changes.get(one.name, 0)) for one in (*rows, *gone)]


def _counted(still: World, by: By, objects: Objects | None) -> list[Amount]:
    if not isinstance(still, Still) and has_types(objects):
        return [of_sum(one) for one in by_said_type(still, objects)]
    try:
        return amounts(still, by) if isinstance(still, Still) else []
    except NotKnown:
        return []


def _passes(one: Amount, filters: tuple[Filter, ...]) -> bool:
    for f in filters:
        if f.field == ROW:
            if not Pattern(str(f.value)).found_in(one.name):
                return False
        else:
            value = _FIELDS[f.field](one)
            if value is None or not COMPARE[f.op](value, f.value):
                return False
    return True
