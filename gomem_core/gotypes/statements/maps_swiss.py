"""Maps since Go 1.24: a directory of tables, each of groups of eight slots (internal/runtime/maps).

Which table an entry goes to is decided by its hash.  Here hashes are as even as can be: of two tables each gets every second
entry, so that all tables of a depth are full one right after the other.  A real program differs from that by chance; up to the
first split, at 896 entries, nothing depends on it.
"""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from gomem_core.frozen import frozen
from gomem_core.gotypes.model import BASICS, Array, Type
from gomem_core.gotypes.statements.plan import Element, Handle, Link, Plan, Request, element
from gomem_core.gotypes.statements.shapes import INDIRECT, Shapes, pointer_to, struct
from gomem_core.named import NamedTuple

_SLOTS: Final = 8  # of a group
_LOAD: Final = 7  # of eight slots that are used at most, where there are more than one group
_LARGEST: Final = 1024  # slots of a table
_DIRECTORY, _GROUPS = 2, 2  # words: of a Map, dirPtr; of a table, groups.data
_HEADER: Final = element("maps.Map", 48, "001")
_TABLE: Final = element("maps.table", 32, "001")
_A_TABLE: Final = "a table: it knows its groups, and how many of their slots are free"
_POINTER: Final = element("*maps.table", 8, "1")


class Table(NamedTuple):
    """A table: its object and that of its groups, how many slots it has, and how many bits of a hash lead to it."""

    table: Handle
    groups: Handle
    slots: int
    depth: int
    turn: int  # of 2^depth entries in a row it gets the one of this number

    @property
    def full_at(self) -> int:
        """How many entries the whole map has when the next one for this table finds no room."""
        return (self.slots * _LOAD // _SLOTS << self.depth) + self.turn


class Even(NamedTuple):
    """Tables that a hint made, all alike: the first one's object, then its groups, and so on in a row."""

    first: Handle
    step: int  # from one handle to the next: -1 as long as they are asked for, 1 when they are numbers of objects
    slots: int
    depth: int

    def each(self) -> tuple[Table, ...]:
        """The tables, in the order of the directory."""
        depth, step, handles = self.depth, self.step, self.handles()[::2]
        return tuple([Table(table, table + step, self.slots, depth, _reversed(i, depth)) for i, table in enumerate(handles)])

    def handles(self) -> range:
        """Returns all of their objects, a table and its groups in turn."""
        return range(self.first, self.first + (2 << self.depth) * self.step, self.step)


@frozen
class Tables:
    """A map's state: its header, and one group, or tables in the order of the directory, or those that a hint made."""

    key: Type
    elem: Type
    header: Handle
    used: int = 0
    group: Handle | None = None
    directory: Handle | None = None
    depth: int = 0
    tables: tuple[Table, ...] = ()
    even: Even | None = None
    held: tuple[Handle, ...] = ()  # keys and elements that are too large to stand in a group

    def objects(self) -> Iterator[Handle]:
        """All that it consists of."""
        yield self.header
        for handle in (self.group, self.directory):
            if handle is not None:
                yield handle
        for table in self.tables:
            yield table.table
            yield table.groups
        yield from self.even.handles() if self.even is not None else ()
        yield from self.held


def make_map(plan: Plan, shapes: Shapes, key: Type, elem: Type, hint: int) -> Tables:
    """A map with room for `hint` entries (NewMap); for eight or fewer only the header.  Raises GoError."""
    header = plan.demand(
        _HEADER, "the map's header; a group of 8 slots comes with the first entry" if hint <= _SLOTS else "the map's header"
    )
    state = Tables(key, elem, header)
    if hint <= _SLOTS:
        return state
    slots = hint * _SLOTS // _LOAD
    count = _power(-(-slots // _LARGEST))
    group = _group(shapes, key, elem)
    if count * _LARGEST * group.size > shapes.profile.max_alloc:  # a hint that Go does not believe
        return state
    each = _power(max(_SLOTS, slots // count))
    depth = count.bit_length() - 1
    directory = plan.demand(_POINTER.array(count), f"the directory: {slots} slots for {hint} entries, at most {_LARGEST} a table")
    plan.links.append(Link(header, _DIRECTORY, directory))
    rule = f"groups: {each} slots, the next power of two that 7/8 full holds its share"
    first = plan.ask_pairs(Request(_TABLE, _A_TABLE), Request(_groups(group, each // _SLOTS), rule), count)
    handles = range(first, first - 2 * count, -2)
    plan.rows.append((directory, list(handles)))
    plan.pairs.append((handles, _GROUPS))
    return replace(state, directory=directory, depth=depth, even=Even(first, -1, each, depth))


def insert(plan: Plan, shapes: Shapes, state: Tables, n: int) -> Tables:
    """The same map with `n` entries more (PutSlot, growToTable, rehash).  Raises GoError."""
    grower = _Grower(plan, shapes, state)
    grower.insert(n)
    return grower.state()


class _Grower:
    """Lets a map grow, entry by entry where something happens."""

    def __init__(self, plan: Plan, shapes: Shapes, state: Tables) -> None:
        self._plan, self._before = plan, state
        self._group = _group(shapes, state.key, state.elem)
        self._large = [
            (of, what)
            for of, what in ((shapes.element(state.key), "key"), (shapes.element(state.elem), "element"))
            if of.size > INDIRECT
        ]
        self._used, self._one, self._directory, self._depth = state.used, state.group, state.directory, state.depth
        tables = state.tables if state.even is None else state.even.each()
        self._tables = {table.table: table for table in tables}
        self._places = self._spread(tables)
        self._held = list(state.held)

    def insert(self, n: int) -> None:
        target = self._used + n
        if not self._tables:
            self._insert_small(target)
        due = [(table.full_at, handle) for handle, table in self._tables.items()]
        heapq.heapify(due)
        while self._used < target and due and due[0][0] < target:
            at, handle = heapq.heappop(due)
            self._fill(at)
            for table in self._full(self._tables[handle]):
                heapq.heappush(due, (table.full_at, table.table))
        self._fill(target)

    def state(self) -> Tables:
        return replace(
            self._before,
            used=self._used,
            group=self._one,
            directory=self._directory,
            depth=self._depth,
            tables=tuple(self._tables[handle] for handle in dict.fromkeys(self._places)),
            even=None,
            held=tuple(self._held),
        )

    def _insert_small(self, target: int) -> None:
        """Fill the one group of a small map; the ninth entry makes a table of it."""
        header = self._before.header
        if self._one is None and self._used < target:
            self._one = self._plan.demand(self._group, "the first entry: one group of 8 slots")
            self._plan.links.append(Link(header, _DIRECTORY, self._one))
        self._fill(min(target, _SLOTS))
        if target <= _SLOTS or self._one is None:
            return
        table = _table(self._plan, self._group, 2 * _SLOTS, 0, 0, "the ninth entry: two groups")
        self._directory = self._plan.demand(_POINTER.array(1), "the ninth entry: a directory of one table")
        self._plan.links += [Link(self._directory, 0, table.table), Link(header, _DIRECTORY, self._directory)]
        if self._group.ptr_bytes:
            self._plan.copies.append((self._one, table.groups))
        self._plan.garbage.append(self._one)
        self._one = None
        self._tables, self._places = {table.table: table}, [table.table]

    def _fill(self, target: int) -> None:
        """Entries for which there is room: none makes an object but for keys and elements that are too large."""
        if self._large:
            for _ in range(self._used, target):
                for of, what in self._large:
                    rule = f"a {what} of more than {INDIRECT} bytes is an object of its own"
                    self._held.append(self._plan.demand(of, rule))
        self._used = max(self._used, target)

    def _full(self, table: Table) -> tuple[Table, ...]:
        """A table is full: one of twice the slots takes its place, or two of the largest."""
        if table.slots < _LARGEST:
            rule = f"7/8 of {table.slots} slots are used: twice as many"
            new: tuple[Table, ...] = (_table(self._plan, self._group, 2 * table.slots, table.depth, table.turn, rule),)
            self._replace(table, new)
            return new
        rule, depth = f"7/8 of {_LARGEST} slots are used: the table splits", table.depth + 1
        new = (
            _table(self._plan, self._group, _LARGEST, depth, table.turn, rule),
            _table(self._plan, self._group, _LARGEST, depth, table.turn | 1 << table.depth, rule),
        )
        if table.depth == self._depth:
            self._double()
        self._replace(table, new)
        return new

    def _double(self) -> None:
        """Make the directory twice as long; each table stands in it twice."""
        self._depth += 1
        old, self._places = self._directory, [handle for handle in self._places for _ in range(2)]
        self._directory = self._plan.demand(_POINTER.array(1 << self._depth), f"the directory doubles to {1 << self._depth}")
        self._plan.rows.append((self._directory, [*self._places]))
        self._plan.links.append(Link(self._before.header, _DIRECTORY, self._directory))
        if old is not None:
            self._plan.garbage.append(old)

    def _replace(self, old: Table, new: tuple[Table, ...]) -> None:
        assert self._directory is not None
        first, count = self._place_of(old), 1 << self._depth - old.depth
        for i in range(count):
            handle = new[i * len(new) // count].table
            self._places[first + i] = handle
            self._plan.links.append(Link(self._directory, first + i, handle))
        del self._tables[old.table]
        self._tables |= {table.table: table for table in new}
        self._plan.garbage += [old.table, old.groups]

    def _place_of(self, table: Table) -> int:
        """Where it stands first in the directory: the bits of its hashes, which its turn has backwards."""
        return _reversed(table.turn, table.depth) << self._depth - table.depth

    def _spread(self, tables: tuple[Table, ...]) -> list[Handle]:
        return [table.table for table in tables for _ in range(1 << self._depth - table.depth)]


def _table(plan: Plan, group: Element, slots: int, depth: int, turn: int, rule: str) -> Table:
    table = plan.demand(_TABLE, _A_TABLE)
    groups = plan.demand(_groups(group, slots // _SLOTS), rule)
    plan.links.append(Link(table, _GROUPS, groups))
    return Table(table, groups, slots, depth, turn)


@lru_cache(64)
def _groups(group: Element, n: int) -> Element:
    return group.array(n)


def _group(shapes: Shapes, key: Type, elem: Type) -> Element:
    """A group: control bytes, and eight slots of key and element."""
    return shapes.named(group_type(shapes, key, elem), f"map.group[{key}]{elem}")


def group_type(shapes: Shapes, key: Type, elem: Type) -> Type:
    """The struct of a group, as Go's compiler makes it; what is too large is a pointer in it."""
    slot = struct(("key", _held(shapes, key)), ("elem", _held(shapes, elem)))
    return struct(("ctrl", BASICS["uint64"]), ("slots", Array(_SLOTS, slot)))


def _held(shapes: Shapes, t: Type) -> Type:
    return pointer_to(t) if shapes.element(t).size > INDIRECT else t


def _power(n: int) -> int:
    """The next power of two."""
    return 1 << (n - 1).bit_length()


def _reversed(n: int, bits: int) -> int:
    """The lowest `bits` bits of a number, backwards."""
    return int(f"{n:0{bits}b}"[::-1], 2) if bits else 0


HEADER_FIELDS: Final = (
    "struct{ used uint64; seed uintptr; dirPtr unsafe.Pointer; dirLen int; globalDepth, globalShift, writing, other uint8; "
    "clearSeq uint64 }"
)
TABLE_FIELDS: Final = (
    "struct{ used, capacity, growthLeft uint16; localDepth uint8; index int; data unsafe.Pointer; lengthMask uint64 }"
)
