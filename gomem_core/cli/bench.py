"""`gomem bench`: measure the allocator, and print the goals beside."""

import argparse
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gomem_core.build import is_compiled
from gomem_core.cli import measure
from gomem_core.cli.chosen import lists, wanted
from gomem_core.cli.measure import FULL, QUICK, Effort, Growth, Timing
from gomem_core.cli.output import OK, emit, emit_json, is_terminal, say
from gomem_core.named import NamedTuple
from gomem_core.report import Cell, Column, Table, format_bytes

if TYPE_CHECKING:
    from gomem_core.schema import measures as schema

GOAL_NOSCAN: Final = 25  # empty calls
GOAL_SCAN: Final = 40
GOAL_RATIO: Final = 1.2  # by the number of spans


class Case(NamedTuple):
    """One row of the first table."""

    name: str
    goal: int | None  # empty calls at most
    measure: Callable[[Effort], Timing]


def _hits(size: int, scan: bool) -> Case:
    name = f"{size} B {'scan' if scan else 'noscan'}, mcache hit"
    goal = GOAL_SCAN if scan else GOAL_NOSCAN
    return Case(name, goal, lambda effort: measure.small_hits(size, size if scan else 0, effort))


_CASES: Final = (
    _hits(8, True),
    *(_hits(size, scan) for size in (64, 1024) for scan in (False, True)),
    Case("1 … 15 B noscan, tiny", None, measure.tiny),
    Case("mixed sizes", None, measure.mixed),
    Case(f"{measure.LARGE >> 10}K, large", None, measure.large),
    Case("churn: alloc, drop, collections", None, measure.churning),
)


class Bench(NamedTuple):
    """Returns all figures."""

    effort: Effort
    timings: dict[str, Timing]
    span_bytes: float
    million_8_scan: float
    million_64_noscan: float
    growth: dict[str, Growth]


def execute(args: argparse.Namespace) -> int:
    """Measure and print.  A goal that is missed is not a failure: the machine may have been busy."""
    if lists(args):
        return OK
    release = wanted(args, os.environ)
    effort = (QUICK if args.quick else FULL)._replace(release=release)
    if args.vs_go is not None:
        from gomem_core.cli.vsgo import versus  # noqa: PLC0415 -- seldom needed

        return versus(Path(args.vs_go), effort, args.json)
    bench = _measure(effort)
    if args.json:
        emit_json(_as_json(bench))
    else:
        emit("\n".join(_as_text(bench)))
    return OK


def _measure(effort: Effort) -> Bench:
    timings: dict[str, Timing] = {}
    for case in _CASES:
        _tell(case.name)
        with measure.no_collector():
            timings[case.name] = case.measure(effort)
    _tell("memory")
    memory = measure.bytes_per_span(effort), measure.bytes_per_million(effort, 8, 8), measure.bytes_per_million(effort, 64, 0)
    _tell(f"{effort.many} spans")
    with measure.no_collector():
        return Bench(effort, timings, *memory, measure.growth(effort))


def _tell(what: str) -> None:
    """Say what is being measured to somebody who waits."""
    if is_terminal(sys.stderr):
        say(f"measuring: {what}")


def _python() -> str:
    built = ", compiled" if is_compiled() else ""
    return f"{platform.python_implementation()} {platform.python_version()}{built}"


def _as_text(bench: Bench) -> list[str]:
    columns = Column("operation", "text"), Column("ns"), Column("calls"), Column("goal", "text")
    rows: list[tuple[Cell, ...]] = []
    for case in _CASES:
        ns, calls = bench.timings[case.name]
        rows.append((case.name, f"{ns:.0f}", f"{calls:.1f}", _goal(calls, case.goal)))
    memory: list[tuple[Cell, ...]] = [
        ("a span", format_bytes(round(bench.span_bytes))),
        ("a million live objects of 8 B scan", format_bytes(round(bench.million_8_scan))),
        ("a million live objects of 64 B noscan", format_bytes(round(bench.million_64_noscan))),
    ]
    grown = (
        *(Column("operation", "text"), Column(f"{measure.FEW} spans"), Column(f"{bench.effort.many} spans")),
        *(Column("ratio"), Column("goal", "text")),
    )
    growth: list[tuple[Cell, ...]] = [
        (name, f"{g.ns_few:.0f}", f"{g.ns_many:.0f}", f"{g.ratio:.2f}", _goal(g.ratio, GOAL_RATIO))
        for name, g in bench.growth.items()
    ]
    return [
        f"go{bench.effort.release.text} on {_python()}",
        "ns: nanoseconds an operation; calls: how many calls of an empty function of two arguments that is",
        *Table(columns, rows).lines(),
        "",
        *Table((Column("memory of", "text"), Column("bytes")), memory).lines(),
        "",
        "nanoseconds an operation, by the number of spans in the heap",
        *Table(grown, growth).lines(),
    ]


def _goal(figure: float, goal: float | None) -> str:
    return "" if goal is None else f"≤ {goal}{'' if figure <= goal else '  missed'}"


def _as_json(bench: Bench) -> "schema.Bench":
    return {
        "go": bench.effort.release.version,
        "python": _python(),
        "operations": [
            {"operation": case.name, "ns": round(t.ns, 1), "calls": round(t.calls, 2), "goal_calls": case.goal}
            for case in _CASES
            for t in (bench.timings[case.name],)
        ],
        "memory": {
            "span": round(bench.span_bytes),
            "million_8_scan": round(bench.million_8_scan),
            "million_64_noscan": round(bench.million_64_noscan),
        },
        "growth": [
            {
                "operation": name,
                "spans": [measure.FEW, bench.effort.many],
                "ns": [round(g.ns_few, 1), round(g.ns_many, 1)],
                "ratio": round(g.ratio, 2),
            }
            for name, g in bench.growth.items()
        ],
    }
