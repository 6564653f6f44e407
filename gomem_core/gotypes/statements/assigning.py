"""Which values may be assigned to what, as far as memory goes."""

from gomem_core.gotypes.model import BASICS, Basic, Named, Referring, Type, underlying
from gomem_core.gotypes.statements.shapes import is_kind
from gomem_core.gotypes.statements.values import UNTYPED_NIL, Value


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
