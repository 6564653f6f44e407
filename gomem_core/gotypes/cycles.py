"""Generic types that need ever larger instances of themselves."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.package import Package
from gomem_core.gotypes.syntax import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

Parameter = tuple[str, int]  # of a declaration, the how manieth


def find_growing(package: Package) -> GoError | None:
    """The error for the first type parameter that, round a circle of instances, becomes part of what stands for itself."""
    flows: dict[Parameter, list[tuple[Parameter, Node | None]]] = {}
    for name, declaration in package.types.items():
        parameters = {text_of(node): i for i, (node, _) in enumerate(declaration.parameters())}
        if not parameters:
            continue
        for node in _nodes(declaration.node):
            if (
                node.type != "generic_type"
                or (called := node.child_by_field_name("type")) is None
                or text_of(called) not in package.types
            ):
                continue
            listed = node.child_by_field_name("type_arguments")
            for i, given in enumerate(listed.named_children if listed is not None else ()):
                for used in _identifiers(given):
                    if (name_of := text_of(used)) in parameters:
                        inside = None if text_of(given).strip() == name_of else given
                        flows.setdefault((name, parameters[name_of]), []).append(((text_of(called), i), inside))
    for start, nexts in flows.items():
        for target, argument in nexts:
            if argument is not None and _reaches(flows, target, start):
                declaration = package.types[start[0]]
                parameter = [node for node, _ in declaration.parameters()][start[1]]
                note = f"{text_of(parameter)} instantiated as {text_of(argument)}"
                return GoError("instantiation cycle:", declaration.source.place(parameter), (note,))
    return None


def _nodes(node: "Node") -> "Iterator[Node]":
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        waiting += inner.named_children
        yield inner


def _identifiers(node: "Node") -> "list[Node]":
    return [inner for inner in _nodes(node) if inner.type == "type_identifier"]


def _reaches(flows: "dict[Parameter, list[tuple[Parameter, Node | None]]]", start: Parameter, end: Parameter) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        at = waiting.pop()
        if at == end:
            return True
        for target, _ in flows.get(at, ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return False
