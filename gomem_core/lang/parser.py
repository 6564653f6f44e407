"""parse: one line to one command, along the declarations of the registry.

A good line is read in one pass that remembers no columns; a session may hold a million of them.  What a
complaint needs to know about places is found out again from the line.
"""

import re
from functools import lru_cache
from typing import Any

from gomem_core.lang.commands import Command
from gomem_core.lang.errors import ParseError, WordError, shown
from gomem_core.lang.gostatements import STATEMENT, TYPED, read_statement, read_typed
from gomem_core.lang.grammar import CommandSpec, Operand, Shape
from gomem_core.lang.plainlines import read_plain
from gomem_core.lang.registry import BY_WORD, IN_A_SHELL, MEANT, REGISTRY, TEXT_FOLLOWS
from gomem_core.lang.words import rest_of_line, split_line, word_spans
from gomem_core.named import NamedTuple
from gomem_core.suggest import nearest

_END = "end of line"
_REMEMBERED = 4096  # lines: hints read a typed one at each key, and many steps are alike


@lru_cache(_REMEMBERED)
def parse(line: str) -> Command | None:
    """The command in `line`; None for a blank line or a comment.  Commands never change, so equal lines share one.

    Raises ParseError, and nothing else, for anything that is wrong.
    """
    return read_plain(line) or _read_line(line)


def _read_line(line: str) -> Command | None:
    """The same along the registry, whatever stands in the line."""
    head = TEXT_FOLLOWS.match(line)
    if head is not None:
        return _read_text(line, head)
    if STATEMENT.match(line):
        return read_statement(line)
    if (typed := TYPED.match(line)) is not None:
        return read_typed(line, typed.end())
    first = line.split(maxsplit=1)[:1]
    spec = BY_WORD.get(first[0]) if first else None
    words = split_line(line, spec is not None and spec.names_types)
    if not words:
        return None
    spec = BY_WORD.get(words[0])
    if spec is None:
        raise _unknown_command(line, words[0])
    shape = spec.choices.get(words[1]) if len(words) > 1 else None
    if shape is not None:
        return _read(line, words, spec, shape, 2)
    if spec.plain is not None:
        return _read(line, words, spec, spec.plain, 1)
    if len(words) == 1:
        raise _missing(line, f"{spec.name} what? one of its words is missing", tuple(spec.choices))
    raise _no_place(line, words, spec, 1, [])


class Typed(NamedTuple):
    """A line as it was typed, and as it was understood: it is read once, and then handed on."""

    text: str
    command: Command | None  # None: a comment or an empty line, or not understood
    error: ParseError | None  # then why


def read_line(line: str) -> Typed:
    """Read a line, whatever it is."""
    try:
        return Typed(line, parse(line), None)
    except ParseError as e:
        return Typed(line, None, e)


def _read_text(line: str, head: re.Match[str]) -> Command:
    """The command that begins with `head` and ends in a text as typed, after one blank."""
    word, *second = head.group().split()
    spec = BY_WORD[word]
    shape = spec.choices[second[0]] if second else spec.plain
    assert shape is not None  # the pattern was made from these
    operand = shape.operands[0]
    text = rest_of_line(line, head.end() + 1)
    if operand.required and not text.strip(" \t"):
        _check_optional(head.group(), spec, operand)
    return shape.build(**{operand.field: operand.read(text)})


def _read(line: str, words: list[str], spec: CommandSpec, shape: Shape, index: int) -> Command:
    """Reads the words from `index` on along `shape` and builds the command."""
    values: dict[str, Any] = {}
    operand: Operand | None = None
    end = len(words)
    try:
        for operand in shape.operands:
            if index == end:
                _check_optional(line, spec, operand)
            elif operand.many or operand.rest:
                values[operand.field] = _read_code(operand, line, index) if operand.rest else _read_all(operand, words[index:])
                index = end
            else:
                values[operand.field] = operand.read(words[index])
                index += 1
        while index < end:
            clause = shape.keywords.get(words[index])
            if clause is None:
                raise _surplus(line, words, spec, shape, index)
            if clause.field in values:
                raise _repeated(line, words, spec, shape, index)
            operand = clause.operand
            if operand is None:
                values[clause.field] = words[index]
            else:
                index += 1
                if index == end:
                    _check_optional(line, spec, operand, f" after {words[-1]}")
                values[clause.field] = operand.read(words[index])
            index += 1
        return shape.build(**values)
    except WordError as fault:
        if fault.field is not None:
            index = _place_of(fault.field, shape, words) + fault.item
        fault.expected = fault.expected or (operand.expected if operand is not None else ())
        raise _error_in(line, spec, index, fault) from None


def _read_all(operand: Operand, words: list[str]) -> tuple[Any, ...]:
    """The values of an operand that takes all the words that are left."""
    items: list[Any] = []
    try:
        for word in words:
            items.append(operand.read(word))
    except WordError as fault:
        raise fault.of(operand.field, len(items)) from None
    return tuple(items)


def _read_code(operand: Operand, line: str, index: int) -> Any:
    """The value of an operand that takes the rest of the line without its comment, from word number `index` on."""
    spans = word_spans(line)
    text = line[spans[index][0] : spans[-1][1]]
    try:
        return operand.read(text)
    except WordError as fault:
        raise fault.inside(0, len(text)) from None


def _place_of(field: str, shape: Shape, words: list[str]) -> int:
    """The number of the word that set `field`, in words that `_read` accepted so far."""
    index = 2 if shape.word else 1
    for operand in shape.operands:
        if operand.field == field:
            return index
        index += 1
    while True:
        clause = shape.keywords[words[index]]
        index += clause.operand is not None
        if clause.field == field:
            return index
        index += 1


# --- Complaints ---------------------------------------------------------------------------------------------


def _error_at(line: str, index: int, message: str, expected: tuple[str, ...], suggestion: str | None) -> ParseError:
    """An error that is word number `index`."""
    start, end = word_spans(line)[index]
    return ParseError(start + 1, end - start, message, expected, suggestion)


def _error_in(line: str, spec: CommandSpec, index: int, fault: WordError) -> ParseError:
    """The error that a reader or builder has found in word number `index`, or in a part of it."""
    start, end = word_spans(line)[index]
    width = end - start if fault.width is None else fault.width
    message = f"{spec.name}: {fault.message}"
    return ParseError(start + fault.start + 1, width, message, fault.expected, fault.suggestion)


def _check_optional(line: str, spec: CommandSpec, operand: Operand, place: str = "") -> None:
    """Raises the error that `operand` is missing, unless it may be."""
    if operand.required:
        message = f"{spec.name}: {operand.label} is missing{place}; it is {operand.meaning}"
        raise _missing(line, message, operand.choices)  # a label alone would say the same again


def _missing(line: str, message: str, expected: tuple[str, ...]) -> ParseError:
    """An error just after the last word."""
    return ParseError(word_spans(line)[-1][1] + 1, 0, message, expected)


def _unknown_command(line: str, word: str) -> ParseError:
    names = tuple(spec.name for spec in REGISTRY)
    near = MEANT.get(word.lower()) or nearest(word, names)
    if word in IN_A_SHELL:
        here, near = IN_A_SHELL[word]
        message = f"{word} is a command of the shell, gomem {word}{f'; here {here}' if here else ', and none here'}"
        return _error_at(line, 0, message, (), near or None)
    message = f"{shown(word)} is not a command; help lists them"
    if near is not None and near == word.lower():
        message = f"{shown(word)} is not a command; commands are written in lower case"
    return _error_at(line, 0, message, (), near)


def _surplus(line: str, words: list[str], spec: CommandSpec, shape: Shape, index: int) -> ParseError:
    """A word that is not a clause of the command: misspelt, or one too many."""
    said = {shape.keywords[word].field for word in words[1:index] if word in shape.keywords}
    keywords = [word for word, clause in shape.keywords.items() if clause.field not in said]
    fault = _no_place(line, words, spec, index, [*keywords, _END])
    if shape.surplus:
        fault.message += f"; {shape.surplus.format(last=shown(words[index - 1]), more=shown(words[index]))}"
    return fault


def _no_place(line: str, words: list[str], spec: CommandSpec, index: int, expected: list[str]) -> ParseError:
    """A word where only `expected` ones (and after the command itself those of its shapes) could stand."""
    choices = [*spec.choices, *expected] if index == 1 else expected
    fault = "is not expected here" if choices != [_END] else "is one word too many"
    near = nearest(words[index], [word for word in choices if word != _END])
    return _error_at(line, index, f"{spec.name}: {shown(words[index])} {fault}", tuple(choices), near)


def _repeated(line: str, words: list[str], spec: CommandSpec, shape: Shape, index: int) -> ParseError:
    """A second clause for what an earlier one has settled."""
    clause = shape.keywords[words[index]]
    place = _place_of(clause.field, shape, words)
    first = words[place] if words[place] in shape.keywords else f"{words[place - 1]} {words[place]}"
    said = "was said already" if first.split()[0] == words[index] else f"contradicts {first}"
    message = f"{spec.name}: {words[index]} {said}; each clause stands at most once"
    return _error_at(line, index, message, (_END,), None)
