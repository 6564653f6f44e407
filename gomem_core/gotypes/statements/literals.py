"""Composite literals: T{…}."""

from typing import TYPE_CHECKING

from gomem_core.gotypes.model import Array, Referring, Struct, Type, underlying
from gomem_core.gotypes.statements import maps, slices
from gomem_core.gotypes.statements.captures import text
from gomem_core.gotypes.statements.plan import Handle, Link
from gomem_core.gotypes.statements.shapes import part
from gomem_core.gotypes.statements.values import Known, Value
from gomem_core.named import NamedTuple

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
        beyond = next((n for n, at in enumerate(places(of, elements)) if at >= bottom.length), None)
        if beyond is not None:
            raise of.source.error(f"index {bottom.length} is out of bounds (>= {bottom.length})", elements[beyond])
        found = _elements(of, bottom.element, elements)
        known = found.known if bottom.length == 1 else None
        return Value(t, known, pointers=found.pointers, made=found.made, is_static=found.is_static, is_zero=found.is_zero)
    if isinstance(bottom, Referring) and bottom.kind == "[]":
        length = max(places(of, elements), default=-1) + 1
        slice_ = slices.literal(of.plan, of.shapes, part(t), length)
        found = _elements(of, part(t), elements)
        if slice_.main is not None:
            of.plan.links += [Link(slice_.main, word, handle) for word, handle in found.pointers]
        return Value(t, pointers=slice_.pointers, length=length, capacity=length, made=(*slice_.made, *found.made))
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
    is_static = is_zero = True
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
        is_static, is_zero = is_static and _is_static(_value(element), value), is_zero and _is_zero(value)
        pointers += [(offsets[at] // 8 + word, handle) for word, handle in value.pointers]
        made += value.made
    if elements and elements[0].type != "keyed_element" and len(elements) < len(bottom.fields):
        raise of.source.error(f"too few values in struct literal of type {t}", elements[-1])
    known = value.known if len(bottom.fields) == 1 and elements else None
    length = value.length if elements else 0
    return Value(
        t, known, is_static=is_static, is_zero=is_zero, pointers=tuple(sorted(pointers)), made=tuple(made), length=length
    )


def places(of: "Expressions", elements: "list[Node]") -> list[int]:
    """The index of each element of an array or a slice: one more than that of the one before, or its key.  Raises GoError."""
    found: list[int] = []
    for element in elements:
        at = found[-1] + 1 if found else 0
        if element.type == "keyed_element":
            key = element.named_children[0]
            at = of.whole(key.named_children[0] if key.type == "literal_element" else key)
            if at < 0:
                raise of.source.error(f"invalid argument: index {at} (constant of type int) must not be negative", key)
            if at in found:
                raise of.source.error(f"duplicate index {at} in array or slice literal", key)
        found.append(at)
    return found


def _is_static(node: "Node", value: Value) -> bool:
    bare = node.named_children[0] if node.type == "literal_element" else node
    return value.is_constant or value.is_static or bare.type == "nil"


def _is_zero(value: Value) -> bool:
    return value.is_nil or value.is_zero or (value.known is not None and not value.known)


class _Elements(NamedTuple):
    """Where the pointers of elements in a row lead, what was made for them, and the last one as far as it is known."""

    pointers: tuple[tuple[int, Handle], ...]
    made: tuple[Handle, ...]
    known: Known | None
    is_static: bool
    is_zero: bool


def _elements(of: "Expressions", t: Type, elements: "list[Node]") -> _Elements:
    words = of.shapes.element(t).size // 8
    pointers: list[tuple[int, Handle]] = []
    made: list[Handle] = []
    known: Known | None = None
    is_static = is_zero = True
    for i, element in zip(places(of, elements), elements, strict=True):
        value = of.of(_value(element), t)
        known = value.known
        is_static, is_zero = is_static and _is_static(_value(element), value), is_zero and _is_zero(value)
        pointers += [(i * words + word, handle) for word, handle in value.pointers]
        made += value.made
    return _Elements(tuple(pointers), tuple(made), known, is_static, is_zero)


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
