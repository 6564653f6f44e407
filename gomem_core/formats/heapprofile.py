"""Heap profiles: pprof's protobuf (profile.proto), and the older text that begins with `heap profile:`.

Both come out as samples, a call stack and an object size each, with what was allocated there and what of it was in use.  The text
counts only what was sampled; it is scaled up as runtime/pprof does before it writes a protobuf, so that both tell the same.  Of
the protobuf only those fields are read that a heap profile has; unknown ones are skipped.  Sizes are bytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import expm1
from typing import Final

from gomem_core.named import NamedTuple

TEXT: Final = b"heap profile: "
VALUES: Final = ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space")
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types
_MOST_SAMPLES: Final = 1_000_000
_MOST_TABLE: Final = 2_000_000  # strings, functions, locations
_DEEPEST: Final = 1_000  # frames of a stack
_U64: Final = (1 << 64) - 1
_HEADER: Final = re.compile(rb"heap profile: (\d{1,18}): (\d{1,18}) \[(\d{1,18}): (\d{1,18})\] @ heap/(\d{1,18})")
_SAMPLE: Final = re.compile(rb"(\d{1,18}): (\d{1,18}) \[(\d{1,18}): (\d{1,18})\] @")
_FRAME: Final = re.compile(rb"#\t0x([0-9a-f]{1,16})\t(\S+)\+0x[0-9a-f]+\t+(.*):(\d{1,9})")
_MEMSTATS: Final = re.compile(rb"# (\w+) = (\d{1,18})")


class ProfileError(Exception):
    """It is no heap profile that can be read; the text says what was found, and what was expected."""


class Line(NamedTuple):
    """A place in a program; a function that is not known is empty."""

    function: str
    file: str
    line: int


class Sample(NamedTuple):
    """What one call stack allocated, of one size."""

    stack: tuple[Line, ...]  # the innermost first
    size: int  # of each object's slot, 0: not told
    alloc_objects: int
    alloc_bytes: int
    inuse_objects: int
    inuse_bytes: int


@dataclass
class HeapProfile:
    """All samples of a profile; the text form may have MemStats behind them, by Go's names."""

    samples: list[Sample] = field(default_factory=list)
    rate: int = 0  # MemProfileRate: bytes between two samples; 0: not told
    time_ns: int = 0  # when it was taken, 0: not told
    default: str = ""  # which of VALUES it is meant for first, where it tells
    memstats: dict[str, int] = field(default_factory=dict)


def is_heap_profile_text(data: bytes) -> bool:
    """Whether these bytes are a heap profile in the older text form."""
    return data.startswith(TEXT)


def is_profile(data: bytes) -> bool:
    """Whether these bytes, uncompressed, are a profile.proto: they consist of fields that it has, of the right sorts."""
    sorts = {**dict.fromkeys((1, 2, 3, 4, 5, 6, 11), _BYTES), **dict.fromkeys((7, 8, 9, 10, 12, 14), _VARINT)}
    seen: set[int] = set()
    try:
        for number, wire, _ in _fields(data):
            if number == 13 and wire in (_VARINT, _BYTES):
                continue
            if sorts.get(number) != wire:
                return False
            seen.add(number)
    except ProfileError:
        return False
    return {1, 6} <= seen


def read_profile(data: bytes) -> HeapProfile:
    """A heap profile in either form.  Raises ProfileError."""
    return _read_text(data) if is_heap_profile_text(data) else _Reader().read(data)


# --- Protobuf ---------------------------------------------------------------------------------------------------------------


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number, and the place behind it."""
    found = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ProfileError("damaged: a number has no end")
        byte = data[at]
        found |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return found & _U64, at
        shift += 7


def _fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """(number of the field, wire type, value) of each field of a message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield number, wire, value
            continue
        if wire == _BYTES:
            size, at = _varint(data, at)
        else:
            size = {_FIXED64: 8, _FIXED32: 4}.get(wire, -1)
        if size < 0 or size > len(data) - at:
            raise ProfileError(f"damaged: a field of sort {wire} does not fit into its message")
        yield number, wire, data[at : at + size]
        at += size


def _numbers(value: int | bytes) -> list[int]:
    """The numbers of a repeated field, packed or one of them."""
    if isinstance(value, int):
        return [value]
    found: list[int] = []
    at = 0
    while at < len(value):
        number, at = _varint(value, at)
        found.append(number)
        if len(found) > _MOST_SAMPLES:
            raise ProfileError(f"a list of more than {_MOST_SAMPLES} numbers, of which gomem reads no more")
    return found


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _plain(message: bytes) -> dict[int, int | bytes]:
    """The fields of a message without repeated ones; of one that is there twice the last."""
    return {number: value for number, _, value in _fields(message)}


class _Reader:
    """Reads a profile.proto: the tables first, since messages name each other by number."""

    def __init__(self) -> None:
        self._strings: list[str] = []
        self._functions: dict[int, tuple[str, str]] = {}
        self._locations: dict[int, tuple[Line, ...]] = {}
        self._stacks: dict[tuple[int, ...], tuple[Line, ...]] = {}

    def read(self, data: bytes) -> HeapProfile:
        """Read it all.  Raises ProfileError."""
        messages: dict[int, list[bytes]] = {}
        plain: dict[int, int] = {}
        for number, _, value in _fields(data):
            if isinstance(value, int):
                plain[number] = value
            else:
                messages.setdefault(number, []).append(value)
        for number in (4, 5, 6):
            if len(messages.get(number, ())) > _MOST_TABLE:
                raise ProfileError(f"it has more than {_MOST_TABLE} entries of sort {number}, of which gomem reads no more")
        if len(messages.get(2, ())) > _MOST_SAMPLES:
            raise ProfileError(f"it has more than {_MOST_SAMPLES} samples, of which gomem reads no more")
        self._strings = [text.decode(errors="replace")[:1000] for text in messages.get(6, ())]
        for message in messages.get(5, ()):
            one = _plain(message)
            self._functions[_int(one, 1)] = self._text(_int(one, 2)), self._text(_int(one, 4))
        for message in messages.get(4, ()):
            self._location(message)
        sorts = [self._text(_int(_plain(message), 1)) for message in messages.get(1, ())]
        wanted = [sorts.index(name) for name in VALUES if name in sorts]
        if len(wanted) < len(VALUES):
            of = ", ".join(sorts) or "nothing"
            raise ProfileError(f"a profile of {of}, and not of a heap: alloc_space, inuse_space and their objects were expected")
        profile = HeapProfile(rate=max(0, _signed(plain.get(12, 0))), time_ns=max(0, _signed(plain.get(9, 0))))
        profile.default = self._text(plain.get(14, 0))
        profile.samples = [self._sample(message, wanted) for message in messages.get(2, ())]
        return profile

    def _text(self, number: int) -> str:
        return self._strings[number] if number < len(self._strings) else ""

    def _location(self, message: bytes) -> None:
        lines: list[Line] = []
        number = 0
        for one, _, value in _fields(message):
            if one == 1 and isinstance(value, int):
                number = value
            elif one == 4 and isinstance(value, bytes):
                line = _plain(value)
                function, file = self._functions.get(_int(line, 1), ("", ""))
                lines.append(Line(function, file, max(0, _signed(_int(line, 2)))))
        self._locations[number] = tuple(lines[:_DEEPEST])

    def _sample(self, message: bytes, wanted: list[int]) -> Sample:
        where: list[int] = []
        values: list[int] = []
        size = 0
        for number, _, value in _fields(message):
            if number == 1:
                where += _numbers(value)
            elif number == 2:
                values += _numbers(value)
            elif number == 3 and isinstance(value, bytes):
                label = _plain(value)
                if self._text(_int(label, 1)) == "bytes":
                    size = max(0, _signed(_int(label, 3)))
        counts = [max(0, _signed(values[at])) if at < len(values) else 0 for at in wanted]
        return Sample(self._stack(tuple(where[:_DEEPEST])), size, *counts)

    def _stack(self, where: tuple[int, ...]) -> tuple[Line, ...]:
        if where not in self._stacks:
            found = [line for one in where for line in self._locations.get(one, (Line("", "", 0),))]
            self._stacks[where] = tuple(found[:_DEEPEST])
        return self._stacks[where]


def _int(message: dict[int, int | bytes], number: int) -> int:
    value = message.get(number, 0)
    return value if isinstance(value, int) else 0


# --- Text -------------------------------------------------------------------------------------------------------------------


def _read_text(data: bytes) -> HeapProfile:
    lines = data.split(b"\n", _MOST_TABLE)
    header = _HEADER.match(lines[0])
    if header is None:
        raise ProfileError("its first line is not: heap profile: OBJECTS: BYTES [OBJECTS: BYTES] @ heap/RATE")
    profile = HeapProfile(rate=int(header[5]) // 2)  # the text has twice the rate
    counts: list[int] = []
    stack: list[Line] = []

    def take() -> None:
        if counts:
            profile.samples.append(_scaled(tuple(stack[:_DEEPEST]), counts, profile.rate))

    for line in lines[1:]:
        if sample := _SAMPLE.match(line):
            take()
            counts, stack = [int(sample[n]) for n in (1, 2, 3, 4)], []
            if len(profile.samples) >= _MOST_SAMPLES:
                raise ProfileError(f"it has more than {_MOST_SAMPLES} samples, of which gomem reads no more")
        elif frame := _FRAME.match(line):
            function, file = (part.decode(errors="replace")[:1000] for part in (frame[2], frame[3]))
            stack.append(Line(function, file, int(frame[4])))
        elif told := _MEMSTATS.match(line):
            profile.memstats[told[1].decode()] = int(told[2])
    take()
    return profile


def _scaled(stack: tuple[Line, ...], counts: list[int], rate: int) -> Sample:
    """A sample with its counts scaled up: of objects of this size one in so many was counted (pprof's scaleHeapSample)."""
    inuse_objects, inuse_bytes, alloc_objects, alloc_bytes = counts
    size = alloc_bytes // alloc_objects if alloc_objects else 0
    found: list[int] = []
    for objects, nbytes in ((alloc_objects, alloc_bytes), (inuse_objects, inuse_bytes)):
        scale = 1.0
        if objects and nbytes and rate > 1:
            scale = 1 / -expm1(-nbytes / objects / rate)
        found += [int(objects * scale), int(nbytes * scale)]
    return Sample(stack, size, *found)
