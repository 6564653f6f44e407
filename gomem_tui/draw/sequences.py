"""The shortest escape sequences for cells that are to be written."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

ANY: Final = "*"  # the style of a blank that looks the same in all styles

_SHOWS_ON_BLANKS = re.compile(r"(?:^|;)(?:4|7|9|4[0-8]|10[0-7]|21|53)(?:;|$)")  # background, underline, reverse, strike
_BLANKS = re.compile(" {9,}")  # from here on erasing them, and moving over them, is shorter than writing them
_LAST_BLANKS = 5  # ... where nothing follows, so that one need not move over them


class Run(NamedTuple):
    """Neighbouring cells to be written in one style, from column x of row y to before column end."""

    codes: str
    y: int
    x: int
    end: int
    text: str


def written(runs: list[Run], columns: int) -> str:
    """The sequences for all runs, those of one style together; plain styles first, so that one seldom has to reset."""
    out: list[str] = []
    at: tuple[int, int] | None = None  # column and row of the terminal's cursor, where they are known
    style = ""
    runs.sort(key=lambda run: (len(_settings(run.codes)), run.codes, run.y, run.x))
    for codes, y, x, end, text in runs:
        if codes not in (style, ANY):
            out.append(_change(style, codes))
            style = codes
        out.append(_move(at, (x, y)))
        narrow = end - x == len(text)
        if not shows_on_blanks(codes):
            text, left = _erasing(text, end == columns)
            end -= left
        out.append(text)
        at = (end, y) if narrow and end < columns else None  # after the last column terminals differ, and on wide characters
    if style:
        out.append("\x1b[m")
    return "".join(out)


def _erasing(text: str, to_the_end: bool) -> tuple[str, int]:
    """The text with long blanks erased instead of written, and over how many at its end the cursor then has not moved."""
    if "   " not in text:
        return text, 0
    body = text.rstrip(" ")
    left = len(text) - len(body)
    body = _BLANKS.sub(lambda blanks: f"\x1b[{len(blanks.group())}X\x1b[{len(blanks.group())}C", body)
    if to_the_end and left > 2:
        return f"{body}\x1b[K", left
    if left >= _LAST_BLANKS:
        return f"{body}\x1b[{left}X", left
    return body + " " * left, 0


def _move(at: tuple[int, int] | None, to: tuple[int, int]) -> str:
    """The shortest sequence that moves the cursor; columns and rows count from 0."""
    x, y = to
    anywhere = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
    if at is None:
        return anywhere
    right, down = x - at[0], y - at[1]
    vertical = "" if not down else f"\x1b[{_count(abs(down))}{'B' if down > 0 else 'A'}"
    back = "\b" * -right if right > -4 else f"\x1b[{-right}D"
    relative = vertical + ("" if not right else f"\x1b[{_count(right)}C" if right > 0 else back)
    return min(relative, anywhere, key=len)


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
