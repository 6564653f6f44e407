"""convert: a recording's script, in one-letter lines, turned into the command language.

One line becomes one line, after a few lines of introduction, so that both can be stepped side by side.  A
script numbers its objects 0, 1, 2, ... in the order of its `a` lines; a session calls unnamed objects o1, o2,
..., so object N of the script is o(N+1) here.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from gomem_core.lang import ParseError, format_command, parse
from gomem_core.lang.commands import (
    GOGC_OFF,
    Alloc,
    ByName,
    Command,
    Drop,
    FreeOs,
    Gc,
    GcMark,
    GcSweep,
    Gogc,
    Kind,
    Link,
    MemStats,
    Scavenge,
    ShowOne,
    Unlink,
)
from gomem_core.lang.errors import printable

INTRODUCTION: Final = (
    "# Converted from the script of a recording.  Addresses differ from the recording's: a typed session",
    "# starts with an empty heap, the recorded program had run for a while.",
    "gogc off  # as in every recording, until its script sets it",
)

_KINDS: Final[dict[str, Kind]] = {"n": "noscan", "s": "scan", "h": "head"}
_WORD: Final = 8  # bytes
_MAX_DIGITS: Final = 20  # no number of a script is longer; 2**64 has 20
_MAX_SHOWN: Final = 40  # characters of a line in a message


class ScriptError(Exception):
    """A line that is not a script line: `line` is its number, from 1, and `problem` what was expected."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


def convert(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a session that does what the script does, without line ends, after INTRODUCTION.

    Lines without a counterpart become comments that keep the original.  Raises ScriptError at the first line
    that is not a script line.
    """
    yield from INTRODUCTION
    script = _Script()
    for number, line in enumerate(lines, 1):
        words = line.split()
        try:
            text = script.convert_line(words) if words and words[0][0] != "#" else " ".join(words)
            parse(text)  # the language has limits of its own
        except ParseError as error:
            raise ScriptError(number, f"{_cut(' '.join(words))}: {error.message}") from None
        except ValueError as error:
            raise ScriptError(number, str(error)) from None
        yield text


class _Script:
    """What has to be known about the lines before: how many objects there are."""

    def __init__(self) -> None:
        self.objects = 0
        self.dropped: set[str] = set()

    def convert_line(self, words: list[str]) -> str:
        """One line; ValueError says what was expected."""
        letter, *operands = words
        if letter not in _OPS:
            raise ValueError(f"{_cut(letter)} is not an op; expected one of {', '.join(_OPS)}")
        form, convert_op = _OPS[letter]
        if len(operands) != len(form.split()) - 1:
            raise ValueError(f"{_cut(' '.join(words))} has the wrong number of operands; expected {form}")
        return convert_op(self, operands)

    def alloc(self, operands: list[str]) -> str:
        size, letter = _number(operands[0], "SIZE"), operands[1]
        if letter not in _KINDS:
            raise ValueError(f"{_cut(letter)} is not a kind; expected n, s or h")
        self.objects += 1
        if size == 0 and letter != "n":
            return f"{format_command(Alloc(0))}  # a 0 {letter}   without a word the kind makes no difference"
        if size == _WORD and letter == "h":
            return f"{format_command(Alloc(_WORD, 'scan'))}  # a {_WORD} h   the first word is the only one"
        return format_command(Alloc(size, _KINDS[letter]))

    def drop(self, operands: list[str]) -> str:
        target = self.ref(operands[0])
        if target.name in self.dropped:  # recorders pass over that; a session would call it an error
            return f"# d {operands[0]}   dropped before: no counterpart"
        self.dropped.add(target.name)
        return format_command(Drop((target,)))

    def link(self, operands: list[str]) -> str:
        src, slot = self.ref(operands[0]), _number(operands[1], "SLOT")
        return format_command(Link(src, slot, self.ref(operands[2])))

    def unlink(self, operands: list[str]) -> str:
        return format_command(Unlink(self.ref(operands[0]), _number(operands[1], "SLOT")))

    def heapbits(self, operands: list[str]) -> str:
        return format_command(ShowOne("bitmap", self.ref(operands[0])))

    def ref(self, word: str) -> ByName:
        """The name of the script's object with this number."""
        number = _number(word, "ID")
        if number >= self.objects:
            raise ValueError(f"there is no object {number}; expected an ID below {self.objects}, the objects so far")
        return ByName(f"o{number + 1}")


def _sweep(_script: _Script, operands: list[str]) -> str:
    return format_command(GcSweep(_number(operands[0], "N")))


def _scavenge(_script: _Script, operands: list[str]) -> str:
    return format_command(Scavenge(_number(operands[0], "NS")))


def _gogc(_script: _Script, operands: list[str]) -> str:
    percent = _number(operands[0].removeprefix("-"), "PCT")
    return format_command(Gogc(GOGC_OFF if operands[0].startswith("-") else percent))


def _bgsweep(_script: _Script, operands: list[str]) -> str:
    if operands[0] not in ("0", "1"):
        raise ValueError(f"{_cut(operands[0])} is not a switch; expected 0 or 1")
    return f"# B {operands[0]}   background sweeping: no counterpart, sessions sweep when asked or when in need"


def _always(command: Command) -> Callable[[_Script, list[str]], str]:
    return lambda _script, _operands: format_command(command)


# letter -> (form, converter of its operands)
_OPS: Final[dict[str, tuple[str, Callable[[_Script, list[str]], str]]]] = {
    "a": ("a SIZE n|s|h", _Script.alloc),
    "d": ("d ID", _Script.drop),
    "l": ("l SRC SLOT DST", _Script.link),
    "u": ("u SRC SLOT", _Script.unlink),
    "g": ("g", _always(Gc())),
    "m": ("m", _always(GcMark())),
    "w": ("w N", _sweep),
    "f": ("f", _always(FreeOs())),
    "v": ("v NS", _scavenge),
    "M": ("M", _always(MemStats())),
    "s": ("s", lambda _script, _operands: "# s   snapshot: no counterpart"),
    "b": ("b ID", _Script.heapbits),
    "p": ("p PCT", _gogc),
    "B": ("B 0|1", _bgsweep),
}


def _number(word: str, what: str) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) <= _MAX_DIGITS):
        raise ValueError(f"{_cut(word)} is not a {what}; expected decimal digits")
    return int(word)


def _cut(word: str) -> str:
    """A word as a message can show it, whatever it is."""
    text = printable(word)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "..."
