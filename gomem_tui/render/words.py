"""Text from elsewhere, made fit to be shown, and text that does not fit: cut between words, never inside of one."""

from collections.abc import Iterable
from typing import Final
from unicodedata import category

from gomem_core.foreign import escaped, is_seen
from gomem_core.report import format_bytes

_BLANKS: Final = "\t\n"

ONE_MOMENT: Final = "This heap was read at one moment: there are no steps."
FIRST_LOOK: Final = "This is the first look."
LAST_LOOK: Final = "This is the last look."
NO_EVENTS: Final = "A look has no events: what happened between two looks is not known."


def short_count(n: int) -> str:
    """A number in at most five cells, whole as far as that goes."""
    if n < 100_000:
        return str(n)
    return f"{n / 1_000:.0f}k" if n < 999_500 else f"{n / 1_000_000:.1f}M" if n < 99_950_000 else f"{n / 1_000_000:.0f}M"


def clean(text: str, keep: str = "") -> str:
    """The text without what a terminal could take for a command or draw in an unforeseen width; `keep` names exceptions.

    Every sort of blank becomes a blank, and what nobody sees is shown as an escape, so that all that is there can be read.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char in keep else _cleaned(char) for char in text)


def _cleaned(char: str) -> str:
    if "\ufe00" <= char <= "\ufe0f":  # makes the character before it wide or narrow, in some terminals
        return ""
    if char.isprintable() and is_seen(char):
        return char
    return " " if char in _BLANKS or category(char) == "Zs" else escaped(char)


def cut(text: str, width: int) -> str:
    """The text if it fits, else as much of its beginning as does, and …."""
    return text if len(text) <= width else f"{text[: max(width - 1, 0)]}…"


def clip(text: str, width: int) -> str:
    """The text if it fits, else as many whole words as do, and …; the beginning of the word where even one is too long."""
    if len(text) <= width:
        return text
    if width < 2:
        return "…"[: max(width, 0)]
    cut = text[: width - 1].rfind(" ")
    head = text[:cut].rstrip(" ,;:") if cut > 0 else ""
    return f"{head or text[: width - 2].rstrip()} …"


def join_fitting(parts: Iterable[str], width: int, separator: str = "  ") -> str:
    """Returns as many of the parts as fit side by side, from the first on."""
    text = ""
    for part in parts:
        longer = f"{text}{separator}{part}" if text else part
        if len(longer) > width:
            break
        text = longer
    return text


def join_lines(parts: Iterable[str], width: int, separator: str = "  ") -> list[str]:
    """Returns all parts side by side, in as many lines of `width` as they take; a line ends between parts only."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}{separator}{part}" if lines else part
        if lines and len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def size_text(nbytes: int) -> str:
    """A number of bytes with its unit: 48 B, 4.0K."""
    return f"{nbytes} B" if nbytes < 1024 else format_bytes(nbytes)
