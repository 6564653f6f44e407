"""Constant expressions, as lengths of arrays have them: whole numbers."""

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from gomem_core.gotypes.syntax import Source, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST: Final = 100  # expressions in expressions
_LARGEST: Final = 512  # bits of a constant, as in Go's compiler
_ESCAPES: Final = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11, "\\": 92, "'": 39, "0": 0}


_BINARY: Final[dict[str, Callable[[int, int], int]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1),  # towards zero
    "%": lambda a, b: abs(a) % abs(b) * (-1 if a < 0 else 1),
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "&^": lambda a, b: a & ~b,
}


class NotConstant(Exception):
    """No whole number that is known: `node` is why."""

    def __init__(self, node: "Node") -> None:
        self.node = node
        super().__init__()


Lookup = Callable[[str, "Node"], int]


def evaluate(node: "Node", source: Source, lookup: Lookup, depth: int = 0) -> int:
    """The value of an expression; `lookup` knows names, and sizes of types.  Raises NotConstant."""
    if depth > _DEEPEST:
        raise NotConstant(node)

    def of(inner: "Node | None") -> int:
        if inner is None:
            raise NotConstant(node)
        return evaluate(inner, source, lookup, depth + 1)

    match node.type:
        case "int_literal":
            return _integer(node)
        case "float_literal":
            return _whole(node)
        case "rune_literal":
            return _rune(node)
        case "identifier" | "iota" | "true" | "false" | "selector_expression" | "call_expression" | "type_conversion_expression":
            return lookup(text_of(node), node)
        case "parenthesized_expression":
            return of(node.named_children[0] if node.named_children else None)
        case "unary_expression":
            return _unary(node, of(node.child_by_field_name("operand")))
        case "binary_expression":
            return folded(node, of(node.child_by_field_name("left")), of(node.child_by_field_name("right")))
    raise NotConstant(node)


def _integer(node: "Node") -> int:
    digits = text_of(node).replace("_", "").lower()
    try:
        value = int(digits, 8) if digits[0] == "0" and digits.isdigit() else int(digits, 0)
    except ValueError as e:
        raise NotConstant(node) from e
    return _checked(node, value)


def _whole(node: "Node") -> int:
    try:
        value = float(text_of(node).replace("_", ""))
    except ValueError as e:
        raise NotConstant(node) from e
    if value != value // 1 or abs(value) >= 1 << 53:
        raise NotConstant(node)
    return int(value)


def _rune(node: "Node") -> int:
    inner = text_of(node)[1:-1]
    if len(inner) == 1:
        return ord(inner)
    if inner[:1] != "\\":
        raise NotConstant(node)
    if inner[1:] in _ESCAPES:
        return _ESCAPES[inner[1:]]
    try:
        return int(inner[2:], 16) if inner[1] in "xuU" else int(inner[1:], 8)
    except ValueError as e:
        raise NotConstant(node) from e


def _unary(node: "Node", value: int) -> int:
    match text_of(node)[0]:
        case "-":
            return -value
        case "+":
            return value
        case "^":
            return ~value
    raise NotConstant(node)


def folded(node: "Node", a: int, b: int) -> int:
    """The value of a binary expression whose operands have these values.  Raises NotConstant."""
    written = node.child_by_field_name("operator")
    sign = "" if written is None else text_of(written)
    if (sign in ("/", "%") and b == 0) or (sign in ("<<", ">>") and not 0 <= b <= _LARGEST):
        raise NotConstant(node)
    operation = _BINARY.get(sign)
    if operation is None:
        raise NotConstant(node)
    return _checked(node, operation(a, b))


def _checked(node: "Node", value: int) -> int:
    if value.bit_length() > _LARGEST:
        raise NotConstant(node)
    return value
