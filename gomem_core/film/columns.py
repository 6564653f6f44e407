"""Columns of numbers that live in files, so that a film of any size takes little memory of its own.

A file without a name goes when nobody has it open any more.  Files that are kept for the next opening are the cache's (cache.py).
"""

from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any, Final, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Column:
    """Numbers of one type, to which more are appended; those that are there can be changed.

    Appending writes, and never grows a map: a disk that is full is an OSError then, and not the end of the process.
    """

    def __init__(self, dtype: DTypeLike, path: Path | None = None, count: int = 0) -> None:
        """`path` None: a file without a name.  A file that is there is taken with its first `count` entries."""
        self._dtype = np.dtype(dtype)
        self._file: IO[bytes] = TemporaryFile() if path is None else open(path, "r+b" if count else "w+b")  # noqa: SIM115
        self._count = count
        self._lock = Lock()  # a map is made by one thread, while another one may be reading on
        self._map: NDArray[Any] = np.zeros(0, self._dtype)
        self._file.seek(count * self._dtype.itemsize)

    def __len__(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        """Bytes of the file."""
        return self._count * self._dtype.itemsize

    def append(self, numbers: NDArray[Any]) -> None:
        """Add these at the end.  Raises OSError."""
        wanted = np.ascontiguousarray(numbers, self._dtype)
        with self._lock:
            self._file.write(wanted.view(np.uint8).data if len(wanted) else b"")
            self._count += len(wanted)

    def all(self) -> NDArray[Any]:
        """Map them into memory, which is the file's; to be asked for anew after more were appended."""
        with self._lock:
            if len(self._map) < self._count:
                self._file.flush()
                mapped = np.memmap(self._file, self._dtype, "r+", shape=(self._count,))
                self._map = np.asarray(mapped)  # slices of a memmap are slower
            return self._map

    def to(self, count: int) -> NDArray[Any]:
        """The first `count` of them."""
        return self.all()[:count]

    def flush(self) -> None:
        """Bring what was appended into the file."""
        self._file.flush()


class Table:
    """Columns of one length, by name."""

    def __init__(self, columns: dict[str, DTypeLike], folder: Path | None = None, name: str = "", count: int = 0) -> None:
        """`folder` None: files without names."""
        self.columns: Final = {
            column: Column(dtype, None if folder is None else folder / f"{name}.{column}", count)
            for column, dtype in columns.items()
        }

    def __len__(self) -> int:
        return min(map(len, self.columns.values()))

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name].to(len(self))

    def append(self, **numbers: NDArray[Any]) -> None:
        """Add rows.  Raises OSError; those that are not there in every column do not count then."""
        for name, column in self.columns.items():
            column.append(numbers[name])

    @property
    def nbytes(self) -> int:
        """Bytes of all its files."""
        return sum(column.nbytes for column in self.columns.values())

    def flush(self) -> None:
        """Bring what was appended into the files."""
        for column in self.columns.values():
            column.flush()


def fewer(column: NDArray[Any], number: int) -> int:
    """How many entries of a sorted column are less than a number.

    np.searchsorted alone would make a copy of the whole column first, as wide as Python's numbers are.
    """
    return int(np.searchsorted(column, _like(column, number), side="left"))


def upto(column: NDArray[Any], number: int) -> int:
    """How many entries of a sorted column are not greater than a number."""
    return int(np.searchsorted(column, _like(column, number), side="right"))


def _like(column: NDArray[Any], number: int) -> NDArray[Any]:
    limits = np.iinfo(column.dtype)
    return np.array(min(max(number, int(limits.min)), int(limits.max)), column.dtype)


def ints(numbers: list[int]) -> NDArray[np.int64]:
    """Numbers of Python as an array."""
    return cast("NDArray[np.int64]", np.array(numbers, np.int64))
