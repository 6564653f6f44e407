"""The order of a struct's fields that is smallest, and what comes of it where the structs inside it are put in order as well.

A field's type that is a struct can be in a bad order itself.  It is someone else's where it is of the standard library.  What is
declared here, or written out, counts: `least` puts all of it into its best order.  Alignment does not depend on an order, and so
the best order of the whole stays the best one.  A generic type has one order for all its instances; the order told is the best
one for the arguments at hand.
"""

from gomem_core.gotypes.layout import Layouts, Shape, round_up
from gomem_core.gotypes.model import Array, Named, Struct, Type
from gomem_core.named import NamedTuple


class Part(NamedTuple):
    """A field, as far as order goes."""

    name: str
    shape: Shape


class Inner(NamedTuple):
    """A type inside another one, or the whole, and a better order of its fields."""

    name: str
    fields: tuple[str, ...]


class Inside(NamedTuple):
    """What becomes of a type if these are put in order, inside it and itself."""

    shape: Shape
    orders: tuple[Inner, ...]


def in_best_order(parts: list[Part]) -> list[Part]:
    """Fields in the order that is smallest, and in which the collector reads least.

    By alignment, since then nothing is left between two fields; what has no size goes first, for at the end it would take a byte.
    Fields with pointers go before others, and last among them the one that ends with most bytes without.
    """
    return sorted(parts, key=lambda part: (part.shape.size > 0, -part.shape.align, *_pointers_first(part.shape)))


def shape_in(parts: list[Part]) -> Shape:
    """Size, alignment and end of pointers of a struct that has these fields in this order."""
    end, pointers = 0, 0
    for _, (size, align, ptr_bytes) in parts:
        end = round_up(end, align)
        if ptr_bytes:
            pointers = end + ptr_bytes
        end += size
    if end and not parts[-1].shape.size:
        end += 1
    align = max((part.shape.align for part in parts), default=1)
    return Shape(round_up(end, align), align, pointers)


def least(layouts: Layouts, t: Type) -> Inside:
    """How small a type gets if every struct in it that is not the library's is in its best order.  Raises as `shape` does."""
    sorter = _Sorter(layouts)
    shape = sorter.shape(t, str(t))
    return Inside(shape, tuple(Inner(name, fields) for name, fields in sorter.orders.items()))


class _Sorter:
    """Puts structs in order, from the inside out, each once."""

    def __init__(self, layouts: Layouts) -> None:
        self._layouts = layouts
        self._known: dict[int, Shape] = {}
        self.orders: dict[str, tuple[str, ...]] = {}

    def shape(self, t: Type, name: str) -> Shape:
        """Its shape with all in order; `name` is what the struct in it is called, if there is one."""
        match t:
            case Named():
                known = self._known.get(id(t))
                if known is None:
                    known = self._known[id(t)] = self.shape(t.stands_for, t.name)
                return known
            case Array():
                return self._layouts.array(t, self.shape(t.element, str(t.element)))
            case Struct():
                return self._struct(t, name)
            case _:
                return self._layouts.shape(t)

    def _struct(self, t: Struct, name: str) -> Shape:
        parts = [Part(field.name, self.shape(field.type, str(field.type))) for field in t.fields]
        if not parts:
            return self._layouts.shape(t)
        ordered, shape = in_best_order(parts), shape_in(parts)
        best = shape_in(ordered)
        if best.size >= shape.size:
            return shape
        self.orders[name] = tuple(part.name for part in ordered)
        return best


def _pointers_first(shape: Shape) -> tuple[bool, int]:
    return not shape.ptr_bytes, shape.size - shape.ptr_bytes if shape.ptr_bytes else 0
