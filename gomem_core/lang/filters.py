"""Filters of `show`: FIELD, sign and value, such as class:5, waste > 30% or state:free.

TOPICS declares which fields each topic has; reading, completion, help and messages come from it.  In SEARCHED topics a word
without a sign is a filter too, a regular expression.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from gomem_core.frozen import frozen
from gomem_core.go.versions import ALL_CENTRAL_LISTS, MOST_CLASSES
from gomem_core.lang.commands import Filter
from gomem_core.lang.errors import WordError, shown
from gomem_core.lang.numbers import format_percent, format_size, read_count, read_percent, read_size
from gomem_core.lang.pattern import BadPattern, Pattern
from gomem_core.regex import regex
from gomem_core.suggest import nearest

_FILTER = regex(r"([^:=!<>]*)(:|!=|==|<=|>=|=|<|>)(.*)")
_TERM = regex(r'(?P<name>\w+)[ \t]*(?P<sign>!=|==|<=|>=|[:=<>])[ \t]*(?P<value>"[^"]*"|[^ \t]*)|[^ \t]+')
ROW: Final = "row"  # the field of a filter that is searched for in the whole row
LARGE: Final = "L"  # as tables write the class of large objects
SEARCHED: Final = frozenset({"spans", "objects", "types", "why"})
_EXAMPLES = {
    "mcentral": "class:5",
    "waste": "waste>50%",
    "mcache": "p:0",
    "free": "pages>=10",
    "classes": "size:48",
}
_OR: Final = frozenset({"or", "||", "|"})
_AND: Final = frozenset({"and", "&&", "&"})
_NOT: Final = frozenset({"not", "!"})
_OPPOSITE: Final = {":": "!=", "!=": ":", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_EXAMPLE: Final = "class:4"
_EXAMPLE_NOT: Final = "class!=4"
_MAX_COUNT = 1 << 48  # no column of numbers gets near it


@frozen
class FilterField:
    """One field: `meaning` says what its values are, `choices` lists them where they are words."""

    name: str
    help: str
    meaning: str
    read: Callable[[str], int | float | str] | None = None
    choices: tuple[str, ...] = ()
    sign: str = ":"  # what completion puts after the name

    @property
    def ordered(self) -> bool:
        """Whether its values are more or less than others, not only others."""
        return not self.choices and self.read is not _read_name

    @property
    def sample(self) -> str:
        """A value, for examples."""
        return self.choices[0] if self.choices else "30%" if self.read is read_percent else "4" if self.ordered else "string"

    def read_value(self, text: str) -> int | float | str:
        """The value in a filter on this field."""
        if self.read is not None:
            return self.read(text)
        if text not in self.choices:
            words = ", ".join(self.choices)
            near = nearest(text, self.choices)
            message = f"{shown(text)} is not a {self.name}; it is one of {words}"
            raise WordError(message, near, expected=self.choices)
        return text


def _read_name(word: str) -> str:
    """A name that may stand in quotes."""
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] == '"' else word


def _count(name: str, text: str, low: int = 0, high: int = _MAX_COUNT) -> FilterField:
    meaning = f"a number from {low} to {high}" if high < _MAX_COUNT else "a number"
    return FilterField(name, text, meaning, lambda word: read_count(word, low, high, f"number for {name}"))


def _share(name: str, text: str) -> FilterField:
    return FilterField(name, text, "a percentage such as 30%", read_percent, sign=">")


def _word(name: str, text: str, *choices: str) -> FilterField:
    return FilterField(name, text, "one of " + ", ".join(choices), choices=choices)


def _read_class(word: str) -> int:
    return 0 if word == LARGE else read_count(word, 0, MOST_CLASSES - 1, "number for class")


_CLASS = _count("class", "size class", 0, MOST_CLASSES - 1)
_SPAN_CLASS = FilterField("class", "size class, L for large objects", f"a number up to {MOST_CLASSES - 1}, or L", _read_class)
_SIZE = FilterField("size", "bytes a slot", "a size such as 48 or 1K", read_size)
_KIND = _word("kind", "whether objects hold pointers", "scan", "noscan")
_PAGES = _count("pages", "pages of 8 KB")

TOPICS: Final[dict[str, tuple[FilterField, ...]]] = {
    "spans": (
        _SPAN_CLASS,
        _SIZE,
        _KIND,
        _word("state", "what the span is", "inuse", "free", "manual"),
        _PAGES,
        _share("used", "share of the slots that hold objects"),
        _share("waste", "share of its bytes that no live object asked for: slot waste, free slots, dead slots, tail"),
        _share("slot_waste", "of that, the ends of slots that objects do not fill"),
        _share("free_slots", "of that, the slots that hold nothing"),
        _word("list", "where the span is kept", *(one.name for one in ALL_CENTRAL_LISTS), "mcache", "free", "busy", "large"),
    ),
    "mcentral": (
        _CLASS,
        _SIZE,
        _KIND,
        *(_count(one.name, one.counted) for one in ALL_CENTRAL_LISTS),
    ),
    "waste": (
        _SPAN_CLASS,
        _SIZE,
        _KIND,
        _count("spans", "spans of the class"),
        _share("waste", "share of their bytes that no live object asked for"),
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


_OBJECTS: Final = (  # of the Objects pane, which no `show` has
    FilterField("size", "bytes that were asked for; of the slot, where that is not known", "a size such as 48 or 1K", read_size),
    _word("kind", "which of its words hold pointers", "scan", "noscan", "head", "every4"),
    _word("state", "what became of it", "rooted", "kept", "unreachable", "dead", "swept", "zero", "taken"),
    FilterField("type", "its type of Go", "the name of a type, in quotes where that has blanks", _read_name),
    _count("step", "the step that made it"),
    _count("dropped", "the step that dropped it"),
    _count("goroutine", "the goroutine that allocated it, in a film"),
    _count("swept", "the event that will free it, in a film"),
)
_TYPES: Final = (  # of the Types pane, likewise
    FilterField("bytes", "bytes of the slots of its objects", "a size such as 48 or 1K", read_size, sign=">"),
    _count("objects", "its objects"),
    FilterField("ever", "bytes that were ever allocated", "a size such as 48 or 1K", read_size, sign=">"),
)
LOG: Final = "the event log"  # which has no fields
FIELDS: Final[dict[str, tuple[FilterField, ...]]] = {**TOPICS, "objects": _OBJECTS, "types": _TYPES, "why": ()}


def filters_reader(topic: str) -> Callable[[str], tuple[Filter, ...]]:
    """The reader of the filters of this topic, of which a row has to pass all."""
    fields = {field.name: field for field in FIELDS[topic]}

    def read(text: str) -> tuple[Filter, ...]:
        return tuple(
            _bare(topic, fields, term) if term["name"] is None else _comparison(topic, fields, term)
            for term in _TERM.finditer(text)
        )

    return read


def _bare(topic: str, fields: dict[str, FilterField], term: re.Match[str]) -> Filter:
    """A word without a sign: where rows are searched by words, a regular expression."""
    word = term[0]
    start, width = term.start(), len(word)
    if topic not in SEARCHED:
        near = nearest(word, fields)
        example = f"{near}{fields[near].sign}" if near else None
        message = f"{shown(word)} is not a filter; a filter is FIELD, sign and value, such as {_EXAMPLES[topic]}"
        raise WordError(message, example, expected=tuple(fields), start=start, width=width)
    try:
        Pattern(word)
    except BadPattern as problem:
        message = f"{shown(word)} {problem}"
        raise WordError(message, expected=("a regular expression",), start=start, width=width) from None
    return Filter(ROW, "~", word)


def _comparison(topic: str, fields: dict[str, FilterField], term: re.Match[str]) -> Filter:
    """FIELD, sign and value."""
    name, sign, text = term["name"], term["sign"], term["value"]
    field = fields.get(name)
    if field is None:
        message = f"{shown(name)} is not a field of {topic}; there are {', '.join(fields)}"
        raise WordError(message, nearest(name, fields), expected=tuple(fields), start=term.start(), width=len(name))
    at = term.start("sign")
    if sign not in (":", "=", "==", "!=") and not field.ordered:
        message = f"{name} is a word, which has no order; it takes :, = or !="
        raise WordError(message, ":", expected=(":", "=", "!="), start=at, width=len(sign))
    if sign == "==":
        raise WordError("== is not a sign of a filter; equality is : or =", ":", start=at, width=2)
    try:
        return Filter(name, ":" if sign == "=" else sign, field.read_value(text))
    except WordError as fault:
        fault.expected = fault.expected or (field.meaning,)
        raise fault.inside(term.start("value"), len(text)) from None


def doubtful(topic: str, filters: Sequence[Filter]) -> str:
    """Says so when what is searched for as a regular expression looks like part of a condition; "" where nothing does.

    It suggests how the condition is written, with the user's own fields and values where there are some.
    """
    for number, item in enumerate(filters):
        if item.field != ROW:
            continue
        word, others = str(item.value), [f for f in filters if f.field != ROW]
        written = [format_filter(topic, f) for f in others]
        quoted = '"' + shown(word).strip('"') + '"'
        said = f"{quoted} is taken as a regular expression"
        if word.lower() in _OR:
            return f"{said}; all filters must hold: try {written[0] if written else _EXAMPLE}"
        if word.lower() in _AND:
            return f"{said}; leave it out: {' '.join(written) or _EXAMPLE}"
        if word.lower() in _NOT:
            behind = next((f for f in filters[number + 1 :] if f.field != ROW), None)
            meant = (
                _EXAMPLE_NOT if behind is None else format_filter(topic, Filter(behind.field, _OPPOSITE[behind.op], behind.value))
            )
            return f"{said}; write {meant}"
        meant = next((text for field in FIELDS[topic] if (text := _condition_in(word, field))), "")
        if meant:
            return f"{said}; a condition is written {meant}"
    return ""


def _condition_in(word: str, field: FilterField) -> str:
    """The condition on the field that a word seems to mean; "" where it does not name the field."""
    match = re.search(rf"(?<!\w){field.name}(?!\w)(!=|<=|>=|[:=<>])?\W*(\w*%?)", word, re.IGNORECASE)
    if match is None:
        return ""
    sign, value = match[1] or field.sign, match[2]
    try:
        field.read_value(value)
    except WordError:
        value = field.sample
    return f"{field.name}{':' if sign == '=' else sign}{value}"


def without_half_typed(topic: str, text: str) -> str:
    """The text without a last word that may still become a field: of `class:5 us` what stands before `us`."""
    last = text.rsplit(" ", maxsplit=1)[-1]
    begun = len(last) > 1 and any(field.name.startswith(last) for field in FIELDS[topic])
    return text.removesuffix(last).rstrip() if begun else text


def complete_filter(topic: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Whole filter words that can grow out of `prefix`, with their help: fields first, then their values."""
    match = _FILTER.fullmatch(prefix)
    for field in FIELDS[topic]:
        if match is None:
            yield field.name + field.sign, f"{field.help}: {field.meaning}"
        elif field.name == match[1] and field.choices and match[2] in (":", "=", "!="):
            for choice in field.choices:
                yield f"{field.name}{match[2]}{choice}", field.help


def format_filter(topic: str, item: Filter) -> str:
    """The filter as typed."""
    if item.field == ROW:
        return str(item.value)
    field = next((field for field in FIELDS[topic] if field.name == item.field), None)
    value = item.value
    if isinstance(value, float):
        text = format_percent(value)
    elif isinstance(value, int) and field is not None and field.read is read_size:
        text = format_size(value)
    elif field is not None and field.read is _read_name and re.search("[ \t]", str(value)):
        text = f'"{value}"'
    else:
        text = str(value)
    return f"{item.field}{item.op}{text}"
