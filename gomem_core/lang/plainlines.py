"""The lines of which long sessions consist, read by one pattern instead of word by word.

A session may hold a million lines that are all different.  Such a line takes 3 µs here, and 7 µs along the registry; of many at
once only those are read that allocate one object of a size class, or drop one, in half a µs.  Only what is right is read here;
all else, and so each complaint, is left to the parser.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal, cast

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.lang.commands import Alloc, ByName, Drop, Link
from gomem_core.lang.errors import WordError
from gomem_core.lang.names import MAX_NAME, RESERVED, read_place, read_ref, read_target
from gomem_core.lang.operands import build_alloc, build_link
from gomem_core.named import NamedTuple
from gomem_core.regex import regex

_PLAIN: Final = regex(
    r"alloc ([0-9]{1,18})(?: (noscan|scan|head))?(?: as ([A-Za-z][A-Za-z0-9_-]*))?"
    r"|drop ([A-Za-z][A-Za-z0-9_-]*)"
    r"|drop ([A-Za-z0-9_.-]+)"
    r"|link ([A-Za-z0-9_.-]+) ([A-Za-z0-9_.-]+)"
)
# One match a line.  Sizes of up to 29999 bytes are of a size class in every version of Go.
_PLAIN_LINE: Final = regex(
    rf"^(?:alloc ([12]?[0-9]{{1,4}})(?: (noscan|scan|head))?(?: as (?!o[0-9]+$)([A-Za-z][A-Za-z0-9_-]{{0,{MAX_NAME - 1}}}))?"
    r"|drop ([A-Za-z][A-Za-z0-9_-]*)|.*)$",
    re.MULTILINE,
)
# A row of lines that are surely right.  What is possessive keeps no way back, so that a row may have any number of lines.
_AFTER_EVEN: Final = "(?:[048][08]|[159]6|[26]4|[37]2)"  # two digits that make a multiple of 8 behind an even digit
_AFTER_ODD: Final = "(?:[048]4|[159]2|[26][08]|[37]6)"
_MULTIPLE_OF_8: Final = f"(?<=[02468]{_AFTER_EVEN}|[13579]{_AFTER_ODD}| {_AFTER_EVEN}|c 8)"  # behind a number: its last digits
# Only names of letters alone are compared with those that are reserved, which takes longer than all else.
_UNRESERVED: Final = rf"(?:(?=[A-Za-z]*+[0-9_-])|(?!(?i:{'|'.join(sorted(RESERVED))})\n))"
_ROW: Final = regex(
    rf"(?:(?:alloc (?!0[0-9])[12]?[0-9]{{1,4}}+(?: noscan|(?= [sh]){_MULTIPLE_OF_8}(?: scan|(?<! 8) head)|)"
    rf"(?: as {_UNRESERVED}(?!o[0-9]+\n)[A-Za-z][A-Za-z0-9_-]{{0,{MAX_NAME - 1}}}+|)"
    rf"|drop {_UNRESERVED}[A-Za-z][A-Za-z0-9_-]*+)\n)*+"
)
_NUMBERED: Final = "oO"  # begin the names of objects without a name, and so some that nobody may give


class PlainLine(NamedTuple):
    """What one line of many does: it allocates `size` bytes, or drops an object by its name."""

    size: int = 0  # bytes, less than 30,000; 0: it allocates nothing
    ptrdata: int = 0  # bytes
    name: str = ""  # that the object gets; a name that is reserved is not noticed here
    dropped: str = ""  # a name; "" where it drops nothing, or else than one object


_OTHER: Final = PlainLine()


def read_plain_lines(lines: Sequence[str]) -> list[PlainLine]:
    """What each of these lines does; of one that does neither, or is wrong, nothing is told."""
    return [_read(*groups) for groups in _matches(lines)]


def end_of_row(text: str, start: int) -> int:
    """Where those lines of a text end, from a place on, that are surely right and do nothing but allocate or drop one object.

    The place itself, where the line there may be another.  A last line has to end with a line break, too.
    """
    match = _ROW.match(text, start)
    return start if match is None else match.end()


def _matches(lines: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """Size, kind, name and what is dropped, of each line."""
    found: list[tuple[str, str, str, str]] = _PLAIN_LINE.findall("\n".join(lines))
    if len(found) == len(lines):
        return found
    return [("", "", "", "") if "\n" in line else _PLAIN_LINE.findall(line)[0] for line in lines]


def _suits(size: int, kind: str) -> bool:
    """Whether an object with pointers can have this size."""
    return size % PTR_SIZE == 0 and size >= (PTR_SIZE if kind == "scan" else 2 * PTR_SIZE)


def _read(size: str, kind: str, name: str, dropped: str) -> PlainLine:
    if not size:
        return PlainLine(0, 0, "", dropped) if dropped else _OTHER
    nbytes = int(size)
    if kind not in ("scan", "head"):
        return PlainLine(nbytes, 0, name)
    return PlainLine(nbytes, nbytes if kind == "scan" else PTR_SIZE, name) if _suits(nbytes, kind) else _OTHER


def read_plain(line: str) -> Alloc | Drop | Link | None:
    """The command of a line that allocates, drops or links one object; None: it is another one, or there is something wrong."""
    match = _PLAIN.fullmatch(line)
    if match is None:
        return None
    size, kind, name, plain, dropped, place, target = match.groups()
    try:
        if size is not None:
            if name is not None and not _may_be_given(name):
                return None
            known = cast("Literal['noscan', 'scan', 'head']", kind or "noscan")
            return build_alloc(int(size), known, name)
        if plain is not None:
            return Drop((ByName(plain),)) if _may_be_given(plain) else Drop((read_target(plain),))
        if dropped is not None:
            return Drop((read_target(dropped),))
        return build_link(read_place(place), read_ref(target))
    except WordError:
        return None


def _may_be_given(name: str) -> bool:
    """Whether a name is surely one that a user may give; more are, which the parser reads."""
    return len(name) <= MAX_NAME and name[0] not in _NUMBERED and name.lower() not in RESERVED
