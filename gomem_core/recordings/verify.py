"""Replay a recording of a real Go runtime and compare every decision; its first line tells how."""

from collections.abc import Callable
from pathlib import Path

from gomem_core.recordings.classic import replay_classic
from gomem_core.recordings.format import RecordingError, read_records
from gomem_core.recordings.modern import replay_modern
from gomem_core.recordings.report import Report


def verify(path: Path, progress: Callable[[int], None] | None = None) -> Report:
    """Replay one file and compare; `progress` is told the bytes read.  Raises RecordingError and OSError."""
    records = read_records(path, progress)
    _, first = next(records, (0, None))
    if first is None:
        raise RecordingError(path, 0, "the file is empty")
    if first["k"] not in ("meta", "header") or not isinstance(first.get("go"), str):
        raise RecordingError(path, 1, 'expected the recording\'s "meta" or "header" line, with the Go version')
    if first.get("lost"):
        raise RecordingError(path, 1, f"the recorder lost {first['lost']} words of events: nothing can be proved with it")
    report = replay_classic(path, records) if first["k"] == "meta" else replay_modern(path, first, records)
    report.go = first["go"]
    return report
