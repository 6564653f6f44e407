"""Conversions: T(x)."""

from dataclasses import replace
from typing import TYPE_CHECKING

from gomem_core.gotypes.model import BASICS, Basic, Referring, Type, underlying
from gomem_core.gotypes.statements import interfaces, strings
from gomem_core.gotypes.statements.shapes import is_kind, is_string, part
from gomem_core.gotypes.statements.temporaries import temporary
from gomem_core.gotypes.statements.values import UNTYPED_NIL, Value, unknown

if TYPE_CHECKING:
    from tree_sitter import Node

    from gomem_core.gotypes.statements.expressions import Expressions


def converted(of: "Expressions", t: Type, operand: "Node") -> Value:
    """T(x), of a value or, for interfaces, of some value of a type.  Raises GoError."""
    if is_kind(t, "interface"):
        value = unknown(of.type_at(operand)) if of.is_type(operand) else of.of(operand)
        if value.type is UNTYPED_NIL:
            return Value(t, is_nil=True)
        return interfaces.to_interface(of.plan, of.shapes, t, value).with_made(value.made)
    sums = of.shapes.language.sums_bytes and operand.type == "binary_expression"
    if (
        sums
        and _is_slice_of(t, "uint8")
        and (parts := of.sum_parts(operand)) is not None
        and not all(p.is_constant for p in parts)
    ):
        return strings.sum_to_bytes(of.plan, of.shapes, t, parts)
    value = temporary(of, operand) if _copies(t) else of.of(operand)
    made = _convert(of, t, value)
    if made is None:
        raise of.source.error(f"cannot convert {of.source.written(operand)} (of type {value.type}) to type {t}", operand)
    return made


def _copies(t: Type) -> bool:
    """Whether a conversion to this type makes a copy, so that nobody keeps what was converted."""
    return is_string(t) or _is_slice_of(t, "uint8") or _is_slice_of(t, "int32")


def _convert(of: "Expressions", t: Type, value: Value) -> Value | None:
    """The value as one of another type; None where Go has no such conversion."""
    plan, shapes = of.plan, of.shapes
    if value.type is UNTYPED_NIL:
        return Value(t, is_nil=True) if isinstance(underlying(t), Referring) else None
    if is_string(t):
        if is_string(value.type):
            return replace(value, type=t, made=())
        if _is_slice_of(value.type, "uint8"):
            return strings.to_string(plan, t, value)
        if _is_slice_of(value.type, "int32"):
            return strings.runes_to_string(plan, t, value)
        return strings.rune_to_string(plan, t, value) if _is_number(value.type) else None
    if is_string(value.type):
        if _is_slice_of(t, "uint8"):
            return strings.to_bytes(plan, shapes, t, value)
        return strings.to_runes(plan, shapes, t, value) if _is_slice_of(t, "int32") else None
    if _is_number(t) and _is_number(value.type):
        return replace(value, type=t)
    if type(underlying(t)) is not type(underlying(value.type)) or _is_number(t) or _is_number(value.type):
        return None
    return replace(value, type=t, made=())


def _is_slice_of(t: Type, name: str) -> bool:
    return is_kind(t, "[]") and underlying(part(t)) is BASICS[name]


def _is_number(t: Type) -> bool:
    bottom = underlying(t)
    return isinstance(bottom, Basic) and bottom.name.startswith(("int", "uint", "float", "complex"))
