"""The shortest escape sequences for cells that are to be written."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from gomem_core.regex import regex

ANY: Final = "*"  # the style of a blank that looks the same in all styles

_SHOWS_ON_BLANKS = regex(r"(?:^|;)(?:4|7|9|4[0-8]|10[0-7]|21|53)(?:;|$)")  # background, underline, reverse, strike
_BLANKS = regex(" {9,}")  # from here on erasing them, and moving over them, is shorter than writing them
_LAST_BLANKS = 5  # ... where nothing follows, so that one need not move over them

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
    place = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
    if at is None:
        return place
    relative = _relative(at[0], x, y - at[1])
    return relative if len(relative) <= len(place) else place


@lru_cache(maxsize=8192)  # a frame has some 80 moves, and most are like those in the frame before
def _relative(before: int, x: int, down: int) -> str:
    """Rows down, or up, and to column x."""
    return _rows(down) + min(_columns(before, x), "\r" + _columns(0, x), key=len)


def _rows(down: int) -> str:
    """So many rows down; vertical tabs stay in their column, as terminals know them, and no tty makes anything else of them."""
    if 0 <= down < len("\x1b[9B"):
        return "\v" * down
    return f"\x1b[{_count(abs(down))}{'B' if down > 0 else 'A'}"


def _columns(before: int, x: int) -> str:
    """From one column to another."""
    right = x - before
    ways = [f"\x1b[{_count(right)}C" if right > 0 else f"\x1b[{_count(-right)}D" if right else "", f"\x1b[{x + 1}G"]
    if right <= 0:
        ways.append("\b" * -right)
    return min(ways, key=len)


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
