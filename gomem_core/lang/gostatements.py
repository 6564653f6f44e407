"""Lines that are statements of Go, and no words of a command: new(T), make([]int, 3) as s, a + b, x := &T{}.

Only their beginning is looked at here, and the clauses behind them; what stands between is Go, and is read when it is done.
"""

from typing import Final

from gomem_core.lang.commands import AllocType, Statement
from gomem_core.lang.errors import ParseError, WordError
from gomem_core.lang.names import read_new_name
from gomem_core.lang.numbers import read_count
from gomem_core.lang.words import rest_of_line, split_line
from gomem_core.regex import regex

MOST_TIMES: Final = 1_000_000
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_OBJECT: Final = r"[A-Za-z_][A-Za-z0-9_.-]*"
_TEXT: Final = r"(?:\"[^\"]*\"|`[^`]*`)"
_PLAIN: Final = rf"(?:{_OBJECT}|{_TEXT})"
STATEMENT: Final = regex(
    r"[ \t]*(?:"
    r"(?:new|make|append|any|string|func|len|cap|delete|clear)[ \t]*\("
    rf"|{_NAME}(?:\.{_NAME})*[({{\[]"  # a conversion, a literal, a call
    r"|[&\[(*\"`']|map\[|struct[ \t]*\{|interface[ \t]*\{|var[ \t]"
    rf"|{_NAME}\.{_NAME}(?=[ \t]*(?:$|#|as\b|times\b))"  # a method value
    rf"|go[ \t]+(?:func\b|{_NAME}(?:\.{_NAME})*\()"
    rf"|{_NAME}(?:[ \t]*,[ \t]*{_NAME})*[ \t]*(?::=|\+=|=(?!=))[ \t]*[^ \t]"
    rf"|{_NAME}[ \t]*<-[ \t]*[^ \t]"
    rf"|{_NAME}(?:\.{_NAME})+[ \t]*=(?!=)[ \t]*[^ \t]"  # a field gets a value
    rf"|{_NAME}(?:\+\+|--)[ \t]*(?:[#;]|$)"
    rf"|{_PLAIN}(?:[ \t]*\+[ \t]*{_PLAIN})+(?=[ \t]*(?:$|#|as\b|times\b))"
    rf"|{_PLAIN}(?:[ \t]*\+[ \t]*{_PLAIN})*[ \t]*\+[ \t]*(?:\(|\[\]|{_NAME}(?:\.{_NAME})*[(\[{{])"  # a sum with a call in it
    r")"
)
TYPED: Final = regex(r"[ \t]*(?:alloc|a)[ \t]+(?=[A-Za-z_*\[(<])(?!(?:noscan|scan|head|every|as|times)(?:[ \t]|$))")
_QUOTED: Final = regex(r"\"(?:[^\"\\]|\\.)*\"|`[^`]*`|'(?:[^'\\]|\\.)*'")
_CLAUSE: Final = regex(r"(?:^|[ \t]+)(as|times)[ \t]+([^ \t]+)[ \t]*$")
_UNFINISHED: Final = regex(r"[ \t]+(as|times)[ \t]*$")


def read_statement(line: str) -> Statement:
    """The statement that a line is.  Raises ParseError."""
    text, name, times = _parts(line, 0)
    return Statement(text, name, times)


def read_typed(line: str, start: int) -> AllocType:
    """`alloc T`, whose type begins at `start`.  Raises ParseError."""
    text, name, times = _parts(line, start)
    return AllocType(text, name, times)


def format_clauses(name: str | None, times: int) -> list[str]:
    """The clauses behind a statement."""
    return [*(["as", name] if name is not None else []), *(["times", str(times)] if times != 1 else [])]


def _parts(line: str, start: int) -> tuple[str, str | None, int]:
    """The text from `start` on without blanks around it, and what its clauses say."""
    code = rest_of_line(line, 0)
    bare = _QUOTED.sub(lambda m: "x" * len(m[0]), code)  # in which nothing looks like a comment or a clause by accident
    split_line(bare)  # complains about what is no ASCII; texts may hold anything
    end = bare.find("#") if "#" in bare else len(bare)
    values: dict[str, str | int] = {}
    while (clause := _CLAUSE.search(bare, start, end)) is not None:
        word, at = clause[1], clause.start(2)
        if word in values:
            raise ParseError(clause.start(1) + 1, len(word), f"{word} was said already; each clause stands at most once")
        try:
            values[word] = read_new_name(clause[2]) if word == "as" else read_count(clause[2], 1, MOST_TIMES, "number of times")
        except WordError as fault:
            width = len(clause[2]) if fault.width is None else fault.width
            raise ParseError(at + fault.start + 1, width, fault.message, fault.expected, fault.suggestion) from None
        end = clause.start()
    if (begun := _UNFINISHED.search(bare, start, end)) is not None:
        what = "NAME" if begun[1] == "as" else "N"
        raise ParseError(end + 1, 0, f"{what} is missing after {begun[1]}", (what,))
    name, times = values.get("as"), values.get("times", 1)
    assert name is None or isinstance(name, str)  # as it was read
    text = code[start:end].strip(" \t")
    if not text:
        raise ParseError(start + 1, 0, "a statement was expected before its clauses")
    return text, name, int(times)
