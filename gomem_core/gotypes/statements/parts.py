"""Parts of values: elements, slices of slices, what an interface holds."""

from typing import TYPE_CHECKING

from gomem_core.gotypes.model import BASICS, WORD, Array, Struct, Type, underlying
from gomem_core.gotypes.statements.shapes import Shapes, is_kind, is_string, part, slice_of
from gomem_core.gotypes.statements.values import Value, unknown
from gomem_core.gotypes.syntax import field
from gomem_core.named import NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

    from gomem_core.gotypes.statements.expressions import Expressions


class FieldPlace(NamedTuple):
    """A field of a struct: its type, its first word, and which of its words are pointers."""

    type: Type
    word: int
    mask: str


def place_of(shapes: Shapes, t: Type, name: str) -> FieldPlace | None:
    """Where a struct has a field of its own of that name; None: it has none.  Raises GoError."""
    bottom = underlying(t)
    if not isinstance(bottom, Struct):
        return None
    for field_, offset in zip(bottom.fields, shapes.offsets(bottom), strict=True):
        if field_.name == name:
            return FieldPlace(field_.type, offset // WORD, shapes.types.measured(field_.type)[1] or "")
    return None


def _whole_array(of: "Expressions", node: "Node", value: Value) -> Value:
    """An array as a slice of all of it; a variable moves to the heap for that.  Other values are as they were."""
    leads = is_kind(value.type, "*")
    bottom = underlying(part(value.type) if leads else value.type)
    if not isinstance(bottom, Array):
        return value
    found = value.main if leads else of.box(of.source.written(node), value) if node.type == "identifier" else None
    pointers = () if found is None else ((0, found),)
    t = slice_of(bottom.element)
    return Value(t, pointers=pointers, length=bottom.length, capacity=bottom.length)


def inside(of: "Expressions", node: "Node") -> Value:
    """x[i], x[i:j], x.(T): a part of what is there already, which makes no object.  Raises GoError."""
    value = of.of(field(node, "operand"))
    if node.type == "type_assertion_expression":
        return unknown(of.type_at(field(node, "type")))
    if node.type == "index_expression":
        if is_string(value.type):
            return Value(BASICS["uint8"])
        return unknown(part(value.type, 1 if is_kind(value.type, "map") else 0), is_part=True)
    value = _whole_array(of, field(node, "operand"), value)
    start, end, limit = (node.child_by_field_name(name) for name in ("start", "end", "capacity"))
    first = of.whole(start) if start is not None else 0
    last = of.whole(end) if end is not None else value.length
    most = value.length if is_string(value.type) else max(value.capacity, value.length)
    if not 0 <= first <= last <= most:
        raise of.source.error(f"panic: runtime error: slice bounds out of range [{first}:{last}] with {most}", node)
    known = value.known[first:last] if isinstance(value.known, str) and value.known.isascii() else None
    capacity = max((value.capacity if limit is None else of.whole(limit)) - first, 0)
    return Value(value.type, known=known, pointers=value.pointers if last > first else (), length=last - first, capacity=capacity)
