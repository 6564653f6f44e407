"""`gomem verify`: replay recordings of a real Go runtime and compare every decision; with --live a program of your own Go."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gomem_core.cli.output import BAD_INPUT, FAILED, OK, UsageError, emit, emit_json, say
from gomem_core.cli.progress import reading
from gomem_core.foreign import brief, named, unread
from gomem_core.named import NamedTuple
from gomem_core.recordings.format import RecordingError
from gomem_core.recordings.report import Difference, Report
from gomem_core.recordings.verify import verify
from gomem_core.report import Cell, Column, Table

if TYPE_CHECKING:
    from gomem_core.schema import measures as schema

DEFAULT_OPS: Final = 1000
DEFAULT_SEED: Final = 1


def execute(args: argparse.Namespace) -> int:
    """Verify all files, also those after a bad one; exit code 3 wins over 1."""
    if args.live is not None:
        if args.files:
            raise UsageError("either recordings or --live GO, not both")
        from gomem_core.cli.verify_live import execute as execute_live  # noqa: PLC0415 -- numpy, which only real heaps need

        return execute_live(args.live, args.ops or DEFAULT_OPS, args.seed or DEFAULT_SEED, args.json)
    if not args.files:
        raise UsageError("the following arguments are required: FILE, or --live GO")
    if args.ops is not None or args.seed is not None:
        raise UsageError("--ops and --seed are for --live GO: a recording has its own operations")
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
            outcome = Unreadable(str(path), None, unread(e))
        yield outcome


def _as_text(reports: Sequence[Report]) -> list[str]:
    """One table, and below it the first difference of each file that has one."""
    details: list[str] = []
    for report in reports:
        d = report.first_difference
        if d is not None:
            details += ["", f"{named(report.file)}:{d.line}: op {d.op}: {d.what}", *expected_and_got(d)]
    return [*table_of(reports), *details]


def expected_and_got(d: Difference) -> list[str]:
    """What was recorded, or read, and what the model made of it."""
    return [f"  expected {d.expected}", f"  got      {d.got}"]


def table_of(reports: Sequence[Report]) -> list[str]:
    """One table, compared/equal in its cells."""
    columns = (
        *(Column("file", "text"), Column("go", "text"), Column("ops")),
        *(Column(name, "text") for name in reports[0].columns()),
        Column("result", "text"),
    )
    rows: list[tuple[Cell, ...]] = []
    for report in reports:
        cells = (f"{c.compared}/{c.equal}" for c in report.columns().values())
        result = "equal" if report.all_equal else "DIFFERS"
        rows.append((named(report.file), report.go, report.ops, *cells, result))
    return Table(columns, rows).lines()
