"""Reading and writing numbers: counts, sizes in bytes, ages in nanoseconds, percentages, addresses.

Each reader takes one word and returns a value or raises WordError.  Only ASCII digits count, as [0-9] says in
each pattern.  Digits are limited before they are converted, since Python refuses (and would be slow at)
endless ones.
"""

import re
from decimal import Decimal
from typing import Final

from gomem_core.lang.errors import ParseError, WordError, shown
from gomem_core.lang.words import split_line
from gomem_core.regex import regex

MAX_INT: Final = (1 << 63) - 1  # Go's int: sizes, ages, seeds
MAX_ADDR: Final = (1 << 64) - 1

_MAX_GOGC = 100_000_000
_MAX_DIGITS = 40
_SAFE_DIGITS = 18  # so many are less than 2**63, whatever they are
_FULL = 100  # percent
_COUNT = regex(r"[0-9]+|0[xX][0-9a-fA-F]+")
_DECIMAL_UNIT = regex(r"([0-9]+)(?:\.([0-9]+))?([a-zA-Z]*)")
_SIZE_UNIT = regex(r"([kmgt])(?:i?b)?|b|", re.IGNORECASE | re.ASCII)
_SCIENTIFIC = regex(r"([0-9]{1,19})[eE]([0-9]{1,2})")
_PERCENT = regex(r"([0-9]+(?:\.[0-9]{1,6})?)%?")

_SIZE_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_AGE_UNITS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_LONG_AGE_UNITS = {"ns": "ns", "us": "us", "mic": "us", "ms": "ms", "mil": "ms", "s": "s", "m": "m", "h": "h"}


# --- Reading ------------------------------------------------------------------------------------------------


def read_count(word: str, low: int, high: int, what: str) -> int:
    """A whole number from `low` to `high`, decimal or 0x…; `what` is what messages call it."""
    if _COUNT.fullmatch(word) is None:
        message = f"{shown(word)} is not a {what}; it is written in digits"
        raise WordError(message, _respelled(word, low, high))
    if len(word) > _MAX_DIGITS:
        raise WordError(f"{shown(word)} is too long; a {what} is between {low} and {high}")
    value = int(word, 16) if word[1:2] in ("x", "X") else int(word)
    if not low <= value <= high:
        limit = low if value < low else high
        raise WordError(f"{word} is not a {what}; it is between {low} and {high}", str(limit))
    return value


def read_size(word: str) -> int:
    """A size in bytes: digits, 0x…, or decimal digits with a binary unit such as 32K, 1.5M, 1MiB."""
    if len(word) <= _SAFE_DIGITS and word.isdecimal() and word.isascii():  # first, for speed, the common case
        return int(word)
    if len(word) > _MAX_DIGITS:
        raise WordError(f"{shown(word)} is too long; a size is between 0 and {MAX_INT} bytes")
    if word[:2] in ("0x", "0X"):
        return read_count(word, 0, MAX_INT, "size")
    match = _DECIMAL_UNIT.fullmatch(word)
    if match is None:
        raise _size_fault(word)
    whole, fraction, unit = match[1], match[2] or "", match[3]
    known = _SIZE_UNIT.fullmatch(unit)
    if known is None:
        text = f"{unit} is not a unit of size; the units are B, K, M, G and T"
        raise WordError(text, start=len(word) - len(unit), width=len(unit))
    scale = _SIZE_UNITS[(known[1] or "").lower()]
    value, rest = _scaled(whole, fraction, scale)
    if rest:
        raise WordError(f"{word} is not a whole number of bytes", str(value + 1) if value < MAX_INT else None)
    if value > MAX_INT:
        raise WordError(f"{word} is too large; a size is at most {MAX_INT} bytes")
    return value


def read_age(word: str) -> int:
    """An age in nanoseconds: digits with a unit (ns, us, ms, s, m, h), or a bare 0."""
    match = _DECIMAL_UNIT.fullmatch(word) if len(word) <= _MAX_DIGITS else None
    if match is None:
        raise WordError(f"{shown(word)} is not an age; an age is a number with a unit such as 30s or 5m")
    whole, fraction, unit = match[1], match[2] or "", match[3]
    if not unit and not int(whole + fraction):
        return 0
    scale = _AGE_UNITS.get(unit)
    if scale is None:
        text = f"{shown(word)} is not an age; the units are {', '.join(_AGE_UNITS)}"
        raise WordError(text, _age_respelled(word, unit))
    value, rest = _scaled(whole, fraction, scale)
    if rest:
        raise WordError(f"{word} is not a whole number of nanoseconds")
    if value > MAX_INT:
        raise WordError(f"{word} is too long ago; an age is at most {MAX_INT}ns, about 292 years", f"{MAX_INT}ns")
    return value


def read_percent(word: str) -> float:
    """A share from 0 to 100, with or without the sign: 30% and 30 are both 30.0."""
    match = _PERCENT.fullmatch(word) if len(word) <= _MAX_DIGITS else None
    if match is None or float(match[1]) > _FULL:
        raise WordError(f"{shown(word)} is not a percentage; it is a number between 0% and 100%")
    return float(match[1])


def read_gogc(word: str) -> int:
    """A GOGC value: a percentage, or -1 for `off` (and, as in Go, for every negative number)."""
    if word == "off" or re.fullmatch(r"-[0-9]+", word):
        return -1
    digits = word.removesuffix("%")
    if _COUNT.fullmatch(digits) is None:
        near = "off" if word.lower() == "off" else _respelled(digits, 0, _MAX_GOGC)
        raise WordError(f"{shown(word)} is neither a percentage such as 100 nor off", near)
    return read_count(digits, 0, _MAX_GOGC, "percentage of heap growth")


def read_addr(word: str) -> int:
    """An address: 0x and hexadecimal digits, below 2**64."""
    if not re.fullmatch(r"0[xX][0-9a-fA-F]{1,40}", word):
        bare = re.fullmatch(r"c[0-9a-f]{9}", word)  # panes show addresses without their prefix
        decimal = word.isdecimal() and word.isascii() and len(word) <= _MAX_DIGITS
        near = f"0x{word}" if bare else hex(int(word)) if decimal and int(word) <= MAX_ADDR else None
        raise WordError(f"{shown(word)} is not an address; an address is 0x and hexadecimal digits", near)
    value = int(word, 16)
    if value > MAX_ADDR:
        raise WordError(f"{word} is not an address; an address has at most 16 hexadecimal digits")
    return value


def parse_size(text: str) -> int:
    """A size in bytes from a text of its own (`gomem classes SIZE`); ParseError if it is none."""
    words = split_line(text)
    if words != [text]:
        raise ParseError(1, len(text), "a size is one word such as 48, 0x30, 32K or 1.5M", ("SIZE",))
    try:
        return read_size(text)
    except WordError as fault:
        width = len(text) - fault.start if fault.width is None else fault.width
        raise ParseError(fault.start + 1, width, fault.message, ("SIZE",), fault.suggestion) from None


# --- Writing ------------------------------------------------------------------------------------------------


def format_size(size: int) -> str:
    """The shortest exact text: 32K for 32768, 1025 for 1025; a unit only when it divides the size."""
    return _with_unit(size, (("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)), "")


def format_age(age_ns: int) -> str:
    """The age in the largest unit that divides it: 5m, 90s, 1500ms, 0s."""
    return _with_unit(age_ns, tuple(reversed(_AGE_UNITS.items())), "s")


def format_percent(value: float) -> str:
    """30.0 as 30%, without exponent and without needless zeros."""
    text = format(Decimal(repr(value)), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def _scaled(whole: str, fraction: str, scale: int) -> tuple[int, int]:
    """whole.fraction times scale, exactly: the whole part, and a rest that is 0 if nothing is lost."""
    divisor: int = 10 ** len(fraction)
    return divmod(int(whole + fraction) * scale, divisor)


def _with_unit(value: int, units: tuple[tuple[str, int], ...], for_zero: str) -> str:
    if value == 0:
        return "0" + for_zero
    for unit, scale in units:
        if value % scale == 0:
            return f"{value // scale}{unit}"
    return str(value)


# --- Complaints ---------------------------------------------------------------------------------------------


def _size_fault(word: str) -> WordError:
    text = f"{shown(word)} is not a size; a size is a number of bytes such as 48, 0x30, 32K or 1.5M"
    if word.startswith("-"):
        text = f"{shown(word)} is not a size; a size is never negative"
    return WordError(text, _respelled(word, 0, MAX_INT))


def _age_respelled(word: str, unit: str) -> str | None:
    """5min, 30sec or a bare 30 with the unit that was probably meant."""
    if not unit:
        return word + "s"
    starts = (short for start, short in _LONG_AGE_UNITS.items() if unit.lower().startswith(start))
    short = next(starts, None)
    return None if short is None else word.removesuffix(unit) + short


def _respelled(word: str, low: int, high: int) -> str | None:
    """The number that +5, 1_000 or 1e3 means, if that is one and fits."""
    if len(word) > _MAX_DIGITS:
        return None
    scientific = _SCIENTIFIC.fullmatch(word)
    if scientific:
        digits = scientific[1] + "0" * int(scientific[2])
    else:
        digits = word.removeprefix("+").replace("_", "").replace(",", "").replace("'", "")
    if not (digits.isdecimal() and digits.isascii()) or not low <= int(digits) <= high:
        return None
    return digits
