"""`gomem verify`: replay recordings of a real Go runtime and compare every decision."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gomem_core.cli.output import BAD_INPUT, FAILED, OK, emit, emit_json, say
from gomem_core.cli.progress import reading
from gomem_core.foreign import brief, named
from gomem_core.recordings.format import RecordingError
from gomem_core.recordings.report import Report
from gomem_core.recordings.verify import verify
from gomem_core.report import Cell, Column, Table

if TYPE_CHECKING:
    from gomem_core.schema import outputs as schema


def execute(args: argparse.Namespace) -> int:
    """Verify all files, also those after a bad one; exit code 3 wins over 1."""
    status = OK
    reports: list[Report] = []
    for outcome in _verify_all([Path(file) for file in args.files]):
        if isinstance(outcome, Unreadable):
            status = BAD_INPUT
            if args.json:
                unreadable: schema.Unreadable = {"file": outcome.file, "line": outcome.line, "error": outcome.problem}
                emit_json(unreadable)
            where = f"{named(outcome.file)}:{outcome.line}" if outcome.line else brief(outcome.file)
            say(f"{where}: {outcome.problem}")
            continue
        if not outcome.all_equal and status == OK:
            status = FAILED
        reports.append(outcome)
        if args.json:
            emit_json(outcome.as_json())
    if reports and not args.json:
        emit("\n".join(_as_text(reports)))
    return status


class Unreadable(NamedTuple):
    """A file that is not a recording; `line` is None where no line can be named."""

    file: str
    line: int | None
    problem: str


def _verify_all(files: Sequence[Path]) -> Iterator[Report | Unreadable]:
    for number, path in enumerate(files, 1):
        label = path.name if len(files) == 1 else f"{number}/{len(files)} {path.name}"
        try:
            with reading(path, label) as progress:
                outcome: Report | Unreadable = verify(path, progress)
        except RecordingError as e:
            outcome = Unreadable(str(path), e.line or None, e.problem)
        except OSError as e:
            outcome = Unreadable(str(path), None, f"cannot be read: {e.strerror or e}")
        yield outcome


def _as_text(reports: Sequence[Report]) -> list[str]:
    """One table, compared/equal in its cells, and below it the first difference of each file that has one."""
    columns = (
        *(Column("file", "text"), Column("go", "text"), Column("ops")),
        *(Column(name, "text") for name in reports[0].columns()),
        Column("result", "text"),
    )
    rows: list[tuple[Cell, ...]] = []
    details: list[str] = []
    for report in reports:
        cells = (f"{c.compared}/{c.equal}" for c in report.columns().values())
        name = named(report.file)
        rows.append((name, report.go, report.ops, *cells, "equal" if report.all_equal else "DIFFERS"))
        d = report.first_difference
        if d is not None:
            details += ["", f"{name}:{d.line}: op {d.op}: {d.what}", f"  expected {d.expected}", f"  got      {d.got}"]
    return [*Table(columns, rows).lines(), *details]
