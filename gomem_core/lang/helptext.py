"""help_text: the list of commands, or everything about one, from the registry.  ASCII, at most 78 columns."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from gomem_core.lang.errors import ParseError, shown
from gomem_core.lang.filters import TOPICS
from gomem_core.lang.grammar import CommandSpec, Operand
from gomem_core.lang.registry import BY_WORD, MEANT, OF_AN_ALLOCATOR, REGISTRY
from gomem_core.suggest import nearest

_WIDTH = 78


REFUSED: Final = "A heap that is only read refuses these, until take-up makes a session of it:"


def help_text(topic: str | None = None, is_read: bool = False) -> str:
    """Help on all commands (None) or on the one with this word or alias; `is_read`: of a heap that is only read.

    Raises ParseError, with a near word if there is one, when the topic is unknown.
    """
    if topic is None:
        return "\n".join(_overview(is_read))
    spec = BY_WORD.get(topic)
    if spec is None:
        names = tuple(spec.name for spec in REGISTRY)
        near = MEANT.get(topic.lower()) or nearest(topic, names)
        raise ParseError(1, len(topic), f"help: {shown(topic)} is not a command; help lists them", (), near)
    return "\n".join(_about(spec))


def _overview(is_read: bool) -> Iterator[str]:
    yield "Commands, one a line; # starts a comment.  `help COMMAND` tells more."
    yield ""
    refused = [spec for spec in REGISTRY if is_read and spec.name in OF_AN_ALLOCATOR]
    for spec in (spec for spec in REGISTRY if spec not in refused):
        yield f"  {spec.name:<11}{', '.join(spec.aliases):<6} {spec.summary}"
    yield ""
    if refused:
        yield from textwrap.wrap(f"{REFUSED} {', '.join(spec.name for spec in refused)}.", _WIDTH)
        yield ""
    yield from textwrap.wrap(
        "Sizes are bytes: 48, 0x30, 32K, 1.5M (K, M, G and T are powers of 1024).  A NAME is a letter, then "
        "letters, digits, _ or -; an object without one is called o1, o2, ... in order of birth.",
        _WIDTH,
    )


def _about(spec: CommandSpec) -> Iterator[str]:
    yield from spec.forms
    yield f"  {spec.summary}"
    for paragraph in spec.help.splitlines():
        yield ""
        yield from textwrap.wrap(paragraph, _WIDTH)
    rows = list(_rows(spec))
    if rows:
        yield ""
        left = max(len(word) for word, _ in rows) + 4
        for word, about in rows:
            yield from _row(word, about, 2, left)
    if spec.name == "show":
        yield from _filters()
    if spec.aliases:
        yield ""
        yield "Short: " + ", ".join(spec.aliases)
    yield ""
    yield "Example:" if len(spec.examples) == 1 else "Examples:"
    for number, script in enumerate(spec.examples):
        if number:
            yield ""
        yield from (f"  {line}" for line in script.splitlines())


def _rows(spec: CommandSpec) -> Iterator[tuple[str, str]]:
    """The words of a command's forms, each with its help."""
    for shape in spec.shapes:
        if shape.word:
            yield f"{shape.word} {' '.join(operand.form for operand in shape.operands)}".rstrip(), shape.help
        for operand in shape.operands:
            yield from _choices(operand)
            yield from operand.parts
        for clause in shape.clauses:
            label = f" {clause.operand.label}" if clause.operand else ""
            for word, about in clause.words.items():
                yield word + label, about
            if clause.operand:
                yield from ((f"  {word}", about) for word, about in _choices(clause.operand))


def _choices(operand: Operand) -> Iterable[tuple[str, str]]:
    """The words of an operand whose form shows them all, and which therefore want explaining."""
    return operand.complete("", None) if operand.label == "|".join(operand.choices) else ()


def _filters() -> Iterator[str]:
    yield ""
    yield "A FILTER is a field, one of  : = != < <= > >=  and a value."
    for topic, fields in TOPICS.items():
        if fields:
            yield ""
            yield f"  show {topic}"
            for field in fields:
                yield from _row(field.name, f"{field.help}: {field.meaning}", 4, 15)


def _row(word: str, about: str, indent: int, left: int) -> list[str]:
    """A word and, from column `left` on, what it is about."""
    first = (" " * indent + word).ljust(left)
    return textwrap.wrap(about, _WIDTH, initial_indent=first, subsequent_indent=" " * left)
