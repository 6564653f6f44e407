"""What a terminal sends, cut into whole pieces: text, sequences, Esc, pastes, answers.

Textual's own parser guesses where a sequence ends by waiting, reads Esc and a key that arrive together as a chord, and takes the
terminal's answers for keys.  It is given whole sequences only, so that it need not guess.  Nothing in here knows Textual.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Final

from gomem_core.frozen import frozen
from gomem_core.regex import regex

PATIENCE: Final = 0.05  # seconds in which a sequence that has begun goes on, unless it was Esc and keys
TORN_PATIENCE: Final = 1.0  # ... and a paste, an answer, or more of a sequence than anybody types: a slow line may tear them
MOST_PASTED: Final = 1_000_000  # bytes of a paste
MOST_HELD: Final = 64  # bytes of a sequence, or of an answer

_ESC: Final = b"\x1b"
# A minus is not a parameter of a sequence, but some terminals tell so of a mouse beyond the edge.
_CSI: Final = regex(rb"\x1b\[(?:\[[A-E]|M[\x00-\xff]{3}|(?![\[M])[-\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e])", re.DOTALL)
_CSI_BEGUN: Final = regex(rb"\x1b\[(?:\[|M[\x00-\xff]{0,2}|[-\x30-\x3f]*[\x20-\x2f]*)", re.DOTALL)
_STRING: Final = regex(rb"\x1b(?:\][0-9]+;|P(?:>\||[01][$+]r|!\|))([^\x07\x1b]*)(?:\x07|\x1b\\)", re.DOTALL)
_STRING_BEGUN: Final = regex(
    rb"\x1b(?:\](?:[0-9]+(?:;[^\x07\x1b]*\x1b?)?)?|P(?:[01][$+]?|!|>|(?:>\||[01][$+]r|!\|)[^\x07\x1b]*\x1b?))"
)
_COLOUR: Final = regex(rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_PASTE: Final = b"\x1b[200~"
_PASTE_END: Final = b"\x1b[201~"
_NOT_PASTED: Final = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0xFFFD]) | {ord(c): c for c in "\t\n\r"}


@frozen
class Text:
    """Characters, each a key of its own."""

    text: str


@frozen
class Sequence:
    """A key, the mouse or a report of the terminal, as it was sent."""

    text: str


@frozen
class Escape:
    """The Esc key."""


@frozen
class Chord:
    """A character with alt, in a terminal that sends Esc before it."""

    character: str


@frozen
class Pasted:
    """A pasted text without control characters but tabs and line breaks; None: it was too long, and is lost."""

    text: str | None


@frozen
class Background:
    """The terminal's background: red, green and blue, 0 to 1."""

    colour: tuple[float, float, float]


Piece = Text | Sequence | Escape | Chord | Pasted | Background


class TerminalInput:
    """Cuts bytes into pieces as they arrive.

    `is_bound` tells whether alt and a character mean something; all others are Esc, and then the character.
    Bytes that are not UTF-8 are left out, and so are answers that nobody asked for.
    """

    def __init__(self, is_bound: Callable[[str], bool]) -> None:
        self._is_bound = is_bound
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = b""  # the beginning of a sequence
        self._paste: bytearray | None = None  # while one is going on
        self._is_no_key = False  # what is held is the beginning of what only a terminal sends

    @property
    def patience(self) -> float | None:
        """Seconds after which `late` is to be called, if nothing arrives; None: nothing is waited for."""
        if self._paste is not None or (self._held and self._is_no_key):
            return TORN_PATIENCE
        return PATIENCE if self._held else None

    def feed(self, data: bytes) -> Iterator[Piece]:
        """The pieces that are whole now."""
        data, self._held, at = self._held + data, b"", 0
        while at < len(data):
            if self._paste is not None:
                end = data.find(_PASTE_END, at)
                if end < 0:
                    kept = max(at, len(data) - len(_PASTE_END) + 1)  # the end may be torn
                    self._add_to_paste(data[at:kept])
                    self._held = data[kept:]
                    return
                self._add_to_paste(data[at:end])
                yield self._pasted()
                at = end + len(_PASTE_END)
                continue
            escape = data.find(_ESC, at)
            yield from self._text(data[at : len(data) if escape < 0 else escape])
            if escape < 0:
                return
            self._decoder.reset()
            length, piece = self._sequence(data[escape : escape + MOST_HELD + 8])
            if not length:
                self._held = data[escape:]
                return
            if piece is not None:
                yield piece
            at = escape + length

    def late(self) -> Iterator[Piece]:
        """The pieces that what was held is, since it did not go on."""
        held, self._held = self._held, b""
        if self._paste is not None:
            self._add_to_paste(held)
            yield self._pasted()
        elif held and not self._is_no_key:
            yield Escape()
            yield from self._text(held[1:])

    def _text(self, data: bytes) -> Iterator[Piece]:
        text = self._decoder.decode(data).replace("\ufffd", "")
        if text:
            yield Text(text)

    def _sequence(self, data: bytes) -> tuple[int, Piece | None]:
        """How many bytes the sequence has that begins here, and what it is; 0: it may go on."""
        self._is_no_key = False
        second = data[1:2]
        if not second:
            return 0, None
        if second == b"[":
            return self._control(data)
        if second in b"]P":
            return self._answer(data)
        if second == b"O":
            key = data[:3].decode("latin-1")
            if len(key) < 3:
                return 0, None
            return (3, Sequence(key)) if key[2].isalpha() and key[2].isascii() else (1, Escape())
        if second in b"\r\x7f" or 0x20 < second[0] < 0x7F:
            character = second.decode()
            if self._is_bound(character):
                return 2, Chord(character)
        return 1, Escape()

    def _control(self, data: bytes) -> tuple[int, Piece | None]:
        """Read ESC [ and what follows."""
        found = _CSI.match(data)
        if found is None and not _CSI_BEGUN.fullmatch(data):
            return 1, Escape()
        if found is None:
            self._is_no_key = len(data) > len("\x1b[")
            return (0, None) if len(data) <= MOST_HELD else (len(data), None)  # no sequence is that long
        sequence = found[0]
        if sequence == _PASTE:
            self._paste = bytearray()
        is_answer = sequence[2:3] in b"?>=" and not sequence.endswith(b"$y")
        if sequence in (_PASTE, _PASTE_END) or is_answer or sequence[2:3] == b"M":
            return len(sequence), None
        return len(sequence), Sequence(sequence.decode("ascii"))

    def _answer(self, data: bytes) -> tuple[int, Piece | None]:
        """Read an answer of the terminal, or else Esc and a key that looks like its beginning."""
        found = _STRING.match(data)
        if found is not None:
            colour = _COLOUR.match(found[0])
            return len(found[0]), Background(_fractions(colour)) if colour else None
        if not _STRING_BEGUN.fullmatch(data) or data == b"\x1bP":
            return 1, Escape()
        if len(data) > MOST_HELD:  # it never ends
            return len(data), None
        self._is_no_key = data != b"\x1b]"
        return 0, None

    def _add_to_paste(self, data: bytes) -> None:
        """Keep what is pasted, up to a byte more than can be."""
        assert self._paste is not None
        self._paste += data[: MOST_PASTED + 1 - len(self._paste)]

    def _pasted(self) -> Pasted:
        assert self._paste is not None
        paste, self._paste = self._paste, None
        if len(paste) > MOST_PASTED:
            return Pasted(None)
        return Pasted(paste.decode("utf-8", "replace").translate(_NOT_PASTED))


def _fractions(colour: re.Match[bytes]) -> tuple[float, float, float]:
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in colour.groups())
    return red, green, blue
