"""Reading a recording: one JSON object a line, the events of an op before the op's own line.

A recording is what a real Go runtime, instrumented, told while it ran an allocation script.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from gomem_core.foreign import brief, named
from gomem_core.lang.errors import shown

LONGEST: Final = 64 << 20  # bytes of a line, which is read as a whole; a snapshot of 100,000 spans has some 20 MB
MOST_EVENTS: Final = 1_000_000  # of an op, which are kept until it comes: half a GB; a collection of 100,000 spans tells 200,000
MALFORMED: Final = (
    KeyError,
    TypeError,
    ValueError,
    IndexError,
    AttributeError,
    ArithmeticError,
)  # what a malformed record raises

Record = dict[str, Any]  # one line, as JSON gives it
Records = Iterator[tuple[int, Record]]  # with their line numbers


class RecordingError(Exception):
    """The file cannot be read as a recording; `line` is 1-based, 0 when no line can be named."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        self.line = line
        self.problem = problem
        super().__init__(f"{named(path)}:{line}: {problem}" if line else f"{brief(path)}: {problem}")


@dataclass(slots=True)
class Step:
    """One op of the script with the events that the runtime told while it ran."""

    line: int  # of the op
    op: Record
    events: list[tuple[int, Record]] = field(default_factory=list)  # (line, record)
    snapshot: Record | None = None
    snapshot_line: int = 0


def hex_or_int(value: object) -> object:
    """Recordings write addresses as "0x…" and most other numbers as JSON numbers; both become ints, the rest stays."""
    if isinstance(value, str) and value.startswith("0x"):
        return int(value, 16)
    return value


def read_records(path: Path, progress: Callable[[int], None] | None = None) -> Records:
    """Line numbers and records of a `.jsonl` or `.jsonl.gz` file.

    `progress` is told the number of bytes of the file read so far.  Raises RecordingError, and OSError when it can't be opened.
    """
    with path.open("rb") as raw:
        packed = raw.peek(2)[:2] == b"\x1f\x8b"  # no seek: it may be a pipe
        lines = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if packed else raw
        number = 0
        try:
            while line := lines.readline(LONGEST + 1):
                number += 1
                if len(line) > LONGEST:
                    raise RecordingError(path, number, f"a line has at most {LONGEST >> 20} MB; this one is longer")
                yield number, _record(path, number, line)
                if progress is not None and number % 1000 == 0:
                    progress(raw.tell())
        except (EOFError, gzip.BadGzipFile, zlib.error) as e:
            raise RecordingError(path, number + 1, f"the compressed file is truncated or damaged here ({e})") from e


def _record(path: Path, number: int, line: bytes) -> Record:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as e:
        ending = "" if line.endswith(b"\n") else ", where the file ends (truncated?)"
        raise RecordingError(path, number, f"a line of a recording is a JSON object, and this is {_excerpt(line)}{ending}") from e
    if not isinstance(record, dict) or not isinstance(record.get("k"), str):
        raise RecordingError(path, number, f'expected an object with a "k" field, found {_excerpt(line)}')
    return record


def _excerpt(line: bytes) -> str:
    """The beginning of a line, as messages show it."""
    return shown(line.rstrip(b"\r\n").decode(errors="replace"))


def problem(e: Exception) -> str:
    """What is wrong with a record that raised `e`, one of MALFORMED."""
    return f"there is no {e}" if isinstance(e, KeyError) else f"something is malformed: {e}"


def read_steps(path: Path, records: Records) -> Iterator[Step]:
    """The steps of a recording of Go 1.10 in time order, from its records after the first.  Raises RecordingError and OSError."""
    events: list[tuple[int, Record]] = []
    snapshot: Record | None = None
    snapshot_line = number = 0
    for number, record in records:
        kind = record["k"]
        if kind == "op":
            if not isinstance(record.get("op"), str):
                raise RecordingError(path, number, 'an "op" line without the name of its op')
            yield Step(number, record, events, snapshot, snapshot_line)
            events, snapshot = [], None
        elif kind == "snapshot":
            snapshot, snapshot_line = record, number
        elif len(events) >= MOST_EVENTS:
            raise RecordingError(path, number, f"an op has at most {MOST_EVENTS} events; here are more")
        else:
            events.append((number, record))
    if events or snapshot is not None:
        raise RecordingError(path, number, "the file ends in the middle of an op (truncated?)")
