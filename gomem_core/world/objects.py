"""The program's side of a session: which objects it ever allocated, what they are called, which it still refers to.

Object number `oid` is a row in typed columns, born and dropped at a step.  Rows are only ever appended, and so are the drops: a
session that goes back in time hides what lies after its cursor, and finds it again when it goes forward.  When it tries another
way from there, what was hidden is set aside: `put_back` brings it back, `cut` forgets it.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import compress, repeat
from typing import NamedTuple

from gomem_core.go.amd64 import PTR_SIZE, TINY_SIZE
from gomem_core.go.versions import BITS_IN_SPAN
from gomem_core.suggest import nearest
from gomem_core.world.latest import NEVER, NONE, Latest
from gomem_core.world.objectinfo import ALIVE, ObjectField, ObjectInfo


class ReplayDiffers(Exception):
    """Going forward again gave another heap than the first time: an impossible state."""


class ObjectColumns(NamedTuple):
    """All objects there ever were, an entry each, with the fields of ObjectInfo."""

    addr: array[int]
    size: array[int]
    ptrdata: array[int]
    born: array[int]
    dropped: array[int]
    number: array[int]  # N of an unnamed object oN; 0 for a named one
    churned: array[int]  # 1: made by a churn
    type: array[int]  # its type, a place in `type_names`
    names: dict[int, str]  # object number -> the name the user gave
    type_names: list[str]  # the first is that of objects whose type nobody said: ""


class _Aside(NamedTuple):
    """What was hidden when another way was tried."""

    columns: list[array[int]]
    unnamed: array[int]
    drop_oid: array[int]
    drop_step: array[int]
    named: array[int]
    names: list[str]


class ObjectTable:
    """Holds all objects of a session, by number, name and address."""

    def __init__(self) -> None:
        # A row for each object; rows from `_count` on are hidden.
        self._addr = array("Q")
        self._size = array("q")
        self._ptrdata = array("q")
        self._born = array("i")
        self._drop = array("i")  # the number of the drop that dropped it, which may be hidden; NEVER
        self._number = array("i")  # N of an unnamed object oN; -1 - n of the n-th name
        self._churned = array("b")  # 1: made by a churn
        self._type = array("i")  # a place in type_names
        self.type_names = [""]  # the types that objects were said to have, also those that are hidden
        self._type_places = {"": 0}
        self._count = 0
        # A row for each object without a name, and one for each that has one; hidden ones too.
        self._unnamed = array("i")  # oid of o1, o2, …
        self._unnamed_count = 0
        self._named = array("i")  # oid
        self._names: list[str] = []
        # A row for each drop, in order; those from `_drops` on are hidden.
        self._drop_oid = array("i")
        self._drop_step = array("i")
        self._drops = 0
        self.diverges = False  # what is written next need not be what is hidden, which then is set aside
        self._aside: _Aside | None = None
        self._by_addr: Latest[int] = Latest()  # by oid
        self._by_name: Latest[str] = Latest()  # as in _names

    def __len__(self) -> int:
        return self._count

    @property
    def alive(self) -> int:
        """Returns how many objects the program refers to."""
        return self._count - self._drops

    # --- Being born, being dropped --------------------------------------------------------------------------------------

    def add(
        self, addr: int, size: int, ptrdata: int, step: int, name: str | None, churned: bool = False, of_type: str = ""
    ) -> int:
        """Enter an object; without a name it gets the next oN.  `of_type` is its type as Go writes it.  Returns its number.

        When its row is there, hidden, a known way is gone again.  Raises ReplayDiffers if it then is another object.
        """
        oid = self._count
        if self.diverges:
            self._set_aside()
        if oid == len(self._addr):
            self._append(oid, addr, size, ptrdata, step, name)
            self._churned.append(churned)
            self._type.append(self._place_of(of_type) if of_type else 0)
        elif (self._addr[oid], self._size[oid], self._ptrdata[oid], self._born[oid]) != (addr, size, ptrdata, step):
            raise ReplayDiffers(f"object {oid} was born at {self._addr[oid]:#x} the first time, and now at {addr:#x}")
        self._count = oid + 1
        self._unnamed_count += name is None
        return oid

    def _place_of(self, of_type: str) -> int:
        place = self._type_places.setdefault(of_type, len(self.type_names))
        if place == len(self.type_names):
            self.type_names.append(of_type)
        return place

    def _append(self, oid: int, addr: int, size: int, ptrdata: int, step: int, name: str | None) -> None:
        self._addr.append(addr)
        self._size.append(size)
        self._ptrdata.append(ptrdata)
        self._born.append(step)
        self._drop.append(NEVER)
        self._by_addr.append(addr)
        if name is None:
            self._unnamed.append(oid)
            self._number.append(len(self._unnamed))
        else:
            self._named.append(oid)
            self._number.append(-len(self._named))
            self._names.append(name)
            self._by_name.append(name)

    def drop(self, oid: int, step: int) -> None:
        """The program forgot it; its name may be given to another from now on.

        Raises ReplayDiffers when another was forgotten here the first time.
        """
        if self.diverges:
            self._set_aside()
        if self._drops == len(self._drop_oid):
            self._drop_oid.append(oid)
            self._drop_step.append(step)
            self._drop[oid] = self._drops
        elif (self._drop_oid[self._drops], self._drop_step[self._drops]) != (oid, step):
            raise ReplayDiffers(f"object {self._drop_oid[self._drops]} was dropped here the first time, and now object {oid}")
        self._drops += 1

    # --- Going through time ---------------------------------------------------------------------------------------------

    def goto(self, step: int) -> None:
        """Show the table as after `step`: hide what was born or dropped later, show again what came before and was hidden."""
        self._drops = bisect_right(self._drop_step, step)
        self._count = bisect_right(self._born, step)
        self._unnamed_count = bisect_left(self._unnamed, self._count)

    def diverge(self) -> None:
        """What is written from here on is tried, and need not be what is hidden: `cut` or `put_back` ends that."""
        self.diverges = True

    def cut(self) -> None:
        """Forget what is hidden, or was set aside: the session takes another way from here."""
        self.diverges = False
        hides = self._count < len(self._addr) or self._drops < len(self._drop_oid)
        if hides and self._aside is None:
            self._truncate()
        self._aside = None

    def put_back(self) -> None:
        """What was tried did not happen.  To be called when the cursor is before it."""
        self.diverges = False
        aside, self._aside = self._aside, None
        if aside is None:
            return
        self._truncate()
        for column, tail in zip(self._columns, aside.columns, strict=True):
            column.extend(tail)
        for addr in aside.columns[0]:
            self._by_addr.append(addr)
        for name in aside.names:
            self._by_name.append(name)
        self._unnamed.extend(aside.unnamed)
        self._named.extend(aside.named)
        self._names.extend(aside.names)
        for number, oid in enumerate(aside.drop_oid, len(self._drop_oid)):
            self._drop[oid] = number
        self._drop_oid.extend(aside.drop_oid)
        self._drop_step.extend(aside.drop_step)

    def _set_aside(self) -> None:
        self.diverges = False
        self._aside = _Aside(
            [column[self._count :] for column in self._columns],
            self._unnamed[self._unnamed_count :],
            self._drop_oid[self._drops :],
            self._drop_step[self._drops :],
            self._named[self._named_count :],
            self._names[self._named_count :],
        )
        self._truncate()

    def _truncate(self) -> None:
        """Forget what is hidden."""
        count, named = self._count, self._named_count
        self._by_addr.cut(count, self._addr[count:])
        self._by_name.cut(named, self._names[named:])
        for oid in self._drop_oid[self._drops :]:
            self._drop[oid] = NEVER
        for column in self._columns:
            del column[count:]
        del self._unnamed[self._unnamed_count :], self._named[named:], self._names[named:]
        del self._drop_oid[self._drops :], self._drop_step[self._drops :]

    @property
    def _columns(self) -> tuple[array[int], ...]:
        return self._addr, self._size, self._ptrdata, self._born, self._drop, self._number, self._churned, self._type

    @property
    def _named_count(self) -> int:
        return self._count - self._unnamed_count

    # --- Being kept -----------------------------------------------------------------------------------------------------

    def columns(self) -> ObjectColumns:
        """All that is shown now, as values of their own."""
        addr, size, ptrdata, born, _, number, churned, of_type = (column[: self._count] for column in self._columns)
        if self._named_count:
            number = array("i", [max(0, n) for n in number])
        names = dict(zip(self._named[: self._named_count], self._names, strict=False))
        dropped = self._dropped(0, self._count)
        return ObjectColumns(addr, size, ptrdata, born, dropped, number, churned, of_type, names, [*self.type_names])

    @classmethod
    def of(cls, columns: ObjectColumns) -> ObjectTable:
        """A table of these objects, to be looked at: it cannot go through time."""
        table = cls()
        table._addr, table._size, table._ptrdata, table._born, dropped, number, table._churned = columns[:7]
        table._type, names, table.type_names = columns.type, columns.names, columns.type_names
        table._type_places = {name: place for place, name in enumerate(table.type_names)}
        table._count = len(columns.addr)
        table._number = number[:]
        table._unnamed = array("i", [oid for oid, n in enumerate(number) if n])
        table._unnamed_count = len(table._unnamed)
        table._named = array("i", sorted(names))
        table._names = [names[oid] for oid in table._named]
        for n, oid in enumerate(table._named):
            table._number[oid] = -1 - n
        table._drop_oid = array("i", sorted([oid for oid, step in enumerate(dropped) if step != ALIVE], key=dropped.__getitem__))
        table._drop_step = array("i", [dropped[oid] for oid in table._drop_oid])
        table._drops = len(table._drop_oid)
        table._drop = array("i", [NEVER]) * table._count
        for n, oid in enumerate(table._drop_oid):
            table._drop[oid] = n
        for addr in table._addr:
            table._by_addr.append(addr)
        for name in table._names:
            table._by_name.append(name)
        return table

    @classmethod
    def going_on(cls, columns: ObjectColumns) -> ObjectTable:
        """A table that begins with these objects: all were born, and some dropped, before its first step."""
        table = cls()
        for oid in range(len(columns.addr)):
            name = columns.names.get(oid)
            churned, of_type = bool(columns.churned[oid]), columns.type_names[columns.type[oid]]
            table.add(columns.addr[oid], columns.size[oid], columns.ptrdata[oid], 0, name, churned, of_type)
        dropped = (oid for oid, step in enumerate(columns.dropped) if step != ALIVE)
        for oid in sorted(dropped, key=columns.dropped.__getitem__):
            table.drop(oid, 0)
        return table

    # --- Looking --------------------------------------------------------------------------------------------------------

    def name(self, oid: int) -> str:
        """What it is called."""
        number = self._number[oid]
        return f"o{number}" if number > 0 else self._names[-1 - number]

    def info(self, oid: int) -> ObjectInfo:
        """Its row."""
        return ObjectInfo(
            oid,
            self.name(oid),
            self._addr[oid],
            self._size[oid],
            self._ptrdata[oid],
            self._born[oid],
            ALIVE if self.is_alive(oid) else self._drop_step[self._drop[oid]],
            self.type_names[self._type[oid]],
        )

    def column(self, name: ObjectField, start: int = 0, stop: int | None = None) -> memoryview:
        """One field of objects number start to stop; to be copied at once, since no object can be added while it is held."""
        stop = self._count if stop is None else min(stop, self._count)
        if name == "dropped":
            return memoryview(self._dropped(start, stop))
        columns = {"addr": self._addr, "ptrdata": self._ptrdata, "born": self._born, "type": self._type}
        if name in ("goroutine", "swept"):  # which no command tells
            return memoryview(array("q", [-1]) * max(0, stop - start))
        columns |= {"size": self._size, "slot": self._size}  # an object takes a slot of so many bytes, at least
        return memoryview(columns[name])[start:stop]

    def _dropped(self, start: int, stop: int) -> array[int]:
        """The step at which each of these objects was dropped; ALIVE."""
        drops, steps = self._drops, self._drop_step
        return array("i", [steps[n] if n < drops else ALIVE for n in self._drop[start:stop]])

    def addr(self, oid: int) -> int:
        """Its address."""
        return self._addr[oid]

    def size(self, oid: int) -> int:
        """Its size in bytes."""
        return self._size[oid]

    def is_alive(self, oid: int) -> bool:
        """Whether the program still refers to it."""
        return self._drop[oid] >= self._drops

    def name_in_use(self, name: str) -> bool:
        """Whether an object that the program refers to has this name."""
        oid = self.find_name(name)
        return oid is not None and self.is_alive(oid)

    def find_name(self, name: str) -> int | None:
        """The object of that name, dropped or not: oN for any unnamed one ever born, else the last one that got the name."""
        number = self._by_name.find(name, self._named_count)
        if number != NONE:
            return self._named[number]
        if name[:1] == "o" and name[1:].isascii() and name[1:].isdigit():
            number = int(name[1:])
            if 1 <= number <= self._unnamed_count and name[1] != "0":
                return self._unnamed[number - 1]
        return None

    def numbered(self, name: str) -> int:
        """How many objects are called name.1, name.2 and so on, dropped or not; `times` numbers them without gaps."""
        find, named = self._by_name.find, self._named_count
        return bisect_left(range(1, self._count + 1), True, key=lambda n: find(f"{name}.{n}", named) == NONE)

    def find_addr(self, addr: int) -> int | None:
        """The object born last at exactly this address, dropped or not."""
        oid = self._by_addr.find(addr, self._count)
        return None if oid == NONE else oid

    def bytes_at(self, addrs: Sequence[int], most: int) -> int:
        """Sizes of the objects born last at these addresses, in all; each counts for at most `most`, an unknown one for that."""
        oids = self._by_addr.find_all(addrs, self._count)
        if NONE in oids:
            return sum(most if oid == NONE else min(most, self._size[oid]) for oid in oids)
        return sum(map(min, map(self._size.__getitem__, oids), repeat(most)))  # the account of a large heap asks for all objects

    def in_slot(self, addr: int, elemsize: int) -> list[int]:
        """The objects in the slot at `addr`, as long as it is not swept: one, or several tiny ones in a 16-byte block.

        A block's first object lies at its beginning; what is older than that was there before the block was swept.  An object
        whose type stands before it begins one word further on.
        """
        first = self._by_addr.find(addr, self._count)
        if elemsize > BITS_IN_SPAN:
            first = max(first, self._by_addr.find(addr + PTR_SIZE, self._count))
        if first == NONE:
            return []
        if elemsize != TINY_SIZE:
            return [first]
        here = (self._by_addr.find(at, self._count) for at in range(addr, addr + TINY_SIZE))
        return [oid for oid in here if oid >= first]

    def churned(self) -> list[int]:
        """Numbers of those that churns made and that the program still refers to, oldest first."""
        return [oid for oid in compress(range(self._count), self._churned) if self.is_alive(oid)]

    def living(self) -> list[int]:
        """Numbers of all objects the program refers to, oldest first."""
        drops = self._drops
        return [oid for oid, drop in enumerate(self._drop[: self._count]) if drop >= drops]

    @property
    def unnamed(self) -> int:
        """How many objects without a name were born: the last is called o and this number."""
        return self._unnamed_count

    def nearest(self, name: str) -> str | None:
        """A living object's name that looks like `name`, for suggestions."""
        return nearest(name, self.names())

    def names(self, prefix: str = "", limit: int = 200) -> list[str]:
        """Names of living objects that start with `prefix`, for completion."""
        last = self._by_name.each(self._named_count)
        found = [name for name, number in last if name.startswith(prefix) and self.is_alive(self._named[number])]
        for n in range(self._unnamed_count - 1, -1, -1):
            if len(found) >= limit:
                break
            oid = self._unnamed[n]
            name = self.name(oid)
            if self.is_alive(oid) and name.startswith(prefix):
                found.append(name)
        return found[:limit]
