"""The program's side of a session: which objects it ever allocated, what they are called, which it still refers to.

Objects are numbered as they are born.  What those have in common that one command made stands once (births.py).  Rows are only
ever appended, and so are the drops: a session that goes back in time hides what lies after its cursor, and finds it again when it
goes forward.  When it tries another way from there, what was hidden is set aside: `put_back` brings it back, `cut` forgets it.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import chain, repeat

from gomem_core.go.amd64 import PTR_SIZE, TINY_SIZE
from gomem_core.go.versions import BITS_IN_SPAN
from gomem_core.named import NamedTuple
from gomem_core.suggest import nearest
from gomem_core.world.addresses import Addresses, Born
from gomem_core.world.births import NUMBERED, Births, BirthsAside
from gomem_core.world.blocks import AddressRow
from gomem_core.world.latest import NEVER, NONE
from gomem_core.world.objectcolumns import ObjectColumns, Run
from gomem_core.world.objectinfo import ALIVE, ObjectField, ObjectInfo


class ReplayDiffers(Exception):
    """Going forward again gave another heap than the first time: an impossible state."""


class _Aside(NamedTuple):
    """What was hidden when another way was tried."""

    addr: array[int]
    drop: array[int]
    births: BirthsAside
    addresses: list[Born]
    drop_oid: array[int]
    drop_step: array[int]


class ObjectTable:
    """Holds all objects of a session, by number, name and address."""

    def __init__(self) -> None:
        # A row for each object; rows from `_count` on are hidden.
        self._addr = array("Q")
        self._drop = array("i")  # the number of the drop that dropped it, which may be hidden; NEVER
        self._count = 0
        self._births = Births()  # all else that is known of them
        self.type_names = [""]  # the types that objects were said to have, also those that are hidden
        self._type_places = {"": 0}
        self._addresses = Addresses()
        # A row for each drop, in order; those from `_drops` on are hidden.
        self._drop_oid = array("i")
        self._drop_step = array("i")
        self._drops = 0
        self.diverges = False  # what is written next need not be what is hidden, which then is set aside
        self._aside: _Aside | None = None

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
            self._addr.append(addr)
            self._drop.append(NEVER)
            self._addresses.append(oid, addr)
            self._births.add(oid, 1, size, ptrdata, step, name, churned, self._place_of(of_type) if of_type else 0)
        else:
            self._check_again(oid, addr, size, ptrdata, step)
        self._count = oid + 1
        return oid

    def add_many(
        self, addrs: Sequence[AddressRow], size: int, ptrdata: int, step: int, name: str | None, of_type: str = ""
    ) -> int:
        """Enter objects that have these addresses, in order; with a name they are name.1, name.2 and so on.

        Returns the number of the first.  Raises ReplayDiffers as `add` does.
        """
        oid = self._count
        if self.diverges:
            self._set_aside()
        many = array("Q", chain.from_iterable(addrs))
        if oid < len(self._addr):
            known = self._addr[oid : oid + len(many)]
            pairs = enumerate(zip(known, many, strict=False))
            differs = 0 if known == many else next((n for n, (then, now) in pairs if then != now), 0)
            self._check_again(oid + differs, many[differs], size, ptrdata, step)
        else:
            self._addr.extend(many)
            self._drop.extend(array("i", (NEVER,)) * len(many))
            stem, place = None if name is None else name + NUMBERED, self._place_of(of_type) if of_type else 0
            self._births.add(oid, len(many), size, ptrdata, step, stem, of_type=place)
            at = oid
            for each in addrs:
                self._addresses.extend(at, each)
                at += len(each)
        self._count = oid + len(many)
        return oid

    def add_each(self, addrs: list[int], sizes: list[int], ptrdata: list[int], step: int, types: list[str]) -> int:
        """Enter objects without names that one command made, each with a size, pointers and a type of its own.

        Returns the number of the first.  Raises ReplayDiffers as `add` does.
        """
        oid = self._count
        if self.diverges:
            self._set_aside()
        if oid < len(self._addr):
            for i, addr in enumerate(addrs, oid):
                self._check_again(i, addr, sizes[i - oid], ptrdata[i - oid], step)
        else:
            self._addr.extend(addrs)
            self._drop.extend(array("i", (NEVER,)) * len(addrs))
            self._addresses.append_each(oid, addrs)
            places = {name: self._place_of(name) for name in dict.fromkeys(types)}
            self._births.add_each(oid, sizes, ptrdata, step, [places[name] for name in types])
        self._count = oid + len(addrs)
        return oid

    def comes_again(self, step: int) -> bool:
        """Whether the next object is one that this step made before: a known way is gone again."""
        births, oid = self._births, self._count
        return oid < len(self._addr) and not self.diverges and births.born[births.entry(oid)] == step

    def _place_of(self, of_type: str) -> int:
        place = self._type_places.setdefault(of_type, len(self.type_names))
        if place == len(self.type_names):
            self.type_names.append(of_type)
        return place

    def _check_again(self, oid: int, addr: int, size: int, ptrdata: int, step: int) -> None:
        """Raise ReplayDiffers unless this is the object that was entered here the first time."""
        births, entry = self._births, self._births.entry(oid)
        if (self._addr[oid], births.size[entry], births.ptrdata[entry], births.born[entry]) != (addr, size, ptrdata, step):
            raise ReplayDiffers(f"object {oid} was born at {self._addr[oid]:#x} the first time, and now at {addr:#x}")

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

    def add_run(self, run: Run, names: Sequence[str]) -> None:
        """Enter what steps did that nobody did before; an object with an empty name gets the next oN."""
        if self.diverges:
            self._set_aside()
        oid, n = self._count, len(run.addrs)
        self._addr.extend(run.addrs)
        self._drop.extend(array("i", (NEVER,)) * n)
        self._addresses.append_each(oid, run.addrs)
        self._births.add_run(oid, run.sizes, run.ptrdata, run.born, names)
        self._count = oid + n
        for number, dropped in enumerate(run.drops, self._drops):
            self._drop[dropped] = number
        self._drop_oid.extend(run.drops)
        self._drop_step.extend(run.dropped)
        self._drops += len(run.drops)

    def hidden(self, step: int) -> Run:
        """Returns what the steps up to this one did the first time, as far as it is hidden; each may have done several things."""
        births, start = self._births, self._count
        stop = births.until(step, len(self._addr))
        size, ptrdata, born = (births.spread(column, start, stop) for column in (births.size, births.ptrdata, births.born))
        drops = slice(self._drops, bisect_right(self._drop_step, step))
        return Run(self._addr[start:stop], size, ptrdata, born, self._drop_oid[drops], self._drop_step[drops])

    def show(self, born: int, dropped: int) -> None:
        """So many more of what is hidden happened again."""
        self._count += born
        self._drops += dropped

    # --- Going through time ---------------------------------------------------------------------------------------------

    def goto(self, step: int) -> None:
        """Show the table as after `step`: hide what was born or dropped later, show again what came before and was hidden."""
        self._drops = bisect_right(self._drop_step, step)
        self._count = self._births.until(step, len(self._addr))

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
        self._addr.extend(aside.addr)
        self._drop.extend(aside.drop)
        self._births.put_back(aside.births, len(self._addr))
        self._addresses.put_back(aside.addresses)
        for number, oid in enumerate(aside.drop_oid, len(self._drop_oid)):
            self._drop[oid] = number
        self._drop_oid.extend(aside.drop_oid)
        self._drop_step.extend(aside.drop_step)

    def _set_aside(self) -> None:
        self.diverges = False
        self._aside = self._truncate()

    def _truncate(self) -> _Aside:
        """Forget what is hidden; returns it."""
        count, drops = self._count, self._drops
        drop_oid, drop_step = self._drop_oid[drops:], self._drop_step[drops:]
        gone = self._addresses.cut(count, self._addr)
        aside = _Aside(self._addr[count:], self._drop[count:], self._births.cut(count), gone, drop_oid, drop_step)
        for oid in drop_oid:
            self._drop[oid] = NEVER
        del self._addr[count:], self._drop[count:], self._drop_oid[drops:], self._drop_step[drops:]
        return aside

    # --- Being kept -----------------------------------------------------------------------------------------------------

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

    @classmethod
    def of(cls, columns: ObjectColumns) -> ObjectTable:
        """A table of these objects, to be looked at: it cannot go through time."""
        table = cls()
        table._addr, dropped, names, table.type_names = columns.addr, columns.dropped, columns.names, columns.type_names
        table._type_places = {name: place for place, name in enumerate(table.type_names)}
        table._count = len(columns.addr)
        rows = zip(columns.size, columns.ptrdata, columns.born, columns.churned, columns.type, strict=True)
        for oid, (size, ptrdata, born, churned, of_type) in enumerate(rows):
            table._births.add(oid, 1, size, ptrdata, born, names.get(oid), bool(churned), of_type)
        table._drop_oid = array("i", sorted([oid for oid, step in enumerate(dropped) if step != ALIVE], key=dropped.__getitem__))
        table._drop_step = array("i", [dropped[oid] for oid in table._drop_oid])
        table._drops = len(table._drop_oid)
        table._drop = array("i", [NEVER]) * table._count
        for n, oid in enumerate(table._drop_oid):
            table._drop[oid] = n
        table._addresses.append_each(0, table._addr)
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
        return self._births.name(oid)

    def info(self, oid: int) -> ObjectInfo:
        """Its row."""
        births, entry = self._births, self._births.entry(oid)
        dropped = ALIVE if self.is_alive(oid) else self._drop_step[self._drop[oid]]
        size, ptrdata, born, of_type = births.size[entry], births.ptrdata[entry], births.born[entry], births.type[entry]
        return ObjectInfo(oid, births.name(oid), self._addr[oid], size, ptrdata, born, dropped, self.type_names[of_type])

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

    def addr(self, oid: int) -> int:
        """Its address."""
        return self._addr[oid]

    def size(self, oid: int) -> int:
        """Its size in bytes."""
        return self._births.size[self._births.entry(oid)]

    def is_alive(self, oid: int) -> bool:
        """Whether the program still refers to it."""
        return self._drop[oid] >= self._drops

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
        births, oids = self._births, self._addresses.find_all(addrs, self._count)
        if NONE in oids:
            return sum(most if oid == NONE else min(most, self.size(oid)) for oid in oids)
        if oids and (entry := births.entry(min(oids))) == births.entry(max(oids)):  # all made by one command
            return len(oids) * min(most, births.size[entry])
        entries = map(births.entry, oids)  # the account of a large heap asks for all objects
        return sum(map(min, map(births.size.__getitem__, entries), repeat(most)))

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
