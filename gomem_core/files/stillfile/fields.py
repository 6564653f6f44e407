"""Reads JSON from elsewhere: every value has the type and range that were asked for, or an error says which has not."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, TypeVar

from gomem_core.foreign import brief
from gomem_core.go.amd64 import U64_MAX

MOST: Final = (1 << 63) - 1
Word = TypeVar("Word", bound=str)
Value = TypeVar("Value")
_DIGITS: Final = frozenset("0123456789abcdef")


class FieldError(Exception):
    """What is wrong: the field's place, and what was expected there."""


class Fields:
    """An object of JSON; `place` says where it stands, as spans.base does.  All methods raise FieldError."""

    def __init__(self, found: object, place: str = "") -> None:
        if not isinstance(found, dict):
            raise FieldError(f"{place or 'the file'} is not a JSON object")
        self._found: dict[str, Any] = found  # Any: each value is looked at before it is used
        self._place = place

    def place(self, name: str) -> str:
        """Where a field stands."""
        return f"{self._place}.{name}" if self._place else name

    def part(self, name: str) -> Fields:
        """An object in it."""
        return Fields(self._value(name), self.place(name))

    def parts(self, name: str) -> Iterator[Fields]:
        """The objects in a list."""
        return (Fields(one, f"{self.place(name)}[{n}]") for n, one in enumerate(self._list(name)))

    def names(self) -> list[str]:
        """The names of its fields."""
        return [*self._found]

    def number(self, name: str, least: int = 0, most: int = MOST) -> int:
        """A whole number in a range."""
        return self.as_number(name, self._value(name), least, most)

    def has(self, name: str) -> bool:
        """Whether there is a field of this name."""
        return name in self._found

    def is_null(self, name: str) -> bool:
        """Whether it is null."""
        return self._value(name) is None

    def number_or_null(self, name: str, least: int = 0, most: int = MOST) -> int | None:
        """A whole number in a range, or null."""
        return None if self.is_null(name) else self.number(name, least, most)

    def number_or_never(self, name: str, unknown: str) -> int | None:
        """A whole number; null stands for never, and the word `unknown` for None."""
        value = self._value(name)
        return None if value == unknown else U64_MAX if value is None else self.number(name)

    def fraction(self, name: str) -> float:
        """Any number from 0 on."""
        found = self._value(name)
        if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found < 1e18:
            raise self.wrong(name, "a number", found)
        return float(found)

    def text(self, name: str, most: int = 1000) -> str:
        """A string of at most `most` characters."""
        found = self._value(name)
        if isinstance(found, str) and len(found) <= most:
            return found
        raise self.wrong(name, f"a string of at most {most} characters", found)

    def truth(self, name: str) -> bool:
        """Either true or false."""
        return self.as_truth(name, self._value(name))

    def address(self, name: str, most: int = U64_MAX) -> int:
        """A number written as 0x and hexadecimal digits."""
        return self.as_address(name, self._value(name), most)

    def numbers(self, name: str, count: int | None = None, least: int = 0, most: int = MOST) -> list[int]:
        """A list of whole numbers in a range, `count` of them."""
        return [self.as_number(f"{name}[{n}]", value, least, most) for n, value in enumerate(self._list(name, count))]

    def addresses(self, name: str, count: int | None = None, most: int = U64_MAX) -> list[int]:
        """A list of numbers written as 0x and hexadecimal digits, `count` of them."""
        found = self._list(name, count)
        return [self.as_address(f"{name}[{n}]", value, most) for n, value in enumerate(found)]

    def bit_sets(self, name: str, count: int) -> list[int]:
        """A list of numbers of any length, written as addresses are, `count` of them."""
        return [self.as_address(f"{name}[{n}]", value, None) for n, value in enumerate(self._list(name, count))]

    def truths(self, name: str, count: int) -> list[bool]:
        """A list of true and false, `count` of them."""
        return [self.as_truth(f"{name}[{n}]", value) for n, value in enumerate(self._list(name, count))]

    def nullable(self, name: str, count: int, read: Callable[[str, object], Value]) -> list[Value | None]:
        """A list whose entries `read` takes, `count` of them; null instead of any of them, or of all."""
        if self.is_null(name):
            return [None] * count
        found = self._list(name, count)
        return [None if value is None else read(f"{name}[{n}]", value) for n, value in enumerate(found)]

    def words(self, name: str, count: int | None, fits: Callable[[str], bool], expected: str) -> list[str]:
        """A list of strings that fit, `count` of them; `expected` says what fits."""
        known: set[str] = set()
        found = self._list(name, count)
        for n, value in enumerate(found):
            if not isinstance(value, str) or (value not in known and not fits(value)):
                raise self.wrong(f"{name}[{n}]", expected, value)
            known.add(value)
        return found

    def word(self, name: str, allowed: Collection[Word]) -> Word:
        """One of these strings."""
        found = self._value(name)
        for word in allowed:
            if word == found:
                return word
        raise self.wrong(name, " or ".join(map(repr, allowed)), found)

    def is_list(self, name: str) -> bool:
        """Whether it is a list."""
        return isinstance(self._value(name), list)

    def as_word(self, name: str, value: object, fits: Callable[[str], bool], expected: str) -> str:
        """A value as a string that fits; `expected` says what fits."""
        if isinstance(value, str) and fits(value):
            return value
        raise self.wrong(name, expected, value)

    def values(self, name: str, count: int | None = None) -> list[Any]:  # Any: the caller looks at each
        """A list of anything, with so many entries."""
        return self._list(name, count)

    def rows(self, name: str) -> list[list[Any]]:  # Any: the caller looks at each
        """A list of lists."""
        found = self._list(name)
        for n, value in enumerate(found):
            if not isinstance(value, list):
                raise self.wrong(f"{name}[{n}]", "a list", value)
        return found

    def wrong(self, name: str, expected: str, found: object) -> FieldError:
        """The error that a field is not what was expected."""
        return FieldError(f"{self.place(name)}: {expected} was expected, not {brief(repr(found), 60)}")

    # ------------------------------------------------------------------------------------------------------------------------

    def _value(self, name: str) -> Any:  # Any: see above
        if name not in self._found:
            raise FieldError(f"{self.place(name)} is missing")
        return self._found[name]

    def _list(self, name: str, count: int | None = None) -> list[Any]:  # Any: see above
        found = self._value(name)
        if not isinstance(found, list):
            raise self.wrong(name, "a list", found)
        if count is not None and len(found) != count:
            raise FieldError(f"{self.place(name)} has {len(found)} entries, where {count} were expected")
        return found

    def as_number(self, name: str, value: object, least: int = 0, most: int = MOST) -> int:
        """A value as a whole number in a range."""
        if type(value) is int and least <= value <= most:
            return value
        raise self.wrong(name, f"a number from {least} to {most}", value)

    def as_truth(self, name: str, value: object) -> bool:
        """A value as true or false."""
        if isinstance(value, bool):
            return value
        raise self.wrong(name, "true or false", value)

    def as_address(self, name: str, value: object, most: int | None = U64_MAX) -> int:
        """A value as a number written as 0x and hexadecimal digits; `most` None: of any length."""
        if isinstance(value, str) and value[:2] == "0x" and len(value) > 2 and _DIGITS.issuperset(value[2:]):
            number = int(value, 16)
            if most is None or number <= most:
                return number
        raise self.wrong(name, "a number such as 0xc000" + ("" if most is None else f", at most {most:#x},"), value)
