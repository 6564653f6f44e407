"""The program's side of a session: which objects it ever allocated, and which it still refers to, as it goes through time.

Rows are only ever appended, and so are the drops: a session that goes back in time hides what lies after its cursor, and finds it
again when it goes forward.  When it tries another way from there, what was hidden is set aside: `put_back` brings it back, `cut`
forgets it.  What is asked of objects is in objectrows.py.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain

from gomem_core.named import NamedTuple
from gomem_core.world.addresses import Born
from gomem_core.world.births import NUMBERED, BirthsAside
from gomem_core.world.blocks import AddressRow
from gomem_core.world.latest import NEVER
from gomem_core.world.objectcolumns import ObjectColumns, Run
from gomem_core.world.objectinfo import ALIVE
from gomem_core.world.objectrows import ObjectRows


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


class ObjectTable(ObjectRows):
    """Holds all objects of a session, and goes through time with it."""

    def __init__(self) -> None:
        super().__init__()
        self._type_places = {"": 0}
        self.diverges = False  # what is written next need not be what is hidden, which then is set aside
        self._aside: _Aside | None = None

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

    # --- From what was kept ---------------------------------------------------------------------------------------------

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
