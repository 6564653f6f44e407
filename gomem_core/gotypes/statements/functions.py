"""Functions: literals with what they capture, goroutines, methods as values."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gomem_core.gotypes.model import UNIVERSE, Referring, Struct, Type, underlying
from gomem_core.gotypes.statements import closures
from gomem_core.gotypes.statements.captures import text, used
from gomem_core.gotypes.statements.plan import Handle
from gomem_core.gotypes.statements.values import UNTYPED_NIL, Value, unknown
from gomem_core.gotypes.syntax import field

if TYPE_CHECKING:
    from tree_sitter import Node

    from gomem_core.gotypes.statements.expressions import Expressions

_WORDS: Final = "new make append len cap copy delete clear panic print println recover close min max true false nil iota"
_PREDECLARED: Final = frozenset(_WORDS.split())


def closure(of: "Expressions", node: "Node") -> Value:
    """A function literal with the variables that it captures.  Raises GoError."""
    captures: list[closures.Capture] = []
    made: list[Handle] = []
    for name_node in used(node):
        name = of.source.written(name_node)
        value = of.named(name)
        if value is None or value.package_level:
            _check_known(of, name, name_node)
            continue
        captures.append(_capture(of, name, value))
        if name in of.local and captures[-1].box is not None:
            made.append(captures[-1].box)
    return closures.closure(of.plan, of.shapes, of.shapes.function, captures).with_made(tuple(made))


def _check_known(of: "Expressions", name: str, node: "Node") -> None:
    """Raise GoError for a name that means nothing: what a function calls or names may be of the package."""
    types = of.shapes.types
    is_known = name in UNIVERSE or name in types.names or types.has_constant(name) or types.has_function(name)
    parent = node.parent
    called = parent is not None and parent.type in ("call_expression", "selector_expression")
    if not (is_known or called or of.named(name) is not None or name in _PREDECLARED):
        raise of.source.error(f"undefined: {name}", node)


def _capture(of: "Expressions", name: str, value: Value) -> closures.Capture:
    if value.boxed is not None or of.is_by_reference(name, value):
        return closures.Capture(value.type, value, of.box(name, value))
    return closures.Capture(value.type, value)


def go(of: "Expressions", node: "Node") -> Value:
    """A go statement: what it has to take along, and the goroutine.  Raises GoError."""
    call = node.named_children[0]
    if call.type != "call_expression":
        raise of.source.error("expression in go must be function call", call)
    function, listed = field(call, "function"), field(call, "arguments")
    captures: list[closures.Capture] = []
    made: tuple[Handle, ...] = ()
    is_plain = function.type == "identifier" and of.named(of.source.written(function)) is None
    if not is_plain and function.type != "selector_expression":
        value = of.of(function)
        made += value.made
        captures.append(closures.Capture(_signature(of, function, value), replace(value, made=())))
    elif function.type == "selector_expression" and (receiver := of.named(text(field(function, "operand")))) is not None:
        captures.append(closures.Capture(receiver.type, receiver))
    arguments = [n for n in listed.named_children if n.type != "comment"]
    has_result = function.type == "func_literal" and function.child_by_field_name("result") is not None
    needs_wrapper = bool(arguments) or has_result or function.type == "selector_expression"
    for argument in arguments:
        value = of.of(argument)
        made += value.made
        if not value.is_constant and value.type is not UNTYPED_NIL:
            captures.append(closures.Capture(value.type, value))
    if needs_wrapper:
        wrapper = closures.closure(of.plan, of.shapes, of.shapes.function, captures, "what go calls later")
        made += wrapper.made
    return closures.goroutine(of.plan, of.shapes, of.names.ended_goroutine()).with_made(made)


def selected(of: "Expressions", node: "Node") -> Value:
    """x.f: a field, or a method as a value.  Raises GoError."""
    operand, name = field(node, "operand"), text(field(node, "field"))
    value = of.of(operand)
    bottom = underlying(value.type)
    if isinstance(bottom, Referring) and bottom.kind == "*":
        bottom = underlying(bottom.parts[0])
    if isinstance(bottom, Struct):
        for one in bottom.fields:
            if one.name == name:
                return unknown(one.type, is_part=True)
    return closures.method_value(of.plan, of.shapes, value)


def _signature(of: "Expressions", node: "Node", value: Value) -> Type:
    """The type of what go calls, as it is written: func(int) string.  Raises GoError."""
    if node.type != "func_literal":
        return value.type
    types: list[str] = []
    for declared in field(node, "parameters").named_children:
        if declared.type.endswith("parameter_declaration"):
            names = [n for n in declared.children_by_field_name("name") if n.type != ","]
            types += [str(of.type_at(field(declared, "type")))] * max(1, len(names))
    result = node.child_by_field_name("result")
    written = "" if result is None else f" {of.source.written(result)}"
    return Referring("func", f"func({', '.join(types)}){written}")
