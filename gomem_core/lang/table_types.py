"""The registry's part about Go's types: what a session declares of them."""

from typing import Final

from gomem_core.lang.commands import Declare, Types
from gomem_core.lang.continued import goes_on
from gomem_core.lang.errors import WordError
from gomem_core.lang.grammar import CommandSpec, Operand, Shape
from gomem_core.lang.operands import trimmed


def _declaration(text: str) -> str:
    if goes_on([text]):
        raise WordError("one of its brackets is never closed")
    return trimmed(text)


_TYPE = CommandSpec(
    name="type",
    meant=("typedef", "declare"),
    shapes=(
        Shape(
            Declare,
            operands=(
                Operand(
                    "text",
                    "DECLARATION",
                    "a declaration as Go has it, such as node struct{ next *node }",
                    _declaration,
                    rest="code",
                ),
            ),
        ),
    ),
    summary="Declare types of Go, as a program does.",
    help="As in Go: type NAME TYPE, with parameters in brackets for a generic type, or several in parentheses, with semicolons. "
    "It may take several lines, up to the closing bracket. A type may name others that are declared later. A name that is "
    "declared once more is the new type from then on; objects stay what they are. The types belong to the session, like its "
    "objects: going back takes them away.",
    examples=(
        "type node struct { next *node; key, value string }",
        "type ( id uint32; pair[T any] struct { a, b T } )",
        "type node struct { next *node; done bool }\nlayout [4]node\ntype tree struct { left, right *tree; node }",
    ),
)

_TYPES = CommandSpec(
    name="types",
    meant=("import", "include"),
    shapes=(
        Shape(
            Types,
            operands=(
                Operand("path", "FILE", "a file of Go source, or a directory with the files of a package", trimmed, rest="line"),
            ),
        ),
    ),
    summary="Declare the types that a file of Go source declares.",
    help="Types and the constants that they need are taken, all else is passed by. A type that needs what is in another package "
    "is named, with its line, unless that is the standard library's. The session keeps the declarations themselves, in "
    "lines that begin with | below this one: it goes on with them when the file is another one by then, or gone.",
    examples=("types node.go",),
)

SPECS: Final = (_TYPE, _TYPES)
