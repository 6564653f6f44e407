"""The shortest escape sequences for cells that are to be written."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from gomem_core.regex import regex

ANY: Final = "*"  # the style of a blank that looks the same in all styles

_SHOWS_ON_BLANKS = regex(r"(?:^|;)(?:4|7|9|4[0-8]|10[0-7]|21|53)(?:;|$)")  # background, underline, reverse, strike
_BLANKS = regex(" {9,}")  # from here on erasing them, and moving over them, is shorter than writing them
_LAST_BLANKS = 5  # ... where nothing follows, so that one need not move over them
_LEAST_PLACE = 6  # bytes: what goes to a row and a column is not shorter

Run = tuple[int, int, int, str]
"""Neighbouring cells that are written in one style: row, first column, the column after the last, text."""
Runs = dict[str, list[Run]]
"""All of a frame by the codes of their styles, each in the order of rows and columns."""


def written(runs: Runs, columns: int) -> str:
    """The sequences for all runs, those of one style together; plain styles first, so that one seldom has to reset."""
    out: list[str] = []
    at: tuple[int, int] | None = None  # column and row of the terminal's cursor, where they are known
    style = ""
    for codes in sorted(runs, key=lambda codes: (len(_settings(codes)), codes)):
        if codes not in (style, ANY):
            out.append(_change(style, codes))
            style = codes
        shows = shows_on_blanks(codes)
        for y, x, end, text in runs[codes]:
            out.append(_move(at, x, y))
            narrow = end - x == len(text)
            if "   " in text and not shows:
                text, left = _erasing(text, end == columns)
                end -= left
            out.append(text)
            at = (end, y) if narrow and end < columns else None  # after the last column terminals differ, and on wide characters
    if style:
        out.append("\x1b[m")
    return "".join(out)


def _erasing(text: str, to_the_end: bool) -> tuple[str, int]:
    """The text with long blanks erased instead of written, and over how many at its end the cursor then has not moved."""
    body = text.rstrip(" ")
    left = len(text) - len(body)
    body = _BLANKS.sub(lambda blanks: f"\x1b[{len(blanks.group())}X\x1b[{len(blanks.group())}C", body)
    if to_the_end and left > 2:
        return f"{body}\x1b[K", left
    if left >= _LAST_BLANKS:
        return f"{body}\x1b[{left}X", left
    return body + " " * left, 0


def _move(at: tuple[int, int] | None, x: int, y: int) -> str:
    """The shortest sequence that moves the cursor; columns and rows count from 0."""
    if at is None:
        return _place(x, y)
    relative = _relative(x - at[0], y - at[1])
    if x and len(relative) <= _LEAST_PLACE:
        return relative
    place = _place(x, y)
    return relative if len(relative) <= len(place) else place


def _place(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"


@lru_cache(maxsize=4096)  # a frame has some 80 moves, and most are like those in the frame before
def _relative(right: int, down: int) -> str:
    vertical = "" if not down else f"\x1b[{_count(abs(down))}{'B' if down > 0 else 'A'}"
    back = "\b" * -right if right > -4 else f"\x1b[{-right}D"
    return vertical + ("" if not right else f"\x1b[{_count(right)}C" if right > 0 else back)


def _count(n: int) -> str:
    return str(n) if n > 1 else ""


def _change(old: str, new: str) -> str:
    """The shortest sequence from one style to another."""
    before, after = _settings(old), _settings(new)
    if not after:
        return "\x1b[m"
    if before.keys() <= after.keys():
        return f"\x1b[{';'.join(code for sort, code in after.items() if before.get(sort) != code)}m"
    return f"\x1b[0;{new}m"


@lru_cache(maxsize=1024)
def shows_on_blanks(codes: str) -> bool:
    """Whether a style makes blanks look other than in another style."""
    return _SHOWS_ON_BLANKS.search(codes) is not None


@lru_cache(maxsize=1024)
def _settings(codes: str) -> Mapping[str, str]:
    """What a style sets, by sort: another style that sets the same sorts, or more, overrides it without a reset."""
    settings: dict[str, str] = {}
    parts = codes.split(";") if codes not in ("", ANY) else []
    while parts:
        number = int(parts[0] or 0)
        length = code_length(parts)
        sort = "38" if 30 <= number <= 38 or 90 <= number <= 97 else "48" if 40 <= number <= 48 or number >= 100 else parts[0]
        settings[sort] = ";".join(parts[:length])
        del parts[:length]
    return settings


def code_length(parts: list[str]) -> int:
    """How many of the numbers belong to the first one."""
    return 1 if parts[0] not in ("38", "48") else 3 if parts[1] == "5" else 5
