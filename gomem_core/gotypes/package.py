"""The declarations in Go source: types, and what their array lengths may name."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gomem_core.gotypes.errors import GoError, Place
from gomem_core.gotypes.syntax import Source, field, text_of
from gomem_core.named import NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node


class TypeDeclaration(NamedTuple):
    """`type NAME[PARAMETERS] NODE`."""

    name: str
    node: "Node"  # the type_spec, or type_alias
    source: Source
    order: int

    @property
    def place(self) -> Place:
        """Where its name stands."""
        return self.source.place(field(self.node, "name"))

    @property
    def is_alias(self) -> bool:
        """Whether it is another name for a type, not a new one."""
        return self.node.type == "type_alias"

    def parameters(self) -> Iterator[tuple["Node", "Node"]]:
        """The type parameters: name and constraint of each."""
        listed = self.node.child_by_field_name("type_parameters")
        for declared in listed.named_children if listed is not None else ():
            if declared.type == "type_parameter_declaration":
                for name in declared.children_by_field_name("name"):
                    yield name, field(declared, "type")


class ConstantDeclaration(NamedTuple):
    """A constant: the expression for it, if it has one, and what iota is there."""

    value: "Node | None"
    iota: int
    source: Source


class Package:
    """What files of one package declare, the first of two declarations of a name.

    Where it is `replacing`, what comes later takes the place of what an earlier source declared.
    """

    def __init__(self, replacing: bool = False) -> None:
        self._replacing = replacing
        self.names: set[str] = set()  # as the clauses of its files have it: of several packages, where it is a session's
        self.types: dict[str, TypeDeclaration] = {}
        self.constants: dict[str, ConstantDeclaration] = {}
        self.others: set[str] = set()  # variables and functions
        self.imports: dict[Source, dict[str, tuple[str, Place]]] = {}

    def add(self, source: Source) -> list[GoError]:
        """Take in what a file declares; returns the complaints about names that are declared already."""
        self.imports[source] = {}
        problems: list[GoError] = []
        for node in source.tree.root_node.named_children:
            match node.type:
                case "package_clause":
                    self.names.add(text_of(node.named_children[0]))
                case "type_declaration":
                    for spec in node.named_children:
                        if spec.type in ("type_spec", "type_alias"):
                            problems += self._add_type(spec, source)
                case "const_declaration":
                    self._add_constants(node, source)
                case "var_declaration" | "function_declaration":
                    self._add_others(node)
                case "import_declaration":
                    self._add_imports(node, source)
        return problems

    def _add_type(self, spec: "Node", source: Source) -> list[GoError]:
        made = TypeDeclaration(text_of(field(spec, "name")), spec, source, len(self.types))
        if made.name == "_":
            return []
        known = self.types.get(made.name)
        if known is not None and (known.source is source or not self._replacing):
            at = known.place
            note = f"other declaration of {made.name}: {at.file}, line {at.line}"
            return [GoError(f"{made.name} redeclared in this block", made.place, (note,))]
        self.types[made.name] = made
        return []

    def _add_constants(self, node: "Node", source: Source) -> None:
        repeated: list[Node] = []  # a line without values has those of the line before
        specs = [spec for spec in node.named_children if spec.type == "const_spec"]
        for iota, spec in enumerate(specs):
            listed = spec.child_by_field_name("value")
            if listed is not None:
                repeated = listed.named_children
            for i, name in enumerate(n for n in spec.children_by_field_name("name") if n.type == "identifier"):
                made = ConstantDeclaration(repeated[i] if i < len(repeated) else None, iota, source)
                self.constants.setdefault(text_of(name), made)

    def _add_others(self, node: "Node") -> None:
        if node.type == "function_declaration":
            self.others.add(text_of(field(node, "name")))
            return
        waiting = list(node.named_children)
        for spec in waiting:
            if spec.type == "var_spec_list":
                waiting += spec.named_children
            self.others.update(text_of(name) for name in spec.children_by_field_name("name"))

    def _add_imports(self, node: "Node", source: Source) -> None:
        specs = [*node.named_children]
        for spec in specs:
            if spec.type == "import_spec_list":
                specs += spec.named_children
            elif spec.type == "import_spec":
                path = text_of(field(spec, "path")).strip('"`')
                name = spec.child_by_field_name("name")
                self.imports[source][text_of(name) if name is not None else package_name(path)] = path, source.place(spec)


def package_name(path: str) -> str:
    """The name that a package most likely has, of which only the path is known: the last part of it that is no version."""
    parts = path.split("/")
    if len(parts) > 1 and parts[-1][:1] == "v" and parts[-1][1:].isdigit():
        parts.pop()
    return parts[-1].rpartition(".v")[0] or parts[-1].removeprefix("go-")
