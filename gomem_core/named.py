"""Named tuples that cost little to declare.

`typing.NamedTuple` checks the type of each field and compiles a `__new__` for each class, which takes a tenth of a
millisecond: for the hundred of the explorer a thirtieth of the time to its first picture.  These look and behave the same,
but they share all methods but `__new__`, which is compiled when the first value of its class is made.  What mypyc compiles
takes those of typing, which it knows.
"""

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

try:
    from _collections import _tuplegetter  # type: ignore[import-not-found]  # what collections uses: half a property's time
except ImportError:  # a Python where it is written otherwise

    def _tuplegetter(index: int, doc: str) -> object:
        return property(itemgetter(index), doc=doc)


def _owner(cls: Any) -> Any:
    """The class that declares the fields: it, or one it inherits from."""
    return next(base for base in cls.__mro__ if "_fields" in vars(base))


def _first_new(cls: type, *args: object, **values: object) -> object:
    owner = _owner(cls)
    names = ", ".join(owner._fields)
    text = f"lambda _cls, {names}: _new(_cls, ({names},))"
    # Not the text itself: an interrupt that comes while text is executed ends a python -m, handled or not.
    made: Callable[..., object] = eval(compile(text, owner.__qualname__, "eval"), {"_new": tuple.__new__})  # noqa: S307 -- as collections do
    made.__defaults__ = tuple(owner._field_defaults.values())
    made.__name__, made.__qualname__ = "__new__", f"{owner.__qualname__}.__new__"  # what a TypeError for wrong arguments names
    owner.__new__ = staticmethod(made)
    return made(cls, *args, **values)


def _make(cls: Any, values: Iterable[object]) -> Any:
    made = tuple.__new__(cls, values)
    if len(made) != len(cls._fields):
        raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
    return made


def _replace(self: Any, /, **values: object) -> Any:
    made = self._make(map(values.pop, self._fields, self))
    if values:
        raise TypeError(f"Got unexpected field names: {list(values)!r}")
    return made


def _asdict(self: Any) -> dict[str, object]:
    return dict(zip(self._fields, self, strict=True))


def _repr(self: Any) -> str:
    pairs = (f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
    return f"{type(self).__name__}({', '.join(pairs)})"


def _getnewargs(self: tuple[object, ...]) -> tuple[object, ...]:
    """Tells copy and pickle how to rebuild it."""
    return tuple(self)


_SHARED: Final[dict[str, object]] = {
    "__slots__": (),
    "__new__": _first_new,
    "__repr__": _repr,
    "__getnewargs__": _getnewargs,
    "__replace__": _replace,
    "_make": classmethod(_make),
    "_replace": _replace,
    "_asdict": _asdict,
}


class _Declared(type):
    """Makes a subclass of tuple of a class statement."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
        made: Any = type(name, (tuple, *bases[1:]), _SHARED | body)
        fields = made._fields = tuple(made.__annotations__)
        setattr(made, "__match_args__", fields)  # noqa: B010 -- mypy wants to know them
        made._field_defaults = {field: body[field] for field in fields if field in body}
        for index, field in enumerate(fields):
            setattr(made, field, _tuplegetter(index, ""))
        found: type = made
        return found


if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 -- or else mypy lets nobody import it from here
else:

    class NamedTuple:
        """What classes name as their base; like typing's it is none of their bases."""

        def __mro_entries__(self, _bases: tuple[object, ...]) -> tuple[type, ...]:
            """Stands for the class whose metaclass makes them."""
            return (_BASE,)

    NamedTuple = NamedTuple()
    _BASE = type.__new__(_Declared, "NamedTuple", (), {})
