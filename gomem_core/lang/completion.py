"""complete: what the word at the cursor can become."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final

from gomem_core.frozen import frozen
from gomem_core.lang.errors import ParseError
from gomem_core.lang.grammar import Names, Operand, Shape
from gomem_core.lang.parser import parse
from gomem_core.lang.registry import BY_WORD, REGISTRY
from gomem_core.lang.words import word_at

MOST: Final = 100  # nobody reads more, and a session may hold millions of names


@frozen
class Completion:
    """Put `text` in place of characters `start` to `end` (0-based, end excluded); `help` says what it is."""

    text: str
    start: int
    end: int
    help: str


def complete(text: str, cursor: int, names: Names | None = None) -> list[Completion]:
    """Completions of the word at `cursor`, in the registry's order.

    `names` is asked only where an object or an address can stand.  What would spoil a line that is right so far is left out.
    """
    place = word_at(text, cursor)
    if place is None:
        return []
    words, start, end = place
    prefix = text[start : max(start, min(cursor, len(text)))]
    before = text[:start] if _fault(text[:start]) is None else None
    fitting = (
        option
        for option in _options(words, prefix, names)
        if option[0].startswith(prefix) and (before is None or not _spoils(before, option[0]))
    )
    return [Completion(word, start, end, about) for word, about in islice(fitting, MOST)]


def _fault(line: str) -> ParseError | None:
    try:
        parse(line)
    except ParseError as fault:
        return fault
    return None


def _spoils(before: str, word: str) -> bool:
    """Whether something before a word becomes wrong because of it: 5 bytes that are all pointers."""
    fault = _fault(before + word)
    return fault is not None and fault.column <= len(before)


def _options(words: list[str], prefix: str, names: Names | None) -> Iterable[tuple[str, str]]:
    if not words:
        return _command_words(prefix)
    spec = BY_WORD.get(words[0])
    if spec is None:
        return ()
    if len(words) > 1 and words[1] in spec.choices:
        return _in_shape(spec.choices[words[1]], words[2:], prefix, names)
    choices = [(shape.word, shape.help) for shape in spec.choices.values()] if len(words) == 1 else []
    rest = _in_shape(spec.plain, words[1:], prefix, names) if spec.plain is not None else ()
    return chain(choices, rest)


def _command_words(prefix: str) -> Iterator[tuple[str, str]]:
    meant = BY_WORD.get(prefix)  # an alias typed in full stands for its command, which then comes first
    if meant is not None and meant.name.startswith(prefix):
        yield meant.name, meant.summary
    for spec in REGISTRY:
        if spec is not meant:
            yield spec.name, spec.summary


def _in_shape(shape: Shape, words: list[str], prefix: str, names: Names | None) -> Iterator[tuple[str, str]]:
    """What can follow `words`; wrong ones among them are passed over, the user may still mend them."""
    index = 0
    for operand in shape.operands:
        if operand.many:
            yield from _one_more(operand, words[index:], prefix, names)
            return
        if index == len(words):
            yield from operand.complete(prefix, names)
            return
        index += 1
    used = set()
    while index < len(words):
        clause = shape.keywords.get(words[index])
        index += 1
        if clause is None:
            continue
        used.add(clause.field)
        if clause.operand is not None:
            if index == len(words):
                yield from clause.operand.complete(prefix, names)
                return
            index += 1
    for word, clause in shape.keywords.items():
        if clause.field not in used:
            only = clause.operand.choices if clause.operand is not None and len(clause.operand.choices) == 1 else ()
            yield " ".join((word, *only)), clause.words[word]


def _one_more(operand: Operand, said: list[str], prefix: str, names: Names | None) -> Iterator[tuple[str, str]]:
    """What can be added to the words of an operand that takes many: nothing twice."""
    if operand.complete_behind is not None:
        yield from operand.complete_behind(said, prefix, names)
        return
    for word, about in operand.complete(prefix, names):
        if word not in said:
            yield word, about
