"""The shapes a command can have, as data: what stands where, how it is read, completed and described.

A command is its word and one of several shapes (`gc`, `gc mark`, `gc sweep [N]`); a shape is operands in
order, then clauses in any order.  The parser, completion and help all walk these declarations.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from gomem_core.frozen import frozen
from gomem_core.lang.commands import Command


def _none(_prefix: str) -> Iterable[tuple[str, str]]:
    return ()


@frozen
class Names:
    """Questions of completion to a session; all but `words` give what starts with a prefix, few where there are many."""

    objects: Callable[[str], Iterable[str]]  # names of living objects; their addresses for a prefix that starts with 0x
    holders: Callable[[str], Iterable[str]]  # of those that can hold pointers
    words: Callable[[str], range]  # numbers of the words of the object called so, or at 0xADDR, that can hold a pointer
    addresses: Callable[[str], Iterable[tuple[str, str]]]  # of spans and living objects, with what is there
    marks: Callable[[str], Iterable[tuple[str, str]]] = _none  # names of steps, with which ones
    futures: Callable[[str], Iterable[tuple[str, str]]] = _none  # names of the session's other futures


Completer = Callable[[str, Names | None], Iterable[tuple[str, str]]]  # (prefix, names) -> (text, help) …


CompleterBehind = Callable[[Sequence[str], str, Names | None], Iterable[tuple[str, str]]]  # (words before, prefix, names) -> …


def _nothing(_prefix: str, _names: Names | None) -> Iterable[tuple[str, str]]:
    return ()


@frozen
class Operand:
    """One word that `read` turns into the field `field` of the command.

    With `many`, all words that follow, one by one.  With `rest`, all that follows as one text: "code" without
    the comment and the blanks around it, "line" as typed, `#` and all, after one blank.  With both, one text that is
    completed word by word.
    """

    field: str
    label: str  # as forms and messages call it: SIZE, NAME, or small|mixed
    meaning: str  # what a message says it is: "a size such as 48"
    read: Callable[[str], Any]
    complete: Completer = _nothing
    choices: tuple[str, ...] = ()  # what can stand here, one by one, where the label does not say it all
    required: bool = True
    many: bool = False
    rest: Literal["", "code", "line"] = ""
    parts: tuple[tuple[str, str], ...] = ()  # of a text with a grammar of its own: what it can consist of, and what that means
    complete_behind: CompleterBehind | None = None  # instead of `complete`, where it matters which words came before
    written: str = ""  # its form, where that is more than the label

    @property
    def expected(self) -> tuple[str, ...]:
        """What could stand here, for a ParseError."""
        return self.choices or (self.label,)

    @property
    def form(self) -> str:
        """Returns it as help shows it: SIZE, [N], FILTER..."""
        if self.written:
            return self.written
        text = self.label + "..." if self.many else self.label
        return text if self.required else f"[{text}]"


@frozen
class Clause:
    """An optional part that starts with one of `words` (word -> help).

    With an operand, the operand's value is the field; without, the word itself is.
    """

    words: Mapping[str, str]
    field: str
    operand: Operand | None = None

    @property
    def form(self) -> str:
        """Returns it as help shows it: [noscan|scan|head], [as NAME]."""
        words = "|".join(self.words)
        return f"[{words} {self.operand.form}]" if self.operand else f"[{words}]"


@frozen
class Shape:
    """One way to write a command; `word` is the second word that chooses it, "" if there is none.

    `build` gets the fields by name, without those of absent parts; it raises WordError when they do not fit
    together.
    """

    build: Callable[..., Command]
    word: str = ""
    operands: tuple[Operand, ...] = ()
    clauses: tuple[Clause, ...] = ()
    help: str = ""
    surplus: str = ""  # what is said where one word more follows, {more}, after {last}
    keywords: dict[str, Clause] = field(init=False)

    def __post_init__(self) -> None:
        keywords = {word: clause for clause in self.clauses for word in clause.words}
        object.__setattr__(self, "keywords", keywords)

    @property
    def tail(self) -> str:
        """The form after the words that choose this shape."""
        forms = [operand.form for operand in self.operands] + [clause.form for clause in self.clauses]
        return " ".join(forms)


@frozen
class CommandSpec:
    """Everything there is to say about one command word."""

    name: str
    shapes: tuple[Shape, ...]
    summary: str  # one sentence
    help: str  # paragraphs, each on one line; help_text wraps them
    examples: tuple[str, ...]  # each a script that starts with an empty heap and ends with this command
    aliases: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()  # words of other programs that only serve suggestions
    written: tuple[str, ...] = ()  # its forms, where it is not written as words
    names_types: bool = False  # types of a program may stand in it, whose names have letters of any script
    plain: Shape | None = field(init=False)  # the shape without a second word
    choices: dict[str, Shape] = field(init=False)  # the others, by second word

    def __post_init__(self) -> None:
        choices = {shape.word: shape for shape in self.shapes if shape.word}
        object.__setattr__(self, "choices", choices)
        object.__setattr__(self, "plain", next((shape for shape in self.shapes if not shape.word), None))

    @property
    def forms(self) -> tuple[str, ...]:
        """Returns the forms of the command, one line for all that go on in the same way."""
        if self.written:
            return self.written
        words_by_tail: dict[str, list[str]] = {}
        for shape in self.choices.values():
            words_by_tail.setdefault(shape.tail, []).append(shape.word)
        forms = [f"{self.name} {self.plain.tail}".rstrip()] if self.plain else []
        forms += [f"{self.name} {'|'.join(words)} {tail}".rstrip() for tail, words in words_by_tail.items()]
        return tuple(forms)

    @property
    def form(self) -> str:
        """Returns all forms in one line."""
        return " | ".join(self.forms)

    def words(self) -> Iterator[str]:
        """Every word this command gives a fixed place: its own, second words, keywords of clauses."""
        yield self.name
        for shape in self.shapes:
            if shape.word:
                yield shape.word
            yield from shape.keywords
