"""Composite literals: T{…}."""

from typing import TYPE_CHECKING

from gomem_core.gotypes.model import Array, Referring, Struct, Type, underlying
from gomem_core.gotypes.statements import maps, slices
from gomem_core.gotypes.statements.captures import text
from gomem_core.gotypes.statements.plan import Handle, Link
from gomem_core.gotypes.statements.shapes import part
from gomem_core.gotypes.statements.values import Known, Value

if TYPE_CHECKING:
    from tree_sitter import Node

    from gomem_core.gotypes.statements.expressions import Expressions


def literal(of: "Expressions", t: Type, body: "Node") -> Value:
    """The value of T{…}; what it consists of is asked for in the order of the source.  Raises GoError."""
    elements = [node for node in body.named_children if node.type != "comment"]
    bottom = underlying(t)
    if isinstance(bottom, Struct):
        return _struct(of, t, bottom, elements)
    if isinstance(bottom, Array):
        if len(elements) > bottom.length:
            raise of.source.error(f"index {bottom.length} is out of bounds (>= {bottom.length})", elements[bottom.length])
        pointers, made, known = _elements(of, bottom.element, elements)
        return Value(t, known=known if bottom.length == 1 else None, pointers=pointers, made=made)
    if isinstance(bottom, Referring) and bottom.kind == "[]":
        slice_ = slices.literal(of.plan, of.shapes, part(t), len(elements))
        pointers, made, _ = _elements(of, part(t), elements)
        if slice_.main is not None:
            of.plan.links += [Link(slice_.main, word, handle) for word, handle in pointers]
        return Value(t, pointers=slice_.pointers, length=len(elements), capacity=len(elements), made=(*slice_.made, *made))
    if isinstance(bottom, Referring) and bottom.kind == "map":
        return _map(of, t, elements)
    if isinstance(bottom, Referring) and bottom.kind == "*":
        return of.pointer_to_literal(part(t), body)
    raise of.source.error(f"invalid composite literal type {t}", body)


def _value(element: "Node") -> "Node":
    return element.named_children[-1] if element.type == "keyed_element" else element


def _struct(of: "Expressions", t: Type, bottom: Struct, elements: "list[Node]") -> Value:
    offsets = of.shapes.offsets(bottom)
    places = {field.name: i for i, field in enumerate(bottom.fields)}
    pointers: list[tuple[int, Handle]] = []
    made: list[Handle] = []
    for i, element in enumerate(elements):
        at = i
        if element.type == "keyed_element":
            name = text(element.named_children[0])
            if name not in places:
                raise of.source.error(f"unknown field {name} in struct literal of type {t}", element)
            at = places[name]
        elif i >= len(bottom.fields):
            raise of.source.error(f"too many values in struct literal of type {t}", element)
        value = of.of(_value(element), bottom.fields[at].type)
        pointers += [(offsets[at] // 8 + word, handle) for word, handle in value.pointers]
        made += value.made
    if elements and elements[0].type != "keyed_element" and len(elements) < len(bottom.fields):
        raise of.source.error(f"too few values in struct literal of type {t}", elements[-1])
    known = value.known if len(bottom.fields) == 1 and elements else None
    return Value(t, known=known, pointers=tuple(sorted(pointers)), made=tuple(made), length=value.length if elements else 0)


def _elements(
    of: "Expressions", t: Type, elements: "list[Node]"
) -> tuple[tuple[tuple[int, Handle], ...], tuple[Handle, ...], Known | None]:
    """Where the pointers of elements in a row lead, what was made for them, and the last one as far as it is known."""
    words = of.shapes.element(t).size // 8
    pointers: list[tuple[int, Handle]] = []
    made: list[Handle] = []
    known: Known | None = None
    for i, element in enumerate(elements):
        value = of.of(_value(element), t)
        known = value.known
        pointers += [(i * words + word, handle) for word, handle in value.pointers]
        made += value.made
    return tuple(pointers), tuple(made), known


def _map(of: "Expressions", t: Type, elements: "list[Node]") -> Value:
    found = maps.make_map(of.plan, of.shapes, t, len(elements))
    made: list[Handle] = []
    for element in elements:
        if element.type != "keyed_element":
            raise of.source.error("missing key in map literal", element)
        for node, which in ((element.named_children[0], 0), (element.named_children[-1], 1)):
            made += of.of(node, part(t, which)).made
        found = maps.insert(of.plan, of.shapes, found, 1)
    return found.with_made(tuple(made))
