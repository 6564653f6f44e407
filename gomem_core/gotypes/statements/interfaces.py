"""Values that become interfaces (cmd/compile/internal/walk/convert.go, runtime/iface.go)."""

import struct as packing
from dataclasses import replace

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.gotypes.model import BASICS, Basic, Referring, Type, underlying
from gomem_core.gotypes.statements.plan import Link, Plan
from gomem_core.gotypes.statements.shapes import Shapes, sole
from gomem_core.gotypes.statements.values import Value

_STATIC = 256  # numbers below it lie in a table of the program
_DATA_WORD = 1  # of an interface
_FLOATS = {4: "<f", 8: "<d"}


def to_interface(plan: Plan, shapes: Shapes, t: Type, value: Value) -> Value:
    """The value as an interface of type `t`.  Raises GoError."""
    bottom = underlying(value.type)
    if isinstance(bottom, Referring) and bottom.kind == "interface":
        return replace(value, type=t, made=())
    component = sole(value.type)
    if _is_pointer(shapes, value.type, component):
        pointers = tuple((_DATA_WORD, handle) for _, handle in value.pointers)
        return Value(t, pointers=pointers, is_nil=False)
    if (why := _needs_none(shapes, value, component)) is not None:
        return Value(t, known=why)
    of = shapes.element(value.type)
    found = plan.demand(of, _rule(of.size, component))
    plan.links += [Link(found, word, handle) for word, handle in value.pointers]
    return Value(t, pointers=((_DATA_WORD, found),), made=(found,))


def _is_pointer(shapes: Shapes, t: Type, component: Type) -> bool:
    """Whether the value itself is the interface's data word (IsDirectIface)."""
    if shapes.language.direct_by_size:
        size, _, ptr_bytes = shapes.types.measured(t)[0]
        return size == ptr_bytes == PTR_SIZE
    if isinstance(component, Referring):
        return component.kind in ("*", "map", "chan", "func")
    return isinstance(component, Basic) and component.name == "unsafe.Pointer"


def _needs_none(shapes: Shapes, value: Value, component: Type) -> str | None:
    """Why no object is needed; None: one is."""
    size, align, ptr_bytes = shapes.types.measured(value.type)[0]
    if value.is_constant:
        return "a constant lies in the program"
    if not size:
        return "it has no size"
    if value.is_static and shapes.language.static_literals:
        return "a literal of constants lies in the program"
    is_whole = isinstance(component, Basic) and component.name.startswith(("int", "uint", "bool"))
    if size == 1 and is_whole:
        return "every value of one byte lies in a table of the program"
    if component is BASICS["string"]:
        return "the string is empty" if value.is_zero or (not value.length and value.known == "") else None
    if isinstance(component, Referring) and component.kind == "[]":
        return "the slice is nil" if value.is_nil or value.is_zero else None
    if size in (2, 4, 8) and align == size and not ptr_bytes:
        bits = _bits(value, size)
        return (
            f"as bits it is less than {_STATIC}, which lie in a table of the program"
            if bits is not None and bits < _STATIC
            else None
        )
    return None


def _bits(value: Value, size: int) -> int | None:
    """The value read as an unsigned number; None where it is not known."""
    match value.known:
        case bool():
            return int(value.known)
        case int():
            component = sole(value.type)
            if isinstance(component, Basic) and component.name.startswith("float"):
                return _float_bits(float(value.known), size)
            return value.known & (1 << 8 * size) - 1
        case float():
            return _float_bits(value.known, size)
    return 0 if value.is_zero else None


def _float_bits(number: float, size: int) -> int:
    try:
        return int.from_bytes(packing.pack(_FLOATS[size], number), "little")
    except (OverflowError, KeyError):
        return _STATIC


def _rule(size: int, component: Type) -> str:
    if component is BASICS["string"]:
        return "convTstring: an interface holds a pointer, so the string's two words are copied"
    if isinstance(component, Referring) and component.kind == "[]":
        return "convTslice: an interface holds a pointer, so the slice's three words are copied"
    return f"an interface holds a pointer, so the value is copied: {size} bytes"
