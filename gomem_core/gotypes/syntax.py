"""Go source as a tree, by tree-sitter; both packages are imported when the first source is read.

Untrusted text: its length is bounded, and nothing here walks a tree by recursion.
"""

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, Final

from gomem_core.foreign import brief
from gomem_core.gotypes.errors import GoError, Place
from gomem_core.regex import regex

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

LONGEST_SOURCE: Final = 8 << 20  # bytes of a file; the largest of Go's own has three million
LONGEST_TYPE: Final = 1 << 16  # bytes of a type that is typed
_LINE: Final = regex(r"^//line ([^\n]+):(\d{1,9})$", re.MULTILINE)  # where the next line stands in truth
TYPED: Final = "type"  # instead of a file, for what is typed
STEP: Final = "step "  # begins, instead of a file, what a session's step declared in one line


@cache
def _parser() -> "Parser":
    import tree_sitter  # noqa: PLC0415 -- takes 30 ms, and few sessions type Go
    import tree_sitter_go  # noqa: PLC0415 -- the same

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_go.language()))


class Source:
    """A text of Go and its tree."""

    _before = ""  # what is put before the text, on its first line

    def __init__(self, text: str, name: str, has_package: bool = True) -> None:
        """Parse it; without a package clause it gets one.  Raises GoError for what is no Go."""
        text = self._before + text
        data = text.encode(errors="replace")
        if len(data) > LONGEST_SOURCE:
            raise GoError(f"the source is longer than {LONGEST_SOURCE >> 20} MB")
        self.name = name
        self._lines_before = 0 if has_package else 1
        prefix = b"" if has_package else b"package p\n"
        self._begin = len(prefix) + len(self._before)
        said = _LINE.finditer(text) if "//line" in text else ()
        self._said = [(text.count("\n", 0, m.start()) + 1, m[1], int(m[2])) for m in said]
        self.tree: Tree = _parser().parse(prefix + data + b"\n")  # the grammar wants the last line ended
        self._complain()

    def place(self, node: "Node") -> Place:
        """Where a node begins."""
        row, column = node.start_point
        line = row - self._lines_before
        at = bisect_right(self._said, line, key=lambda said: said[0]) - 1
        if at >= 0:
            first, file, number = self._said[at]
            return Place(file, number + line - first, column + 1)
        return Place(self.name, line + 1, column + 1 - (len(self._before) if line == 0 else 0))

    def error(self, message: str, node: "Node", *notes: str) -> GoError:
        """An error at a node."""
        return GoError(message, self.place(node), notes)

    def _expected(self) -> str:
        """What is wrong where it is not even clear what was meant."""
        return "declarations were expected"

    def _complain(self) -> None:
        """Raise GoError at the first place that is no Go, but for functions: they declare no types, and are younger at times.

        The grammar does not know methods with type parameters, which Go 1.27 has.
        """
        if not self.tree.root_node.has_error:
            return
        waiting = [node for node in reversed(self.tree.root_node.children) if not _is_function(node)]
        while waiting:
            node = waiting.pop()
            if node.is_missing and "token1" not in node.type:  # a line's end, which Go does not want before )
                raise self.error(f"syntax error: missing {node.type}", node)
            if node.is_error:
                if node.start_byte < self._begin:
                    raise GoError(f"syntax error: {self._expected()}", Place(self.name, 1, 1))
                found = text_of(node).strip().split("\n")[0]
                raise self.error(f"syntax error: unexpected {brief(found, 40) or 'end of line'}", node)
            if node.has_error:
                waiting += reversed(node.children)


def source_of(text: str, name: str) -> Source:
    """The source in a file, in which the package clause may be missing.  Raises GoError for what is no Go."""
    first = next((line for line in map(str.strip, text.splitlines()) if line and not line.startswith("//")), "")
    return Source(text, name, "package " in text and not first.startswith(("type ", "const ", "import ")))


def is_typed(place: Place) -> bool:
    """Whether it is a place in one line that was typed, not in a file."""
    return place.file == TYPED or place.file.startswith(STEP)


class TypedType(Source):
    """A type alone, as it is typed."""

    _before = "var _ "

    def __init__(self, text: str) -> None:
        """Parse it.  Raises GoError, also for what is no type, or more than one."""
        if len(text.encode(errors="replace")) > LONGEST_TYPE:
            raise GoError(f"a type of more than {LONGEST_TYPE >> 10} KB is not read")
        if not text.strip():
            raise GoError("a type was expected, such as []int or struct{ a, b int }", Place(TYPED, 1, 1))
        self._text = text
        super().__init__(text, TYPED, has_package=False)

    def node(self) -> "Node":
        """The type.  Raises GoError."""
        parts = self.tree.root_node.named_children[1:]
        spec = parts[0].named_children[0] if parts and parts[0].type == "var_declaration" and parts[0].named_children else None
        if spec is None or (found := spec.child_by_field_name("type")) is None:
            raise GoError("a type was expected", Place(TYPED, 1, 1))
        if (value := spec.child_by_field_name("value")) is not None:
            raise self.error("a type was expected, and nothing behind it", value)
        if len(parts) > 1:
            raise self.error("one type was expected, and nothing behind it", parts[1])
        return found

    def _expected(self) -> str:
        """What is missing where all of it is no type."""
        opened = [closing for opening, closing in ("{}", "[]", "()") if self._text.count(opening) > self._text.count(closing)]
        return f"unexpected end, expected {opened[0]}" if opened else "a type was expected"


def _is_function(node: "Node") -> bool:
    return node.type in ("function_declaration", "method_declaration") or (node.is_error and text_of(node).startswith("func "))


def text_of(node: "Node") -> str:
    """The source of a node."""
    return "" if node.text is None else node.text.decode(errors="replace")


def field(node: "Node", name: str) -> "Node":
    """A part of a node that the grammar says is there.  Raises GoError where it is not."""
    found = node.child_by_field_name(name)
    if found is None:
        raise GoError(f"syntax error: {node.type} without {name}")
    return found
