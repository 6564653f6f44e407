"""Values that cost little to declare.

`@dataclass(frozen=True, slots=True)` compiles seven methods for each class, which takes a third of a millisecond.  For all events
and commands that is a fifth of what `gomem run` needs to start, and for all classes an eighth of what gomem adds to the start of
an explorer.  `@frozen` classes look and behave the same, but they share these methods, all but `__init__`, which is compiled when
the first value of its class is made; what `dataclasses.replace` and `fields` ask for is made when it is asked for.
`@mutable` classes can be changed, and have no hash; `@bundle` ones are equal only if they are the same one.
"""

from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field
from operator import attrgetter
from typing import Any, ClassVar, Final, TypeVar, dataclass_transform, get_origin

T = TypeVar("T")

_DEFAULTS: Final = "__frozen_defaults__"  # of the fields of a class and its bases that have any
_COMPARED: Final = "__frozen_compared__"  # what returns the fields that are compared
_CLASS_VAR: Final[object] = ClassVar
_MADE: Final = object()  # stands for the value that a factory makes
_UNSLOTTED: Final = ("__dict__", "__weakref__")  # what a class has only because it had no slots


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """A dataclass that is immutable, has slots, and is compared and hashed by its values.

    Of what `field` says it hears `default`, `default_factory`, `init` and `compare`.
    """
    return _made(cls, _SHARED)


@dataclass_transform(field_specifiers=(field,))
def mutable(cls: type[T]) -> type[T]:
    """The same, which can be changed and has no hash."""
    return _made(cls, _MUTABLE)


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def bundle(cls: type[T]) -> type[T]:
    """A frozen class whose values are equal only if they are one: for those that hold arrays, which compare row by row."""
    return _made(cls, _BUNDLE)


def _made(cls: type[T], shared: dict[str, object]) -> type[T]:
    own = [name for name, of in cls.__annotations__.items() if get_origin(of) is not _CLASS_VAR]
    inherited: tuple[str, ...] = getattr(cls, "__match_args__", ())
    body = {name: value for name, value in cls.__dict__.items() if name not in _UNSLOTTED}
    body[_DEFAULTS] = getattr(cls, _DEFAULTS, {}) | {name: body.pop(name) for name in own if name in body}
    body["__slots__"] = tuple(name for name in own if name not in inherited)
    body["__match_args__"] = (*inherited, *body["__slots__"])
    left_out = {name for name, default in body[_DEFAULTS].items() if isinstance(default, Field) and not default.compare}
    compared = [name for name in body["__match_args__"] if name not in left_out]
    body[_COMPARED] = attrgetter(*compared) if compared else _nothing
    make: Callable[..., type[T]] = type(cls)
    return make(cls.__name__, cls.__bases__, body | shared)


class _Fields:
    """Stands for the fields of a class as dataclasses has them, until somebody asks for them."""

    def __get__(self, value: object, cls: type) -> dict[str, Any]:
        types = {name: of for base in reversed(cls.__mro__) for name, of in getattr(base, "__annotations__", {}).items()}
        names: tuple[str, ...] = getattr(cls, "__match_args__")  # noqa: B009 -- mypy knows it as a tuple of the single class
        made: Any = dataclass(init=False, repr=False, eq=False)(
            # With a docstring, or dataclasses would work one out from the signature, which takes ten times as long as all else.
            type(cls.__name__, (), {"__annotations__": {name: types[name] for name in names}, "__doc__": cls.__name__})
        )
        found: dict[str, Any] = made.__dataclass_fields__
        for name, default in getattr(cls, _DEFAULTS).items():
            if isinstance(default, Field):
                found[name].default, found[name].default_factory, found[name].compare = _said(default)
                found[name].init = default.init
            else:
                found[name].default = default
        setattr(cls, "__dataclass_fields__", found)  # noqa: B010 -- mypy knows of no such attribute
        return found


def _said(said: Field[Any]) -> tuple[Any, Any, bool]:
    return said.default, said.default_factory, said.compare


def _nothing(_: object) -> tuple[()]:
    return ()


def values_of(value: object) -> Iterator[tuple[str, object]]:
    """The names and values of its fields, in the order in which they are declared."""
    names: tuple[str, ...] = getattr(value, "__match_args__")  # noqa: B009 -- mypy knows it as a tuple of the single class
    return ((name, getattr(value, name)) for name in names)


def _first_init(self: object, *args: object, **values: object) -> None:
    cls = type(self)
    _compile_init(cls)(self, *args, **values)


def _compile_init(cls: type) -> Callable[..., None]:
    """Give the class the `__init__` that a frozen dataclass would have."""
    names: tuple[str, ...] = getattr(cls, "__match_args__")  # noqa: B009 -- mypy knows it as a tuple of the single class
    defaults: dict[str, object] = getattr(cls, _DEFAULTS)
    scope: dict[str, Any] = {}
    arguments, stores = ["self"], []
    for name in names:
        scope[f"_set_{name}"] = getattr(cls, name).__set__  # past __setattr__, which refuses
        default, value = defaults.get(name, MISSING), name
        if isinstance(default, Field) and not default.init:  # __post_init__ sets it
            continue
        if isinstance(default, Field):
            default, factory, _ = _said(default)
            if factory is not MISSING:
                scope[f"_factory_{name}"], default = factory, _MADE
                value = f"_factory_{name}() if {name} is _default_{name} else {name}"
        scope[f"_default_{name}"] = default
        arguments.append(name if default is MISSING else f"{name}=_default_{name}")
        stores.append(f"    _set_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        stores.append("    self.__post_init__()")
    text = f"def __init__({', '.join(arguments)}):\n" + ("\n".join(stores) or "    pass")
    # Not the text itself: an interrupt that comes while text is executed ends a python -m, handled or not.
    exec(compile(text, cls.__qualname__, "exec"), scope)  # noqa: S102 -- as dataclasses do
    init: Callable[..., None] = scope["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"  # what a TypeError for wrong arguments names
    setattr(cls, init.__name__, init)
    return init


def _eq(self: object, other: object) -> object:
    if type(self) is not type(other):
        return NotImplemented
    compared = getattr(type(self), _COMPARED)
    return compared(self) == compared(other)


def _hash(self: object) -> int:
    return hash((type(self), getattr(type(self), _COMPARED)(self)))


def _repr(self: object) -> str:
    return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in values_of(self))})"


def _setattr(self: object, name: str, value: object) -> None:  # noqa: ARG001 -- Python's own signature
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: object, name: str) -> None:  # noqa: ARG001 -- the same
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _reduce(self: object) -> tuple[type, tuple[object, ...]]:
    """Tells copy and pickle how to rebuild it."""
    return type(self), tuple(value for _, value in values_of(self))


_SHARED: Final[dict[str, object]] = {
    "__dataclass_fields__": _Fields(),
    "__init__": _first_init,
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__reduce__": _reduce,
}

_BUNDLE: Final = {name: shared for name, shared in _SHARED.items() if name not in ("__eq__", "__hash__")}
_MUTABLE: Final = {name: shared for name, shared in _SHARED.items() if name not in ("__setattr__", "__delattr__")} | {
    "__hash__": None
}
