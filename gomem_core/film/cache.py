"""Films that were read before: their columns, kept in the user's cache so that the next opening reads nothing.

A film is known by its file: size, time, inode, and a hash of its beginning, its end and some of its middle.  What is damaged is
read anew, and of all films together at most MOST bytes are kept: those that were opened longest ago go first.
"""

import json
import os
import shutil
import zlib
from collections import Counter
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from gomem_core.film.tables import Mark, Stop, Tables

MOST: Final = 2 << 30
LEAST: Final = 4 << 20  # bytes of a trace that is worth it: a smaller one is read in less than a second
_FORMAT: Final = 2  # of what is kept
_PIECE: Final = 64 << 10
_MIDDLE: Final = 16  # pieces of the middle
_META: Final = "film.json"
_PLAIN: Final = (
    *("types", "type_sizes", "names", "faults", "total", "events", "before", "spans_before"),
    *("heap_start", "begins", "ends", "ticks_per_second", "version"),
)


class Shelf:
    """The films in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, trace: Path) -> Tables | None:
        """The tables of a trace; None where they are not here, or damaged.  Raises OSError."""
        place = self.folder / _key(trace)
        try:
            meta = json.loads((place / _META).read_text())
            if meta["format"] != _FORMAT or any(_crc(place / name) != crc for name, crc in meta["crcs"].items()):
                raise ValueError
            tables = _tables(place, meta)
            os.utime(place)  # it was opened last
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError, OSError):
            shutil.rmtree(place, ignore_errors=True)
            return None
        return tables

    def begin(self) -> Path:
        """A folder in which a film that is read now can write its columns.  Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Path(mkdtemp(prefix="part-", dir=self.folder))

    def keep(self, trace: Path, place: Path, tables: Tables) -> None:
        """Keep what was written there, all of it was read; what is too much goes.  Raises OSError."""
        for _, table in tables.files():
            table.flush()
        meta = {name: getattr(tables, name) for name in _PLAIN}
        meta |= {"format": _FORMAT, "stops": tables.stops, "marks": tables.marks, "anomalies": tables.anomalies}
        meta |= {"counts": tables.counts, "rows": {name: len(table) for name, table in tables.files()}}
        meta["crcs"] = {file.name: _crc(file) for file in sorted(place.iterdir())}
        (place / _META).write_text(json.dumps(meta))
        known = self.folder / _key(trace)
        shutil.rmtree(known, ignore_errors=True)
        place.rename(known)
        self._make_room(known)

    def _make_room(self, last: Path) -> None:
        films = sorted((film for film in self.folder.iterdir() if film != last), key=lambda film: -film.stat().st_mtime)
        total = _size(last)
        for film in films:
            total += _size(film)
            if total > MOST:
                shutil.rmtree(film, ignore_errors=True)

    def clear(self) -> int:
        """Throw all films away; returns how many bytes they had."""
        films = [*self.folder.iterdir()] if self.folder.is_dir() else []
        nbytes = sum(map(_size, films))
        for film in films:
            shutil.rmtree(film, ignore_errors=True)
        return nbytes

    @property
    def nbytes(self) -> int:
        """Bytes of all films."""
        return sum(map(_size, self.folder.iterdir())) if self.folder.is_dir() else 0


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir()) if folder.is_dir() else 0


def _key(trace: Path) -> str:
    """What tells a trace from others."""
    stat = trace.stat()
    found = sha256(f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ino}".encode())
    with trace.open("rb") as file:
        for n in range(_MIDDLE + 2):
            file.seek(max(0, (stat.st_size - _PIECE) * n // (_MIDDLE + 1)))
            found.update(file.read(_PIECE))
    return found.hexdigest()[:40]


def _crc(file: Path) -> int:
    crc = 0
    with file.open("rb") as content:
        while piece := content.read(1 << 22):
            crc = zlib.crc32(piece, crc)
    return crc


def _tables(place: Path, meta: dict[str, Any]) -> Tables:
    """The tables as they were kept."""
    tables = Tables(place, meta["rows"])
    for name in _PLAIN:
        setattr(tables, name, meta[name])
    tables.stops = [Stop(*row) for row in meta["stops"]]
    tables.marks = [Mark(*row) for row in meta["marks"]]
    tables.anomalies, tables.counts = Counter(meta["anomalies"]), Counter(meta["counts"])
    return tables
