"""Literals as they are written: numbers with a point, and texts."""

from typing import TYPE_CHECKING, Final

from gomem_core.gotypes.statements.captures import text

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def float_of(node: "Node") -> float:
    """The number; of a form that only Go knows something that is neither whole nor 0."""
    try:
        return float(text(node).replace("_", "").rstrip("i"))
    except (ValueError, OverflowError):
        return 0.5


def string_of(node: "Node") -> str:
    """The text of a string literal, interpreted or raw."""
    written = text(node)
    if written[:1] == "`":
        return written[1:-1].replace("\r", "")
    found, at, body = [], 0, written[1:-1]
    while at < len(body):
        if body[at] != "\\":
            found.append(body[at])
            at += 1
            continue
        kind = body[at + 1 : at + 2]
        width = {"x": 2, "u": 4, "U": 8}.get(kind, 0)
        if width:
            digits = body[at + 2 : at + 2 + width]
            found.append(chr(int(digits, 16)) if int(digits, 16) < 0x110000 else "?")
            at += 2 + width
        elif kind.isdigit() and body[at + 1 : at + 4].isdigit():
            found.append(chr(int(body[at + 1 : at + 4], 8)))
            at += 4
        else:
            found.append(_ESCAPES.get(kind, kind))
            at += 2
    return "".join(found)
