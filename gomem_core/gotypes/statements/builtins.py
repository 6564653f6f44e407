"""Calls of what Go has built in: new, make, append, len."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.model import UNIVERSE, Type
from gomem_core.gotypes.statements import chans, interfaces, maps, slices
from gomem_core.gotypes.statements.captures import text
from gomem_core.gotypes.statements.conversions import converted
from gomem_core.gotypes.statements.plan import Link
from gomem_core.gotypes.statements.shapes import is_kind, part, pointer_to
from gomem_core.gotypes.statements.values import INT, Value, assignable, unknown
from gomem_core.gotypes.syntax import field

if TYPE_CHECKING:
    from tree_sitter import Node

    from gomem_core.gotypes.statements.expressions import Expressions

_LONGEST: Final = (1 << 63) - 1
_MADE: Final = "invalid argument: cannot make {}; type must be slice, map, or channel"
_NEGATIVE: Final = "invalid argument: index {} (constant of type int) must not be negative"
_OVERFLOWS: Final = "cannot use {} (untyped int constant) as int value in argument (overflows)"


def call(of: "Expressions", node: "Node") -> Value:
    """The value of a call: of a function that Go has built in, or of a conversion that looks like one.  Raises GoError."""
    function, listed = field(node, "function"), field(node, "arguments")
    arguments = [n for n in listed.named_children if n.type != "comment"]
    name = of.source.written(function) if function.type == "identifier" else ""
    if name == "any" and of.source.swapped and text(function) == "new":
        _count(of, node, name, arguments, 1)
        return interfaces.to_interface(of.plan, of.shapes, UNIVERSE["any"], unknown(of.type_at(arguments[0])))
    builtin = _BUILTINS.get(name)
    if builtin is not None and of.named(name) is None:
        return builtin(of, node, arguments)
    if of.is_type(function):
        _count(of, node, f"conversion to {of.source.written(function)}", arguments, 1)
        return converted(of, of.type_at(function), arguments[0])
    if name and of.named(name) is None:
        raise of.source.error(f"undefined: {name}", function)
    raise of.source.error(f"what {of.source.written(function)} does is not known here", function)


def _count(of: "Expressions", node: "Node", what: str, arguments: "list[Node]", least: int, most: int | None = None) -> None:
    most = least if most is None else most
    if len(arguments) < least:
        close = field(node, "arguments").children[-1]
        raise of.source.error(f"not enough arguments for {what} (expected {least}, found {len(arguments)})", close)
    if len(arguments) > most:
        raise of.source.error(f"too many arguments for {what} (expected {most}, found {len(arguments)})", arguments[most])


def _new(of: "Expressions", node: "Node", arguments: "list[Node]") -> Value:
    _count(of, node, of.source.written(node), arguments, 1)
    if of.source.swapped or not of.is_type(arguments[0]):
        if not of.shapes.language.new_of_value:
            raise of.source.error(f"{of.source.written(arguments[0])} is not a type", arguments[0])
        return _new_of(of, of.of(arguments[0]))
    t = of.type_at(arguments[0])
    found = of.plan.ask(of.shapes.element(t), "newobject: as many bytes as the type has")
    pointers = ((0, found),) if found is not None else ()
    return Value(pointer_to(t), pointers=pointers, made=tuple(h for _, h in pointers))


def _new_of(of: "Expressions", value: Value) -> Value:
    """new(VALUE), since Go 1.26: a variable with this value."""
    found = of.plan.ask(of.shapes.element(value.type), "new of a value: an object of its type's size")
    if found is None:
        return Value(pointer_to(value.type))
    of.plan.links += [Link(found, word, handle) for word, handle in value.pointers]
    return Value(pointer_to(value.type), pointers=((0, found),), made=(found, *value.made))


def _make(of: "Expressions", node: "Node", arguments: "list[Node]") -> Value:
    if not arguments:
        _count(of, node, of.source.written(node), arguments, 1)
    t = of.type_at(arguments[0])
    is_slice = is_kind(t, "[]")
    if not is_kind(t, "[]", "map", "chan"):
        raise of.source.error(_MADE.format(of.source.written(arguments[0])), arguments[0])
    least, most = (2, 3) if is_slice else (1, 2)
    if not least <= len(arguments) <= most:
        written = of.source.written(node)
        raise of.source.error(f"invalid operation: {written} expects {least} or {most} arguments; found {len(arguments)}", node)
    sizes = [_size(of, argument) for argument in arguments[1:]]
    if not is_slice:
        make = maps.make_map if is_kind(t, "map") else chans.make_chan
        return make(of.plan, of.shapes, t, sizes[0] if sizes else 0)
    length, capacity = sizes[0], sizes[-1]
    if length > capacity:
        raise of.source.error("invalid argument: length and capacity swapped", arguments[1])
    return slices.make_slice(of.plan, of.shapes, t, length, capacity)


def _size(of: "Expressions", node: "Node") -> int:
    """A length, a capacity or a hint.  Raises GoError."""
    n = of.whole(node)
    if n < 0:
        raise of.source.error(
            f"invalid argument: index {of.source.written(node)} (constant of type int) must not be negative", node
        )
    if n > _LONGEST:
        raise of.source.error(
            f"cannot use {of.source.written(node)} (untyped int constant) as int value in argument (overflows)", node
        )
    return n


def _append(of: "Expressions", node: "Node", arguments: "list[Node]") -> Value:
    if not arguments:
        _count(of, node, of.source.written(node), arguments, 1)
    value = of.owned(arguments[0])
    if not is_kind(value.type, "[]"):
        raise of.source.error(f"invalid argument: {of.source.written(arguments[0])} ({value.type}) is not a slice", arguments[0])
    if value.is_part:
        written = of.source.written(arguments[0])
        raise of.source.error(f"how long {written} is, is not known here: append to a slice that has a name", arguments[0])
    rest = arguments[1:]
    if len(rest) == 1 and rest[0].type == "variadic_argument":
        return _on(of, value, of.of(rest[0].named_children[0]).length, [])
    if len(rest) == 1 and (many := _how_many(of, rest[0], part(value.type))) is not None:
        return _on(of, value, many, [])
    more = [of.of(argument, part(value.type)) for argument in rest]
    return _on(of, value, len(more), more)


def _how_many(of: "Expressions", node: "Node", element: Type) -> int | None:
    """The number n of append(s, n): so many elements.  None: it is an element itself, as a variable is that can be one."""
    if node.type not in ("int_literal", "binary_expression", "unary_expression", "identifier"):
        return None
    if node.type == "identifier":
        value = of.identifier(node)
        if not isinstance(value.known, int) or (not value.is_constant and assignable(value, element)):
            return None
    try:
        n = of.whole(node)
    except GoError:
        return None
    if n < 0:
        raise of.source.error(f"append wants a number of elements here, and {n} is negative", node)
    return n


def _on(of: "Expressions", value: Value, n: int, more: list[Value]) -> Value:
    grown = slices.append(of.plan, of.shapes, value, n)
    words = of.shapes.element(part(value.type)).size // 8
    made = tuple(handle for handle in value.made if handle != value.main) if grown.main != value.main else ()
    for i, one in enumerate(more):
        made += one.made
        if grown.main is not None:
            of.plan.links += [Link(grown.main, (value.length + i) * words + word, handle) for word, handle in one.pointers]
    return grown.with_made(made)


def _length(of: "Expressions", node: "Node", arguments: "list[Node]") -> Value:
    _count(of, node, of.source.written(node), arguments, 1)
    value = of.of(arguments[0])
    return Value(INT, known=value.capacity if text(field(node, "function")) == "cap" else value.length)


def _delete(of: "Expressions", _node: "Node", arguments: "list[Node]") -> Value:
    """delete, clear, close, copy: what is in there changes, the memory that it takes does not."""
    for argument in arguments:
        of.of(argument)
    return Value(INT)


_BUILTINS: Final[dict[str, Callable[["Expressions", "Node", "list[Node]"], Value]]] = {
    "new": _new,
    "make": _make,
    "append": _append,
    "len": _length,
    "cap": _length,
    "delete": _delete,
    "clear": _delete,
    "close": _delete,
    "copy": _delete,
}
