"""A frozen class behaves like the dataclass that it replaces."""

import ast
import copy
import pickle
import re
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from gomem_core.frozen import bundle, frozen, mutable, values_of


@frozen
class Point:
    """The one under test."""

    x: int
    y: int = 7

    kind: ClassVar[str] = "point"


@frozen
class Other:
    """Of the same fields, and yet something else."""

    x: int
    y: int = 7


@frozen
class Nothing:
    """No fields."""


@frozen
class Base:
    """A base."""

    a: int


@frozen
class Derived(Base):
    """With a field more than its base."""

    b: str = "b"


@dataclass(frozen=True, slots=True)
class Plain:
    """The standard library's."""

    x: int
    y: int = 7


def made(cls: Any, *args: object, **values: object) -> Any:
    return cls(*args, **values)


def test_values_and_defaults() -> None:
    assert list(values_of(Point(1))) == [("x", 1), ("y", 7)]
    assert list(values_of(Point(y=2, x=1))) == [("x", 1), ("y", 2)]
    assert list(values_of(Nothing())) == []
    assert list(values_of(Derived(1, "c"))) == [("a", 1), ("b", "c")]
    assert list(values_of(Derived(1))) == [("a", 1), ("b", "b")]
    assert Point.kind == Point(1).kind == "point"


@pytest.mark.parametrize(("args", "values"), [((), {}), ((1, 2, 3), {}), ((1,), {"x": 2}), ((1,), {"z": 2})])
def test_wrong_arguments_are_refused_with_the_same_words(args: tuple[int, ...], values: dict[str, int]) -> None:
    with pytest.raises(TypeError) as expected:
        made(Plain, *args, **values)
    fresh: Any = frozen(type("Plain", (), {"__annotations__": {"x": int, "y": int}, "y": 7}))
    for _ in range(2):  # the first value of a class is made in another way than the next
        with pytest.raises(TypeError) as refused:
            made(fresh, *args, **values)
        assert str(refused.value) == str(expected.value)


def test_equal_when_class_and_values_are() -> None:
    assert Point(1, 2) == Point(1, 2)
    assert hash(Point(1, 2)) == hash(Point(1, 2))
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 2) != Point(2, 2)
    assert Point(1, 2) != made(Other, 1, 2)
    assert made(Point, 1, 2) != (1, 2)
    assert Nothing() == Nothing()
    assert Base(1) != Derived(1)
    assert len({Point(1), Point(1), Point(2), made(Other, 1)}) == 3


@bundle
class Arrays:
    """Of what cannot be compared as a whole."""

    x: object
    y: int = 7


def test_a_bundle_is_equal_to_itself_only() -> None:
    one, other = Arrays([1]), Arrays([1])
    assert one == one  # noqa: PLR0124 -- that is what is tested
    assert one != other
    assert len({one, other, one}) == 2
    assert replace(one, x=3).y == 7
    with pytest.raises(FrozenInstanceError):
        one.y = 3  # type: ignore[misc]


def test_shown_as_it_is_made() -> None:
    assert repr(Point(1)) == "Point(x=1, y=7)"
    assert repr(Nothing()) == "Nothing()"
    assert repr(Derived(1, "c")) == "Derived(a=1, b='c')"


def test_nothing_can_be_changed() -> None:
    point: Any = Point(1)
    for name in ("x", "kind", "new"):
        with pytest.raises(FrozenInstanceError):
            setattr(point, name, 5)
        with pytest.raises(FrozenInstanceError):
            delattr(point, name)
    assert not hasattr(point, "__dict__")
    assert point == Point(1)


def test_matched_by_position() -> None:
    match Derived(1, "c"):
        case Derived(a, b):
            assert (a, b) == (1, "c")


def test_copied_pickled_and_replaced() -> None:
    point = Point(1, 2)
    assert copy.copy(point) == copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point
    assert replace(made(Point, 1, 2), y=3) == Point(1, 3)
    assert [(field.name, field.type, field.default) for field in fields(made(Point, 1))] == [("x", int, MISSING), ("y", int, 7)]
    assert [field.name for field in fields(made(Derived, 1))] == ["a", "b"]
    assert replace(made(Derived, 1, "c"), a=2) == Derived(2, "c")


@mutable
class Changing:
    """Can be changed."""

    a: int
    items: list[int] = field(default_factory=list)
    seen: int = field(default=3, compare=False)


@dataclass(slots=True)
class PlainChanging:
    """The standard library's."""

    a: int
    items: list[int] = field(default_factory=list)
    seen: int = field(default=3, compare=False)


@frozen
class Made:
    """Immutable, with a value that is made."""

    items: list[int] = field(default_factory=list)


@pytest.mark.parametrize("cls", [Changing, PlainChanging])
def test_what_can_be_changed(cls: Any) -> None:
    one, other = cls(1), cls(1)
    one.items.append(5)
    assert (one.items, other.items, other.seen) == ([5], [], 3)
    assert one != other
    other.items, other.seen = [5], 4
    assert one == other
    assert one != cls(2, [5])
    assert repr(other) == f"{cls.__name__}(a=1, items=[5], seen=4)"
    assert replace(other, a=7) == cls(7, [5])
    assert replace(other, a=7).seen == 4
    assert copy.copy(other) == pickle.loads(pickle.dumps(other)) == other
    assert [(one.default, one.compare) for one in fields(cls)] == [(MISSING, True), (MISSING, True), (3, False)]
    assert fields(cls)[1].default_factory is list
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)
    with pytest.raises(AttributeError):
        one.new = 1
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'a'"):
        cls()


class _Counted:
    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.text))  # type: ignore[attr-defined]


@frozen
class Worked(_Counted):
    """With a field that follows from another one."""

    text: str
    length: int = field(init=False)
    sign: str = "-"


@dataclass(frozen=True, slots=True)
class WorkedPlain(_Counted):
    """The same of the standard library."""

    text: str
    length: int = field(init=False)
    sign: str = "-"


@pytest.mark.parametrize("cls", [Worked, WorkedPlain])
def test_what_is_worked_out_after_init_is_no_argument(cls: Any) -> None:
    one = cls("abc", "+")
    assert (one.text, one.length, one.sign) == ("abc", 3, "+")
    assert replace(one, text="ab") == cls("ab", "+")
    assert [(f.name, f.init) for f in fields(cls)] == [("text", True), ("length", False), ("sign", True)]
    with pytest.raises(TypeError):
        cls("abc", length=4)
    with pytest.raises(ValueError, match="length"):
        replace(one, length=4)


def test_what_is_made_for_one_is_not_for_the_next() -> None:
    one, other = Made(), Made()
    assert one == other
    assert one.items is not other.items
    assert Made([1]).items == [1]


def test_no_frozen_class_says_of_a_field_what_frozen_does_not_hear() -> None:
    """What `field` says but for defaults, what is compared and what `__init__` takes, holds in dataclasses only."""
    root = Path(__file__).resolve().parents[2]
    files = [path for package in ("gomem_core", "gomem_tui") for path in (root / package).rglob("*.py")]
    classes = [node for path in files for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
    made = [
        node for node in classes if any(isinstance(by, ast.Name) and by.id in ("frozen", "mutable") for by in node.decorator_list)
    ]
    assert len(made) > 100
    told = [
        node.name
        for node in made
        if any(re.search(r"\bfield\(.*\b(repr|hash|metadata|kw_only)=", ast.unparse(part)) for part in node.body)
    ]
    assert told == []
