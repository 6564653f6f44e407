"""What a statement asks of a heap: objects in order, pointers between them, and objects that it is done with."""

from typing import Final

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.heapbits import Pattern
from gomem_core.go.versions import MOST_MODELLED
from gomem_core.gotypes.errors import GoError
from gomem_core.named import NamedTuple

# An object: its number in the session's table, or -1 - n for the n-th one that the plan asks for.
Handle = int
_MOST_MASKED: Final = 1 << 33  # bytes of an object with pointers, of which each word has a bit
MOST_REQUESTS: Final = 5_000_000  # objects of one statement


class TooMany(GoError):
    """A statement wants more objects than are planned."""


class Element(NamedTuple):
    """A type as an allocator sees it: bytes, the end of its last pointer, which words are pointers; and its name."""

    name: str
    size: int
    ptr_bytes: int = 0
    pattern: Pattern | None = None  # None: it has no pointers

    def array(self, n: int) -> "Element":
        """So many of them in a row."""
        ptr_bytes = (n - 1) * self.size + self.ptr_bytes if n and self.ptr_bytes else 0
        return Element(f"[{n}]{self.name}", n * self.size, ptr_bytes, self.pattern if ptr_bytes else None)


def element(name: str, size: int, mask: str) -> Element:
    """A type with such a mask: a character a word, 1 for pointers."""
    pattern = Pattern(int(mask[::-1], 2), size // PTR_SIZE) if mask else None
    return Element(name, size, PTR_SIZE * len(mask), pattern)


class Request(NamedTuple):
    """An object to be allocated, and the rule of Go that wants it."""

    element: Element
    rule: str


class Link(NamedTuple):
    """A pointer to store: the address of `to` in word `word` of `of`; None clears it."""

    of: Handle
    word: int
    to: Handle | None


class Plan:
    """Collects what a statement wants; nothing has happened yet."""

    def __init__(self, most: int = MOST_REQUESTS) -> None:
        """`most` are the objects for which it may ask; for more it raises TooMany."""
        self.most = most
        self.requests: list[Request] = []
        self.links: list[Link] = []
        self.rows: list[tuple[Handle, list[Handle]]] = []  # objects that are arrays of pointers, and what these lead to
        self.pairs: list[tuple[range, int]] = []  # objects each of which leads, from this word, to the one asked for next
        self.copies: list[tuple[Handle, Handle]] = []  # from, to: all pointers that are stored in the first
        self.garbage: list[Handle] = []  # what nothing refers to any more

    def ask(self, of: Element, rule: str) -> Handle | None:
        """Ask for one object; None for what has no size: that takes no memory.  Raises GoError, or TooMany."""
        if not of.size:
            return None
        if of.size > (MOST_MODELLED if of.pattern is None else _MOST_MASKED):
            most = f"an object has at most {MOST_MODELLED} here, and {_MOST_MASKED} with pointers"
            raise GoError(f"Go would ask the operating system for {of.size} bytes; {most}")
        if len(self.requests) >= self.most:
            raise TooMany(f"a statement makes at most {self.most} objects here")
        self.requests.append(Request(of, rule))
        return -len(self.requests)

    def ask_pairs(self, first: Request, second: Request, n: int) -> int:
        """Ask for two objects `n` times in turn; returns the very first handle, each other is one less.  Raises GoError."""
        before = len(self.requests)
        if before + 2 * n > self.most:
            raise TooMany(f"a statement makes at most {self.most} objects here")
        self.requests += [first, second] * n
        return -1 - before

    def demand(self, of: Element, rule: str) -> Handle:
        """Ask for an object that has a size.  Raises as `ask` does."""
        found = self.ask(of, rule)
        if found is None:
            raise ValueError(f"{of.name} has no size")
        return found
