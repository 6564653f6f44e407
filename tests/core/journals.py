"""Journals made by hand, and what is in those that were found, for the tests of the journal."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from gomem_core.files.journal import read

HEADER = b'["gomem-journal", 1, {"started": "2026-11-23T22:50:00+00:00", "pid": 123, "gomem": "0.1.0", "kind": "run"}]\n'


def plain(path: Path) -> list[list[object]]:
    """The records of a journal as they were appended."""
    return [[record.verb, *record.values] for record in read(path).records]


def made(folder: Path, name: str, content: bytes = b'["do", "x"]\n', header: bytes = HEADER, age: int = 0) -> Path:
    """A journal made by hand, last written `age` seconds ago."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.journal"
    path.write_bytes(header + content)
    when = time.time() - age
    os.utime(path, (when, when))
    return path


def names(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir()}


def child(work: Callable[[], None]) -> int:
    """Do `work` in a forked process, which ends without any of pytest's endings; returns its number."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(1)
    return pid
