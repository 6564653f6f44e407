"""The program's side of a session: which objects it ever allocated, what they are called, which it still refers to.

Append-only: object number `oid` is a row in typed columns, born and dropped at a step.  That keeps a million objects small and
lets a session go back by forgetting rows.
"""

from array import array
from difflib import get_close_matches
from typing import NamedTuple

from gomem_core.arch import TINY_SIZE

ALIVE = -1  # in the column `dropped`


class ObjectInfo(NamedTuple):
    """One object: address and size in bytes, ptrdata as in mallocgc, the steps that made and dropped it (-1: not yet)."""

    oid: int
    name: str
    addr: int
    size: int
    ptrdata: int
    born: int
    dropped: int

    @property
    def kind(self) -> str:
        """The word of the command language: noscan, scan or head."""
        if not self.ptrdata:
            return "noscan"
        return "scan" if self.ptrdata == self.size else "head"


class ObjectTable:
    """All objects of a session, by number, name and address."""

    def __init__(self) -> None:
        self._addr = array("Q")
        self._size = array("q")
        self._ptrdata = array("q")
        self._born = array("q")
        self._dropped = array("q")
        self._number = array("q")  # N of an unnamed object oN; 0 for a named one
        self._unnamed = array("q")  # oid of o1, o2, …
        self._names: dict[int, str] = {}  # oid -> name the user gave
        self._by_name: dict[str, int] = {}  # the object that had the name last, dropped or not
        self._by_addr: dict[int, int] = {}  # the object born last at an address
        self.alive = 0

    def __len__(self) -> int:
        return len(self._addr)

    def add(self, addr: int, size: int, ptrdata: int, step: int, name: str | None) -> int:
        """Enter an object; without a name it gets the next oN.  Returns its number."""
        oid = len(self._addr)
        self._addr.append(addr)
        self._size.append(size)
        self._ptrdata.append(ptrdata)
        self._born.append(step)
        self._dropped.append(ALIVE)
        if name is None:
            self._unnamed.append(oid)
            self._number.append(len(self._unnamed))
        else:
            self._number.append(0)
            self._names[oid] = name
            self._by_name[name] = oid
        self._by_addr[addr] = oid
        self.alive += 1
        return oid

    def drop(self, oid: int, step: int) -> None:
        """The program forgot it; its name may be given to another from now on."""
        self._dropped[oid] = step
        self.alive -= 1

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
            if 1 <= number <= len(self._unnamed) and name[1] != "0":
                return self._unnamed[number - 1]
        return oid

    def find_addr(self, addr: int) -> int | None:
        """The object born last at exactly this address, dropped or not."""
        return self._by_addr.get(addr)

    def in_slot(self, addr: int, elemsize: int) -> list[int]:
        """The objects in the slot at `addr`, as long as it is not swept: one, or several tiny ones in a 16-byte block.

        A block's first object lies at its beginning; what is older than that was there before the block was swept.
        """
        first = self._by_addr.get(addr)
        if first is None:
            return []
        if elemsize != TINY_SIZE:
            return [first]
        here = (self._by_addr.get(at, -1) for at in range(addr, addr + TINY_SIZE))
        return [oid for oid in here if oid >= first]

    def living(self) -> list[int]:
        """Numbers of all objects the program refers to, oldest first."""
        return [oid for oid, dropped in enumerate(self._dropped) if dropped == ALIVE]

    @property
    def unnamed(self) -> int:
        """How many objects without a name were born: the last is called o and this number."""
        return len(self._unnamed)

    def nearest(self, name: str) -> str | None:
        """A living object's name that looks like `name`, for suggestions."""
        near = get_close_matches(name, self.names(), 1)
        return near[0] if near else None

    def names(self, prefix: str = "", limit: int = 200) -> list[str]:
        """Names of living objects that start with `prefix`, for completion."""
        found = [name for name, oid in self._by_name.items() if name.startswith(prefix) and self.is_alive(oid)]
        for oid in reversed(self._unnamed):
            if len(found) >= limit:
                break
            name = self.name(oid)
            if self._dropped[oid] == ALIVE and name.startswith(prefix):
                found.append(name)
        return found[:limit]
