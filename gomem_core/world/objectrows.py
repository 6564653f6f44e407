"""The objects of a session, to be looked at: what they are called, where they lie, which the program still refers to.

Objects are numbered as they are born.  What those have in common that one command made stands once (births.py).  Who enters them,
and goes through time with them, is objects.py: what lies after its cursor is hidden, and none of what is asked here sees it.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import repeat

from gomem_core.go.amd64 import PTR_SIZE, TINY_SIZE
from gomem_core.go.versions import BITS_IN_SPAN
from gomem_core.suggest import nearest
from gomem_core.world.addresses import Addresses
from gomem_core.world.births import Births
from gomem_core.world.latest import NONE
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.objectinfo import ALIVE, ObjectField, ObjectInfo


class ObjectRows:
    """A row for each object, by number, name and address."""

    def __init__(self) -> None:
        # A row for each object; rows from `_count` on are hidden.
        self._addr = array("Q")
        self._drop = array("i")  # the number of the drop that dropped it, which may be hidden; NEVER
        self._count = 0
        self._births = Births()  # all else that is known of them
        self.type_names = [""]  # the types that objects were said to have, also those that are hidden
        self._addresses = Addresses()
        # A row for each drop, in order; those from `_drops` on are hidden.
        self._drop_oid = array("i")
        self._drop_step = array("i")
        self._drops = 0

    def __len__(self) -> int:
        return self._count

    @property
    def alive(self) -> int:
        """Returns how many objects the program refers to."""
        return self._count - self._drops

    # --- One object -----------------------------------------------------------------------------------------------------

    def name(self, oid: int) -> str:
        """What it is called."""
        return self._births.name(oid)

    def info(self, oid: int) -> ObjectInfo:
        """Its row."""
        births, entry = self._births, self._births.entry(oid)
        dropped = ALIVE if self.is_alive(oid) else self._drop_step[self._drop[oid]]
        size, ptrdata, born, of_type = births.size[entry], births.ptrdata[entry], births.born[entry], births.type[entry]
        return ObjectInfo(oid, births.name(oid), self._addr[oid], size, ptrdata, born, dropped, self.type_names[of_type])

    def addr(self, oid: int) -> int:
        """Its address."""
        return self._addr[oid]

    def size(self, oid: int) -> int:
        """Its size in bytes."""
        return self._births.size[self._births.entry(oid)]

    def is_alive(self, oid: int) -> bool:
        """Whether the program still refers to it."""
        return self._drop[oid] >= self._drops

    # --- All of them, in columns ----------------------------------------------------------------------------------------

    def columns(self) -> ObjectColumns:
        """All that is shown now, as values of their own."""
        births, count = self._births, self._count
        columns = (births.size, births.ptrdata, births.born, births.churned, births.type)
        size, ptrdata, born, churned, of_type = (births.spread(column, 0, count) for column in columns)
        addr, dropped, numbers, names = (
            self._addr[:count],
            self._dropped(0, count),
            births.numbers(count),
            births.all_names(count),
        )
        type_names = self.type_names[: max(of_type, default=0) + 1]  # not those of objects that are hidden
        return ObjectColumns(addr, size, ptrdata, born, dropped, numbers, churned, of_type, names, type_names)

    def column(self, name: ObjectField, start: int = 0, stop: int | None = None) -> memoryview:
        """One field of objects number start to stop; to be copied at once, since no object can be added while it is held."""
        stop = self._count if stop is None else min(stop, self._count)
        births = self._births
        match name:
            case "addr":
                return memoryview(self._addr)[start:stop]
            case "dropped":
                return memoryview(self._dropped(start, stop))
            case "size" | "slot":  # an object takes a slot of so many bytes, at least
                return memoryview(births.spread(births.size, start, stop))
            case "ptrdata":
                return memoryview(births.spread(births.ptrdata, start, stop))
            case "born":
                return memoryview(births.spread(births.born, start, stop))
            case "type":
                return memoryview(births.spread(births.type, start, stop))
            case _:  # goroutine, swept: no command tells them
                return memoryview(array("q", [-1]) * max(0, stop - start))

    def _dropped(self, start: int, stop: int) -> array[int]:
        """The step at which each of these objects was dropped; ALIVE."""
        drops, steps = self._drops, self._drop_step
        if not drops:
            return array("i", (ALIVE,)) * max(0, stop - start)
        return array("i", [steps[n] if n < drops else ALIVE for n in self._drop[start:stop]])

    # --- By name, by address --------------------------------------------------------------------------------------------

    def name_in_use(self, name: str) -> bool:
        """Whether an object that the program refers to has this name."""
        oid = self.find_name(name)
        return oid is not None and self.is_alive(oid)

    def number_in_use(self, name: str, times: int) -> int | None:
        """The first of name.1, name.2 and so on, up to `times`, that the program still refers to."""
        if not self._births.has_numbered(name, self._count):
            return None
        return next((n for n in range(1, times + 1) if self.name_in_use(f"{name}.{n}")), None)

    def find_name(self, name: str) -> int | None:
        """The object of that name, dropped or not: oN for any unnamed one ever born, else the last one that got the name."""
        if name[:1] == "o" and (digits := name[1:]).isascii() and digits.isdigit():  # which no user can give
            oid = NONE if digits[0] == "0" else self._births.without_name(int(digits), self._count)
        else:
            oid = self._births.find(name, self._count)
        return None if oid == NONE else oid

    def finder(self) -> Callable[[str], int]:
        """Returns what finds the objects of many names as `find_name` does, until one is entered; NONE; no name has a dot."""
        find = self._births.finder(self._count)

        def found(name: str) -> int:
            if name[0] != "o":
                return find(name)
            oid = self.find_name(name)
            return NONE if oid is None else oid

        return found

    def numbered(self, name: str) -> int:
        """How many objects are called name.1, name.2 and so on, dropped or not; `times` numbers them without gaps."""
        find, count = self._births.find, self._count
        return bisect_left(range(1, count + 1), True, key=lambda n: find(f"{name}.{n}", count) == NONE)

    def find_addr(self, addr: int) -> int | None:
        """The object born last at exactly this address, dropped or not."""
        oid = self._addresses.find(addr, self._count)
        return None if oid == NONE else oid

    def bytes_at(self, addrs: Sequence[int], most: int) -> int:
        """Sizes of the objects born last at these addresses, in all; each counts for at most `most`, an unknown one for that."""
        births = self._births
        if len(addrs) == 1:  # the one that a step took
            oid = self._addresses.find(addrs[0], self._count)
            return most if oid == NONE else min(most, births.size[births.entry(oid)])
        oids = self._addresses.find_all(addrs, self._count)
        if NONE in oids:
            return sum(most if oid == NONE else min(most, self.size(oid)) for oid in oids)
        if oids and (entry := births.entry(min(oids))) == births.entry(max(oids)):  # all made by one command
            return len(oids) * min(most, births.size[entry])
        return sum(map(min, births.sizes(oids), repeat(most)))  # the account of a large heap asks for all objects

    def in_slot(self, addr: int, elemsize: int) -> list[int]:
        """The objects in the slot at `addr`, as long as it is not swept: one, or several tiny ones in a 16-byte block.

        A block's first object lies at its beginning; what is older than that was there before the block was swept.  An object
        whose type stands before it begins one word further on.
        """
        first = self._addresses.find(addr, self._count)
        if elemsize > BITS_IN_SPAN:
            first = max(first, self._addresses.find(addr + PTR_SIZE, self._count))
        if first == NONE:
            return []
        if elemsize != TINY_SIZE:
            return [first]
        return [oid for oid in self._addresses.find_within(addr, TINY_SIZE, self._count) if oid >= first]

    def churned(self) -> list[int]:
        """Numbers of those that churns made and that the program still refers to, oldest first."""
        return [oid for oid in self._births.made_by_churn(self._count) if self.is_alive(oid)]

    def living(self) -> list[int]:
        """Numbers of all objects the program refers to, oldest first."""
        drops = self._drops
        return [oid for oid, drop in enumerate(self._drop[: self._count]) if drop >= drops]

    @property
    def unnamed(self) -> int:
        """How many objects without a name were born: the last is called o and this number."""
        return self._births.unnamed(self._count)

    def nearest(self, name: str) -> str | None:
        """A living object's name that looks like `name`, for suggestions."""
        return nearest(name, self.names())

    def names(self, prefix: str = "", limit: int = 200) -> list[str]:
        """Names of living objects that start with `prefix`, for completion."""
        found: list[str] = []
        for name, oid in self._births.names(self._count):
            if name.startswith(prefix) and self.is_alive(oid):
                found.append(name)
        for n in range(self.unnamed, 0, -1):
            if len(found) >= limit:
                break
            if self.is_alive(self._births.without_name(n, self._count)) and f"o{n}".startswith(prefix):
                found.append(f"o{n}")
        return found[:limit]
