"""Finds the lines of a TOML text in which its keys stand: tomllib reports lines only for syntax errors."""

import tomllib
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Final

from gomem_core.regex import regex

Path = tuple[str, ...]  # of a key: its tables from the outside in, and itself

_DEEP: Final = 3  # levels of names that are looked for; a configuration has two
_PLACE: Final = regex(r" \(at line (\d+), column (\d+)\)$")


def lines_of(text: str) -> dict[Path, int]:
    """The line, counted from 1, in which each table or key is named first.  The text has to be right as a whole.

    A TOML text is a list of statements, which never share a line; so a statement ends with the first line at which what
    stands there since the last one can be parsed.
    """
    found: dict[Path, int] = {}
    table: Path = ()
    statement = ""
    begin = 1
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        statement += line + "\n"
        try:
            data = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue  # an array or a text that goes on
        if statement.lstrip().startswith("["):
            table = _deepest(data)
            data = {}
            for length in range(1, min(len(table), _DEEP) + 1):
                found.setdefault(table[:length], begin)
        for path in _paths(data):
            found.setdefault((*table, *path), begin)
        statement, begin = "", number + 1
    return found


def _deepest(data: dict[str, Any]) -> Path:
    """The table that a header opens, of which there is nothing else."""
    path: Path = ()
    inner: Any = data
    while inner:
        inner = inner[0] if isinstance(inner, list) else inner
        if inner:
            ((key, inner),) = inner.items()
            path = (*path, key)
    return path


def _paths(data: dict[str, Any], levels: int = _DEEP) -> Iterator[Path]:
    for key, value in data.items():
        yield (key,)
        if isinstance(value, dict) and levels > 1:
            yield from ((key, *inner) for inner in _paths(value, levels - 1))


def first_too_deep(text: str) -> int:
    """The line, counted from 1, with which a text becomes too deeply nested to be read; the text has to be."""
    lines = text.split("\n")

    def is_too_deep(number: int) -> bool:
        try:
            tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            return False
        except RecursionError:
            return True
        return False

    return bisect_left(range(1, len(lines) + 1), True, key=is_too_deep) + 1


def place_of(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str]:
    """The line of a syntax error, and what is wrong there, with the column."""
    message = str(error)
    match = _PLACE.search(message)
    if match is None:
        return text.count("\n") + 1, message.replace(" (at end of document)", ", and the file ends")
    return int(match[1]), f"{message[: match.start()]}, column {match[2]}"
