"""A line of statements as a tree."""

import re
from typing import TYPE_CHECKING, Final

from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.syntax import LONGEST_TYPE, TYPED, Source, field

if TYPE_CHECKING:
    from tree_sitter import Node

_NUMBERED: Final = re.compile(r"\b([A-Za-z][A-Za-z0-9_]*)\.([1-9][0-9]*)\b")  # x.1, as `times` names objects
_QUOTED: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|`[^`]*`|'(?:[^'\\]|\\.)*'")
# What the grammar has no place for: a type where a value is expected, and a value where a type is.
_SWAPPED: Final = {"any": "new", "new": "any"}
_ASKED: Final = re.compile(r"([ \t]*(?:[A-Za-z_]\w*[ \t]*:?=[ \t]*)?)(any|new)\(")


class StatementSource(Source):
    """Statements as they were typed, as the body of a function."""

    _before = "func _() { "

    def __init__(self, text: str) -> None:
        """Parse them.  Raises GoError for what is no Go."""
        if len(text.encode(errors="replace")) > LONGEST_TYPE:
            raise GoError(f"statements of more than {LONGEST_TYPE >> 10} KB are not read")
        self.text = text
        self.swapped = False  # any(T) stands there as new(T), or new(VALUE) as any(VALUE)
        try:
            super().__init__(_plain(text) + "\n}", TYPED, has_package=False)
        except GoError:
            asked = _ASKED.match(text)
            if asked is None:
                raise
            swapped = f"{asked[1]}{_SWAPPED[asked[2]]}({text[asked.end() :]}"
            try:
                super().__init__(_plain(swapped) + "\n}", TYPED, has_package=False)
            except GoError:
                super().__init__(_plain(text) + "\n}", TYPED, has_package=False)  # and complain about what was typed
            self.swapped = True

    def statements(self) -> "list[Node]":
        """The statements, in order."""
        functions = [node for node in self.tree.root_node.named_children if node.type == "function_declaration"]
        if len(functions) != 1 or len(self.tree.root_node.named_children) != 2:  # the package clause, and the function
            raise GoError("syntax error: a statement was expected")
        body = field(functions[0], "body")
        listed = [node for node in body.named_children if node.type != "comment"]
        if len(listed) == 1 and listed[0].type == "statement_list":
            listed = [node for node in listed[0].named_children if node.type != "comment"]
        return listed

    def written(self, node: "Node") -> str:
        """The text of a node as it was typed."""
        data = self.text.encode(errors="replace")
        return data[node.start_byte - self._begin : node.end_byte - self._begin].decode(errors="replace")

    def _complain(self) -> None:
        """Raise GoError at the first place that is no Go: here functions are what matters."""
        if not self.tree.root_node.has_error:
            return
        waiting = [self.tree.root_node]
        while waiting:
            node = waiting.pop()
            if node.is_missing:
                raise self.error(f"syntax error: missing {'a line end' if 'token1' in node.type else node.type}", node)
            if node.is_error:
                found = node.text.decode(errors="replace").strip().split("\n")[0] if node.text else ""
                if node.start_byte < self._begin or found in ("", "}"):
                    raise GoError("syntax error: unexpected end of the statement")
                raise self.error(f"syntax error: unexpected {found[:40]}", node)
            waiting += reversed([child for child in node.children if child.has_error or child.is_error or child.is_missing])


def _plain(text: str) -> str:
    """The text in which numbered names are names of Go, as long as they were."""
    quoted = [match.span() for match in _QUOTED.finditer(text)]

    def renamed(match: re.Match[str]) -> str:
        inside = any(start < match.start() < end for start, end in quoted)
        return match[0] if inside else f"{match[1]}_{match[2]}"

    return _NUMBERED.sub(renamed, text)
