"""Reading what `until` and `expect` say about a heap: kinds of events, and quantities compared with numbers.

The blanks around a sign can be left out, so a condition is read as one text.  Each reader raises WordError,
which marks a part of that text.
"""

import operator
import re
from collections.abc import Callable
from typing import Any, Final

from gomem_core.go.allevents import ALL_EVENTS
from gomem_core.go.events import Event
from gomem_core.lang.errors import WordError, shown
from gomem_core.lang.moves import Comparison, ExpectQuantity, UntilEvent, UntilQuantity, UntilType
from gomem_core.lang.numbers import MAX_INT, format_size, read_count, read_size
from gomem_core.lang.quantities import ALSO, QUANTITIES
from gomem_core.regex import regex
from gomem_core.suggest import nearest

COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    ":": operator.eq,  # in filters
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SENTENCE: Final = regex(r"(?:\([^()]*\)|\.(?! |$)|[^;:.(])*")


def _first_sentence(kind: type[Event]) -> str:
    """The first sentence of the docstring up to its first ; or : outside brackets, whose content belongs to it."""
    text = (kind.__doc__ or kind.go).partition("\n")[0]
    return _SENTENCE.match(text)[0]  # type: ignore[index]  # it fits every text


EVENTS: Final = {kind.kind: _first_sentence(kind) for kind in ALL_EVENTS}
GROUPS: Final = {  # words that say for an event what people call it
    "gc": "gc_start",
    "refill": "cache_span",
    "split": "span_split",
    "merge": "span_merge",
    "scavenge": "scavenged",
    "lock": "lock_taken",
}
EVENT_WORDS: Final = {**{word: f"the same as {kind}" for word, kind in GROUPS.items()}, **EVENTS}
COMPARISONS: Final[dict[str, Comparison]] = {
    "=": "=",
    "==": "=",  # from other languages
    ":": "=",  # from the filters of `show`
    "!=": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
EXPECT_WORDS: Final = ("served", "addr", "event", "no", "error")  # what can stand after `expect` besides

_SIGNS = ("=", "!=", "<", "<=", ">", ">=")
_OF_TYPE = regex(r"""type[ \t]+("[^"]+"|[^ \t"]+)[ \t]*([=!<>:]+)[ \t]*([^ \t]+)""")
_CONDITION = regex(r"([^ \t=!<>:]*)[ \t]*([=!<>:]*)[ \t]*(.*)")


def read_event(word: str) -> str:
    """The kind of event that a word stands for."""
    kind = GROUPS.get(word, word)
    if kind not in EVENTS:
        raise WordError(f"{shown(word)} is not a kind of event", nearest(word, EVENT_WORDS))
    return kind


def read_until(text: str) -> UntilEvent | UntilQuantity | UntilType:
    """What `until` waits for: an event, or a quantity, or the bytes of a type, that compares as wanted."""
    of_type = _OF_TYPE.fullmatch(text)
    if of_type is not None:
        return _until_type(of_type)
    name, sign, rest = _parts(text)
    name = ALSO.get(name, name)
    if not sign and name not in QUANTITIES:
        if name not in EVENT_WORDS:
            near = nearest(name, (*EVENT_WORDS, *QUANTITIES))
            raise WordError(f"{shown(name)} is neither an event nor a quantity", near, width=len(name))
        if rest:
            raise _one_too_many(text, rest)
        return UntilEvent(read_event(name))
    quantity, comparison, value = _comparison(text, "")
    return UntilQuantity(quantity, comparison, value)


def _until_type(found: re.Match[str]) -> UntilType:
    """The bytes of a type, whose name stands in quotes where it has blanks."""
    comparison = read_sign(found[2], found.start(2))
    try:
        value = read_size(found[3])
    except WordError as fault:
        raise fault.inside(found.start(3), len(found[3])) from None
    return UntilType(found[1].strip('"'), comparison, value)


def read_expected_quantity(text: str) -> ExpectQuantity:
    """A quantity that compares as wanted; without a sign it has to be equal."""
    name = _parts(text)[0]
    name = ALSO.get(name, name)
    if name and name not in QUANTITIES and name not in EVENT_WORDS:
        raise WordError(f"{shown(name)} is not a quantity", nearest(name, (*EXPECT_WORDS, *QUANTITIES)), width=len(name))
    return ExpectQuantity(*_comparison(text, "="))


def format_comparison(quantity: str, comparison: Comparison, value: int) -> str:
    """Returns it as it is read: heap_live > 4M."""
    number = format_size(value) if QUANTITIES[quantity].is_bytes else str(value)
    return f"{quantity} {comparison} {number}"


def _parts(text: str) -> tuple[str, str, str]:
    """Name, sign and what follows; the last two can be empty."""
    match = _CONDITION.fullmatch(text)
    assert match is not None  # the pattern fits every text of one line
    return match[1], match[2], match[3]


def _comparison(text: str, default: str) -> tuple[str, Comparison, int]:
    """A comparison; `default` is the sign that can be left out, "" if none."""
    said, sign, number = _parts(text)
    name = ALSO.get(said, said)
    quantity = QUANTITIES.get(name)
    if quantity is None:
        raise _no_quantity(text, name)
    if not sign and not default:
        message = f"{name} has to be compared with a number, as in {name} > 5"
        raise WordError(message, expected=_SIGNS, start=len(said), width=0)
    comparison = read_sign(sign or default, text.index(sign, len(said)))
    if not number:
        raise WordError(f"the number to compare {name} with is missing", expected=("NUMBER",), start=len(text), width=0)
    word, _, more = number.replace("\t", " ").partition(" ")
    if more:
        raise _one_too_many(text, more.lstrip())
    start = len(text) - len(number)
    try:
        value = read_size(word) if quantity.is_bytes else read_count(word, 0, MAX_INT, f"number for {name}")
    except WordError as fault:
        raise fault.inside(start, len(word)) from None
    return name, comparison, value


def read_sign(sign: str, start: int) -> Comparison:
    """The comparison that a sign stands for; `start` is its place in the text, for the complaint about another one."""
    comparison = COMPARISONS.get(sign)
    if comparison is None:
        near = {"=>": ">=", "=<": "<=", "<>": "!=", "!": "!=", "===": "="}.get(sign)
        message = f'"{sign}" is not a comparison; it is one of {" ".join(_SIGNS)}'
        raise WordError(message, near, expected=_SIGNS, start=start, width=len(sign))
    return comparison


def _no_quantity(text: str, name: str) -> WordError:
    """Returns the complaint that a quantity is expected and something else, or nothing, is there."""
    if not name:
        return WordError("the quantity to compare is missing", width=0)
    if name in EVENT_WORDS:
        return WordError(f"{name} is an event, which is not compared with anything", width=len(text))
    return WordError(f"{shown(name)} is not a quantity", nearest(name, QUANTITIES), width=len(name))


def _one_too_many(text: str, rest: str) -> WordError:
    """`rest`, the end of the text, is more than there should be."""
    word = rest.split(maxsplit=1)[0]
    message = f"{shown(word)} is one word too many"
    return WordError(message, expected=("end of line",), start=len(text) - len(rest), width=len(word))
