"""Births: how objects came about, an entry for each command that made some, in order.

`alloc … times 1000000` makes one entry, not a million: all its objects were born at the same step, of one size, and are numbered
in a row.  Those of an entry are called oN, oN+1 and so on, or have one name, or are numbered: NAME.1, NAME.2 and so on.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from gomem_core.named import NamedTuple
from gomem_core.world.givennames import GivenNames
from gomem_core.world.latest import NONE

NUMBERED: Final = "."  # ends the name of objects that are numbered; no user's name ends so


class BirthsAside(NamedTuple):
    """Entries that were cut off, to be put back."""

    columns: list[array[int]]
    names: list[str]


class Births:
    """The entries; the objects of one are numbered from `first` on, up to the first of the next.

    `count` tells how many objects are shown: of entries after them, and of names in these, nobody hears.
    """

    def __init__(self) -> None:
        self.first = array("i")  # number of the first object
        self.born = array("i")  # step
        self.size = array("q")
        self.ptrdata = array("q")
        self.number = array("i")  # N of the first one's oN; -1 - n of the n-th name
        self.churned = array("b")  # 1: made by a churn
        self.type = array("i")  # a place among the names of types
        # The entries that made more than one object; those without a name, with N of the first; and those with one.
        self._many = array("i")
        self._unnamed = array("i")
        self._unnamed_from = array("i")
        self._unnamed_next = 1  # N of the next one without a name
        self._named = array("i")
        self._names = GivenNames()

    def __len__(self) -> int:
        return len(self.first)

    # --- Writing --------------------------------------------------------------------------------------------------------

    def add(
        self, oid: int, n: int, size: int, ptrdata: int, step: int, name: str | None, churned: bool = False, of_type: int = 0
    ) -> None:
        """Enter `n` objects, number `oid` and those after it; a name that ends with NUMBERED is that of numbered ones."""
        entry = len(self.first)
        self.first.append(oid)
        self.born.append(step)
        self.size.append(size)
        self.ptrdata.append(ptrdata)
        self.churned.append(churned)
        self.type.append(of_type)
        if n > 1:
            self._many.append(entry)
        if name is None:
            self.number.append(self._unnamed_next)
            self._unnamed.append(entry)
            self._unnamed_from.append(self._unnamed_next)
            self._unnamed_next += n
        else:
            self._named.append(entry)
            self.number.append(-len(self._named))
            self._names.append(name)

    def add_each(self, oid: int, sizes: list[int], ptrdata: list[int], step: int, types: list[int]) -> None:
        """Enter objects without names from number `oid` on, an entry each, since each has a size and a type of its own."""
        n, entry = len(sizes), len(self.first)
        self.first.extend(range(oid, oid + n))
        self.born.extend(array("i", (step,)) * n)
        self.size.extend(sizes)
        self.ptrdata.extend(ptrdata)
        self.churned.extend(bytes(n))
        self.type.extend(types)
        numbers = range(self._unnamed_next, self._unnamed_next + n)
        self.number.extend(numbers)
        self._unnamed.extend(range(entry, entry + n))
        self._unnamed_from.extend(numbers)
        self._unnamed_next += n

    def add_run(self, oid: int, sizes: Sequence[int], ptrdata: Sequence[int], steps: Sequence[int], names: Sequence[str]) -> None:
        """Enter objects from number `oid` on, an entry each; those whose name is empty have none."""
        n, entry = len(sizes), len(self.first)
        self.first.extend(range(oid, oid + n))
        self.born.extend(steps)
        self.size.extend(sizes)
        self.ptrdata.extend(ptrdata)
        self.churned.extend(bytes(n))
        self.type.extend(array("i", bytes(self.type.itemsize * n)))
        named = -len(self._named)
        self._names.append_each(filter(None, names))
        if all(names):  # as mostly
            self._named.extend(range(entry, entry + n))
            self.number.extend(range(named - 1, named - 1 - n, -1))
            return
        for name in names:
            if name:
                named -= 1
                self._named.append(entry)
                self.number.append(named)
            else:
                self._unnamed.append(entry)
                self._unnamed_from.append(self._unnamed_next)
                self.number.append(self._unnamed_next)
                self._unnamed_next += 1
            entry += 1

    def cut(self, count: int) -> BirthsAside:
        """Forget all that came after the first `count` objects; returns what can be put back."""
        entries = self.entries(count)
        unnamed, named = bisect_left(self._unnamed, entries), bisect_left(self._named, entries)
        aside = BirthsAside([column[entries:] for column in self._columns], self._names.cut(named))
        self._unnamed_next = self.unnamed(count) + 1
        for column in self._columns:
            del column[entries:]
        del self._many[bisect_left(self._many, entries) :]
        del self._unnamed[unnamed:], self._unnamed_from[unnamed:], self._named[named:]
        return aside

    def put_back(self, aside: BirthsAside, total: int) -> None:
        """Enter again what was cut off, where nothing came in its place; there are `total` objects then."""
        names = iter(aside.names)
        ends = chain(aside.columns[0][1:], (total,))
        for first, born, size, ptrdata, number, churned, of_type, end in zip(*aside.columns, ends, strict=False):
            name = next(names) if number < 0 else None
            self.add(first, end - first, size, ptrdata, born, name, bool(churned), of_type)

    @property
    def _columns(self) -> tuple[array[int], ...]:
        return self.first, self.born, self.size, self.ptrdata, self.number, self.churned, self.type

    # --- Which entries, which objects -----------------------------------------------------------------------------------

    def entries(self, count: int) -> int:
        """How many entries the first `count` objects have."""
        return bisect_left(self.first, count) if self._many else count

    def entry(self, oid: int) -> int:
        """The entry of an object."""
        return bisect_right(self.first, oid) - 1 if self._many else oid

    def sizes(self, oids: list[int]) -> Iterable[int]:
        """The sizes of objects."""
        return map(self.size.__getitem__, map(self.entry, oids) if self._many else oids)

    def until(self, step: int, total: int) -> int:
        """How many of `total` objects were born at this step or before."""
        entry = bisect_right(self.born, step)
        return self.first[entry] if entry < len(self.first) else total

    def spread(self, column: array[int], start: int, stop: int) -> array[int]:
        """A column of entries as one of the objects number start to stop."""
        if not self._many or start >= stop:
            return column[start:stop]
        entry, last, at = self.entry(start), self.entry(stop - 1), start
        spread = array(column.typecode)
        for many in self._many[bisect_left(self._many, entry) : bisect_right(self._many, last)]:
            spread.extend(column[entry:many])
            end = min(self._end(many, stop), stop)
            spread.extend(array(column.typecode, (column[many],)) * (end - max(at, self.first[many])))
            entry, at = many + 1, end
        spread.extend(column[entry : last + 1])
        return spread

    def numbers(self, count: int) -> array[int]:
        """N of each of the first `count` objects that is called oN; 0 for one that has a name."""
        numbers = array("i")
        for first, number, end in self._each(count):
            numbers.extend(range(number, number + end - first) if number > 0 else array("i", (0,)) * (end - first))
        return numbers

    def all_names(self, count: int) -> dict[int, str]:
        """Names that users gave to the first `count` objects, by their numbers."""
        names: dict[int, str] = {}
        for first, number, end in self._each(count):
            if number < 0:
                names.update((oid, self._called(number, oid - first)) for oid in range(first, end))
        return names

    def _each(self, count: int) -> Iterator[tuple[int, int, int]]:
        """Returns of each entry with a shown object its first one, `number`, and the end of those that are shown."""
        entries = self.entries(count)
        first = self.first[:entries]
        return zip(first, self.number[:entries], chain(first[1:], (count,)), strict=False)

    def made_by_churn(self, count: int) -> list[int]:
        """Numbers of those of the first `count` objects that churns made."""
        if not any(self.churned):
            return []
        return [oid for oid, churned in enumerate(self.spread(self.churned, 0, count)) if churned]

    def _end(self, entry: int, count: int) -> int:
        """The object after the last of an entry, as far as they are shown."""
        return min(self.first[entry + 1], count) if entry + 1 < len(self.first) else count

    # --- Names ----------------------------------------------------------------------------------------------------------

    def name(self, oid: int) -> str:
        """What an object is called."""
        entry = self.entry(oid)
        return self._called(self.number[entry], oid - self.first[entry])

    def _called(self, number: int, place: int) -> str:
        """The name of the object in this place of an entry, from `number` there."""
        if number > 0:
            return f"o{number + place}"
        name = self._names[-1 - number]
        return f"{name}{place + 1}" if name[-1] == NUMBERED else name

    def unnamed(self, count: int) -> int:
        """How many of the first `count` objects have no name: the last of them is called o and this number."""
        last = bisect_left(self._unnamed, self.entries(count)) - 1
        if last < 0:
            return 0
        entry = self._unnamed[last]
        return self._unnamed_from[last] - 1 + self._end(entry, count) - self.first[entry]

    def without_name(self, n: int, count: int) -> int:
        """The one of the first `count` objects that is called o`n`; NONE."""
        if not 0 < n < self._unnamed_next:
            return NONE
        at = bisect_right(self._unnamed_from, n) - 1
        oid = self.first[self._unnamed[at]] + n - self._unnamed_from[at]
        return oid if oid < count else NONE

    def finder(self, count: int) -> Callable[[str], int]:
        """Returns what finds the last of the first `count` objects that a user called so, NONE, as long as none is entered."""
        find, first, entries = self._names.finder(self._shown_names(count)), self.first, self._named

        def found(name: str) -> int:
            number = find(name)
            return NONE if number == NONE else first[entries[number]]

        return found

    def find(self, name: str, count: int) -> int:
        """The last of the first `count` objects that a user called so; NONE."""
        named = self._shown_names(count)
        number = self._names.find(name, named)
        oid = NONE if number == NONE else self.first[self._named[number]]
        if NUMBERED not in name:
            return oid
        base, _, digits = name.rpartition(NUMBERED)
        if digits.isascii() and digits.isdigit() and digits[0] != "0":
            return max(oid, self._find_numbered(base, int(digits), named, count))
        return oid

    def _find_numbered(self, base: str, n: int, named: int, count: int) -> int:
        for number in self._names.back(base + NUMBERED, named):
            entry = self._named[number]
            oid = self.first[entry] + n - 1
            if oid < self._end(entry, count):
                return oid
        return NONE

    def has_numbered(self, name: str, count: int) -> bool:
        """Whether an object was ever called name.1, and so any with a higher number."""
        return self.find(f"{name}.1", count) != NONE

    def names(self, count: int) -> Iterator[tuple[str, int]]:
        """Names that users gave to the first `count` objects, each with the last object that got it."""
        named = self._shown_names(count)
        for name, number in self._names.each(named):
            if name[-1] != NUMBERED:
                yield name, self.first[self._named[number]]
                continue
            most = max(self._shown_of(n, count) for n in self._names.back(name, named))
            for n in range(1, most + 1):
                yield f"{name}{n}", self._find_numbered(name[:-1], n, named, count)

    def _shown_of(self, number: int, count: int) -> int:
        entry = self._named[number]
        return self._end(entry, count) - self.first[entry]

    def _shown_names(self, count: int) -> int:
        entries = self.entries(count)
        if not self._named or self._named[-1] < entries:  # nothing is hidden, mostly
            return len(self._named)
        return bisect_left(self._named, entries)
