"""Statements: what a line of them does to variables and to the heap."""

from dataclasses import replace
from typing import TYPE_CHECKING

from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.model import BASICS, Basic, Referring, Struct, Type, underlying
from gomem_core.gotypes.statements import maps, slices
from gomem_core.gotypes.statements.captures import assigned, functions, text, used
from gomem_core.gotypes.statements.expressions import Expressions, Names
from gomem_core.gotypes.statements.functions import go
from gomem_core.gotypes.statements.parts import place_of
from gomem_core.gotypes.statements.plan import MOST_REQUESTS, Link, Plan
from gomem_core.gotypes.statements.shapes import Shapes, is_kind, is_string, part, pointer_to
from gomem_core.gotypes.statements.source import StatementSource
from gomem_core.gotypes.statements.values import UNTYPED_NIL, Value
from gomem_core.gotypes.syntax import field
from gomem_core.named import NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_STATEMENTS = 1000  # of one line


class Done(NamedTuple):
    """What a line comes to: what it wants of the heap, its value, the name that this gets, and variables that are others now."""

    plan: Plan
    value: Value | None
    name: str | None
    changed: dict[str, Value]


def run(shapes: Shapes, names: Names, line: str, most: int = MOST_REQUESTS) -> Done:
    """What a line of statements does, with `most` objects.  Raises GoError, and then it does nothing."""
    source = StatementSource(line)
    return _Line(Expressions(shapes, source, names, Plan(most)), source, names).run(source.statements())


def insert(shapes: Shapes, value: Value, name: str, n: int) -> Done:
    """NAME[…] = … or NAME = append(NAME, …), `n` times.  Raises GoError."""
    plan = Plan()
    if is_kind(value.type, "map"):
        if value.map is None:
            raise GoError("panic: assignment to entry in nil map")
        return Done(plan, replace(maps.insert(plan, shapes, value, n), boxed=value.boxed), name, {})
    if not is_kind(value.type, "[]"):
        raise GoError(f"{name} is neither a map nor a slice")
    target = value.length + n
    while value.length < target:
        if value.capacity > value.length or not shapes.element(part(value.type)).size:
            value = replace(value, length=min(target, value.capacity) if value.capacity > value.length else target)
            continue
        before, value = value, slices.append(plan, shapes, value, 1)
        if before.main is not None and before.main < 0:  # an array that was made and left on the way
            plan.garbage.append(before.main)
    return Done(plan, value, name, {})


def bare(shapes: Shapes, written: str) -> Done:
    """`alloc T`: an object of a type.  Raises GoError."""
    t = shapes.types.typed(written).type
    plan = Plan()
    found = plan.ask(shapes.element(t), "an object of the type's size")
    pointers = ((0, found),) if found is not None else ()
    return Done(plan, Value(pointer_to(t), pointers=pointers, made=tuple(h for _, h in pointers)), None, {})


class _Line:
    """The statements of a line, done one after the other."""

    def __init__(self, of: Expressions, source: StatementSource, names: Names) -> None:
        self._of, self._shapes = of, of.shapes
        self._source, self._names = source, names
        self._alone = True  # a single statement declares variables of the session, several those of a function
        self._value: Value | None = None
        self._name: str | None = None
        self._captured: set[str] = set()  # variables that closures of this line capture

    def run(self, statements: "list[Node]") -> Done:
        if not statements:
            raise GoError("a statement was expected, such as new(int) or make([]int, 3)")
        if len(statements) > _MOST_STATEMENTS:
            raise GoError(f"a line has at most {_MOST_STATEMENTS} statements here")
        self._alone = len(statements) == 1
        of = self._of
        for function in (function for node in statements for function in functions(node)):
            whole, parts = assigned(statements, function.start_byte)
            names = {self._source.written(name) for name in used(function)}
            of.changing |= names & whole
            of.changing_in_part |= names & parts
            self._captured |= names
        for node in statements:
            self._value, self._name = None, None
            self._do(node)
        return Done(of.plan, self._value, self._name, of.changed)

    def _do(self, node: "Node") -> None:
        match node.type:
            case "expression_statement":
                self._expression(node.named_children[0])
            case "short_var_declaration":
                self._declare(node)
            case "var_declaration":
                self._var(node)
            case "assignment_statement":
                self._assign(node)
            case "send_statement":
                self._send(node)
            case "inc_statement" | "dec_statement":
                self._count(node)
            case "go_statement":
                self._value = go(self._of, node)
            case "defer_statement" | "empty_statement":
                pass  # a single defer is kept on the stack
            case _:
                raise self._source.error(f"syntax error: {node.type.replace('_', ' ')} is not known here", node)

    def _expression(self, node: "Node") -> None:
        self._value = self._of.of(node)
        if node.type == "call_expression" and text(field(node, "function")) == "append":
            first = field(node, "arguments").named_children[0]
            if first.type == "identifier":  # append(s, …) here means s = append(s, …)
                self._name = self._source.written(first)

    # --- Variables ------------------------------------------------------------------------------------------------------

    def _declare(self, node: "Node") -> None:
        """a, b := …: of names that are there already it is an assignment, and one has to be new."""
        left, right = field(node, "left").named_children, field(node, "right").named_children
        fresh = self._fresh(node, left)
        if len(left) != len(right):
            message = f"assignment mismatch: {len(left)} variables but {len(right)} values"
            raise self._source.error(message, left[0])
        known = [None if name in fresh else self._of.named(self._source.written(name)) for name in left]
        values = [self._of.of(one, None if was is None else was.type) for one, was in zip(right, known, strict=True)]
        for name, value, one in zip(left, values, right, strict=True):
            if value.type is UNTYPED_NIL:
                raise self._source.error("use of untyped nil in assignment", one)
            if name in fresh:
                self._bind(self._source.written(name), _variable(value))
            elif self._source.written(name) != "_":
                self._rebind(name, value)

    def _fresh(self, node: "Node", left: "list[Node]") -> "list[Node]":
        """Those of the names before := that are new in their scope.  Raises GoError if none is."""
        seen: set[str] = set()
        for one in left:
            name = self._source.written(one)
            if one.type != "identifier":
                raise self._source.error(f"non-name {name} on left side of :=", one)
            if name in seen and name != "_":
                raise self._source.error(f"{name} repeated on left side of :=", one)
            seen.add(name)
        fresh = [one for one in left if self._source.written(one) != "_" and not self._is_there(self._source.written(one))]
        if not fresh:
            operator = next(child for child in node.children if child.type == ":=")
            names = ", ".join(sorted(seen - {"_"}))
            instead = f" ({names} = … assigns)" if names else ""
            raise self._source.error(f"no new variables on left side of :={instead}", operator)
        return fresh

    def _is_there(self, name: str) -> bool:
        """Whether the scope of this line has such a variable: the session, or the function that several statements are."""
        return name in self._of.local or (self._alone and self._of.named(name) is not None)

    def _var(self, node: "Node") -> None:
        specs = [spec for spec in node.named_children if spec.type == "var_spec"]
        for spec in specs:
            names = [n for n in spec.children_by_field_name("name") if n.type == "identifier"]
            for one in names:
                if text(one) != "_" and self._is_there(text(one)):
                    raise self._source.error(f"{text(one)} redeclared in this block ({text(one)} = … assigns)", one)
            written, listed = spec.child_by_field_name("type"), spec.child_by_field_name("value")
            t = self._of.type_at(written) if written is not None else None
            right = listed.named_children if listed is not None else []
            values = [self._of.of(one, t) for one in right] if right else [zero(t) for _ in names if t is not None]
            if len(values) != len(names):
                raise self._source.error(f"assignment mismatch: {len(names)} variables but {len(values)} values", spec)
            for name, value in zip(names, values, strict=True):
                self._bind(text(name), replace(_variable(value), package_level=self._alone))

    def _bind(self, name: str, value: Value) -> None:
        """A new variable: in the heap at once, if a closure of this line needs it there."""
        if name == "_":
            return
        if self._alone:
            self._of.changed[name] = value
        else:
            self._of.local[name] = value
        if name in self._captured and not value.package_level and self._of.is_by_reference(name, value):
            self._of.box(name, value)
        self._value, self._name = self._of.named(name), name if self._alone else None

    def _assign(self, node: "Node") -> None:
        left, right = field(node, "left").named_children, field(node, "right").named_children
        operator = text(field(node, "operator"))
        if operator == "+=":
            self._add_to(left[0], right[0])
            return
        if operator != "=" or len(left) != len(right):
            values = [self._of.of(one) for one in (*left, *right)] if operator != "=" else []
            if values:
                return
            raise self._source.error(f"assignment mismatch: {len(left)} variables but {len(right)} values", left[0])
        for target, one in zip(left, right, strict=True):
            self._store(target, one)

    def _add_to(self, target: "Node", right: "Node") -> None:
        """s += t."""
        value, more = self._of.of(target), self._of.of(right)
        if not is_string(value.type):
            return
        from gomem_core.gotypes.statements import strings  # noqa: PLC0415 -- the other statements go by expressions

        made = strings.concat(self._of.plan, [replace(value, is_constant=False), more])
        if target.type == "identifier":
            self._rebind(target, made)

    def _store(self, target: "Node", right: "Node") -> None:
        if target.type == "identifier":
            name = self._source.written(target)
            known = self._of.named(name)
            if name == "_":
                self._of.of(right)
                return
            wanted = None if known is None else known.type
            self._rebind(target, self._of.of(right, wanted))
            return
        if target.type == "index_expression":
            self._store_in(target, right)
            return
        if target.type == "selector_expression" and self._store_field(target, right):
            return
        self._value = self._of.of(right)

    def _send(self, node: "Node") -> None:
        """c <- v: a copy of v, which belongs to the channel from then on."""
        channel_node = field(node, "channel")
        channel = self._of.owned(channel_node)
        if not is_kind(channel.type, "chan"):
            written = self._source.written(channel_node)
            raise self._source.error(f"invalid operation: cannot send to non-channel {written} ({channel.type})", channel_node)
        value = self._of.of(field(node, "value"), part(channel.type))
        if channel_node.type == "identifier":
            self._rebind(channel_node, channel.with_made(value.made))

    def _store_field(self, target: "Node", right: "Node") -> bool:
        """x.f = v: pointers in the object that x leads to, or that it is; tells whether x has such a field."""
        of, owner_node = self._of, field(target, "operand")
        owner = of.owned(owner_node)
        leads = is_kind(owner.type, "*")
        t, name = part(owner.type) if leads else owner.type, text(field(target, "field"))
        place = place_of(self._shapes, t, name)
        bottom = underlying(t)
        if place is None and isinstance(bottom, Struct) and not any(one.embedded for one in bottom.fields):
            written = self._source.written(target)
            raise self._source.error(f"{written} undefined (type {owner.type} has no field or method {name})", target)
        if place is None or owner_node.type != "identifier":
            return False
        value = of.of(right, place.type)
        stored = {place.word + word: handle for word, handle in value.pointers}
        words = [place.word + n for n, bit in enumerate(place.mask) if bit == "1"]
        if leads and owner.main is not None:
            of.plan.links += [Link(owner.main, word, stored.get(word)) for word in words]
        if not leads:
            kept = [(word, handle) for word, handle in owner.pointers if word not in words]
            owner = replace(owner, known=None, is_zero=False, pointers=tuple(sorted([*kept, *stored.items()])))
        self._rebind(owner_node, owner.with_made(value.made))
        return True

    def _store_in(self, target: "Node", right: "Node") -> None:
        """m[k] = v: an entry that the map has not yet; s[i] = v: a pointer in what is there."""
        owner_node = field(target, "operand")
        owner = self._of.owned(owner_node)
        if is_kind(owner.type, "map"):
            if owner.map is None and not owner.is_nil:
                raise self._source.error(f"what {self._source.written(owner_node)} holds is not known here", owner_node)
            if owner.map is None:
                raise GoError("panic: assignment to entry in nil map")
            key = self._of.of(field(target, "index"), part(owner.type))
            value = self._of.of(right, part(owner.type, 1))
            grown = maps.insert(self._of.plan, self._shapes, owner, 1)
            made = tuple(handle for handle in owner.made if handle not in _parts(owner))
            self._rebind(owner_node, grown.with_made((*made, *key.made, *value.made)))
            return
        value = self._of.of(right, part(owner.type))
        words = self._shapes.element(part(owner.type)).size // 8
        index = self._of.whole(field(target, "index"))
        if not 0 <= index < (owner.length if is_kind(owner.type, "[]") else index + 1):
            message = f"panic: runtime error: index out of range [{index}] with length {owner.length}"
            raise self._source.error(message, field(target, "index"))
        if owner.main is not None and is_kind(owner.type, "[]"):
            self._of.plan.links += [Link(owner.main, index * words + word, handle) for word, handle in value.pointers]
        self._value = value

    def _rebind(self, node: "Node", value: Value) -> None:
        name = self._source.written(node)
        known = self._of.named(name)
        if known is None and not self._alone:
            raise self._source.error(f"undefined: {name}", node)
        if known is not None:
            value = replace(_variable(value), package_level=known.package_level, boxed=known.boxed)
            if known.boxed is not None:
                value = value.with_made((known.boxed,))
                self._of.plan.links += [Link(known.boxed, word, handle) for word, handle in value.pointers]
        if name in self._of.local:
            self._of.local[name] = value
            self._value = value
        else:
            self._of.changed[name] = value
            self._value, self._name = value, name

    def _count(self, node: "Node") -> None:
        """n++, n--."""
        operand = node.named_children[0]
        value = self._of.owned(operand)
        if operand.type == "identifier" and isinstance(value.known, int):
            by = 1 if node.type == "inc_statement" else -1
            self._rebind(operand, replace(value, known=value.known + by))


def _parts(owner: Value) -> frozenset[int]:
    return frozenset(owner.map.objects()) if owner.map is not None else frozenset()


def _variable(value: Value) -> Value:
    """The value of a variable: its compiler does not know it any more."""
    return replace(value, is_constant=False, is_static=False)


def zero(t: Type) -> Value:
    """The value of a variable to which nothing was assigned.  Raises GoError."""
    bottom = underlying(t)
    if isinstance(bottom, Referring):
        return Value(t, is_nil=True)
    if bottom is BASICS["string"]:
        return Value(t, known="")
    if isinstance(bottom, Basic):
        return Value(t, known=False if bottom.name == "bool" else 0)
    return Value(t, is_zero=True)
