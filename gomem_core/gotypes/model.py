"""Types of Go, as far as memory goes: what a type is made of, and how it is written."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal, Union

from gomem_core.frozen import frozen
from gomem_core.gotypes.errors import GoError, Place

if TYPE_CHECKING:
    from gomem_core.gotypes.library import LibraryRow

WORD: Final = 8  # bytes of a pointer


@frozen
class Basic:
    """A type that has nothing inside it for a program to see; `mask` has a character a word, 1 for pointers."""

    name: str
    size: int
    align: int
    mask: str = ""
    comparable: bool = True

    def __str__(self) -> str:
        return self.name


Reference = Literal["*", "[]", "map", "chan", "func", "interface"]
MASKS: Final[dict[str, str]] = {"[]": "1", "interface": "01"}  # of the others: 1
WORDS: Final[dict[str, int]] = {"[]": 3, "interface": 2}  # of the others: 1


@frozen
class Referring:
    """A type whose values refer to others: pointer, slice, map, channel, function, interface.

    `parts` are the types that it refers to: elements; keys and elements; what an interface embeds.  `text` is how it is written.
    `unions` are of an interface that is a constraint: the types in it, each with whether ~ stands before it.
    """

    kind: Reference
    text: str
    parts: tuple["Type", ...] = ()
    unions: tuple[tuple[tuple[bool, "Type"], ...], ...] = ()

    def __str__(self) -> str:
        return self.text


@frozen
class Array:
    """So many elements in a row."""

    length: int
    element: "Type"
    place: Place | None = None

    def __str__(self) -> str:
        return f"[{self.length}]{self.element}"


@frozen
class Field:
    """A field of a struct; an embedded one is named after its type."""

    name: str
    type: "Type"
    embedded: bool = False

    def __str__(self) -> str:
        return str(self.type) if self.embedded else f"{self.name} {self.type}"


@frozen
class Struct:
    """Fields in the order of the source."""

    fields: tuple[Field, ...]

    def __str__(self) -> str:
        return f"struct{{ {'; '.join(map(str, self.fields))} }}" if self.fields else "struct{}"


class Parameter:
    """A type parameter inside a generic declaration: it has no size until an argument stands for it."""

    def __init__(self, name: str, constraint: Callable[[], "Type"]) -> None:
        self.name = name
        self.constraint = constraint

    def __str__(self) -> str:
        return self.name


class Named:
    """A declared type, or an instance of a generic one; what it stands for is found when it is asked for."""

    def __init__(self, name: str, place: Place, resolve: Callable[[], "Type"], order: int = 0) -> None:
        self.name = name
        self.place = place
        self.order = order  # among declarations, as they stand in the source
        self._resolve = resolve
        self._found: Type | None = None

    @property
    def stands_for(self) -> "Type":
        """The type in its declaration, which may be named itself.  Raises GoError."""
        if self._found is None:
            self._found = self._resolve()
        return self._found

    def __str__(self) -> str:
        return self.name


class Unread:
    """A type of a package that was not read, with the place that names it; it can be pointed to."""

    def __init__(self, name: str, place: Place, why: str) -> None:
        self.name = name
        self.place = place
        self.why = why

    def __str__(self) -> str:
        return self.name


@frozen
class Library:
    """A type of the standard library, as a version of Go has it."""

    name: str
    row: "LibraryRow"

    def __str__(self) -> str:
        return self.name


Type = Union[Basic, Referring, Array, Struct, Parameter, Named, Unread, Library]  # noqa: UP007 -- it names itself above

_INTS: Final[dict[int, tuple[str, ...]]] = {
    1: ("int8", "uint8"),
    2: ("int16", "uint16"),
    4: ("int32", "uint32"),
    8: ("int64", "uint64", "int", "uint", "uintptr"),
}
BASICS: Final[dict[str, Basic]] = {
    **{name: Basic(name, size, size) for size, names in _INTS.items() for name in names},
    "bool": Basic("bool", 1, 1),
    "float32": Basic("float32", 4, 4),
    "float64": Basic("float64", 8, 8),
    "complex64": Basic("complex64", 8, 4),
    "complex128": Basic("complex128", 16, 8),
    "string": Basic("string", 16, 8, "1"),
}
UNSAFE_POINTER: Final = Basic("unsafe.Pointer", 8, 8, "1")
ANY: Final = Referring("interface", "any")
ERROR: Final = Referring("interface", "error")
COMPARABLE: Final = Referring("interface", "comparable")
UNIVERSE: Final[dict[str, Type]] = {
    **BASICS,
    "byte": BASICS["uint8"],
    "rune": BASICS["int32"],
    "any": ANY,
    "error": ERROR,
    "comparable": COMPARABLE,
}


def underlying(t: Type) -> Type:
    """What a type is at bottom, no declared one.  Raises GoError, for declarations in a circle too."""
    seen: list[Named] = []
    while isinstance(t, Named):
        if t in seen:
            raise circle(seen[seen.index(t) :])
        seen.append(t)
        t = t.stands_for
    return t


def circle(names: list[Named]) -> GoError:
    """The error for declared types of which each holds the next, and the last the first."""
    start = min(range(len(names)), key=lambda i: names[i].order)
    names = names[start:] + names[:start]
    if len(names) == 1:
        return GoError(f"invalid recursive type: {names[0]} refers to itself", names[0].place)
    notes = tuple(f"{a} refers to {b}" for a, b in zip(names, names[1:] + names[:1], strict=True))
    return GoError(f"invalid recursive type {names[0]}", names[0].place, notes)
