"""The lines of a script: from a file, from stdin, or from the command line."""

import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from gomem_core.cli.output import BadInput
from gomem_core.foreign import brief, named, unread
from gomem_core.lang import MAX_LINE, ParseError
from gomem_core.lang.continued import goes_on, is_open, joined
from gomem_core.named import NamedTuple

STDIN: Final = "-"
_MOST_BYTES: Final = 4 * MAX_LINE + 4  # of a line that may still be short enough: UTF-8 needs at most four a character
_NO_TEXTS: Final = (b"\x1f\x8b", b"\x7fELF", b"go 1.")  # how packed files, programs, core files and traces begin
_BOM: Final = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line without its end; `fault` says why it is not even text."""

    number: int
    text: str
    fault: ParseError | None = None


def display_name(script: str) -> str:
    """The script's name in messages."""
    return "<stdin>" if script == STDIN else named(script)


def lines_of_texts(texts: Iterable[str]) -> Iterator[Line]:
    """The lines of texts given with -c, numbered through."""
    joined = "\n".join(text.removesuffix("\n") for text in texts)
    for number, text in enumerate(joined.split("\n"), 1):
        yield Line(number, text.removesuffix("\r"))


def read_lines(script: str) -> Iterator[Line]:
    """The lines of a file, or of stdin as they come.  Raises BadInput when it cannot be read."""
    name = brief(display_name(script))
    try:
        if script == STDIN:
            if sys.stdin is None:
                raise BadInput("<stdin>: cannot be read: it is closed")
            yield from _lines(sys.stdin.buffer)
        else:
            with open(script, "rb") as file:
                if file.peek(1).startswith(_NO_TEXTS):
                    raise BadInput(f"{name}: not a text file, as a script is; gomem open shows what it holds")
                yield from _lines(file)
    except (OSError, ValueError) as e:
        raise BadInput(f"{name}: {unread(e)}") from e


def gathered(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, those of a declaration of types as one, with the number of the first of them."""
    begun: list[str] = []
    first = 0
    for line in lines:
        if line.fault is not None or not (begun or is_open(line.text)):
            yield line
            continue
        first = first if begun else line.number
        begun.append(line.text)
        if not goes_on(begun):
            yield Line(first, joined(begun))
            begun = []
    if begun:
        yield Line(first, joined(begun))


def _lines(file: BinaryIO) -> Iterator[Line]:
    number = 0
    while raw := file.readline(_MOST_BYTES):
        number += 1
        if number == 1:
            raw = raw.removeprefix(_BOM)
        ended = raw.endswith(b"\n")
        raw = raw.removesuffix(b"\n").removesuffix(b"\r")
        if not ended and len(raw) >= _MOST_BYTES - len(_BOM):
            yield _endless(number, raw)
            while rest := file.readline(_MOST_BYTES):
                if rest.endswith(b"\n"):
                    break
        else:
            yield _decoded(number, raw)


def _decoded(number: int, raw: bytes) -> Line:
    try:
        return Line(number, raw.decode())
    except UnicodeDecodeError as e:
        column = len(raw[: e.start].decode()) + 1
        message = f"byte {raw[e.start]:#04x} is not UTF-8, and a script is UTF-8 text"
        return Line(number, raw.decode(errors="replace"), ParseError(column, 1, message))


def _endless(number: int, raw: bytes) -> Line:
    text = raw.decode(errors="replace")[: MAX_LINE + 1]
    return Line(number, text, ParseError(MAX_LINE + 1, 1, f"a line has at most {MAX_LINE} characters; this one is longer"))
