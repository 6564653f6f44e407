"""Names of objects: those a user gives, those objects get by themselves, and the ways to refer to them.

A user's name is a letter, then letters, digits, _ or -.  An object without one is called o1, o2, ... in
order of birth, and `as x times 3` makes x.1 to x.3.
"""

import re
from decimal import Decimal
from typing import Final

from gomem_core.lang.commands import ByAddr, ByName, ByRange, Everything, Ref, Target
from gomem_core.lang.errors import WordError, shown
from gomem_core.lang.moves import Stop, Time
from gomem_core.lang.numbers import MAX_INT, read_addr, read_count
from gomem_core.regex import regex

MAX_NAME: Final = 64  # characters
MAX_SLOT: Final = 1 << 36  # words: more than the arena holds

# Words with a meaning of their own, which are not names: every word of the commands that change the heap or look
# at it (a test compares them with the registry, so that a new one cannot be forgotten here), but for those of one
# letter: `p` is too good a name for an object.  `back` and `goto` always were kept free.  The other words of moves
# and directives do not stand here: where one of them can stand, no object can.
_WORDS: Final = (
    "all alloc as back bitmap churn class classes drop find flush free freeos gc gogc goto head help invariants "
    "layout link live locks mark mcache mcentral memstats noscan object off page procs scan scavenge seed show sizes "
    "span spans stats sweep times unlink waste"
)
RESERVED: Final = frozenset(_WORDS.split())

_NAME = regex(r"[A-Za-z][A-Za-z0-9_-]*")
_JOURNAL = regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_TIME = regex(r"(\d{1,30}(?:\.\d{1,30})?)(ns|us|µs|ms|s)", re.ASCII)
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9}
_OTHER_UNITS = {"sec": 1, "m": 60, "min": 60, "h": 3600}  # that people write, and what they are in seconds
_OTHER_TIME = regex(rf"(\d{{1,30}}(?:\.\d{{1,30}})?)({'|'.join(_OTHER_UNITS)})", re.ASCII)
_LAST = 1 << 62  # ns: a hundred years
_ENDS = ("start", "end")
_FILE = regex(r"/|[\w-]\.[A-Za-z]")  # what looks like the name of one
_AUTOMATIC = regex(r"o[0-9]+")
_OBJECT = regex(r"(o[1-9][0-9]{0,17})|([A-Za-z][A-Za-z0-9_-]*)(\.[1-9][0-9]{0,17})?")
_NUMBERED = regex(r"(o|[A-Za-z][A-Za-z0-9_-]*\.)([1-9][0-9]{0,17})")
_INDEXED = regex(r"([A-Za-z][A-Za-z0-9_-]*)\.?\[([0-9]{0,17})(?:(\.\.\.?|:)([0-9]{0,17}))?\]")  # as programs write it
_BARE = regex(r"[0-9][0-9a-f]{8,11}")  # an address as panes show it, which no name is
_NUMBERED_LOOSE = regex(r"(o|[A-Za-z][A-Za-z0-9_-]*\.)?([1-9][0-9]{0,17})")


def read_new_name(word: str) -> str:
    """A name that a user may give."""
    if _NAME.fullmatch(word) is None:
        if _OBJECT.fullmatch(word):
            raise WordError(f"{shown(word)} cannot be given: names with a dot and a number come from `times`")
        raise WordError(f"{shown(word)} is not a name; a name is a letter, then letters, digits, _ or -")
    if word[0] == "o" and _AUTOMATIC.fullmatch(word):
        message = "names o1, o2, ... are given to objects without a name"
        raise WordError(f"{shown(word)} cannot be given: {message}")
    _check_user_name(word)
    return word


def read_ref(word: str) -> Ref:
    """One object: NAME, oN, NAME.N or 0xADDR."""
    if word.startswith(("0x", "0X")):
        return ByAddr(read_addr(word))
    match = _OBJECT.fullmatch(word)
    if match is None:
        raise _ref_fault(word)
    if match[2] is not None:
        if _AUTOMATIC.fullmatch(match[2]):
            raise _ref_fault(word)
        _check_user_name(match[2])
    return ByName(word)


def read_target(word: str) -> Target:
    """What `drop` takes: one object, a range of numbered ones, or `all`."""
    if word == "all":
        return Everything()
    if word.lower() == "all":
        raise WordError(f"{word} is not an object; to drop every object write all", "all")
    if (indexed := _INDEXED.fullmatch(word)) is not None:  # before a range: it may have dots, too
        raise _index_fault(word, indexed)
    return _read_range(word) if ".." in word else read_ref(word)


def read_place(word: str) -> tuple[Ref, int]:
    """A word inside an object, A.SLOT: the slot stands after the last dot."""
    owner, dot, slot = word.rpartition(".")
    if not dot:
        owner, slot = word, ""
    try:
        ref = read_ref(owner)
    except WordError as fault:
        raise fault.inside(0, len(owner)) from None
    if not slot:
        message = f"{shown(owner)} lacks the word number; {shown(owner)}.0 is its first word"
        raise WordError(message, f"{owner}.0")
    try:
        return ref, read_count(slot, 0, MAX_SLOT, "word number")
    except WordError as fault:
        raise fault.inside(len(owner) + 1, len(slot)) from None


def read_shown(word: str) -> Ref:
    """An object, or the address of any byte: 0xADDR, or as panes show it.

    One that begins with a letter is read as a name: where no object has that, whoever looks it up takes it for an address.
    """
    return ByAddr(int(word, 16)) if _BARE.fullmatch(word) else read_ref(word)


def read_where(word: str) -> Ref:
    """The same, with a message for those who think of addresses."""
    return ByAddr(read_addr(word)) if word[:1].isdecimal() and not _BARE.fullmatch(word) else read_shown(word)


def read_page(word: str) -> ByAddr | int:
    """A page: the address of a byte in it, or its decimal index in the arena."""
    if word.startswith(("0x", "0X")):
        return ByAddr(read_addr(word))
    if _BARE.fullmatch(word):
        return ByAddr(int(word, 16))
    return read_count(word, 0, (1 << 26) - 1, "page number")


def read_span(word: str) -> Ref | int:
    """A span by its number in address order, or by what lies in it."""
    return int(word) if re.fullmatch(r"[0-9]{1,8}", word) else read_shown(word)


# --- Names of other things than objects ----------------------------------------------------------------------


def read_object_name(word: str) -> str:
    """An object by its name, not by its address."""
    ref = read_ref(word)
    if isinstance(ref, ByAddr):
        raise WordError(f"{shown(word)} is an address; here stands the name of an object")
    return ref.name


def read_mark_name(word: str) -> str:
    """A name for a state; `start` and `end` have theirs."""
    if word.lower() in _ENDS:
        raise WordError(f"{word} is not a name for a bookmark; goto start and goto end lead to the two ends")
    return _read_plain_name(word, "bookmark")


def read_branch_name(word: str) -> str:
    """A name of a branch."""
    return _read_plain_name(word, "branch")


def read_state(word: str) -> int | str:
    """A step by its number, or a mark."""
    return read_count(word, 0, MAX_INT, "step") if word[0] in "0123456789+-" else read_mark_name(word)


def read_stop(word: str) -> Stop:
    """A step by its number, a mark, `start` or `end`; of a film also a time, such as 1.5s."""
    time = _TIME.fullmatch(word)
    if time is not None:
        return Time(min(round(Decimal(time[1]) * _UNITS[time[2]]), _LAST))
    _check_unit(word)
    return _read_step(word)


def _check_unit(word: str) -> None:
    """Complain about a time of a film in a unit that is none of its own: 2m, 10sec."""
    time = _OTHER_TIME.fullmatch(word)
    if time is not None:
        seconds = Time(min(round(Decimal(time[1]) * _OTHER_UNITS[time[2]] * _UNITS["s"]), _LAST))
        raise WordError(f"{word} is not a time of a film; its units are ns, us, ms and s", str(seconds))


def read_stop_or_file(word: str) -> Stop:
    """The same, with a message for those who name a file."""
    try:
        return read_stop(word)
    except WordError:
        if _FILE.search(word):
            message = f"{shown(word)} is not a step or a bookmark; diff file compares with what a file holds"
            raise WordError(message, f"file {word}") from None
        raise


def _read_step(word: str) -> int | str:
    """A step by its number, a mark, `start` or `end`."""
    if word.lower() not in _ENDS:
        return read_state(word)
    if word not in _ENDS:
        raise WordError(f"{word} is written in lower case", word.lower())
    return word


def read_branch_stop(word: str) -> tuple[str, int | str]:
    """A branch and a stop on it, its end where none is named: future2, or future2:7."""
    name, colon, stop = word.partition(":")
    if not name:
        raise WordError(f"{shown(word)} begins with the colon that stands between a branch and a step")
    try:
        branch = read_branch_name(name)
    except WordError as fault:
        raise fault.inside(0, len(name)) from None
    if not colon:
        return branch, "end"
    if not stop:
        raise WordError("a step is missing after the colon, such as 7, a bookmark or end")
    try:
        return branch, _read_step(stop)
    except WordError as fault:
        raise fault.inside(len(name) + 1, len(stop)) from None


def read_halfway(word: str) -> tuple[Stop, int]:
    """A stop and how many events of the command after it: 7.3, or only the stop."""
    stop, dot, event = word.rpartition(".")
    if not dot or not stop or _TIME.fullmatch(word) or _OTHER_TIME.fullmatch(word):
        return read_stop(word), 0
    try:
        target = _read_step(stop)
    except WordError as fault:
        raise fault.inside(0, len(stop)) from None
    try:
        return target, read_count(event, 0, MAX_INT, "number of events")
    except WordError as fault:
        raise fault.inside(len(stop) + 1, len(event)) from None


def read_journal(word: str) -> str:
    """The name of a journal: part of a file's name, and never a path."""
    if _JOURNAL.fullmatch(word) is None:
        raise WordError(f"{shown(word)} is not a journal; its name is a letter or digit, then letters, digits, . _ or -")
    return word


def _read_plain_name(word: str, what: str) -> str:
    if _NAME.fullmatch(word) is None:
        raise WordError(f"{shown(word)} is not a name for a {what}; a name is a letter, then letters, digits, _ or -")
    if len(word) > MAX_NAME:
        raise WordError(f"{shown(word)} is too long; a name has at most {MAX_NAME} characters", word[:MAX_NAME])
    return word


# --- Writing, and complaints ---------------------------------------------------------------------------------


def format_ref(ref: Ref) -> str:
    """The reference as typed."""
    return ref.name if isinstance(ref, ByName) else hex(ref.addr)


def format_target(target: Target) -> str:
    """A target of `drop` as typed."""
    if isinstance(target, Everything):
        return "all"
    if isinstance(target, ByRange):
        return f"{target.prefix}{target.first}..{target.prefix}{target.last}"
    return format_ref(target)


def _check_user_name(name: str) -> None:
    if len(name) > MAX_NAME:
        message = f"{shown(name)} is too long; a name has at most {MAX_NAME} characters"
        raise WordError(message, name[:MAX_NAME], width=len(name))
    if name.lower() in RESERVED:  # in any case of letters: ALL would only be mistaken for all
        raise WordError(f"{name} is a word of the language and names no object", width=len(name))


def _read_range(word: str) -> ByRange:
    left, right = word.split("..", 1)
    first, last = _NUMBERED.fullmatch(left), _NUMBERED.fullmatch(right)
    if first is None or last is None:
        message = f"{shown(word)} is not a range; a range is written o3..o9 or x.1..x.3"
        raise WordError(message, _whole_range(left, right))
    prefix, low, high = first[1], int(first[2]), int(last[2])
    if prefix != last[1]:
        raise WordError(f"{shown(word)} is not a range; both ends must have the same name before the number")
    if prefix != "o":
        if _AUTOMATIC.fullmatch(prefix[:-1]):
            raise _ref_fault(left).inside(0, len(left))
        _check_user_name(prefix[:-1])
    if low > high:
        message = f"{shown(word)} runs backwards; a range goes from the smaller number to the larger"
        raise WordError(message, f"{right}..{left}")
    return ByRange(prefix, low, high)


def _whole_range(left: str, right: str) -> str | None:
    """o3..9, 3..9 and o3...o9 are near enough to be understood."""
    first, last = _NUMBERED_LOOSE.fullmatch(left), _NUMBERED_LOOSE.fullmatch(right.removeprefix("."))
    if first is None or last is None:
        return None
    prefixes = {match[1] for match in (first, last) if match[1]} or {"o"}
    if len(prefixes) > 1:
        return None
    prefix = prefixes.pop()
    low, high = sorted((int(first[2]), int(last[2])))
    return f"{prefix}{low}..{prefix}{high}"


def _index_fault(word: str, indexed: re.Match[str]) -> WordError:
    """The complaint about p[3], p[0..9] and p[:10], which count from 0 as programs do."""
    name, first, dots, last = indexed.groups()
    low = int(first or 0)
    high = int(last) if last else 0
    message = f"{shown(word)} is not an object; objects of one name are numbered from 1: {name}.1, or {name}.1..{name}.9"
    if not dots:
        return WordError(message, f"{name}.{low + 1}" if first else None)
    if dots == ":":  # p[2:5] of Go has the third, the fourth and the fifth
        low += 1
    elif not low:
        low, high = 1, high + 1
    return WordError(message, f"{name}.{low}..{name}.{high}" if low <= high else None)


def _ref_fault(word: str) -> WordError:
    if (indexed := _INDEXED.fullmatch(word)) is not None:
        return _index_fault(word, indexed)
    if re.fullmatch(r"o0[0-9]*", word):
        text = f"{shown(word)} is not an object; unnamed objects are numbered o1, o2, ... without leading zeros"
        number = word[1:].lstrip("0")
        return WordError(text, f"o{number}" if number and _OBJECT.fullmatch(f"o{number}") else None)
    if re.fullmatch(r"[1-9][0-9]{0,17}", word):
        message = f"{word} is not an object; the unnamed object number {word} is called o{word}"
        return WordError(message, f"o{word}")
    return WordError(f"{shown(word)} is not an object; it takes a NAME, oN, NAME.N or 0xADDR")
