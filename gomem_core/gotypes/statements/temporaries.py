"""What only a conversion or a sum needs, and nobody keeps: it does not escape, and stays on the stack where it is small."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gomem_core.gotypes.statements.captures import text
from gomem_core.gotypes.statements.values import Value
from gomem_core.gotypes.syntax import field

if TYPE_CHECKING:
    from tree_sitter import Node

    from gomem_core.gotypes.statements.expressions import Expressions

STACK: Final = (
    32  # bytes of a string, or of a slice of bytes, and runes of a slice (tmpBuf); for what is longer, an object is made
)
_RUNE: Final = 4  # bytes
_LITERAL: Final = 64 << 10  # bytes of a literal, or of make with a constant (MaxImplicitStackVarSize)


def temporary(of: "Expressions", node: "Node", most: int | None = STACK) -> Value:
    """The value of an operand that is read and then forgotten; `most` None: string(b) is read where the bytes are.

    Raises GoError.
    """
    plan = of.plan
    before = len(plan.requests)
    value = of.of(node)
    if len(plan.requests) != before + 1 or value.pointers != ((0, -1 - before),) or value.made != (-1 - before,):
        return value
    limit, size = _limit(of, node, most), plan.requests[-1].element.size
    if limit is not None and size > limit:
        return value
    plan.requests.pop()
    return replace(value, pointers=(), made=(), on_stack=True)


def _limit(of: "Expressions", node: "Node", most: int | None) -> int | None:
    """Bytes up to which it stays on the stack; None: it makes no object at all."""
    while node.type == "parenthesized_expression":
        node = node.named_children[0]
    if node.type == "composite_literal":
        return _LITERAL
    function = node.child_by_field_name("function")
    called = "" if function is None else text(function)
    if called == "make":
        sizes = field(node, "arguments").named_children[1:]
        return _LITERAL if all(size.type == "int_literal" for size in sizes) else 0
    if node.type == "binary_expression" or called in ("string", "[]byte"):
        return STACK if most is not None or called != "string" else None
    if node.type == "type_conversion_expression":
        written = of.source.written(field(node, "type"))
        if written in ("[]byte", "[]uint8"):
            return None if of.shapes.language.reads_strings else STACK
        return STACK * _RUNE if written in ("[]rune", "[]int32") else 0
    return 0
