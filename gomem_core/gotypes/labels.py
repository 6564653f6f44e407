"""What the words of an object are: the path of the field that lies in each, as a program would write it."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from gomem_core.go.heapbits import AGAIN
from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.layout import Layouts
from gomem_core.gotypes.model import WORD, Array, Basic, Library, Named, Referring, Struct, Type
from gomem_core.gotypes.statements.runtime_types import runtime_type

if TYPE_CHECKING:
    from gomem_core.gotypes.types import GoTypes

_PARTS: Final = {"string": ("", ".len"), "[]": ("", ".len", ".cap"), "interface": (".type", "")}  # words of what has several
_MOST: Final = 3  # fields of one word that are named
_REMEMBERED: Final = 4096  # words
_QUALIFIED: Final = re.compile(r"(?:[\w.-]+/)*(\w+)\.(\w+)")


class Labels:
    """Names of words of types that are known by name."""

    def __init__(self, types: "GoTypes") -> None:
        self.types = types
        self._layouts = Layouts()
        self._found: dict[str, Type | None] = {}
        self.word: Callable[[str, int], str] = lru_cache(_REMEMBERED)(self._word)

    def _word(self, name: str, number: int) -> str:
        """The name of word `number` of an object of the type `name`; nothing where it is not known, or has none."""
        t = self._type(name)
        size = 0 if t is None else self._layouts.shape(t).size
        if t is None or not size:
            return ""
        offset, again = number * WORD, ""
        if offset >= size and size % WORD == 0:
            offset, again = offset % size, AGAIN
        path = self._path(t, offset)
        return again + path.removeprefix(".") if path or not again else ""

    def _type(self, name: str) -> Type | None:
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Type | None:
        try:
            return self.types.typed(self.own(name)).type
        except GoError:
            return runtime_type(self.types, name)

    def own(self, name: str) -> str:
        """A type as its own package writes it: main.node is node where that is what was declared."""
        names, packages = self.types.names, self.types.packages
        return _QUALIFIED.sub(lambda m: m[2] if m[1] in packages and m[2] in names else m[0].rpartition("/")[2], name)

    def _path(self, t: Type, offset: int) -> str:
        """What lies at an offset: .field[2].field of the word there."""
        path = ""
        while True:
            match t:
                case Named():
                    t = t.stands_for
                case Array(element=element):
                    size = self._layouts.shape(element).size
                    if not size:
                        return path
                    if size < WORD:
                        return f"{path}[{offset // size}]"
                    index, offset = divmod(offset, size)
                    path, t = f"{path}[{index}]", element
                case Struct() | Library():
                    placed = self._layouts.fields(t)
                    end = offset + WORD
                    inside = [n for n, f in enumerate(placed) if f.size and f.offset < end and f.offset + f.size > offset]
                    if len(inside) != 1:
                        names = ",".join(placed[n].name for n in inside[:_MOST]) + (",…" if len(inside) > _MOST else "")
                        return f"{path}.{names}" if names else path
                    one = placed[inside[0]]
                    path, offset = f"{path}.{one.name}", max(0, offset - one.offset)
                    if isinstance(t, Library):
                        return path + _part(_kind_of(one.type), offset)
                    t = t.fields[inside[0]].type
                case Basic(name=name):
                    return path + _part(name, offset)
                case Referring(kind=kind):
                    return path + _part(kind, offset)
                case _:
                    return path


def _kind_of(written: str) -> str:
    """What a field of the library is that has several words, as far as its type says so by itself."""
    return "[]" if written.startswith("[]") else "interface" if written in ("any", "error") else written


def _part(kind: str, offset: int) -> str:
    parts = _PARTS.get(kind, ("",))
    return parts[offset // WORD] if offset // WORD < len(parts) else ""
