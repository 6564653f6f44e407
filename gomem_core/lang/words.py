"""Splits a line into words, and finds the column of a word.

Columns are needed only when something is wrong, so a good line is simply split, and no place is remembered.
"""

import re
import unicodedata
from typing import Final

from gomem_core.foreign import is_seen
from gomem_core.lang.errors import ParseError, printable
from gomem_core.regex import regex

MAX_LINE: Final = 10_000  # characters; nobody types more, and whatever is longer was not meant to be a line

_WORD = regex(r"[^ \t]+")
_FOREIGN = regex(r"[^\x20-\x7e\t]+")
_UNWRITABLE = regex(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LOOKALIKES = {"\u2026": "..", "\u2013": "-", "\u2212": "-"}  # what editors make of dots and dashes


def split_line(line: str, names: bool = False) -> list[str]:
    """The words of a line without its comment; ParseError for a line that cannot be one command.

    With `names`, letters and digits of any script may stand in it, as in names of types.
    """
    _check_length(line)
    if line.isascii() and line.isprintable() and "#" not in line:
        return line.split()
    body = _one_line(line)
    code = body.partition("#")[0]
    foreign = _FOREIGN.search(code)
    if foreign and not (names and all(map(_is_of_a_name, filter(_FOREIGN.match, code)))):
        raise _foreign_error(foreign)
    return code.split()


def word_spans(line: str) -> list[tuple[int, int]]:
    """Returns where each word stands of a line that `split_line` accepts: 0-based start and end."""
    return [match.span() for match in _WORD.finditer(_body(line).partition("#")[0])]


def rest_of_line(line: str, start: int) -> str:
    """What stands in a line from character `start` on, in any language; ParseError for what no text file can hold."""
    _check_length(line)
    rest = _one_line(line)[start:]
    if not rest.isprintable():
        bad = _UNWRITABLE.search(rest)
        if bad:
            name = unicodedata.name(bad.group(), "a control or unnamed character")
            raise ParseError(start + bad.start() + 1, 1, f"{bad.group()!a}, {name}, is not allowed in a line of text")
    return rest


def word_at(text: str, cursor: int) -> tuple[list[str], int, int] | None:
    """The words before the one the cursor is in, and that word's start and end; None inside a comment."""
    cursor = max(0, min(cursor, len(text)))
    if "#" in text[:cursor]:
        return None
    start = max(text.rfind(" ", 0, cursor), text.rfind("\t", 0, cursor)) + 1
    rest = re.match(r"[^ \t\r\n#]*", text[cursor:])
    return text[:start].split(), start, cursor + (len(rest.group()) if rest else 0)


def _check_length(line: str) -> None:
    if len(line) > MAX_LINE:
        message = f"a line has at most {MAX_LINE} characters; this one has {len(line)}"
        raise ParseError(MAX_LINE + 1, len(line) - MAX_LINE, message)


def _one_line(line: str) -> str:
    body = _body(line)
    for end in ("\n", "\r"):
        if end in body:
            raise ParseError(body.index(end) + 1, 1, "a command is one line; here a second one begins")
    return body


def _body(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _is_of_a_name(char: str) -> bool:
    """Whether it is a letter, a mark on one, or a digit, and no other way to write one that ASCII has."""
    return unicodedata.category(char)[0] in "LMN" and is_seen(char) and unicodedata.normalize("NFKC", char) == char


def _foreign_error(match: re.Match[str]) -> ParseError:
    run = match.group()
    plain = unicodedata.normalize("NFKC", "".join(_LOOKALIKES.get(char, char) for char in run))
    usable = plain.isascii() and plain.isprintable() and plain.strip() == plain
    name = unicodedata.name(run[0], "a control or unnamed character")
    message = f"'{printable(run[0])}', {name}, is not allowed in a command; only comments may hold more than ASCII"
    return ParseError(match.start() + 1, len(run), message, (), plain if usable else None)
