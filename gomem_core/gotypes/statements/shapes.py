"""Types as the rules want them: looked up among those that are declared, measured once."""

from functools import cached_property

from gomem_core.go.language import Language
from gomem_core.go.versions import Profile
from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.model import BASICS, Array, Basic, Field, Referring, Struct, Type, underlying
from gomem_core.gotypes.statements.plan import Element, element
from gomem_core.gotypes.types import GoTypes

_FUNCTION = Referring("func", "func()")
INDIRECT = 128  # bytes of the largest key or element that a map holds itself


class Shapes:
    """The types of one statement, on one version of Go."""

    def __init__(self, types: GoTypes, language: Language) -> None:
        self.types = types
        self.language = language
        self._known: dict[int, tuple[Type, Element]] = {}

    @property
    def profile(self) -> Profile:
        """The version of Go."""
        return self.types.profile

    def element(self, t: Type) -> Element:
        """How a type lies in memory.  Raises GoError."""
        known = self._known.get(id(t))
        if known is None:
            shape, mask = self.types.measured(t)
            if mask is None:
                raise GoError(f"the type {t} has more words than are told apart here")
            made = element(str(t), shape.size, mask)
            known = self._known[id(t)] = t, made._replace(ptr_bytes=shape.ptr_bytes)
        return known[1]

    def named(self, t: Type, name: str) -> Element:
        """The same under another name: that which Go's runtime has for it."""
        return self.element(t)._replace(name=name)

    def offsets(self, t: Struct) -> list[int]:
        """Where the fields of a struct begin.  Raises GoError."""
        return self.types.offsets(t)

    @property
    def function(self) -> Referring:
        """The type of a function of which nothing else is known."""
        return _FUNCTION

    @cached_property
    def channel(self) -> Element:
        """The struct of a channel."""
        return self.named(self.types.typed(self.language.channel).type, "runtime.hchan")

    @cached_property
    def goroutine(self) -> Element:
        """The struct of a goroutine."""
        return element("runtime.g", self.language.goroutine_bytes, self.language.goroutine)


def pointer_to(t: Type) -> Referring:
    """The type *T."""
    return Referring("*", f"*{t}", (t,))


def slice_of(t: Type) -> Referring:
    """The type []T."""
    return Referring("[]", f"[]{t}", (t,))


def is_kind(t: Type, *kinds: str) -> bool:
    """Whether a type is, at bottom, a slice, a map and so on.  Raises GoError."""
    bottom = underlying(t)
    return isinstance(bottom, Referring) and bottom.kind in kinds


def is_string(t: Type) -> bool:
    """Whether a type is a string at bottom.  Raises GoError."""
    return underlying(t) is BASICS["string"]


def is_number(t: Type) -> bool:
    """Whether a type is one of numbers at bottom.  Raises GoError."""
    bottom = underlying(t)
    return isinstance(bottom, Basic) and bottom.name not in ("bool", "string", "unsafe.Pointer")


def part(t: Type, which: int = 0) -> Type:
    """A type that a slice, a pointer, a map or a channel refers to.  Raises GoError."""
    bottom = underlying(t)
    if isinstance(bottom, Array):
        return bottom.element
    if not isinstance(bottom, Referring) or which >= len(bottom.parts):
        raise GoError(f"{t} has no elements")
    return bottom.parts[which]


def sole(t: Type) -> Type:
    """What a struct of one field, or an array of one element, consists of alone.  Raises GoError."""
    while True:
        bottom = underlying(t)
        if isinstance(bottom, Struct) and len(bottom.fields) == 1:
            t = bottom.fields[0].type
        elif isinstance(bottom, Array) and bottom.length == 1:
            t = bottom.element
        else:
            return bottom


def struct(*fields: tuple[str, Type]) -> Struct:
    """A struct of these fields."""
    return Struct(tuple(Field(name, t) for name, t in fields))
