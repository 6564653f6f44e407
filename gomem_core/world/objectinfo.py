"""What is asked of the objects of a heap: those that a session's commands made, or what lies in the slots of one that is read."""

from collections.abc import Sequence
from typing import Final, Literal, Protocol

from gomem_core.go.heapbits import pointer_words
from gomem_core.named import NamedTuple

# Those that can be asked for as a column; the last ones only of worlds in which they are known.  slot: bytes of its slot.
ObjectField = Literal["addr", "size", "slot", "ptrdata", "born", "dropped", "type", "goroutine", "swept"]
ALIVE: Final = -1  # in the columns `dropped` and `swept`


class ObjectInfo(NamedTuple):
    """One object: address and size in bytes, ptrdata as mallocgc is told it, the steps that made and dropped it (-1: not yet).

    None is what is not known of it; a name that is not known is empty.
    """

    oid: int
    name: str
    addr: int
    size: int | None
    ptrdata: int | None
    born: int | None
    dropped: int | None
    type: str = ""  # the name of its type, where that is known
    goroutine: int | None = None  # that allocated it
    swept: int | None = None  # the event of a film by which it will be freed

    @property
    def kind(self) -> Literal["noscan", "scan", "head", "every4"]:
        """The word of the command language: noscan, scan or head; every4 for every 4."""
        if self.ptrdata == 0:
            return "noscan"
        if self.ptrdata is None or self.size is None:
            return "scan"  # which of its words may be pointers is not known, or whether others follow
        if self.ptrdata < 0:
            return "every4"
        return "scan" if self.ptrdata == self.size or self.type else "head"

    @property
    def key(self) -> tuple[str, int, int, int, int]:
        """What tells it from others where two moments of a session are compared: name, addr, size, ptrdata, born."""
        return self.name, self.addr, self.size or 0, self.ptrdata or 0, self.born or 0

    @property
    def words(self) -> range:
        """The numbers of its words that may hold pointers; none where that is not known."""
        return pointer_words(self.ptrdata or 0)

    def holds(self, addr: int) -> bool:
        """Whether its bytes are known to hold `addr`; of unknown size: whether it begins there."""
        return addr == self.addr if self.size is None else self.addr <= addr < self.addr + self.size


class Objects(Protocol):
    """All objects, by number, name and address; who cannot know what was asked raises NotKnown."""

    def __len__(self) -> int:
        """How many there ever were, as far as that is known."""
        ...

    @property
    def alive(self) -> int:
        """How many of them the program refers to."""
        ...

    @property
    def unnamed(self) -> int:
        """How many objects without a name were born: the last is called o and this number."""
        ...

    def name(self, oid: int) -> str:
        """What it is called; where names are not known, its type or its address."""
        ...

    def info(self, oid: int) -> ObjectInfo:
        """Its row."""
        ...

    def column(self, name: ObjectField, start: int = 0, stop: int | None = None) -> memoryview:
        """One field of objects number start to stop; -1 is what is not known.  To be copied at once."""
        ...

    def addr(self, oid: int) -> int:
        """Its address."""
        ...

    def size(self, oid: int) -> int | None:
        """Its size in bytes."""
        ...

    def is_alive(self, oid: int) -> bool:
        """Whether the program still refers to it, or nothing says that it does not."""
        ...

    def find_name(self, name: str) -> int | None:
        """The object of that name, dropped or not."""
        ...

    def find_addr(self, addr: int) -> int | None:
        """The object born last at exactly this address, dropped or not."""
        ...

    def in_slot(self, addr: int, elemsize: int) -> list[int]:
        """The objects in the slot at `addr`, as long as it is not swept."""
        ...

    def bytes_at(self, addrs: Sequence[int], most: int) -> int:
        """Sizes of the objects born last at these addresses, in all; each counts for at most `most`, an unknown one for that."""
        ...

    def living(self) -> Sequence[int]:
        """Numbers of all objects the program refers to, oldest first."""
        ...

    def names(self, prefix: str = "", limit: int = 200) -> list[str]:
        """Names of living objects that start with `prefix`, for completion."""
        ...

    def nearest(self, name: str) -> str | None:
        """A living object's name that looks like `name`, for suggestions."""
        ...
