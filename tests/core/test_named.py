"""A named tuple behaves like the one of typing that it replaces."""

import copy
import pickle
import typing
from typing import Any

import pytest

from gomem_core.named import NamedTuple


class Point(NamedTuple):
    """The one under test."""

    x: int
    y: int = 7

    @property
    def both(self) -> int:
        """Of a method."""
        return self.x + self.y


class Plain(typing.NamedTuple):
    """The standard library's."""

    x: int
    y: int = 7


class Further(Point):
    """Inherits its fields."""


def made(cls: Any, *args: object, **values: object) -> Any:
    return cls(*args, **values)


def fresh() -> Any:
    """A class of which there is no value yet."""

    class Plain(NamedTuple):
        x: int
        y: int = 7

    Plain.__qualname__ = "Plain"
    return Plain


def test_it_is_a_tuple_with_names() -> None:
    assert Point(1) == (1, 7) == made(Plain, 1)
    assert Point(y=2, x=1) == (1, 2)
    assert (Point(1).x, Point(1).y, Point(3, 4).both) == (1, 7, 7)
    assert repr(Point(1)) == "Point(x=1, y=7)"
    assert hash(Point(1)) == hash((1, 7))
    assert Point.__bases__ == (tuple,)
    assert type(Point) is type
    assert not hasattr(Point(1), "__dict__")
    with pytest.raises(AttributeError):
        made(Point, 1).x = 2
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)


@pytest.mark.parametrize("name", ["_fields", "_field_defaults", "__match_args__", "__annotations__", "__slots__"])
def test_its_class_tells_the_same(name: str) -> None:
    assert getattr(Point, name) == getattr(Plain, name)


@pytest.mark.parametrize(("args", "values"), [((), {}), ((1, 2, 3), {}), ((1,), {"x": 2}), ((1,), {"z": 2})])
def test_wrong_arguments_are_refused_with_the_same_words(args: tuple[int, ...], values: dict[str, int]) -> None:
    with pytest.raises(TypeError) as expected:
        made(Plain, *args, **values)
    cls = fresh()
    for _ in range(2):  # the first value of a class is made in another way than the next
        with pytest.raises(TypeError) as refused:
            made(cls, *args, **values)
        assert str(refused.value) == str(expected.value)


@pytest.mark.parametrize("cls", [Point, Plain])
def test_made_replaced_and_told(cls: Any) -> None:
    assert cls._make([1, 2]) == (1, 2)
    assert type(cls._make([1, 2])) is cls
    with pytest.raises(TypeError, match="Expected 2 arguments, got 1"):
        cls._make([1])
    assert cls(1)._replace(y=3) == (1, 3)
    assert type(cls(1)._replace(y=3)) is cls
    with pytest.raises((TypeError, ValueError), match=r"Got unexpected field names: \['z'\]"):  # ValueError before Python 3.13
        cls(1)._replace(z=3)
    assert cls(1)._asdict() == {"x": 1, "y": 7}


def test_copied_and_pickled() -> None:
    point = Point(1, 2)
    assert copy.copy(point) == copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point
    assert type(pickle.loads(pickle.dumps(point))) is Point


def test_a_class_that_inherits_is_made_first_or_later() -> None:
    cls = fresh()
    later: Any = type("Later", (cls,), {})
    assert (later(1), cls(2), later(3)) == ((1, 7), (2, 7), (3, 7))
    assert (type(later(1)), type(cls(1)), type(Further(1))) == (later, cls, Further)
