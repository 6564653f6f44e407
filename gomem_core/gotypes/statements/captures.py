"""Which variables a function captures, in order of their first use, and how (cmd/compile's closure and escape passes)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node

_ASSIGNING: Final = ("assignment_statement", "inc_statement", "dec_statement", "receive_statement")
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


def assigned(nodes: "list[Node]", start: int) -> tuple[set[str], set[str]]:
    """The names to which something is assigned from byte `start` of the source on, and those of which a part is.

    What is assigned before a closure does not matter to it; an address counts wherever it is taken.
    """
    whole: set[str] = set()
    parts: set[str] = set()
    for node in nodes:
        for inner in _all(node):
            if inner.type == "unary_expression" and text(inner)[:1] == "&":
                targets = inner.named_children
            elif inner.start_byte < start or not _assigns(inner):
                continue
            else:
                left = inner.child_by_field_name("left")
                targets = inner.named_children[:1] if left is None else left.named_children or [left]
            for target in targets:
                name, is_part = _target(target)
                (parts if is_part else whole).add(name)
    return whole - {""}, parts - {""}


def _assigns(node: "Node") -> bool:
    """Whether it is an assignment, and no declaration."""
    return node.type in (*_ASSIGNING, "range_clause") and all(child.type != ":=" for child in node.children)


def _target(node: "Node") -> tuple[str, bool]:
    """The variable that is written to, and whether only a part of it is."""
    is_part = False
    while node.type in ("index_expression", "selector_expression", "parenthesized_expression"):
        is_part = is_part or node.type != "parenthesized_expression"
        node = node.named_children[0]
    return (text(node), is_part) if node.type == "identifier" else ("", is_part)


def functions(node: "Node") -> list["Node"]:
    """The function literals in a node, not those inside them."""
    found, waiting = [], [node]
    while waiting:
        inner = waiting.pop()
        if inner.type == "func_literal":
            found.append(inner)
        else:
            waiting += inner.named_children
    return found


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
        given = node.child_by_field_name("value")
        yield from _free(given, own) if given is not None else ()
        own |= {text(name) for name in names}
        return
    for child in node.named_children:
        yield from _free(child, own)
