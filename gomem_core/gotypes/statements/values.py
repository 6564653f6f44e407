"""Values: what an expression of Go yields, as far as memory goes, and to what it may be assigned."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Union

from gomem_core.frozen import frozen
from gomem_core.gotypes.model import BASICS, Basic, Named, Referring, Type, underlying
from gomem_core.gotypes.statements.plan import Handle
from gomem_core.gotypes.statements.shapes import is_kind

if TYPE_CHECKING:
    from gomem_core.gotypes.statements.maps_buckets import Buckets
    from gomem_core.gotypes.statements.maps_swiss import Tables

Known = int | float | str | bool
MapState = Union["Tables", "Buckets"]

UNTYPED_NIL = Basic("untyped nil", 8, 8, "1")


@frozen
class Value:
    """A value of a type: where its pointers lead, and what else of it decides about memory.

    `pointers` are words of the value and the objects that they point to; what lies outside the heap does not stand there.
    `made` are the objects that belong to it alone: with it they are dropped.
    """

    type: Type
    known: Known | None = None  # the number, text or truth that it is, where that is known
    is_constant: bool = False  # in Go's sense: the compiler knows it
    on_stack: bool = False  # it stays there until the statement is done
    is_static: bool = False  # a struct or an array of constants, which can lie in the program
    is_zero: bool = False  # a struct or an array of zeros
    pointers: tuple[tuple[int, Handle], ...] = ()
    made: tuple[Handle, ...] = ()
    length: int = 0  # elements of a slice, bytes of a string, entries of a map
    capacity: int = 0  # elements of a slice
    is_part: bool = False  # it was read from something, and how long it is is not known
    is_nil: bool = False  # of what can be nil
    map: MapState | None = None
    goroutine: bool = False  # it stands for one that runs
    package_level: bool = False  # it is a variable outside of all functions, which no closure has to capture
    boxed: Handle | None = None  # of a variable that had to move to the heap: the object that holds it

    @property
    def main(self) -> Handle | None:
        """The object that it is, or that it leads to first; None where there is none in the heap."""
        return self.pointers[0][1] if self.pointers else None

    def with_made(self, made: tuple[Handle, ...]) -> "Value":
        """The same, which owns these objects too."""
        return replace(self, made=(*self.made, *made)) if made else self


def settled(value: Value, oids: Sequence[int]) -> Value:
    """The same value after its objects were allocated: `oids` are those that the plan asked for, in order."""
    from gomem_core.gotypes.statements.maps import settled_map  # noqa: PLC0415 -- maps are made of values

    def real(handle: Handle) -> int:
        return handle if handle >= 0 else oids[-1 - handle]

    return replace(
        value,
        pointers=tuple((word, real(handle)) for word, handle in value.pointers),
        made=tuple(map(real, value.made)),
        map=None if value.map is None else settled_map(value.map, real),
        boxed=None if value.boxed is None else real(value.boxed),
    )


INT = BASICS["int"]
STRING = BASICS["string"]


def unknown(t: Type, is_part: bool = False) -> Value:
    """Some value of a type, of which nothing is known but that it is not empty."""
    return Value(t, length=1, is_part=is_part)


def assignable(value: Value, wanted: Type) -> bool:
    """Whether a value can be assigned to a variable of a type.  Raises GoError.

    Functions of all types, and interfaces whatever their methods, pass for one another: all take the same memory.
    """
    bottom, other = underlying(wanted), underlying(value.type)
    if isinstance(bottom, Referring) and bottom.kind == "interface":
        return True
    if value.type is UNTYPED_NIL:
        return isinstance(bottom, Referring) or (isinstance(bottom, Basic) and bottom.name == "unsafe.Pointer")
    if isinstance(bottom, Referring) and isinstance(other, Referring) and bottom.kind == other.kind == "func":
        return True
    if value.is_constant and isinstance(bottom, Basic) and isinstance(other, Basic):
        return _sort(bottom) == _sort(other)
    if str(value.type) == str(wanted):
        return True
    both_named = all(isinstance(t, Named | Basic) for t in (wanted, value.type))
    return not both_named and str(bottom) == str(other) and not is_kind(value.type, "interface")


def _sort(t: Basic) -> str:
    """Which constants fit: those of numbers, texts, truths."""
    return t.name if t in (BASICS["string"], BASICS["bool"]) else "number"
