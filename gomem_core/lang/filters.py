"""Filters of `show`: FIELD, sign and value without blanks between, such as class:5, waste>30% or state:free.

TOPICS declares which fields each topic has; reading, completion, help and messages come from it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from gomem_core.lang.commands import Filter
from gomem_core.lang.errors import WordError, shown
from gomem_core.lang.numbers import format_percent, format_size, read_count, read_percent, read_size
from gomem_core.near import nearest

_FILTER = re.compile(r"([^:=!<>]*)(:|!=|==|<=|>=|=|<|>)(.*)")
_EXAMPLES = {
    "spans": "waste>30%",
    "mcentral": "class:5",
    "mcache": "p:0",
    "free": "pages>=10",
    "classes": "size:48",
}
_MAX_COUNT = 1 << 48  # no column of numbers gets near it


@dataclass(frozen=True, slots=True)
class FilterField:
    """One field: `meaning` says what its values are, `choices` lists them where they are words."""

    name: str
    help: str
    meaning: str
    read: Callable[[str], int | float] | None = None
    choices: tuple[str, ...] = ()
    sign: str = ":"  # what completion puts after the name

    def read_value(self, text: str) -> int | float | str:
        """The value in a filter on this field."""
        if self.read is not None:
            return self.read(text)
        if text not in self.choices:
            words = ", ".join(self.choices)
            near = nearest(text, self.choices)
            message = f"{shown(text)} is no {self.name}; it is one of {words}"
            raise WordError(message, near, expected=self.choices)
        return text


def _count(name: str, text: str, low: int = 0, high: int = _MAX_COUNT) -> FilterField:
    meaning = f"a number from {low} to {high}" if high < _MAX_COUNT else "a number"
    return FilterField(name, text, meaning, lambda word: read_count(word, low, high, f"number for {name}"))


def _share(name: str, text: str) -> FilterField:
    return FilterField(name, text, "a percentage such as 30%", read_percent, sign=">")


def _word(name: str, text: str, *choices: str) -> FilterField:
    return FilterField(name, text, "one of " + ", ".join(choices), choices=choices)


_CLASS = _count("class", "size class, 0 for large objects", 0, 66)
_SIZE = FilterField("size", "bytes a slot", "a size such as 48 or 1K", read_size)
_KIND = _word("kind", "whether objects hold pointers", "scan", "noscan")
_PAGES = _count("pages", "pages of 8 KB")

TOPICS: Final[dict[str, tuple[FilterField, ...]]] = {
    "spans": (
        _CLASS,
        _SIZE,
        _KIND,
        _word("state", "what the span is", "inuse", "free", "manual"),
        _PAGES,
        _share("used", "share of the slots that hold objects"),
        _share("waste", "share of its bytes that serve nobody"),
        _word("list", "where the span is kept", "nonempty", "empty", "mcache", "free", "busy", "large"),
    ),
    "mcentral": (
        _CLASS,
        _SIZE,
        _KIND,
        _count("nonempty", "spans with a free slot"),
        _count("empty", "spans without one, or cached"),
    ),
    "mcache": (_count("p", "number of the P", 0, 1023), _CLASS, _SIZE, _KIND),
    "free": (_PAGES,),
    "layout": (),
    "stats": (),
    "classes": (
        _CLASS,
        _SIZE,
        _PAGES,
        _count("objects", "objects a span"),
        _share("waste", "largest share of the memory that no object can use"),
    ),
    "locks": (),
}


def filter_reader(topic: str) -> Callable[[str], Filter]:
    """The reader of one filter word for this topic."""
    fields = {field.name: field for field in TOPICS[topic]}

    def read(word: str) -> Filter:
        match = _FILTER.fullmatch(word)
        if match is None:
            near = nearest(word, fields)
            example = f"{near}{fields[near].sign}" if near else None
            form = f"FIELD, sign and value without blanks between, such as {_EXAMPLES[topic]}"
            raise WordError(f"{shown(word)} is no filter; a filter is {form}", example, expected=tuple(fields))
        name, sign, text = match.groups()
        field = fields.get(name)
        if field is None:
            message = f"{shown(name)} is no field of {topic}; the fields are {', '.join(fields)}"
            raise WordError(message, nearest(name, fields), expected=tuple(fields), width=len(name))
        if sign not in (":", "=", "==", "!=") and field.choices:
            message = f"{name} is a word, which has no order; it takes :, = or !="
            raise WordError(message, ":", expected=(":", "=", "!="), start=len(name), width=len(sign))
        if sign == "==":
            raise WordError("== is no sign of a filter; equality is : or =", ":", start=len(name), width=2)
        try:
            return Filter(name, ":" if sign == "=" else sign, field.read_value(text))
        except WordError as fault:
            fault.expected = fault.expected or (field.meaning,)
            raise fault.inside(len(name) + len(sign), len(text)) from None

    return read


def complete_filter(topic: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Whole filter words that can grow out of `prefix`, with their help: fields first, then their values."""
    match = _FILTER.fullmatch(prefix)
    for field in TOPICS[topic]:
        if match is None:
            yield field.name + field.sign, f"{field.help}: {field.meaning}"
        elif field.name == match[1] and field.choices and match[2] in (":", "=", "!="):
            for choice in field.choices:
                yield f"{field.name}{match[2]}{choice}", field.help


def format_filter(topic: str, item: Filter) -> str:
    """The filter as typed."""
    field = next((field for field in TOPICS[topic] if field.name == item.field), None)
    value = item.value
    if isinstance(value, float):
        text = format_percent(value)
    elif isinstance(value, int) and field is not None and field.read is read_size:
        text = format_size(value)
    else:
        text = str(value)
    return f"{item.field}{item.op}{text}"
