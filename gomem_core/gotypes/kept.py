"""What a session keeps of a file of Go source: its declarations of types, and what they need, with their lines.

The text is Go itself, a package clause for each file, and //line before each declaration.  So a session that once read a file
goes on when the file is another one by now, or gone.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from gomem_core.gotypes.syntax import Source, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_CLAUSE: Final = re.compile(r"^package \w+$", re.MULTILINE)
_REMEMBERED: Final = 64  # texts, which are declared again each time a session comes by
_WORD: Final = re.compile(rb"[^\W\d]\w*")
_COMMENTS: Final = re.compile(rb"//[^\n]*|/\*.*?\*/|(`[^`]*`|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)+')", re.DOTALL)
_KEPT: Final = ("import_declaration", "const_declaration", "type_declaration")


def kept_of(sources: Iterable[Source]) -> str:
    """The declarations in files of one package; of constants only those that types may name."""
    declared = [(source, node) for source in sources for node in source.tree.root_node.named_children if node.type in _KEPT]
    needed = _needed([node for _, node in declared])
    found: list[str] = []
    last: Source | None = None
    for source, node in declared:
        if node.type == "const_declaration" and node.id not in needed:
            continue
        found += ([] if source is last else [f"package {_package_of(source)}"]) + [_written(source, node)]
        last = source
    return "\n".join(found)


@lru_cache(_REMEMBERED)
def sources_of(text: str, file: str) -> tuple[Source, ...]:
    """The files in a text that was kept, each with its package clause; or the declarations that it is.  Raises GoError."""
    begins = [clause.start() for clause in _CLAUSE.finditer(text)]
    if begins[:1] != [0]:
        return (Source(text, file, has_package=False),)
    return tuple(Source(text[begin:end], file) for begin, end in zip(begins, [*begins[1:], len(text)], strict=True))


def _package_of(source: Source) -> str:
    clause = next((node for node in source.tree.root_node.named_children if node.type == "package_clause"), None)
    return "p" if clause is None else text_of(clause.named_children[0])


def _written(source: Source, node: "Node") -> str:
    """A declaration without its comments, and the line on which it stands."""
    place = source.place(node)
    text = _COMMENTS.sub(lambda m: m[1] or b"\n" * m[0].count(b"\n") or b" ", node.text or b"")
    lines = [line.rstrip() for line in text.decode(errors="replace").split("\n")]
    return "\n".join([f"//line {place.file}:{place.line}", *lines])


def _needed(nodes: "Sequence[Node]") -> set[int]:
    """Constants (by the ID of their declaration) whose names stand in types, or in such constants."""
    constants = [node for node in nodes if node.type == "const_declaration"]
    words = {word for node in nodes if node.type == "type_declaration" for word in _WORD.findall(node.text or b"")}
    found: set[int] = set()
    while more := [node for node in constants if node.id not in found and _names_in(node) & words]:
        found.update(node.id for node in more)
        words.update(word for node in more for word in _WORD.findall(node.text or b""))
    return found


def _names_in(node: "Node") -> set[bytes]:
    """The names that a declaration of constants declares."""
    return {name.text or b"" for spec in node.named_children for name in spec.children_by_field_name("name")}
