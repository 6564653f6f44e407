"""How values of a type lie in memory: size, alignment, fields, which words are pointers (cmd/compile's CalcSize, on amd64)."""

from typing import Final

from gomem_core.gotypes.errors import DependsOnParameter, GoError, Unsized
from gomem_core.gotypes.model import (
    MASKS,
    WORD,
    WORDS,
    Array,
    Basic,
    Library,
    Named,
    Parameter,
    Referring,
    Struct,
    Type,
    Unread,
    circle,
)
from gomem_core.named import NamedTuple

MAX_WIDTH: Final = 1 << 50  # bytes of the largest type, in Go's compiler
LONGEST_MASK: Final = 1 << 20  # words of a type whose mask is written out


class Shape(NamedTuple):
    """Bytes of a type, its alignment, and the end of its last pointer word (PtrBytes; 0: it has no pointers)."""

    size: int
    align: int
    ptr_bytes: int


class Placed(NamedTuple):
    """A field in its struct, and the unused bytes behind it."""

    name: str
    offset: int
    size: int
    align: int
    padding: int
    type: str
    mask: str | None  # a character a word, up to the last pointer; None: it is too long

    @property
    def shape(self) -> Shape:
        """Its type's."""
        return Shape(self.size, self.align, self.size if self.mask is None else WORD * len(self.mask))


class Layouts:
    """Shapes of types, each worked out once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Type, Shape]] = {}
        self._offsets: dict[int, tuple[Struct, list[int]]] = {}
        self._inside: list[Named] = []

    def shape(self, t: Type) -> Shape:
        """Size, alignment and end of pointers.  Raises GoError, for a type that holds itself, or is too large; Unsized."""
        known = self._known.get(id(t))
        if known is None:
            known = t, self._work_out(t)
            self._known[id(t)] = known
        return known[1]

    def mask(self, t: Type) -> str | None:
        """A character a word, 1 for a pointer, up to the last pointer; None where that is too long.  Raises as `shape` does."""
        shape = self.shape(t)
        if shape.ptr_bytes > LONGEST_MASK * WORD:
            return None
        return self._mask(t) if shape.ptr_bytes else ""

    def fields(self, t: Type) -> tuple[Placed, ...]:
        """The fields of a struct where they lie; nothing for other types.  Raises as `shape` does."""
        size = self.shape(t).size
        while isinstance(t, Named):
            t = t.stands_for
        found: list[Placed] = []
        if isinstance(t, Library):
            found = [Placed(f.name, f.offset, f.size, f.align, 0, f.type, f.mask) for f in t.row.fields]
        elif isinstance(t, Struct):
            for field, offset in zip(t.fields, self.offsets(t), strict=True):
                s = self.shape(field.type)
                found.append(Placed(field.name, offset, s.size, s.align, 0, str(field.type), self.mask(field.type)))
        ends = [*(f.offset for f in found[1:]), size]
        return tuple(f._replace(padding=end - f.offset - f.size) for f, end in zip(found, ends, strict=False))

    def _work_out(self, t: Type) -> Shape:
        match t:
            case Basic(size=size, align=align, mask=mask):
                return Shape(size, align, WORD * len(mask))
            case Referring(kind=kind):
                return Shape(WORD * WORDS.get(kind, 1), WORD, WORD * len(MASKS.get(kind, "1")))
            case Array():
                return self.array(t, self.shape(t.element))
            case Struct():
                return self._struct(t)
            case Library(row=row):
                return Shape(row.size, row.align, WORD * len(row.mask))
            case Named():
                return self._declared(t)
            case Unread():
                raise Unsized(f"the size of {t.name} is not known: {t.why}", t.place)
            case Parameter():
                raise DependsOnParameter(f"the size depends on the type parameter {t.name}")

    def _declared(self, t: Named) -> Shape:
        if t in self._inside:
            raise circle(self._inside[self._inside.index(t) :])
        self._inside.append(t)
        try:
            return self.shape(t.stands_for)
        finally:
            self._inside.pop()

    def array(self, t: Array, element: Shape) -> Shape:
        """So many elements of that shape in a row.  Raises GoError for what is too large."""
        size = t.length * element.size
        if size >= MAX_WIDTH or t.length >= MAX_WIDTH << 13:
            raise GoError(f"type {t} larger than address space", t.place)
        end = (t.length - 1) * element.size + element.ptr_bytes if t.length and element.ptr_bytes else 0
        return Shape(size, element.align, end)

    def offsets(self, t: Struct) -> list[int]:
        """Where the fields of a struct begin.  Raises as `shape` does."""
        known = self._offsets.get(id(t))
        if known is not None:
            return known[1]
        found, end = [], 0
        for field in t.fields:
            size, align, _ = self.shape(field.type)
            end = round_up(end, align)
            found.append(end)
            end += size
        self._offsets[id(t)] = t, found
        return found

    def _struct(self, t: Struct) -> Shape:
        if not t.fields:
            return Shape(0, 1, 0)
        offsets = self.offsets(t)
        shapes = [self.shape(field.type) for field in t.fields]
        end, align = offsets[-1] + shapes[-1].size, max(s.align for s in shapes)
        if end and not shapes[-1].size:
            end += 1  # so that the address of the last field is inside
        if end >= MAX_WIDTH:
            raise GoError("type struct larger than address space")
        pointers = [offset + s.ptr_bytes for offset, s in zip(offsets, shapes, strict=True) if s.ptr_bytes]
        return Shape(round_up(end, align), align, max(pointers, default=0))

    def _mask(self, t: Type) -> str:
        """The mask of a type that has pointers."""
        match t:
            case Basic(mask=mask):
                return mask
            case Referring(kind=kind):
                return MASKS.get(kind, "1")
            case Library(row=row):
                return row.mask
            case Named():
                return self._mask(t.stands_for)
            case Array(length=length, element=element):
                one = self._mask(element)
                return one.ljust(self.shape(element).size // WORD, "0") * (length - 1) + one
            case Struct(fields=fields):
                found = ""
                for field, offset in zip(fields, self.offsets(t), strict=True):
                    if self.shape(field.type).ptr_bytes:
                        found = found.ljust(offset // WORD, "0") + self._mask(field.type)
                return found
        return ""


def round_up(n: int, align: int) -> int:
    """The next multiple of a power of two."""
    return (n + align - 1) & -align
