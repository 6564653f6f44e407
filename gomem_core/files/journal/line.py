"""The lines of a journal: what a record and the first line look like, and the complaint about one that looks otherwise."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, NoReturn

from gomem_core.foreign import brief, named
from gomem_core.named import NamedTuple

Kind = Literal["explorer", "run"]

MAGIC: Final = "gomem-journal"
VERSION: Final = 1


class JournalError(Exception):
    """A journal cannot be read, found or continued; the text says which, the line if one is to blame, and what was expected."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        """Complain about line `line` of the file, counted from 1; 0: about the whole file."""
        super().__init__(f"{named(path)}:{line}: {message}" if line else f"{brief(path)}: {message}")
        self.path = path
        self.line = line
        self.message = message


class Header(NamedTuple):
    """What the first line says."""

    kind: Kind
    started: datetime  # with its time zone
    pid: int  # of the process that began it
    gomem: str  # its version


class Record(NamedTuple):
    """One record and where it stands, so that the session can say which line it does not understand."""

    line: int  # of the file, counted from 1
    verb: str
    values: list[object]  # what follows the verb; not checked: None, bool, int, float, str, list or dict


def read_header(path: Path, line: bytes) -> Header:
    """What the first line of a journal says; JournalError if it is not one, or not one of this version."""
    match parse(line):
        case [str(magic), int(version), *rest] if magic == MAGIC and line.endswith(b"\n"):
            if version > VERSION:
                message = f"written by a later gomem: version {version} of the journal; this one reads version {VERSION}"
                raise JournalError(path, 1, message)
            match rest:
                case [{"started": str(started), "pid": int(pid), "gomem": str(gomem), "kind": "explorer" | "run" as kind}]:
                    when = _time(started)
                    if version == VERSION and when is not None:
                        return Header(kind, when, pid, gomem)
    example = json.dumps([MAGIC, VERSION, {"started": "2026-11-23T22:50:00+00:00", "pid": 123, "gomem": "0.1.0", "kind": "run"}])
    raise JournalError(path, 1, f"not a journal: expected a first line such as {example}; found {excerpt(line)}")


def begins_header(line: bytes) -> bool:
    """Whether it can be the beginning of a first line whose writing was cut short."""
    magic = encode((MAGIC,))[:-2]  # without what closes the record
    return not line.endswith(b"\n") and line[: len(magic)] == magic[: len(line)]


def encode(record: Iterable[object]) -> bytes:
    """A record as it is written; JSON's escapes keep it free of line ends and of all that is not ASCII."""
    return (_ENCODER.encode(list(record)) + "\n").encode("ascii")


def parse(line: bytes) -> object:
    """The JSON in a line; None if there is none."""
    try:
        text = line.decode().strip(" \t\r\n")
        value, end = _DECODER.raw_decode(text)  # in half the time of decode()
    except (ValueError, RecursionError):  # not UTF-8, not JSON, or nested too deeply
        return None
    return value if end == len(text) else None


def excerpt(line: bytes) -> str:
    """The beginning of a line, in ASCII."""
    text = line[:60].decode("utf-8", "replace").rstrip("\n")
    return ascii(text) + ("…" if len(line) > 60 else "")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are Python's, not JSON's


def _time(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else None


_ENCODER: Final = json.JSONEncoder(allow_nan=False)
_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)
