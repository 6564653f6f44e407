"""Declarations of types that take several lines, as Go source does: lines that belong together, and one line made of them.

Where a line of Go ends, so does a field: a semicolon stands for that in the one line.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from gomem_core.regex import regex

_PART: Final = regex(r"`[^`]*`|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)+'|(?P<comment>//.*|#.*)|/\*.*?\*/|[][(){}]", re.DOTALL)
_BEGINS: Final = regex(r"[ \t]*type[ \t]")
_GOES_ON: Final = regex(r"[\[({,;|~*]\Z|\A[)}\]]")  # nothing ends here


def is_open(line: str) -> bool:
    """Whether a declaration begins here that goes on in the next line: a bracket is not closed yet."""
    return _BEGINS.match(line) is not None and _depth(line) > 0


def goes_on(lines: Iterable[str]) -> bool:
    """Whether the declaration in these lines is not complete."""
    return sum(map(_depth, lines)) > 0


def joined(lines: Iterable[str]) -> str:
    """One line of them, without comments and empty lines."""
    found = ""
    for line in lines:
        text = " ".join(_PART.sub(lambda m: " " if m["comment"] is not None or m[0].startswith("/*") else m[0], line).split())
        if text:
            ends = found and not _GOES_ON.search(found) and not _GOES_ON.match(text)
            found += ("; " if ends else " " if found else "") + text
    return found


def logical_lines(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines with the number of each, from 1; those of a declaration are one line, as `joined` makes it."""
    begun: list[str] = []
    for number, line in enumerate(lines, 1):
        if begun or is_open(line):
            begun.append(line)
            if goes_on(begun):
                continue
            yield number - len(begun) + 1, joined(begun)
            begun = []
        else:
            yield number, line
    if begun:
        yield number - len(begun) + 1, joined(begun)


def divided(text: str) -> Iterator[tuple[int, str]]:
    """The commands in a text, which semicolons divide that stand in no bracket, and where each begins."""
    depth = begin = 0
    for part in re.finditer(rf"{_PART.pattern}|;", text, re.DOTALL):
        if part[0] == ";" and not depth:
            yield _trimmed(text, begin, part.start())
            begin = part.end()
        elif len(part[0]) == 1 and part[0] != ";":
            depth += 1 if part[0] in "([{" else -1
    yield _trimmed(text, begin, len(text))


def _trimmed(text: str, begin: int, end: int) -> tuple[int, str]:
    part = text[begin:end]
    return begin + len(part) - len(part.lstrip(" \t")), part.strip(" \t")


def _depth(line: str) -> int:
    brackets = (m[0] for m in _PART.finditer(line) if len(m[0]) == 1)
    return sum(1 if bracket in "([{" else -1 for bracket in brackets)
