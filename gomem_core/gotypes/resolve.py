"""Makes types of what stands in Go source, and finds what Go's compiler would complain about."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from gomem_core.gotypes import library
from gomem_core.gotypes.checks import comparable, is_interface, only_constraint, satisfies
from gomem_core.gotypes.errors import GoError, Place, Undefined, Unsized
from gomem_core.gotypes.lengths import Lengths
from gomem_core.gotypes.model import (
    UNIVERSE,
    UNSAFE_POINTER,
    Array,
    Field,
    Library,
    Named,
    Parameter,
    Reference,
    Referring,
    Struct,
    Type,
    Unread,
    underlying,
)
from gomem_core.gotypes.package import Package, TypeDeclaration
from gomem_core.gotypes.syntax import Source, field, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

Scope = dict[str, Type]  # type parameters
_LARGEST_ELEMENT: Final = 1 << 16  # bytes, of a channel
_LONGEST_NAME: Final = 4096  # characters of an instance's name: arguments in arguments double it with each step


class Resolver:
    """Types of one package, for one version of Go."""

    def __init__(self, package: Package, minor: int) -> None:
        self._package = package
        self._minor = minor
        self._named: dict[str, Named] = {}
        self._lengths = Lengths(package, self._path, self._size)
        self._libraries: dict[str, Resolver] = {}  # generic types, by path
        self.later: list[Callable[[], None]] = []  # checks that want the types finished
        self.size_of: Callable[[Type], int] | None = None  # told by whoever lays types out

    def settle(self) -> None:
        """Make the checks that are due.  Raises GoError."""
        while self.later:
            self.later.pop(0)()

    def constant(self, node: "Node", source: Source) -> int:
        """The value of a constant expression.  Raises GoError."""
        return self._lengths.length(node, source)

    def declared(self, name: str) -> Type:
        """The declared type `name`; of a generic one, its body with the parameters as they are.  Raises GoError."""
        declaration = self._package.types[name]
        parameters = self._parameters(declaration)
        return self._instance(declaration, parameters) if parameters else self._plain(declaration)

    def value(self, node: "Node", source: Source, scope: Scope) -> Type:
        """The type at a node, of which there are values.  Raises GoError, also for an interface that is only a constraint."""
        found = self._any(node, source, scope)

        def check() -> None:
            if why := only_constraint(found):
                raise source.error(f"cannot use type {found} outside a type constraint: {why}", node)

        self.later.append(check)
        return found

    def _any(self, node: "Node", source: Source, scope: Scope) -> Type:
        """The same, constraints among them."""
        match node.type:
            case "type_identifier" | "identifier":
                return self._by_name(node, source, scope)
            case "parenthesized_type":
                return self._any(node.named_children[0], source, scope)
            case "qualified_type":
                return self._qualified(node, source, [])
            case "generic_type":
                return self._generic(node, source, scope)
            case "array_type":
                place = source.place(node)
                length = self._lengths.length(field(node, "length"), source)
                return Array(length, self.value(field(node, "element"), source, scope), place)
            case "slice_type":
                return self._of("[]", "[]{0}", [field(node, "element")], source, scope)
            case "pointer_type":
                return self._of("*", "*{0}", node.named_children[:1], source, scope)
            case "map_type":
                return self._map(node, source, scope)
            case "channel_type":
                return self._channel(node, source, scope)
            case "function_type":
                return Referring("func", "func" + self._signature(node, source, scope))
            case "struct_type":
                return self._struct(node, source, scope)
            case "interface_type":
                return self._interface(node, source, scope)
        raise source.error(f"{text_of(node)} is not a type", node)

    def _of(self, kind: Reference, text: str, nodes: "list[Node]", source: Source, scope: Scope) -> Referring:
        parts = tuple(self.value(node, source, scope) for node in nodes)
        return Referring(kind, text.format(*parts), parts)

    # --- Names ----------------------------------------------------------------------------------------------

    def _size(self, node: "Node", source: Source) -> int | None:
        return self.size_of(self.value(node, source, {})) if self.size_of is not None else None

    def _by_name(self, node: "Node", source: Source, scope: Scope) -> Type:
        name = text_of(node)
        if name in scope:
            return scope[name]
        if (declaration := self._package.types.get(name)) is not None:
            if parameters := _written_parameters(declaration):
                raise source.error(f"cannot use generic type {name}[{parameters}] without instantiation", node)
            return self._plain(declaration)
        if name in self._package.constants or name in self._package.others:
            raise source.error(f"{name} is not a type", node)
        if (known := UNIVERSE.get(name)) is not None:
            return known
        if "." in self._package.imports.get(source, {}):
            return Unread(name, source.place(node), "it may be of a package imported with a dot")
        raise Undefined(f"undefined: {name}", source.place(node))

    def _plain(self, declaration: TypeDeclaration) -> Named:
        name = declaration.name
        if name not in self._named:
            body = partial(self._body, declaration, {})
            self._named[name] = Named(name, declaration.place, body, declaration.order)
        return self._named[name]

    def _body(self, declaration: TypeDeclaration, scope: Scope) -> Type:
        return self._any(field(declaration.node, "type"), declaration.source, scope)

    def _qualified(self, node: "Node", source: Source, arguments: "list[tuple[Node, Type]]") -> Type:
        alias, name, place = text_of(field(node, "package")), text_of(field(node, "name")), source.place(node)
        if (alias, name) == ("unsafe", "Pointer"):
            return UNSAFE_POINTER
        path = self._path(alias, node, source)
        written = f"{alias}.{name}"
        if not library.is_library(path):
            return Unread(written, place, f"package {path} was not read")
        since = library.GENERIC_SINCE.get(path, 0)
        if path in library.GENERIC and (resolver := self._library(path)).has(name) and self._minor >= since:
            return resolver.instance_of(name, arguments, node, source, written)
        row = library.find(path, name, self._minor)
        if row is not None:
            return Library(written, row)
        if self._minor < library.OLDEST and library.find(path, name, library.OLDEST) is not None:
            return Unread(written, place, f"types of the standard library are known from Go 1.{library.OLDEST} on")
        if arguments:
            return Unread(written, place, "generic types of the standard library are known only in part")
        raise source.error(f"undefined: {written}", node)

    def _path(self, alias: str, node: "Node", source: Source) -> str:
        imports = self._package.imports.get(source, {})
        if alias in imports:
            return imports[alias][0]
        path = None if imports else library.find_path(alias)
        if path is None:
            raise source.error(f"undefined: {alias}", node)
        return path

    def _library(self, path: str) -> "Resolver":
        if path not in self._libraries:
            package = Package()
            package.add(Source(library.GENERIC[path], path))
            self._libraries[path] = Resolver(package, self._minor)
        return self._libraries[path]

    def has(self, name: str) -> bool:
        """Whether its package declares the type."""
        return name in self._package.types

    # --- Generic types --------------------------------------------------------------------------------------

    def _generic(self, node: "Node", source: Source, scope: Scope) -> Type:
        base = field(node, "type")
        listed = [n.named_children[0] if n.type == "type_elem" else n for n in field(node, "type_arguments").named_children]
        arguments = [(n, self.value(n, source, scope)) for n in listed]
        if base.type == "qualified_type":
            return self._qualified(base, source, arguments)
        name = text_of(base)
        if name in scope or name not in self._package.types:
            self._by_name(base, source, scope)
            raise source.error(f"{name} is not a generic type", base)
        return self.instance_of(name, arguments, base, source, name)

    def instance_of(self, name: str, arguments: "list[tuple[Node, Type]]", node: "Node", source: Source, written: str) -> Named:
        """A generic type with its arguments, written in `source`.  Raises GoError."""
        declaration = self._package.types[name]
        wanted, count = len([*declaration.parameters()]), len(arguments)
        if not wanted:
            raise source.error(f"{written} is not a generic type", node)
        if not count:
            raise source.error(
                f"cannot use generic type {written}[{_written_parameters(declaration)}] without instantiation", node
            )
        if count != wanted:
            which, at = ("not enough", node) if count < wanted else ("too many", arguments[wanted][0])
            raise source.error(f"{which} type arguments for type {written}: have {count}, want {wanted}", at)
        scope: Scope = {}
        for (parameter, constraint), (at, argument) in zip(declaration.parameters(), arguments, strict=True):
            scope[text_of(parameter)] = argument
            self.later.append(partial(self._check_argument, declaration, constraint, scope, argument, source.error, at))
        return self._instance(declaration, scope, written)

    def _check_argument(
        self,
        declaration: TypeDeclaration,
        constraint: "Node",
        scope: Scope,
        argument: Type,
        error: "Callable[[str, Node], GoError]",
        at: "Node",
    ) -> None:
        wanted = self._constraint(constraint, declaration.source, scope)
        if (why := satisfies(argument, wanted)) is not None:
            raise error(f"{argument} does not satisfy {wanted}{why}", at)

    def _instance(self, declaration: TypeDeclaration, scope: Scope, written: str = "") -> Named:
        key = f"{written or declaration.name}[{', '.join(map(str, scope.values()))}]"
        if len(key) > _LONGEST_NAME:
            raise GoError(
                f"the arguments of {declaration.name} are too long: more than {_LONGEST_NAME} characters", declaration.place
            )
        if key not in self._named:
            body = partial(self._body, declaration, scope)
            self._named[key] = Named(key, declaration.place, body, declaration.order)
        return self._named[key]

    def _parameters(self, declaration: TypeDeclaration) -> Scope:
        scope: Scope = {}
        for name, constraint in declaration.parameters():
            wanted = partial(self._constraint, constraint, declaration.source, scope)
            scope[text_of(name)] = Parameter(text_of(name), wanted)
        return scope

    def _constraint(self, node: "Node", source: Source, scope: Scope) -> Type:
        """What stands behind a type parameter: an interface, or types that make one."""
        union = self._union(node, source, scope)
        if len(union) == 1 and not union[0][0]:
            found = union[0][1]
            if is_interface(found) or not isinstance(underlying(found), Referring):
                return found if is_interface(found) else Referring("interface", str(found), unions=(union,))
        return Referring("interface", _written(union), unions=(union,))

    def _union(self, node: "Node", source: Source, scope: Scope) -> tuple[tuple[bool, Type], ...]:
        return tuple(
            (n.type == "negated_type", self._any(n.named_children[0] if n.type == "negated_type" else n, source, scope))
            for n in node.named_children
            if n.type != "comment"
        )

    # --- Types that are written out -------------------------------------------------------------------------

    def _struct(self, node: "Node", source: Source, scope: Scope) -> Struct:
        found: list[Field] = []
        seen: dict[str, Node] = {}
        for declared in (n for body in node.named_children for n in body.named_children if n.type == "field_declaration"):
            written = field(declared, "type")
            names = declared.children_by_field_name("name")
            if names:
                t = self.value(written, source, scope)
                made = [(name, Field(text_of(name), t)) for name in names if name.type != ","]
            else:
                made = [(written, self._embedded(declared, written, source, scope))]
            for at, one in made:
                if one.name != "_" and one.name in seen:
                    raise source.error(
                        f"{one.name} redeclared", at, f"other declaration of {one.name}: {_where(source, seen[one.name])}"
                    )
                seen[one.name] = at
                found.append(one)
        return Struct(tuple(found))

    def _embedded(self, declared: "Node", written: "Node", source: Source, scope: Scope) -> Field:
        base = self.value(written, source, scope)
        pointed = any(child.type == "*" for child in declared.children)
        name = written
        while name.type in ("generic_type", "qualified_type", "parenthesized_type"):
            name = name.child_by_field_name("name") or name.child_by_field_name("type") or name.named_children[0]

        def check() -> None:
            if isinstance(base, Parameter) or text_of(written) in scope:
                raise source.error("embedded field type cannot be a type parameter", written)
            bottom = underlying(base)
            if (isinstance(bottom, Referring) and bottom.kind == "*") or written.type == "pointer_type":
                raise source.error("embedded field type cannot be a pointer", written)
            if base == UNSAFE_POINTER:
                raise source.error("embedded field type cannot be unsafe.Pointer", written)
            if pointed and is_interface(base):
                raise source.error("embedded field type cannot be a pointer to an interface", written)

        self.later.append(check)
        return Field(text_of(name), Referring("*", f"*{base}", (base,)) if pointed else base, embedded=True)

    def _map(self, node: "Node", source: Source, scope: Scope) -> Referring:
        key = field(node, "key")
        made = self._of("map", "map[{0}]{1}", [key, field(node, "value")], source, scope)

        def check() -> None:
            if not comparable(made.parts[0]):
                missing = " (missing comparable constraint)" if isinstance(made.parts[0], Parameter) else ""
                raise source.error(f"invalid map key type {made.parts[0]}{missing}", key)

        self.later.append(check)
        return made

    def _channel(self, node: "Node", source: Source, scope: Scope) -> Referring:
        signs = [child.type for child in node.children if not child.is_named]
        text = "<-chan {0}" if signs[:1] == ["<-"] else "chan<- {0}" if "<-" in signs else "chan {0}"
        made = self._of("chan", text, [field(node, "value")], source, scope)

        def check() -> None:
            if self.size_of is None:
                return
            try:
                size = self.size_of(made.parts[0])
            except Unsized:
                return
            if size >= _LARGEST_ELEMENT:
                raise source.error("channel element type too large (>64kB)", node)

        self.later.append(check)
        return made

    def _signature(self, node: "Node", source: Source, scope: Scope) -> str:
        parameters = ", ".join(self._listed(field(node, "parameters"), source, scope))
        result = node.child_by_field_name("result")
        if result is None:
            return f"({parameters})"
        if result.type != "parameter_list":
            return f"({parameters}) {self.value(result, source, scope)}"
        results = self._listed(result, source, scope)
        return f"({parameters}) {results[0]}" if len(results) == 1 else f"({parameters}) ({', '.join(results)})"

    def _listed(self, node: "Node", source: Source, scope: Scope) -> list[str]:
        found: list[str] = []
        for declared in node.named_children:
            if declared.type in ("parameter_declaration", "variadic_parameter_declaration"):
                dots = "..." if declared.type.startswith("variadic") else ""
                names = [n for n in declared.children_by_field_name("name") if n.type != ","]
                found += [f"{dots}{self.value(field(declared, 'type'), source, scope)}"] * max(len(names), 1)
        return found

    def _interface(self, node: "Node", source: Source, scope: Scope) -> Referring:
        texts: list[str] = []
        embedded: list[Type] = []
        unions: list[tuple[tuple[bool, Type], ...]] = []
        for element in node.named_children:
            if element.type == "method_elem":
                texts.append(text_of(field(element, "name")) + self._signature(element, source, scope))
            elif element.type == "type_elem":
                union = self._union(element, source, scope)
                texts.append(_written(union))
                if len(union) == 1 and not union[0][0]:
                    embedded.append(union[0][1])
                else:
                    unions.append(union)
        text = f"interface{{ {'; '.join(texts)} }}" if texts else "any"
        return Referring("interface", text, tuple(embedded), tuple(unions))


def _written_parameters(declaration: TypeDeclaration) -> str:
    listed = declaration.node.child_by_field_name("type_parameters")
    return "" if listed is None else " ".join(text_of(listed)[1:-1].split()).rstrip(", ")


def _written(union: tuple[tuple[bool, Type], ...]) -> str:
    return " | ".join(f"{'~' if tilde else ''}{t}" for tilde, t in union)


def _where(source: Source, node: "Node") -> str:
    place: Place = source.place(node)
    return f"line {place.line}, column {place.column}"
