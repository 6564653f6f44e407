"""Which variables a function captures, in order of their first use, and how (cmd/compile's closure and escape passes)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node

_ASSIGNING: Final = ("assignment_statement", "inc_statement", "dec_statement", "inc_dec_statement", "receive_statement")
_DECLARING: Final = ("parameter_declaration", "variadic_parameter_declaration", "var_spec", "const_spec")


def text(node: "Node") -> str:
    """The text of a node."""
    return "" if node.text is None else node.text.decode(errors="replace")


def used(function: "Node") -> list["Node"]:
    """The names in a function literal that are not its own, each where it stands first, in order."""
    found: dict[str, Node] = {}
    for name in _free(function, set()):
        found.setdefault(text(name), name)
    return list(found.values())


def assigned(nodes: "list[Node]") -> set[str]:
    """The names to which something is assigned after their declaration, or whose address is taken."""
    found: set[str] = set()
    for node in nodes:
        for inner in _all(node):
            if inner.type in _ASSIGNING:
                left = inner.child_by_field_name("left")
                found |= _named(left if left is not None else inner)
            elif inner.type == "unary_expression" and text(inner)[:1] == "&":
                found |= _named(inner)
            elif inner.type == "range_clause" and not any(child.type == ":=" for child in inner.children):
                left = inner.child_by_field_name("left")
                found |= _named(left) if left is not None else set()
    return found


def _named(node: "Node") -> set[str]:
    """The variables that are written to: of a[i] and a.b it is a, if those lie in it."""
    return {text(inner) for inner in _all(node) if inner.type == "identifier"}


def _all(node: "Node") -> Iterator["Node"]:
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        waiting += reversed(inner.named_children)
        yield inner


def _free(node: "Node", own: set[str]) -> Iterator["Node"]:
    """The names used inside a node and not declared there; `own` are those declared so far, and grow on the way."""
    match node.type:
        case "identifier":
            if text(node) not in own and text(node) != "_":
                yield node
            return
        case "func_literal" | "block" | "for_statement" | "if_statement" | "expression_case" | "communication_case":
            own = set(own)
        case "short_var_declaration" | "range_clause":
            right = node.child_by_field_name("right")
            yield from _free(right, own) if right is not None else ()
            left = node.child_by_field_name("left")
            if left is not None and any(child.type == ":=" for child in node.children):
                own |= {text(name) for name in left.named_children}
            elif left is not None:
                yield from _free(left, own)
            return
        case "keyed_element":
            key, value = node.named_children[0], node.named_children[-1]
            if not (key.named_children and key.named_children[0].type == "identifier"):
                yield from _free(key, own)
            yield from _free(value, own)
            return
    if node.type in _DECLARING:
        names = node.children_by_field_name("name")
        value = node.child_by_field_name("value")
        yield from _free(value, own) if value is not None else ()
        own |= {text(name) for name in names}
        return
    for child in node.named_children:
        yield from _free(child, own)
