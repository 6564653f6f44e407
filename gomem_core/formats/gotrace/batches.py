"""The batches of an execution trace, one after the other, and the small tables in some of them.  All of it is untrusted."""

from collections.abc import Iterator
from mmap import mmap
from typing import Final, Literal

from gomem_core.named import NamedTuple

Buffer = bytes | mmap
HEADER_BYTES: Final = 16
_LONGEST: Final = 65_536  # bytes of a batch's payload
_EVENTS, _EXPERIMENT, _END = 1, 49, 52
_STACKS, _STRINGS, _SAMPLES, _FREQUENCY, _SYNC = 2, 4, 6, 8, 50
_LATEST: Final = 1 << 61  # ticks
_ALLOC_FREE: Final = 1  # the experiment
_MOST_TEXT: Final = 1_024  # bytes of a string, as Go's own reader allows; names of types are as long as they want

Holds = Literal["events", "strings", "sync", "info", "types", "end", "other"]


class TraceError(Exception):
    """It is no trace that can be read; its text says why, in a sentence without an end."""


class Damaged(Exception):
    """Something in the trace is not as the format has it; its text says what, and where."""


class Batch(NamedTuple):
    """One batch: bytes `start` to `end` of the file are its payload."""

    holds: Holds
    generation: int
    m: int  # the thread it is of
    time: int  # ticks, from which its events count
    start: int
    end: int


class Info(NamedTuple):
    """What the experiment tells once of the heap, bytes."""

    heap_start: int
    page_bytes: int
    least_object: int
    least_stack: int


class TypeRow(NamedTuple):
    """One type as the experiment tells it."""

    number: int
    nbytes: int
    name: str


def version_of(head: bytes) -> int | None:
    """Which format a file is in that begins so: 22, 23, 25, 26; older ones are 5 to 21.  None: it is no execution trace."""
    if not head.startswith(b"go 1.") or head[5:7].strip(b"0123456789") or not head[5:7].isdigit():
        return None
    return int(head[5:7]) if head[7:HEADER_BYTES] == b" trace\0\0\0" else None


def uvarint(data: Buffer, at: int, end: int) -> tuple[int, int]:
    """A number in LEB128, which may be padded, and where it ends.  Raises Damaged."""
    value = shift = 0
    while at < end:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >> 64:
                break
            return value, at
        shift += 7
        if shift > 63:
            break
    raise Damaged(f"byte {at}: no number ends there")


def batches(data: Buffer, at: int = HEADER_BYTES) -> Iterator[Batch]:
    """Every batch from byte `at` on; raises Damaged where the next one cannot be told."""
    size = len(data)
    while at < size:
        first = data[at]
        if first == _END:
            yield Batch("end", 0, 0, 0, at, at + 1)
            at += 1
            continue
        if first not in (_EVENTS, _EXPERIMENT):
            raise Damaged(f"byte {at}: no batch begins with {first}")
        begin = at
        at += 1
        experiment = 0
        if first == _EXPERIMENT:
            experiment = data[at] if at < size else 0
            at += 1
        generation, at = uvarint(data, at, size)
        m, at = uvarint(data, at, size)
        time, at = uvarint(data, at, size)
        length, at = uvarint(data, at, size)
        if length > _LONGEST:
            raise Damaged(f"byte {begin}: a batch of {length} bytes, and {_LONGEST} are the most")
        end = min(at + length, size)
        holds = _holds(data[at] if end > at else 0, first == _EXPERIMENT, experiment)
        yield Batch(holds, generation, m, min(time, _LATEST), at, end)
        if at + length > size:
            raise Damaged(f"byte {size}: the file ends in the middle of a batch")
        at = end


def _holds(first: int, experimental: bool, experiment: int) -> Holds:
    if experimental:
        if experiment != _ALLOC_FREE:
            return "other"
        return "info" if first == 1 else "types" if first == 0 else "other"
    if first == _STRINGS:
        return "strings"
    if first in (_FREQUENCY, _SYNC):
        return "sync"
    return "other" if first in (_STACKS, _SAMPLES, 0) else "events"


def strings_of(data: Buffer, batch: Batch) -> Iterator[tuple[int, str]]:
    """The strings of a batch, each with its number.  Raises Damaged."""
    at = batch.start + 1
    while at < batch.end:
        if data[at] != 5:
            raise Damaged(f"byte {at}: no string begins with {data[at]}")
        number, at = uvarint(data, at + 1, batch.end)
        text, at = _text(data, at, batch.end, _MOST_TEXT)
        yield number, text


def types_of(data: Buffer, batch: Batch) -> Iterator[TypeRow]:
    """The types of a batch.  Raises Damaged."""
    at = batch.start + 1
    while at < batch.end:
        number, at = uvarint(data, at, batch.end)
        _, at = uvarint(data, at, batch.end)
        nbytes, at = uvarint(data, at, batch.end)
        _, at = uvarint(data, at, batch.end)
        name, at = _text(data, at, batch.end, _LONGEST)
        yield TypeRow(number, nbytes, name)


def _text(data: Buffer, at: int, end: int, most: int) -> tuple[str, int]:
    length, at = uvarint(data, at, end)
    if length > min(most, end - at):
        raise Damaged(f"byte {at}: a string of {length} bytes has no room there")
    return data[at : at + length].decode(errors="replace"), at + length


def info_of(data: Buffer, batch: Batch) -> Info:
    """What the experiment tells of the heap.  Raises Damaged."""
    at, found = batch.start + 1, []
    for _ in Info._fields:
        value, at = uvarint(data, at, batch.end)
        found.append(value)
    return Info(*found)


def ticks_per_second(data: Buffer, batch: Batch) -> int | None:
    """How fast the clock of the events goes, from a batch that holds that.  Raises Damaged."""
    at = batch.start
    at += 2 if data[at] == _SYNC else 1
    value, _ = uvarint(data, at, batch.end)
    return value or None
