"""Text from elsewhere, made fit for a terminal: names of files, what was typed, what files hold.

Nothing is left out: what a terminal could obey, or what nobody sees, is shown as an escape.
"""

import unicodedata
from typing import Final

from gomem_core.regex import regex

LONGEST: Final = 160  # characters of a name in a message: two lines of a common screen
# Drawn as nothing although Unicode calls them letters or marks: fillers, joiners, and what chooses the form of its neighbour.
_UNSEEN: Final = regex("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def visible(text: str) -> str:
    """The text with an escape for each character that a terminal could obey, or that nobody sees; line breaks and tabs stay.

    These are control characters, those that format or reorder their neighbours, and bytes of file names that are no text.
    """
    if is_harmless(text) or (text.isascii() and text.replace("\n", "").replace("\t", "").isprintable()):
        return text
    return "".join(char if is_seen(char) or char in "\n\t" else escaped(char) for char in text)


def is_harmless(text: str) -> bool:
    """Whether the text, on one line, needs no escapes.  Quick, since all that is drawn is asked."""
    return text.isprintable() and (text.isascii() or not _UNSEEN.search(text))


def named(name: object) -> str:
    """Returns a foreign name, such as a path, on one line."""
    return visible(str(name)).replace("\n", "\\n").replace("\t", "\\t")


def brief(name: object, most: int = LONGEST) -> str:
    """The same in at most so many characters: of a longer one the beginning and the end, where names differ."""
    text = str(name)
    cut = text if len(text) <= most else f"{text[: most // 2]}…{text[len(text) - (most - 1) // 2 :]}"
    return named(cut)


def unread(why: OSError | ValueError) -> str:
    """What is said of a file that the system does not give, behind the name; ValueError: it takes no such name, as with a NUL."""
    return f"cannot be read: {getattr(why, 'strerror', None) or why}"


def is_seen(char: str) -> bool:
    """Whether the character draws something, or moves on by its width, and does nothing else."""
    return (char.isprintable() or unicodedata.category(char) == "Zs") and not _UNSEEN.match(char)


def escaped(char: str) -> str:
    """The character as a backslash and digits; one that stands for a byte which is no text, as that byte."""
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return ascii(char)[1:-1]
