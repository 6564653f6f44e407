"""Expressions of Go: what each yields, and the objects that it asks for, in Go's order of evaluation."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from gomem_core.gotypes.constants import NotConstant, evaluate
from gomem_core.gotypes.errors import GoError, Place
from gomem_core.gotypes.model import BASICS, UNIVERSE, Array, Basic, Referring, Struct, Type, underlying
from gomem_core.gotypes.statements import chans, closures, interfaces, maps, slices, strings
from gomem_core.gotypes.statements.captures import text, used
from gomem_core.gotypes.statements.literals import literal
from gomem_core.gotypes.statements.plan import Handle, Link, Plan
from gomem_core.gotypes.statements.shapes import Shapes, is_kind, is_string, part, pointer_to, slice_of
from gomem_core.gotypes.statements.source import StatementSource
from gomem_core.gotypes.statements.values import INT, UNTYPED_NIL, Value
from gomem_core.gotypes.syntax import field

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST: Final = 200  # expressions in expressions
_LONGEST: Final = (1 << 63) - 1
_MADE: Final = "invalid argument: cannot make {}; type must be slice, map, or channel"
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


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

    def __init__(self, shapes: Shapes, source: StatementSource, names: Names) -> None:
        self.shapes, self.source, self.names = shapes, source, names
        self.plan = Plan()
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
        if node.type.endswith("_type") or node.type == "type_identifier":
            return self.shapes.types.resolved(node, self.source)
        start = self.source.place(node)
        try:
            return self.shapes.types.typed(self.source.written(node)).type
        except GoError as e:
            place = start if e.place is None else Place(start.file, start.line, start.column + e.place.column - 1)
            raise GoError(e.message, place, e.notes) from e

    def _is_type(self, node: "Node") -> bool:
        """Whether a type stands where the grammar expects a value."""
        if node.type.endswith("_type") or node.type == "type_identifier":
            return True
        if node.type == "identifier":
            name = self.source.written(node)
            return self.named(name) is None and (name in UNIVERSE or name in self.shapes.types.names)
        if node.type in ("index_expression", "parenthesized_expression", "type_instantiation_expression"):
            inner = node.named_children[0] if node.named_children else None
            return inner is not None and self._is_type(inner)
        if node.type == "unary_expression" and text(node)[:1] == "*":
            return self._is_type(field(node, "operand"))
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
        if wanted is not None:
            return self._assigned(value, wanted)
        return value

    def _assigned(self, value: Value, wanted: Type) -> Value:
        if is_kind(wanted, "interface") and not is_kind(value.type, "interface") and value.type is not UNTYPED_NIL:
            return interfaces.to_interface(self.plan, self.shapes, wanted, value).with_made(value.made)
        if value.is_constant or value.type is UNTYPED_NIL:
            return replace(value, type=wanted, is_constant=value.is_constant)
        return value

    def _of(self, node: "Node", wanted: Type | None) -> Value:
        match node.type:
            case "identifier":
                return self._identifier(node)
            case "parenthesized_expression":
                return self.of(node.named_children[0])
            case "interpreted_string_literal" | "raw_string_literal":
                return strings.constant(_string(node))
            case "int_literal" | "rune_literal":
                return Value(BASICS["int32"] if node.type[0] == "r" else INT, known=self._integer(node), is_constant=True)
            case "float_literal" | "imaginary_literal":
                return Value(BASICS["float64"], known=_float(node), is_constant=True)
            case "true" | "false":
                return Value(BASICS["bool"], known=node.type == "true", is_constant=True)
            case "nil":
                return Value(UNTYPED_NIL, is_nil=True)
            case "unary_expression":
                return self._unary(node)
            case "binary_expression":
                return self._binary(node)
            case "composite_literal":
                return literal(self, self._literal_type(node), field(node, "body"))
            case "literal_value":
                if wanted is None:
                    raise self.source.error("invalid composite literal: its type is missing", node)
                return literal(self, wanted, node)
            case "literal_element":
                return self.of(node.named_children[0], wanted)
            case "func_literal":
                return self.closure(node)
            case "call_expression":
                return self._call(node)
            case "type_conversion_expression":
                return self._converted(node, self.type_at(field(node, "type")), field(node, "operand"))
            case "selector_expression":
                return self._selected(node)
            case "index_expression" | "slice_expression" | "type_assertion_expression":
                return self._inside(node)
        raise self.source.error(f"{self.source.written(node)} is no value that is known here", node)

    def _identifier(self, node: "Node") -> Value:
        name = self.source.written(node)
        found = self.named(name)
        if found is not None:
            return found
        if self.shapes.types.has_constant(name):
            return Value(INT, known=self.whole(node), is_constant=True)
        if self._is_type(node):
            raise self.source.error(f"{name} (type) is not an expression", node)
        raise self.source.error(f"undefined: {name}", node)

    def _literal_type(self, node: "Node") -> Type:
        written = field(node, "type")
        if written.type != "implicit_length_array_type":
            return self.type_at(written)
        body = field(node, "body")
        return Array(len([n for n in body.named_children if n.type != "comment"]), self.type_at(field(written, "element")))

    def _unary(self, node: "Node") -> Value:
        operator, operand = text(node)[:1], field(node, "operand")
        if operator == "&":
            while operand.type == "parenthesized_expression":
                operand = operand.named_children[0]
            if operand.type == "composite_literal":
                return self.pointer_to_literal(self._literal_type(operand), field(operand, "body"))
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

    def _binary(self, node: "Node") -> Value:
        whole = self.named(self.source.written(node))
        if whole is not None:  # a-b is a name here, too
            return whole
        operator = text(field(node, "operator"))
        if operator == "+" and (parts := self._sum(node)) is not None:
            return strings.concat(self.plan, parts)
        left, right = self.of(field(node, "left")), self.of(field(node, "right"))
        if operator in ("==", "!=", "<", "<=", ">", ">=", "&&", "||"):
            return Value(BASICS["bool"])
        if is_string(left.type) != is_string(right.type):
            message = f"invalid operation: {self.source.written(node)} (mismatched types {left.type} and {right.type})"
            raise self.source.error(message, node)
        try:
            known: int | None = self.whole(node)
        except GoError:
            known = None
        typed = left if right.is_constant else right
        return Value(typed.type, known=known, is_constant=left.is_constant and right.is_constant)

    def _sum(self, node: "Node") -> list[Value] | None:
        """The parts of a + b + … where they are strings; None: they are none."""
        nodes: list[Node] = []
        while node.type == "binary_expression" and text(field(node, "operator")) == "+":
            if self.named(self.source.written(node)) is not None:
                break
            nodes.append(field(node, "right"))
            node = field(node, "left")
        nodes.append(node)
        nodes.reverse()
        if not is_string(self._peek(nodes[0])):
            return None
        parts = [self.of(part) for part in nodes]
        for value, at in zip(parts, nodes, strict=True):
            if not is_string(value.type):
                first, second = parts[0].type, value.type
                raise self.source.error(f"invalid operation: operator + (mismatched types {first} and {second})", at)
        return parts

    def _peek(self, node: "Node") -> Type:
        """The type of an operand, without evaluating it."""
        if node.type == "identifier":
            return self._identifier(node).type
        if node.type.endswith("string_literal"):
            return BASICS["string"]
        if node.type == "call_expression" and self._is_type(field(node, "function")):
            return self.type_at(field(node, "function"))
        if node.type == "parenthesized_expression" and node.named_children:
            return self._peek(node.named_children[0])
        if node.type == "binary_expression":
            return self._peek(field(node, "left"))
        return INT

    # --- Calls ----------------------------------------------------------------------------------------------------------

    def _call(self, node: "Node") -> Value:
        function, listed = field(node, "function"), field(node, "arguments")
        arguments = [n for n in listed.named_children if n.type != "comment"]
        name = self.source.written(function) if function.type == "identifier" else ""
        if name == "any" and self.source.swapped and text(function) == "new":
            self._count(node, name, arguments, 1)
            return interfaces.to_interface(self.plan, self.shapes, UNIVERSE["any"], unknown(self.type_at(arguments[0])))
        builtin = self._BUILTINS.get(name)
        if builtin is not None and self.named(name) is None:
            return builtin(self, node, arguments)
        if self._is_type(function):
            self._count(node, f"conversion to {self.source.written(function)}", arguments, 1)
            return self._converted(node, self.type_at(function), arguments[0])
        if name and self.named(name) is None:
            raise self.source.error(f"undefined: {name}", function)
        raise self.source.error(f"what {self.source.written(function)} does is not known here", function)

    def _count(self, node: "Node", what: str, arguments: "list[Node]", least: int, most: int | None = None) -> None:
        most = least if most is None else most
        if len(arguments) < least:
            close = field(node, "arguments").children[-1]
            raise self.source.error(f"not enough arguments for {what} (expected {least}, found {len(arguments)})", close)
        if len(arguments) > most:
            raise self.source.error(f"too many arguments for {what} (expected {most}, found {len(arguments)})", arguments[most])

    def _new(self, node: "Node", arguments: "list[Node]") -> Value:
        self._count(node, self.source.written(node), arguments, 1)
        if self.source.swapped or not self._is_type(arguments[0]):
            if not self.shapes.language.new_of_value:
                raise self.source.error(f"{self.source.written(arguments[0])} is not a type", arguments[0])
            return self._new_of(self.of(arguments[0]))
        t = self.type_at(arguments[0])
        found = self.plan.ask(self.shapes.element(t), "newobject: as many bytes as the type has")
        pointers = ((0, found),) if found is not None else ()
        return Value(pointer_to(t), pointers=pointers, made=tuple(h for _, h in pointers))

    def _new_of(self, value: Value) -> Value:
        """new(VALUE), since Go 1.26: a variable with this value."""
        found = self.plan.ask(self.shapes.element(value.type), "new of a value: an object of its type's size")
        if found is None:
            return Value(pointer_to(value.type))
        self.plan.links += [Link(found, word, handle) for word, handle in value.pointers]
        return Value(pointer_to(value.type), pointers=((0, found),), made=(found, *value.made))

    def _make(self, node: "Node", arguments: "list[Node]") -> Value:
        if not arguments:
            self._count(node, self.source.written(node), arguments, 1)
        t = self.type_at(arguments[0])
        is_slice = is_kind(t, "[]")
        if not is_kind(t, "[]", "map", "chan"):
            raise self.source.error(_MADE.format(self.source.written(arguments[0])), arguments[0])
        least, most = (2, 3) if is_slice else (1, 2)
        if not least <= len(arguments) <= most:
            written = self.source.written(node)
            raise self.source.error(
                f"invalid operation: {written} expects {least} or {most} arguments; found {len(arguments)}", node
            )
        sizes = [self._size(argument) for argument in arguments[1:]]
        if not is_slice:
            make = maps.make_map if is_kind(t, "map") else chans.make_chan
            return make(self.plan, self.shapes, t, sizes[0] if sizes else 0)
        length, capacity = sizes[0], sizes[-1]
        if length > capacity:
            raise self.source.error("invalid argument: length and capacity swapped", arguments[1])
        return slices.make_slice(self.plan, self.shapes, t, length, capacity)

    def _size(self, node: "Node") -> int:
        """A length, a capacity or a hint.  Raises GoError."""
        n = self.whole(node)
        if n < 0:
            raise self.source.error(f"invalid argument: index {self.source.written(node)} (constant of type int) must not be negative", node)
        if n > _LONGEST:
            raise self.source.error(f"cannot use {self.source.written(node)} (untyped int constant) as int value in argument (overflows)", node)
        return n

    def whole(self, node: "Node") -> int:
        """The number that an expression is.  Raises GoError where it is none, or not known."""

        def lookup(name: str, at: "Node") -> int:
            value = self.of(at)
            if isinstance(value.known, bool) or not isinstance(value.known, int):
                raise NotConstant(at)
            return value.known

        if node.type == "identifier" and self.named(self.source.written(node)) is None and self.shapes.types.has_constant(text(node)):
            return self.shapes.types.constant(node, self.source)
        try:
            return evaluate(node, self.source, lookup)
        except NotConstant as e:
            if isinstance(value := self.of(node), Value) and isinstance(value.known, float) and value.known.is_integer():
                return int(value.known)
            raise self.source.error(f"{self.source.written(node)} is no whole number that is known here", e.node) from e

    def _integer(self, node: "Node") -> int:
        return self.whole_literal(node)

    def whole_literal(self, node: "Node") -> int:
        """The value of a literal.  Raises GoError."""

        def nothing(name: str, at: "Node") -> int:
            raise NotConstant(at)

        try:
            return evaluate(node, self.source, nothing)
        except NotConstant as e:
            raise self.source.error(f"{text(node)} is no number", node) from e

    def _append(self, node: "Node", arguments: "list[Node]") -> Value:
        if not arguments:
            self._count(node, self.source.written(node), arguments, 1)
        value = self.of(arguments[0])
        if not is_kind(value.type, "[]"):
            raise self.source.error(f"invalid argument: {self.source.written(arguments[0])} ({value.type}) is not a slice", arguments[0])
        rest = arguments[1:]
        if len(rest) == 1 and rest[0].type == "variadic_argument":
            return self._on(value, self.of(rest[0].named_children[0]).length, [])
        if len(rest) == 1 and (many := self._how_many(rest[0])) is not None:
            return self._on(value, many, [])
        more = [self.of(argument, part(value.type)) for argument in rest]
        return self._on(value, len(more), more)

    def _how_many(self, node: "Node") -> int | None:
        """Of append(s, n) the number n: so many elements.  None: it is an element itself."""
        if node.type not in ("int_literal", "binary_expression", "unary_expression", "identifier"):
            return None
        if node.type == "identifier" and not isinstance(self._identifier(node).known, int):
            return None
        try:
            n = self.whole(node)
        except GoError:
            return None
        if n < 0:
            raise self.source.error(f"append wants a number of elements here, and {n} is negative", node)
        return n

    def _on(self, value: Value, n: int, more: list[Value]) -> Value:
        grown = slices.append(self.plan, self.shapes, value, n)
        words = self.shapes.element(part(value.type)).size // 8
        made: tuple[Handle, ...] = ()
        for i, one in enumerate(more):
            made += one.made
            if grown.main is not None:
                self.plan.links += [Link(grown.main, (value.length + i) * words + word, handle) for word, handle in one.pointers]
        return grown.with_made(made)

    def _length(self, node: "Node", arguments: "list[Node]") -> Value:
        self._count(node, self.source.written(node), arguments, 1)
        value = self.of(arguments[0])
        return Value(INT, known=value.capacity if text(field(node, "function")) == "cap" else value.length)

    def _delete(self, node: "Node", arguments: "list[Node]") -> Value:
        """delete, clear: what is in a map becomes less, its memory does not."""
        for argument in arguments:
            self.of(argument)
        return Value(INT)

    _BUILTINS: Final[dict[str, Callable[["Expressions", "Node", "list[Node]"], Value]]] = {
        "new": _new,
        "make": _make,
        "append": _append,
        "len": _length,
        "cap": _length,
        "delete": _delete,
        "clear": _delete,
    }

    # --- Conversions ----------------------------------------------------------------------------------------------------

    def _converted(self, node: "Node", t: Type, operand: "Node") -> Value:
        if is_kind(t, "interface"):
            value = unknown(self.type_at(operand)) if self._is_type(operand) else self.of(operand)
            if value.type is UNTYPED_NIL:
                return Value(t, is_nil=True)
            return interfaces.to_interface(self.plan, self.shapes, t, value).with_made(value.made)
        sums = self.shapes.language.sums_bytes and operand.type == "binary_expression"
        if sums and self._is_slice_of(t, "uint8") and (parts := self._sum(operand)) is not None and not all(p.is_constant for p in parts):
            return strings.sum_to_bytes(self.plan, self.shapes, t, parts)
        value = self.of(operand)
        made = self._convert(t, value)
        if made is None:
            raise self.source.error(f"cannot convert {self.source.written(operand)} (of type {value.type}) to type {t}", operand)
        return made

    def _convert(self, t: Type, value: Value) -> Value | None:
        """The value as one of another type; None where Go has no such conversion."""
        plan, shapes = self.plan, self.shapes
        if value.type is UNTYPED_NIL:
            return Value(t, is_nil=True) if isinstance(underlying(t), Referring) else None
        if is_string(t):
            if is_string(value.type):
                return replace(value, type=t, made=())
            if self._is_slice_of(value.type, "uint8"):
                return strings.to_string(plan, t, value)
            if self._is_slice_of(value.type, "int32"):
                return strings.runes_to_string(plan, t, value)
            return strings.rune_to_string(plan, t, value) if _is_number(value.type) else None
        if is_string(value.type):
            if self._is_slice_of(t, "uint8"):
                return strings.to_bytes(plan, shapes, t, value)
            return strings.to_runes(plan, shapes, t, value) if self._is_slice_of(t, "int32") else None
        if _is_number(t) and _is_number(value.type):
            return replace(value, type=t)
        if type(underlying(t)) is not type(underlying(value.type)) or _is_number(t) or _is_number(value.type):
            return None
        return replace(value, type=t, made=())

    def _is_slice_of(self, t: Type, name: str) -> bool:
        return is_kind(t, "[]") and underlying(part(t)) is BASICS[name]

    # --- Functions ------------------------------------------------------------------------------------------------------

    def closure(self, node: "Node") -> Value:
        """A function literal with the variables that it captures.  Raises GoError."""
        captures: list[closures.Capture] = []
        made: list[Handle] = []
        for name_node in used(node):
            name = self.source.written(name_node)
            value = self.named(name)
            if value is None or value.package_level:
                self._check_known(name, name_node)
                continue
            captures.append(self._capture(name, value))
            if name in self.local and captures[-1].box is not None:
                made.append(captures[-1].box)
        return closures.closure(self.plan, self.shapes, self.shapes.function, captures).with_made(tuple(made))

    def _check_known(self, name: str, node: "Node") -> None:
        """Raise GoError for a name that means nothing: what a function calls or names may be of the package."""
        types = self.shapes.types
        is_known = name in UNIVERSE or name in types.names or types.has_constant(name) or types.has_function(name)
        parent = node.parent
        called = parent is not None and parent.type in ("call_expression", "selector_expression")
        if not (is_known or called or self.named(name) is not None or name in _PREDECLARED):
            raise self.source.error(f"undefined: {name}", node)

    def _capture(self, name: str, value: Value) -> closures.Capture:
        if value.boxed is not None or self.is_by_reference(name, value):
            return closures.Capture(value.type, value, self.box(name, value))
        return closures.Capture(value.type, value)

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
        found = self.boxes.box(name, value)
        if found is not None:
            moved = replace(value, boxed=found, made=(*value.made, found))
            if name in self.local:
                self.local[name] = moved
            elif self.named(name) is not None:
                self.changed[name] = moved
        return found

    def go(self, node: "Node") -> Value:
        """A go statement: what it has to take along, and the goroutine.  Raises GoError."""
        call = node.named_children[0]
        if call.type != "call_expression":
            raise self.source.error("expression in go must be function call", call)
        function, listed = field(call, "function"), field(call, "arguments")
        captures: list[closures.Capture] = []
        made: tuple[Handle, ...] = ()
        is_plain = function.type == "identifier" and self.named(self.source.written(function)) is None
        if not is_plain and function.type != "selector_expression":
            value = self.of(function)
            made += value.made
            captures.append(closures.Capture(self._signature(function, value), replace(value, made=())))
        elif function.type == "selector_expression" and (receiver := self.named(text(field(function, "operand")))) is not None:
            captures.append(closures.Capture(receiver.type, receiver))
        arguments = [n for n in listed.named_children if n.type != "comment"]
        has_result = function.type == "func_literal" and function.child_by_field_name("result") is not None
        needs_wrapper = bool(arguments) or has_result or function.type == "selector_expression"
        for argument in arguments:
            value = self.of(argument)
            made += value.made
            if not value.is_constant and value.type is not UNTYPED_NIL:
                captures.append(closures.Capture(value.type, value))
        if needs_wrapper:
            wrapper = closures.closure(self.plan, self.shapes, self.shapes.function, captures, "what go calls later")
            made += wrapper.made
        return closures.goroutine(self.plan, self.shapes, self.names.ended_goroutine()).with_made(made)

    def _signature(self, node: "Node", value: Value) -> Type:
        if node.type != "func_literal":
            return value.type
        from gomem_core.gotypes.statements.signatures import signature  # noqa: PLC0415 -- only go statements want it

        return signature(self, node)

    def _selected(self, node: "Node") -> Value:
        """x.f: a field, or a method as a value."""
        operand, name = field(node, "operand"), text(field(node, "field"))
        value = self.of(operand)
        bottom = underlying(value.type)
        if isinstance(bottom, Referring) and bottom.kind == "*":
            bottom = underlying(bottom.parts[0])
        if isinstance(bottom, Struct):
            for one in bottom.fields:
                if one.name == name:
                    return unknown(one.type)
        return closures.method_value(self.plan, self.shapes, value)

    def _inside(self, node: "Node") -> Value:
        """x[i], x[i:j], x.(T): parts of what is there already."""
        value = self.of(field(node, "operand"))
        if node.type == "type_assertion_expression":
            return unknown(self.type_at(field(node, "type")))
        if node.type == "index_expression":
            if is_string(value.type):
                return Value(BASICS["uint8"])
            return unknown(part(value.type, 1 if is_kind(value.type, "map") else 0))
        start, end = node.child_by_field_name("start"), node.child_by_field_name("end")
        first = self.whole(start) if start is not None else 0
        last = self.whole(end) if end is not None else value.length
        most = value.length if is_string(value.type) else max(value.capacity, value.length)
        if not 0 <= first <= last <= most:
            raise self.source.error(f"panic: runtime error: slice bounds out of range [{first}:{last}] with {most}", node)
        known = value.known[first:last] if isinstance(value.known, str) and value.known.isascii() else None
        t = slice_of(part(value.type)) if not is_kind(value.type, "[]") and not is_string(value.type) else value.type
        capacity = max(value.capacity - first, 0)
        return Value(t, known=known, pointers=value.pointers if last > first else (), length=last - first, capacity=capacity)


def unknown(t: Type) -> Value:
    """Some value of a type, of which nothing is known but that it is not empty."""
    return Value(t, length=1)


_PREDECLARED: Final = frozenset(("new", "make", "append", "len", "cap", "copy", "delete", "clear", "panic", "print", "println", "recover", "close", "min", "max", "true", "false", "nil", "iota"))  # fmt: skip


def _is_number(t: Type) -> bool:
    bottom = underlying(t)
    return isinstance(bottom, Basic) and bottom.name.startswith(("int", "uint", "float", "complex"))


def _float(node: "Node") -> float:
    try:
        return float(text(node).replace("_", "").rstrip("i"))
    except (ValueError, OverflowError):
        return 0.5  # of a form that only Go knows: no whole number, and not 0


def _string(node: "Node") -> str:
    written = text(node)
    if written[:1] == "`":
        return written[1:-1].replace("\r", "")
    found, at, body = [], 0, written[1:-1]
    while at < len(body):
        if body[at] != "\\":
            found.append(body[at])
            at += 1
            continue
        kind = body[at + 1 : at + 2]
        width = {"x": 2, "u": 4, "U": 8}.get(kind, 0)
        if width:
            digits = body[at + 2 : at + 2 + width]
            found.append(chr(int(digits, 16)) if int(digits, 16) < 0x110000 else "?")
            at += 2 + width
        elif kind.isdigit() and body[at + 1 : at + 4].isdigit():
            found.append(chr(int(body[at + 1 : at + 4], 8)))
            at += 4
        else:
            found.append(_ESCAPES.get(kind, kind))
            at += 2
    return "".join(found)
