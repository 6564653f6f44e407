"""The errors of the language: ParseError for callers outside, WordError for the readers inside."""

import textwrap
import unicodedata

from gomem_core.foreign import escaped, is_seen

_WIDTH = 78  # columns of text that `render` fills where nobody says otherwise
_WINDOW = 76  # columns of the line that `render` shows at most
_LONGEST_SHOWN = 40  # characters of a typed word in a message


class ParseError(Exception):
    """A line that is not a command.

    `column` is 1-based and counts the characters of the line as typed; `width` is that of the wrong part, 0
    where something is missing.  `expected` names what could stand there.  `suggestion`, if there is one,
    can replace exactly the marked part.
    """

    def __init__(
        self,
        column: int,
        width: int,
        message: str,
        expected: tuple[str, ...] = (),
        suggestion: str | None = None,
    ) -> None:
        super().__init__(column, width, message, expected, suggestion)
        self.column = column
        self.width = width
        self.message = message
        self.expected = expected
        self.suggestion = suggestion

    def __str__(self) -> str:
        """One line of text, without the picture."""
        if self.suggestion:
            return f"column {self.column}: {self.message} (perhaps {self.suggestion})"
        return f"column {self.column}: {self.message}"

    def render_place(self, line: str) -> str:
        """The same without the message, to stand below it."""
        return ParseError(self.column, self.width, "", self.expected, self.suggestion).render(line)

    def render(self, line: str, width: int = _WIDTH) -> str:
        """The line, carets under the wrong part, the message, and what could stand there instead; text in `width` columns."""
        shown, indent, carets = _cut(line.rstrip("\r\n"), self.column - 1, self.width)
        lines = [shown, " " * indent + "^" * carets, *textwrap.wrap(self.message, width, break_on_hyphens=False)]
        if self.suggestion:
            lines.append(f"perhaps: {self.suggestion}")
        if self.expected:
            words = "expected: " + ", ".join(self.expected)
            lines += textwrap.wrap(words, width, subsequent_indent="  ", break_on_hyphens=False)
        return "\n".join(lines)


class WordError(Exception):
    """A reader's complaint about one word, which the parser turns into a ParseError with a column.

    `start` and `width` mark a part of the word (the whole word without `width`).
    """

    def __init__(
        self,
        message: str,
        suggestion: str | None = None,
        *,
        expected: tuple[str, ...] = (),
        start: int = 0,
        width: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion
        self.expected = expected
        self.start = start
        self.width = width
        self.field: str | None = None
        self.item = 0

    def of(self, field: str, item: int = 0) -> "WordError":
        """The same complaint by a builder, which sees no words: about `field`, or its word number `item`."""
        self.field, self.item = field, item
        return self

    def inside(self, start: int, width: int) -> "WordError":
        """The same complaint, seen from the longer word in which the faulty one stood at `start`."""
        own = self.width if self.width is not None else width - self.start
        self.start, self.width = self.start + start, own
        return self


def printable(text: str) -> str:
    """The text as messages show it: letters of every script as they are, as an escape what cannot be seen alone.

    That is control characters, blanks other than the common one, combining marks and lone surrogates.
    """
    return "".join(char if _is_shown(char) else escaped(char) for char in text)


def shown(word: str) -> str:
    """A typed word as messages show it: cut when long, quoted when it would not read as a word."""
    text = printable(word[: _LONGEST_SHOWN + 1])
    cut = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."
    return cut if cut[:1].isalnum() and cut[-1] not in ",;:!?'\"" else f'"{cut}"'


def _is_shown(char: str) -> bool:
    return char.isprintable() and is_seen(char) and not unicodedata.combining(char)


def _cut(line: str, start: int, width: int) -> tuple[str, int, int]:
    """A printable piece of the line around the mark, and the mark's place and width in terminal cells."""
    first = 0 if start + width < _WINDOW else max(0, start - _WINDOW // 2)
    piece = line[first : first + _WINDOW]
    before = piece[: start - first]
    marked = piece[start - first : start - first + width]
    head = "..." if first else ""
    tail = "..." if first + _WINDOW < len(line) else ""
    text = head + "".join(map(_printable, piece)) + tail
    return text, len(head) + sum(map(_cells, before)), max(1, sum(map(_cells, marked)))


def _printable(char: str) -> str:
    if char == "\t":
        return " "
    # Control characters, lone surrogates: they would spoil the picture.
    return char if char.isprintable() and is_seen(char) else "?"


def _cells(char: str) -> int:
    if not (char.isprintable() and is_seen(char)):
        return 1
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
