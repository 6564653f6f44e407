"""Lengths of arrays: the constants that they name, in whichever file those are declared."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from gomem_core.gotypes import library
from gomem_core.gotypes.constants import NotConstant, evaluate
from gomem_core.gotypes.errors import GoError, Unsized
from gomem_core.gotypes.model import BASICS
from gomem_core.gotypes.package import Package
from gomem_core.gotypes.syntax import Source, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

PathOf = Callable[[str, "Node", Source], str]
SizeOf = Callable[["Node", Source], int | None]


class Lengths:
    """Works lengths out, each constant once.

    `path_of` tells the path of an imported package, `size_of` the bytes of a type, or None where nobody knows yet.
    """

    def __init__(self, package: Package, path_of: PathOf, size_of: SizeOf) -> None:
        self._package = package
        self._path_of = path_of
        self._size_of = size_of
        self._values: dict[str, int] = {}
        self._evaluating: set[str] = set()

    def length(self, node: "Node", source: Source) -> int:
        """The value of an expression in brackets.  Raises GoError for what is no length, Unsized for what is not known."""
        try:
            length = evaluate(node, source, partial(self._constant, source, 0))
        except NotConstant as e:
            raise self._no_length(node, e.node, source) from e
        if length < 0:
            value = "" if node.type in ("int_literal", "unary_expression") else f" {length}"
            raise source.error(f"invalid array length {text_of(node)} (untyped int constant{value})", node)
        return length

    def _no_length(self, node: "Node", why: "Node", source: Source) -> GoError:
        name = text_of(node)
        if node.type == "identifier" and name not in self._package.constants:
            is_known = name in self._package.others or name in self._package.types
            return source.error(f"invalid array length {name}" if is_known else f"undefined: {name}", node)
        if why == node and "literal" in node.type:
            return source.error(f"array length {name} must be a whole number", node)
        because = "" if why == node else f": so is {text_of(why)}"
        return Unsized(f"the array length {name} is not known{because}", source.place(node))

    def _constant(self, source: Source, iota: int, name: str, node: "Node") -> int:
        if name == "iota":
            return iota
        if node.type == "selector_expression":
            alias, _, constant = name.partition(".")
            if (value := library.CONSTANTS.get(f"{self._path_of(alias, node, source)}.{constant}")) is None:
                raise NotConstant(node)
            return value
        if node.type in ("call_expression", "type_conversion_expression"):
            return self._call(source, iota, node)
        if name not in self._values:
            self._values[name] = self._declared(name, node)
        return self._values[name]

    def _declared(self, name: str, node: "Node") -> int:
        declared = self._package.constants.get(name)
        if declared is None or declared.value is None or name in self._evaluating:
            raise NotConstant(node)
        self._evaluating.add(name)
        try:
            return evaluate(declared.value, declared.source, partial(self._constant, declared.source, declared.iota))
        finally:
            self._evaluating.discard(name)

    def _call(self, source: Source, iota: int, node: "Node") -> int:
        """The value of a conversion, of a string's length, or of a type's size.  Raises NotConstant."""
        called, listed = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if called is None or listed is None or len(listed.named_children) != 1:
            raise NotConstant(node)
        name, argument = text_of(called), listed.named_children[0]
        if name in BASICS and "float" not in name:
            return evaluate(argument, source, partial(self._constant, source, iota))
        if name == "len" and (text := self._string(argument)) is not None:
            return len(text.encode()) - 2
        if name == "unsafe.Sizeof":
            inner = argument.child_by_field_name("type" if argument.type == "composite_literal" else "function")
            if inner is not None and (argument.type == "composite_literal" or text_of(inner) in BASICS):
                size = self._size_of(inner, source)
                if size is not None:
                    return size
        raise NotConstant(node)

    def _string(self, node: "Node") -> str | None:
        """The literal that an expression is or names, in quotes; None where it is none, or has escapes."""
        if node.type == "identifier" and (declared := self._package.constants.get(text_of(node))) is not None and declared.value:
            node = declared.value
        text = text_of(node)
        is_plain = node.type == "raw_string_literal" or (node.type == "interpreted_string_literal" and "\\" not in text)
        return text if is_plain else None
