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
from typing import Final, NamedTuple

from gomem_core.go.amd64 import TINY_SIZE
from gomem_core.suggest import nearest
from gomem_core.world.objectinfo import ALIVE, ObjectField, ObjectInfo

_NOBODY: Final = -1  # as the number of an object


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
    names: dict[int, str]  # object number -> the name the user gave


class _Aside(NamedTuple):
    """What was hidden, from object number `start` on, when another way was tried."""

    start: int
    columns: list[array[int]]
    unnamed: array[int]
    drop_oid: array[int]
    drop_step: array[int]
    names: dict[int, str]
    named_before: dict[int, int]


class ObjectTable:
    """Holds all objects of a session, by number, name and address."""

    def __init__(self) -> None:
        # A row for each object; rows from `_count` on are hidden.
        self._addr = array("Q")
        self._size = array("q")
        self._ptrdata = array("q")
        self._born = array("i")
        self._dropped = array("i")  # as of the cursor
        self._number = array("i")  # N of an unnamed object oN; 0 for a named one
        self._before = array("i")  # the object that was at this address before
        self._churned = array("b")  # 1: made by a churn
        self._count = 0
        self._unnamed = array("i")  # oid of o1, o2, …, hidden ones too
        self._unnamed_count = 0
        self._names: dict[int, str] = {}  # oid -> name the user gave; hidden ones too
        self._named_before: dict[int, int] = {}  # oid -> the object that had its name before
        # A row for each drop, in order; those from `_drops` on are hidden.
        self._drop_oid = array("i")
        self._drop_step = array("i")
        self._drops = 0
        self.diverges = False  # what is written next need not be what is hidden, which then is set aside
        self._aside: _Aside | None = None
        # As of the cursor.
        self._by_name: dict[str, int] = {}  # the object that had the name last, dropped or not
        self._by_addr: dict[int, int] = {}  # the object born last at an address

    def __len__(self) -> int:
        return self._count

    @property
    def alive(self) -> int:
        """Returns how many objects the program refers to."""
        return self._count - self._drops

    # --- Being born, being dropped --------------------------------------------------------------------------------------

    def add(self, addr: int, size: int, ptrdata: int, step: int, name: str | None, churned: bool = False) -> int:
        """Enter an object; without a name it gets the next oN.  Returns its number.

        When its row is there, hidden, a known way is gone again.  Raises ReplayDiffers if it then is another object.
        """
        oid = self._count
        if self.diverges:
            self._set_aside()
        if oid == len(self._addr):
            self._append(oid, addr, size, ptrdata, step, name)
            self._churned.append(churned)
        elif (self._addr[oid], self._size[oid], self._ptrdata[oid], self._born[oid]) != (addr, size, ptrdata, step):
            raise ReplayDiffers(f"object {oid} was born at {self._addr[oid]:#x} the first time, and now at {addr:#x}")
        self._count = oid + 1
        self._by_addr[addr] = oid
        if name is None:
            self._unnamed_count += 1
        else:
            self._by_name[name] = oid
        return oid

    def _append(self, oid: int, addr: int, size: int, ptrdata: int, step: int, name: str | None) -> None:
        self._addr.append(addr)
        self._size.append(size)
        self._ptrdata.append(ptrdata)
        self._born.append(step)
        self._dropped.append(ALIVE)
        self._before.append(self._by_addr.get(addr, _NOBODY))
        if name is None:
            self._unnamed.append(oid)
            self._number.append(len(self._unnamed))
        else:
            self._number.append(0)
            self._names[oid] = name
            if name in self._by_name:
                self._named_before[oid] = self._by_name[name]

    def drop(self, oid: int, step: int) -> None:
        """The program forgot it; its name may be given to another from now on.

        Raises ReplayDiffers when another was forgotten here the first time.
        """
        if self.diverges:
            self._set_aside()
        if self._drops == len(self._drop_oid):
            self._drop_oid.append(oid)
            self._drop_step.append(step)
        elif (self._drop_oid[self._drops], self._drop_step[self._drops]) != (oid, step):
            raise ReplayDiffers(f"object {self._drop_oid[self._drops]} was dropped here the first time, and now object {oid}")
        self._drops += 1
        self._dropped[oid] = step

    # --- Going through time ---------------------------------------------------------------------------------------------

    def goto(self, step: int) -> None:
        """Show the table as after `step`: hide what was born or dropped later, show again what came before and was hidden."""
        drops = bisect_right(self._drop_step, step)
        for n in range(drops, self._drops):
            self._dropped[self._drop_oid[n]] = ALIVE
        for n in range(self._drops, drops):
            self._dropped[self._drop_oid[n]] = self._drop_step[n]
        self._drops = drops
        count = bisect_right(self._born, step)
        if abs(count - self._count) > min(count, self._count) // 4:
            self._look_up_anew(count)
        else:
            for oid in range(self._count - 1, count - 1, -1):
                self._unlist(oid)
            for oid in range(self._count, count):
                self._list(oid)
        self._count = count
        self._unnamed_count = bisect_left(self._unnamed, count)

    def _unlist(self, oid: int) -> None:
        """Take the object born last out of the look-up tables."""
        addr, before = self._addr[oid], self._before[oid]
        if before == _NOBODY:
            del self._by_addr[addr]
        else:
            self._by_addr[addr] = before
        name = self._names.get(oid)
        if name is None:
            return
        if oid in self._named_before:
            self._by_name[name] = self._named_before[oid]
        else:
            del self._by_name[name]

    def _list(self, oid: int) -> None:
        self._by_addr[self._addr[oid]] = oid
        if oid in self._names:
            self._by_name[self._names[oid]] = oid

    def _look_up_anew(self, count: int) -> None:
        """The look-up tables of the first `count` objects; of several at an address, or with a name, the last wins."""
        self._by_addr = dict(zip(self._addr[:count], range(count), strict=True))
        self._by_name = {name: oid for oid, name in self._names.items() if oid < count}

    def diverge(self) -> None:
        """What is written from here on is tried, and need not be what is hidden: `cut` or `put_back` ends that."""
        self.diverges = True

    def cut(self) -> None:
        """Forget what is hidden, or was set aside: the session takes another way from here."""
        self.diverges = False
        if self._aside is None:
            self._truncate(self._count)
        self._aside = None

    def put_back(self) -> None:
        """What was tried did not happen.  To be called when the cursor is before it."""
        self.diverges = False
        aside, self._aside = self._aside, None
        if aside is None:
            return
        self._truncate(aside.start)
        for column, tail in zip(self._columns, aside.columns, strict=True):
            column.extend(tail)
        self._unnamed.extend(aside.unnamed)
        self._drop_oid.extend(aside.drop_oid)
        self._drop_step.extend(aside.drop_step)
        self._names |= aside.names
        self._named_before |= aside.named_before

    def _set_aside(self) -> None:
        self.diverges = False
        hidden = range(self._count, len(self._addr))
        self._aside = _Aside(
            self._count,
            [column[self._count :] for column in self._columns],
            self._unnamed[self._unnamed_count :],
            self._drop_oid[self._drops :],
            self._drop_step[self._drops :],
            {oid: self._names[oid] for oid in hidden if oid in self._names},
            {oid: self._named_before[oid] for oid in hidden if oid in self._named_before},
        )
        self._truncate(self._count)

    def _truncate(self, count: int) -> None:
        for oid in range(count, len(self._addr)):
            self._names.pop(oid, None)
            self._named_before.pop(oid, None)
        for column in self._columns:
            del column[count:]
        del self._unnamed[self._unnamed_count :]
        del self._drop_oid[self._drops :]
        del self._drop_step[self._drops :]

    @property
    def _columns(self) -> tuple[array[int], ...]:
        return self._addr, self._size, self._ptrdata, self._born, self._dropped, self._number, self._before, self._churned

    # --- Being kept -----------------------------------------------------------------------------------------------------

    def columns(self) -> ObjectColumns:
        """All that is shown now, as values of their own."""
        addr, size, ptrdata, born, dropped, number, _, churned = (column[: self._count] for column in self._columns)
        names = {oid: name for oid, name in self._names.items() if oid < self._count}
        return ObjectColumns(addr, size, ptrdata, born, dropped, number, churned, names)

    @classmethod
    def of(cls, columns: ObjectColumns) -> ObjectTable:
        """A table of these objects, to be looked at: it cannot go through time."""
        table = cls()
        table._addr, table._size, table._ptrdata, table._born, table._dropped, table._number, table._churned, names = columns
        table._names = dict(names)
        table._count = len(columns.addr)
        table._unnamed = array("i", [oid for oid, number in enumerate(columns.number) if number])
        table._unnamed_count = len(table._unnamed)
        table._drops = table._count - columns.dropped.count(ALIVE)
        table._look_up_anew(table._count)
        return table

    @classmethod
    def going_on(cls, columns: ObjectColumns) -> ObjectTable:
        """A table that begins with these objects: all were born, and some dropped, before its first step."""
        table = cls()
        for oid in range(len(columns.addr)):
            name = columns.names.get(oid)
            table.add(columns.addr[oid], columns.size[oid], columns.ptrdata[oid], 0, name, bool(columns.churned[oid]))
        dropped = (oid for oid, step in enumerate(columns.dropped) if step != ALIVE)
        for oid in sorted(dropped, key=columns.dropped.__getitem__):
            table.drop(oid, 0)
        return table

    # --- Looking --------------------------------------------------------------------------------------------------------

    def name(self, oid: int) -> str:
        """What it is called."""
        return self._names.get(oid) or f"o{self._number[oid]}"

    def info(self, oid: int) -> ObjectInfo:
        """Its row."""
        return ObjectInfo(
            oid,
            self.name(oid),
            self._addr[oid],
            self._size[oid],
            self._ptrdata[oid],
            self._born[oid],
            self._dropped[oid],
        )

    def column(self, name: ObjectField, start: int = 0, stop: int | None = None) -> memoryview:
        """One field of objects number start to stop; to be copied at once, since no object can be added while it is held."""
        columns = {"addr": self._addr, "size": self._size, "ptrdata": self._ptrdata, "born": self._born, "dropped": self._dropped}
        return memoryview(columns[name])[start : self._count if stop is None else min(stop, self._count)]

    def addr(self, oid: int) -> int:
        """Its address."""
        return self._addr[oid]

    def size(self, oid: int) -> int:
        """Its size in bytes."""
        return self._size[oid]

    def is_alive(self, oid: int) -> bool:
        """Whether the program still refers to it."""
        return self._dropped[oid] == ALIVE

    def name_in_use(self, name: str) -> bool:
        """Whether an object that the program refers to has this name."""
        oid = self.find_name(name)
        return oid is not None and self.is_alive(oid)

    def find_name(self, name: str) -> int | None:
        """The object of that name, dropped or not: oN for any unnamed one ever born, else the last one that got the name."""
        oid = self._by_name.get(name)
        if oid is None and name[:1] == "o" and name[1:].isascii() and name[1:].isdigit():
            number = int(name[1:])
            if 1 <= number <= self._unnamed_count and name[1] != "0":
                return self._unnamed[number - 1]
        return oid

    def numbered(self, name: str) -> int:
        """How many objects are called name.1, name.2 and so on, dropped or not; `times` numbers them without gaps."""
        return bisect_left(range(1, self._count + 1), True, key=lambda n: f"{name}.{n}" not in self._by_name)

    def find_addr(self, addr: int) -> int | None:
        """The object born last at exactly this address, dropped or not."""
        return self._by_addr.get(addr)

    def bytes_at(self, addrs: Sequence[int], most: int) -> int:
        """Sizes of the objects born last at these addresses, in all; each counts for at most `most`, an unknown one for that."""
        try:  # without a loop in Python: the account of a large heap asks for all objects
            sizes = map(self._size.__getitem__, map(self._by_addr.__getitem__, addrs))
            return sum(map(min, sizes, repeat(most)))
        except KeyError:
            found = (self._by_addr.get(addr) for addr in addrs)
            return sum(most if oid is None else min(most, self._size[oid]) for oid in found)

    def in_slot(self, addr: int, elemsize: int) -> list[int]:
        """The objects in the slot at `addr`, as long as it is not swept: one, or several tiny ones in a 16-byte block.

        A block's first object lies at its beginning; what is older than that was there before the block was swept.
        """
        first = self._by_addr.get(addr)
        if first is None:
            return []
        if elemsize != TINY_SIZE:
            return [first]
        here = (self._by_addr.get(at, _NOBODY) for at in range(addr, addr + TINY_SIZE))
        return [oid for oid in here if oid >= first]

    def churned(self) -> list[int]:
        """Numbers of those that churns made and that the program still refers to, oldest first."""
        return [oid for oid in compress(range(self._count), self._churned) if self._dropped[oid] == ALIVE]

    def living(self) -> list[int]:
        """Numbers of all objects the program refers to, oldest first."""
        return [oid for oid, dropped in enumerate(self._dropped[: self._count]) if dropped == ALIVE]

    @property
    def unnamed(self) -> int:
        """How many objects without a name were born: the last is called o and this number."""
        return self._unnamed_count

    def nearest(self, name: str) -> str | None:
        """A living object's name that looks like `name`, for suggestions."""
        return nearest(name, self.names())

    def names(self, prefix: str = "", limit: int = 200) -> list[str]:
        """Names of living objects that start with `prefix`, for completion."""
        found = [name for name, oid in self._by_name.items() if name.startswith(prefix) and self.is_alive(oid)]
        for n in range(self._unnamed_count - 1, -1, -1):
            if len(found) >= limit:
                break
            oid = self._unnamed[n]
            name = self.name(oid)
            if self._dropped[oid] == ALIVE and name.startswith(prefix):
                found.append(name)
        return found[:limit]
