"""The type of a function literal, as far as memory goes: a pointer, and how it is written."""

from typing import TYPE_CHECKING

from gomem_core.gotypes.model import Referring, Type
from gomem_core.gotypes.syntax import field

if TYPE_CHECKING:
    from tree_sitter import Node

    from gomem_core.gotypes.statements.expressions import Expressions


def signature(of: "Expressions", node: "Node") -> Type:
    """func(int) string, of a literal.  Raises GoError."""
    types: list[str] = []
    for declared in field(node, "parameters").named_children:
        if declared.type.endswith("parameter_declaration"):
            names = [n for n in declared.children_by_field_name("name") if n.type != ","]
            types += [str(of.type_at(field(declared, "type")))] * max(1, len(names))
    result = node.child_by_field_name("result")
    written = "" if result is None else f" {of.source.written(result)}"
    return Referring("func", f"func({', '.join(types)}){written}")
