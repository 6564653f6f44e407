"""Expressions of Go: what each yields, and the objects that it asks for, in Go's order of evaluation."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from gomem_core.gotypes.constants import NotConstant, evaluate, folded
from gomem_core.gotypes.errors import GoError, Place
from gomem_core.gotypes.model import BASICS, UNIVERSE, Array, Struct, Type, underlying
from gomem_core.gotypes.statements import closures, interfaces, strings
from gomem_core.gotypes.statements.builtins import call
from gomem_core.gotypes.statements.captures import text
from gomem_core.gotypes.statements.conversions import converted
from gomem_core.gotypes.statements.functions import closure, selected
from gomem_core.gotypes.statements.literals import literal, places
from gomem_core.gotypes.statements.parts import inside
from gomem_core.gotypes.statements.plan import Handle, Link, Plan
from gomem_core.gotypes.statements.shapes import Shapes, is_kind, is_number, is_string, part, pointer_to
from gomem_core.gotypes.statements.source import StatementSource
from gomem_core.gotypes.statements.temporaries import STACK, temporary
from gomem_core.gotypes.statements.values import INT, UNTYPED_NIL, Value, assignable, unknown
from gomem_core.gotypes.statements.written import float_of, string_of
from gomem_core.gotypes.syntax import field

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST: Final = 200  # expressions in expressions


class Names(Protocol):
    """What a session knows of names."""

    def value(self, name: str) -> Value | None:
        """The value that has this name."""
        ...

    def ended_goroutine(self) -> Handle | None:
        """A goroutine's struct that is to be used again."""
        ...


class Expressions:
    """Evaluates the expressions of one line."""

    def __init__(self, shapes: Shapes, source: StatementSource, names: Names, plan: Plan) -> None:
        self.shapes, self.source, self.names = shapes, source, names
        self.plan = plan
        self.boxes = closures.Boxes(self.plan, shapes)
        self.local: dict[str, Value] = {}  # the variables of this line
        self.changed: dict[str, Value] = {}  # those of the session that are others from now on
        self.changing: set[str] = set()  # captured variables that are assigned to after that, or whose address is taken
        self.changing_in_part: set[str] = set()  # and those of which an element or a field is
        self._depth = 0

    # --- Names and types ------------------------------------------------------------------------------------------------

    def named(self, name: str) -> Value | None:
        """The value of a variable."""
        for known in (self.local, self.changed):
            if name in known:
                return known[name]
        return self.names.value(name)

    def type_at(self, node: "Node") -> Type:
        """The type that is written at a node, whatever the grammar takes it for.  Raises GoError."""
        try:
            if node.type.endswith("_type") or node.type == "type_identifier":
                return self.shapes.types.resolved(node, self.source)
            return self.shapes.types.typed(self.source.written(node)).type
        except GoError as e:
            start, place = self.source.place(node), e.place
            if place is not None and not (node.type.endswith("_type") or node.type == "type_identifier"):
                place = Place(start.file, start.line, start.column + place.column - 1)
            name = e.message.removeprefix("undefined: ")
            if name != e.message and self.named(name) is not None:  # it is a variable
                is_length = f"[{name}]" in self.source.written(node)
                raise GoError(f"invalid array length {name}" if is_length else f"{name} is not a type", place) from e
            raise GoError(e.message, place or start, e.notes) from e

    def is_type(self, node: "Node") -> bool:
        """Whether a type stands where the grammar expects a value."""
        if node.type.endswith("_type") or node.type == "type_identifier":
            return True
        if node.type == "identifier":
            name = self.source.written(node)
            return self.named(name) is None and (name in UNIVERSE or name in self.shapes.types.names)
        if node.type in ("index_expression", "parenthesized_expression", "type_instantiation_expression"):
            inner = node.named_children[0] if node.named_children else None
            return inner is not None and self.is_type(inner)
        if node.type == "unary_expression" and text(node)[:1] == "*":
            return self.is_type(field(node, "operand"))
        if node.type == "selector_expression" and self.named(text(field(node, "operand"))) is None:
            try:
                self.type_at(node)
            except GoError:
                return False
            return True
        return False

    # --- Values ---------------------------------------------------------------------------------------------------------

    def of(self, node: "Node", wanted: Type | None = None) -> Value:
        """The value of an expression; `wanted` is the type of what it is assigned to.  Raises GoError."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.source.error("the expression is nested too deep", node)
        try:
            value = self._of(node, wanted)
        finally:
            self._depth -= 1
        return value if wanted is None else self._assigned(value, wanted, node)

    def _assigned(self, value: Value, wanted: Type, node: "Node") -> Value:
        if not assignable(value, wanted):
            kind = "constant" if value.is_constant else "value" if node.type != "identifier" else "variable"
            said = "untyped nil" if value.type is UNTYPED_NIL else f"{self.source.written(node)} ({kind} of type {value.type})"
            raise self.source.error(f"cannot use {said} as {wanted} value in assignment", node)
        if is_kind(wanted, "interface") and not is_kind(value.type, "interface") and value.type is not UNTYPED_NIL:
            return interfaces.to_interface(self.plan, self.shapes, wanted, value).with_made(value.made)
        if value.is_constant or value.type is UNTYPED_NIL:
            return replace(value, type=wanted, is_constant=value.is_constant)
        return value

    def owned(self, node: "Node") -> Value:
        """The value of an expression, with what belongs to it where it is a variable.  Raises GoError."""
        known = self.named(self.source.written(node)) if node.type == "identifier" else None
        return self.of(node) if known is None else known

    def _of(self, node: "Node", wanted: Type | None) -> Value:
        work = _BY_TYPE.get(node.type)
        if work is not None:
            return work(self, node)
        if node.type == "literal_element":
            return self.of(node.named_children[0], wanted)
        if node.type == "literal_value" and wanted is not None:
            return literal(self, wanted, node)
        raise self.source.error(f"{self.source.written(node)}: its value is not known here", node)

    def identifier(self, node: "Node") -> Value:
        """The value of a name.  Raises GoError."""
        name = self.source.written(node)
        found = self.named(name)
        if found is not None:
            return replace(found, made=())  # what belongs to a variable stays its own
        if self.shapes.types.has_constant(name):
            return Value(INT, known=self.whole(node), is_constant=True)
        if self.is_type(node):
            raise self.source.error(f"{name} (type) is not an expression", node)
        raise self.source.error(f"undefined: {name}", node)

    def literal_type(self, node: "Node") -> Type:
        """The type of a literal, whose length may be that of its elements.  Raises GoError."""
        written = field(node, "type")
        if written.type != "implicit_length_array_type":
            return self.type_at(written)
        body = field(node, "body")
        elements = [n for n in body.named_children if n.type != "comment"]
        return Array(max(places(self, elements), default=-1) + 1, self.type_at(field(written, "element")))

    def unary(self, node: "Node") -> Value:
        """&x, *x, -x and so on.  Raises GoError."""
        operator, operand = text(node)[:1], field(node, "operand")
        if operator == "&":
            while operand.type == "parenthesized_expression":
                operand = operand.named_children[0]
            if operand.type == "composite_literal":
                return self.pointer_to_literal(self.literal_type(operand), field(operand, "body"))
            value = self.of(operand)
            name = self.source.written(operand)
            found = self.box(name, value)
            return Value(pointer_to(value.type), pointers=() if found is None else ((0, found),))
        value = self.of(operand)
        if operator == "*" and is_kind(value.type, "*"):
            return unknown(part(value.type))
        if operator == "-" and isinstance(value.known, int | float):
            return replace(value, known=-value.known)
        return replace(value, known=None, pointers=(), made=())

    def pointer_to_literal(self, t: Type, body: "Node") -> Value:
        """&T{…}: an object, and then what its fields ask for.  Raises GoError."""
        found = self.plan.ask(self.shapes.element(t), f"&{t}{{…}} escapes: an object of the type's size")
        inner = literal(self, t, body)
        if found is None:
            return Value(pointer_to(t), made=inner.made)
        self.plan.links += [Link(found, word, handle) for word, handle in inner.pointers]
        return Value(pointer_to(t), pointers=((0, found),), made=(found, *inner.made))

    def binary(self, node: "Node") -> Value:
        """x + y and so on.  Raises GoError."""
        whole = self.named(self.source.written(node))
        if whole is not None:  # a-b is a name here, too
            return whole
        operator = text(field(node, "operator"))
        if operator == "+" and (parts := self.sum_parts(node)) is not None:
            return strings.concat(self.plan, parts)
        left, right = self.of(field(node, "left")), self.of(field(node, "right"))
        if operator in ("==", "!=", "<", "<=", ">", ">=", "&&", "||"):
            return Value(BASICS["bool"])
        if is_string(left.type) != is_string(right.type):
            message = f"invalid operation: {self.source.written(node)} (mismatched types {left.type} and {right.type})"
            raise self.source.error(message, node)
        if operator == "+" and is_string(left.type):
            return strings.concat(self.plan, [left, right])
        for value, at in ((left, field(node, "left")), (right, field(node, "right"))):
            if not is_number(value.type):
                message = f"operator {operator} not defined on {self.source.written(at)} (a value of type {value.type})"
                raise self.source.error(f"invalid operation: {message}", at)
        known = None
        if type(left.known) is int and type(right.known) is int:
            with suppress(NotConstant):
                known = folded(node, left.known, right.known)
        typed = left if right.is_constant else right
        return Value(typed.type, known=known, is_constant=left.is_constant and right.is_constant)

    def sum_parts(self, node: "Node") -> list[Value] | None:
        """The parts of a + b + … where they are strings; None: they are none."""
        nodes: list[Node] = []
        waiting = [node]
        while waiting:
            bare = part = waiting.pop()
            while bare.type == "parenthesized_expression" and bare.named_children:
                bare = bare.named_children[0]
            is_sum = bare.type == "binary_expression" and text(field(bare, "operator")) == "+"
            if is_sum and self.named(self.source.written(bare)) is None:
                waiting += [field(bare, "right"), field(bare, "left")]
            else:
                nodes.append(part)
        if not is_string(self._peek(nodes[0])):
            return None
        joined = any(part.type.endswith("string_literal") and len(text(part)) > len('""') for part in nodes)
        parts = [temporary(self, part, most=None if joined else STACK) for part in nodes]
        for value, at in zip(parts, nodes, strict=True):
            if not is_string(value.type):
                first, second = parts[0].type, value.type
                raise self.source.error(f"invalid operation: operator + (mismatched types {first} and {second})", at)
        return parts

    def _peek(self, node: "Node") -> Type:
        """The type of an operand, without evaluating it."""
        if node.type == "identifier":
            return self.identifier(node).type
        if node.type.endswith("string_literal"):
            return BASICS["string"]
        if node.type == "call_expression" and self.is_type(field(node, "function")):
            return self.type_at(field(node, "function"))
        if node.type == "parenthesized_expression" and node.named_children:
            return self._peek(node.named_children[0])
        if node.type == "binary_expression":
            return self._peek(field(node, "left"))
        if node.type in ("selector_expression", "index_expression", "slice_expression"):
            return self.of(node).type  # which asks for no object
        return INT

    # --- Calls ----------------------------------------------------------------------------------------------------------

    def whole(self, node: "Node") -> int:
        """The number that an expression is.  Raises GoError where it is none, or not known."""

        def lookup(_: str, at: "Node") -> int:
            value = self.of(at)
            if isinstance(value.known, bool) or not isinstance(value.known, int):
                raise NotConstant(at)
            return value.known

        if (
            node.type == "identifier"
            and self.named(self.source.written(node)) is None
            and self.shapes.types.has_constant(text(node))
        ):
            return self.shapes.types.constant(node, self.source)
        try:
            return evaluate(node, self.source, lookup)
        except NotConstant as e:
            if isinstance(value := self.of(node), Value) and isinstance(value.known, float) and value.known.is_integer():
                return int(value.known)
            raise self.source.error(f"{self.source.written(node)} has to be a whole number that is known here", e.node) from e

    def whole_literal(self, node: "Node") -> int:
        """The value of a literal.  Raises GoError."""

        def nothing(_: str, at: "Node") -> int:
            raise NotConstant(at)

        try:
            return evaluate(node, self.source, nothing)
        except NotConstant as e:
            raise self.source.error(f"{text(node)} cannot be read as a number", node) from e

    # --- Conversions ----------------------------------------------------------------------------------------------------

    # --- Functions ------------------------------------------------------------------------------------------------------

    def is_by_reference(self, name: str, value: Value) -> bool:
        """Whether closures hold a pointer to a variable: it changes after that, or is large.  Raises GoError."""
        whole = isinstance(underlying(value.type), Array | Struct)
        if name in self.changing or (whole and name in self.changing_in_part):
            return True
        return self.shapes.element(value.type).size > closures.MOST_BY_VALUE

    def box(self, name: str, value: Value) -> Handle | None:
        """The object that holds a variable which has to be in the heap.  Raises GoError."""
        if value.boxed is not None:
            return value.boxed
        found, whole = self.boxes.box(name, value), self.named(name)
        if found is not None and whole is not None:
            moved = replace(whole, boxed=found, made=(*whole.made, found))
            (self.local if name in self.local else self.changed)[name] = moved
        return found


_BY_TYPE: Final[dict[str, Callable[[Expressions, "Node"], Value]]] = {
    "identifier": Expressions.identifier,
    "parenthesized_expression": lambda of, node: of.of(node.named_children[0]),
    "interpreted_string_literal": lambda _, node: strings.constant(string_of(node)),
    "raw_string_literal": lambda _, node: strings.constant(string_of(node)),
    "int_literal": lambda of, node: Value(INT, known=of.whole_literal(node), is_constant=True),
    "rune_literal": lambda of, node: Value(BASICS["int32"], known=of.whole_literal(node), is_constant=True),
    "float_literal": lambda _, node: Value(BASICS["float64"], known=float_of(node), is_constant=True),
    "imaginary_literal": lambda _, node: Value(BASICS["complex128"], known=float_of(node), is_constant=True),
    "true": lambda _of, _node: Value(BASICS["bool"], known=True, is_constant=True),
    "false": lambda _of, _node: Value(BASICS["bool"], known=False, is_constant=True),
    "nil": lambda _of, _node: Value(UNTYPED_NIL, is_nil=True),
    "unary_expression": Expressions.unary,
    "binary_expression": Expressions.binary,
    "composite_literal": lambda of, node: literal(of, of.literal_type(node), field(node, "body")),
    "func_literal": closure,
    "call_expression": call,
    "type_conversion_expression": lambda of, node: converted(of, of.type_at(field(node, "type")), field(node, "operand")),
    "selector_expression": selected,
    **dict.fromkeys(("index_expression", "slice_expression", "type_assertion_expression"), inside),
}
