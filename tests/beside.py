"""Measure this checkout beside another one in one run, by turns: `python -m tests.beside OTHER_CHECKOUT`.

Prints each figure of both, their ratio, and the ratio that is wanted.  Times are of the processor, so that other programs on the
machine count less; of each figure the least of all runs is taken.  What is measured may look otherwise in the other checkout: the
probes below are run with its packages, and so find names where either has them.  `--check` exits with 1 when a ratio is missed.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Figure(NamedTuple):
    """What was measured; `wanted`: how much of the other checkout's it may be, 0: that is only told."""

    name: str
    value: float
    wanted: float = 0.0


def found(*places: str) -> Any:
    """The first of these names that is there: modules with a name in them."""
    for place in places:
        module, _, name = place.rpartition(".")
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError):
            continue
    raise LookupError(places)


def timed(do: Callable[[], object]) -> float:
    """ms of the processor."""
    begin = time.process_time()
    do()
    return (time.process_time() - begin) * 1000


# --- Spans: filters and orders ------------------------------------------------------------------------------------------------

TYPED = ("waste>30%", "c42[0-9]8", "scan class:31 used<50%", "4.*e000$", "P0\\scache", "[1-9]%$", "noscan waits", "list:free")
SHOWN = 40  # rows


def many_spans(count: int) -> list[str]:
    """Steps that make about so many spans of many kinds: full ones, such with free slots, unswept ones, large ones, free ones."""
    some = count // 20
    return [
        "gogc off",
        f"alloc 8192 times {12 * some}",
        f"alloc 1000 scan times {3 * some * 8}",
        f"alloc 4000 times {3 * some * 2}",
        f"alloc 48 times {some // 2 * 170}",
        f"alloc 40000 times {some // 5}",
        f"drop o1..o{some}",
        f"drop o{12 * some}..o{14 * some}",
        "gc",
        f"alloc 512 times {some}",
        "gc mark",
        "alloc 48",
        "alloc 3000",
    ]


class Spans:
    """A session with many spans and the order of its table, in either checkout."""

    def __init__(self, lines: list[str]) -> None:
        timeline = found("gomem_core.files.timeline.Timeline", "gomem_core.timeline.Timeline")(lines)
        self.session = found("gomem_core.session.session.Session", "gomem_core.session.Session")(narrate=True, timeline=timeline)
        self.session.goto(len(lines))
        self.start_over()

    def start_over(self) -> None:
        """A table that was never sorted or filtered."""
        session = self.session
        world = session.world if hasattr(session, "world") else session.view
        order = found("gomem_core.queries.spanorder.SpanOrder", "gomem_core.spanorder.SpanOrder")
        self.order = order(world, lambda: session.account)
        self.order.look_again(session.take_stale())
        self.elsewhere: list[float] = []  # ms of work that another thread does
        self.here: list[float] = []  # ms that the screen waits for it

    def show(self) -> float:
        """ms until the rows are there."""
        elsewhere = here = 0.0
        if hasattr(self.order, "work") and self.order._is_late:
            takes: list[Callable[[], None]] = []
            finish = found("gomem_core.queries.roworder.finish")
            elsewhere = timed(lambda: takes.append(finish(self.order.work())))
            here = timed(takes[0])
        here += timed(lambda: (len(self.order), self.order.rows(0, SHOWN)))
        self.elsewhere.append(elsewhere)
        self.here.append(here)
        return here + elsewhere

    def type(self, text: str) -> list[float]:
        """ms of each keystroke of a filter."""
        bad, half = (
            found("gomem_core.queries.spanfilter.BadFilter", "gomem_core.spanfilter.BadFilter"),
            found("gomem_core.lang.filters.without_half_typed"),
        )
        times = []
        for length in range(1, len(text) + 1):
            try:
                self.order.filter(half("spans", text[:length]))
            except bad:
                continue
            times.append(self.show())
        self.order.filter("")
        return times


def filters(count: int) -> Iterator[Figure]:
    """What a keystroke of a filter takes."""
    spans = Spans(many_spans(count))
    if hasattr(spans.order, "prepare"):  # when / is pressed
        yield Figure("/ pressed: imports and columns, another thread", timed(lambda: finish_all(spans.order.prepare())))
    times = [ms for text in TYPED for ms in spans.type(text)]
    yield Figure("filter: a keystroke, median", statistics.median(times))
    yield Figure("filter: a keystroke, at worst", max(times), 1 / 20)
    yield Figure("filter: ... of that the screen waits, at worst", max(spans.here), 1 / 20)
    spans.start_over()
    yield Figure("filter: a keystroke without preparation", max(spans.type("waste>30%")))


def finish_all(work: Iterator[Callable[[], object] | None]) -> None:
    """Do all of a work."""
    for compute in work:
        if compute is not None:
            compute()


def sorts(count: int) -> Iterator[Figure]:
    """What another order takes."""
    spans = Spans(many_spans(count))
    if hasattr(spans.order, "prepare"):
        modules = ("numpy", "gomem_core.queries.spanmask")
        yield Figure("numpy and masks imported, once, another thread", timed(lambda: [*map(import_module, modules)]))
    spans.order.arrange("waste", True)
    yield Figure("sort: the first, by waste", spans.show(), 1 / 50)
    alike = Spans(["gogc off", f"alloc 8192 times {count}"])
    alike.order.arrange("waste", True)
    yield Figure("sort: the first, by waste, of spans just made", alike.show(), 1 / 50)
    times = []
    for name in ("pages", "class", "size", "kind", "used", "list", "waste", "sweepgen"):
        spans.order.arrange(name, True)
        times.append(spans.show())
    yield Figure("sort: by any column, median", statistics.median(times))
    yield Figure("sort: by any column, at worst", max(times), 1 / 10)
    yield Figure("sort: ... of that the screen waits, at worst", max(spans.here))


def steps(count: int) -> Iterator[Figure]:
    """What it takes to see a step in a table that is sorted and filtered."""
    spans = Spans(many_spans(count))
    spans.order.arrange("used", True)
    spans.order.filter("state:inuse")
    spans.show()
    times = []
    for n in range(200):
        spans.session.submit(("alloc 8192", "alloc 48", "alloc 100 scan", "alloc 20000")[n % 4])
        stale = spans.session.take_stale()
        times.append(timed(lambda stale=stale: (spans.order.look_again(stale), spans.order.rows(0, SHOWN))))  # type: ignore[misc]
    yield Figure("a step seen in a sorted, filtered table, median", statistics.median(times), 1.1)


# --- Time -----------------------------------------------------------------------------------------------------------------------


def program(count: int) -> list[str]:
    """So many steps of a program that allocates, drops and collects; the same every time."""
    lines: list[str] = []
    for n in range(1, count + 1):
        if n % 5_000 == 0:
            lines.append("gc")
        elif n % 4 == 0 and n > 40:
            lines.append(f"drop a{n - 39}")
        else:
            lines.append(f"alloc {(16, 48, 96, 256, 1024, 4096)[n * 7 % 6]}{' scan' if n % 3 else ''} as a{n}")
    return lines


def started(lines: list[str], narrate: bool = True) -> Any:
    """A session before these steps."""
    timeline = found("gomem_core.files.timeline.Timeline", "gomem_core.timeline.Timeline")(lines)
    return found("gomem_core.session.session.Session", "gomem_core.session.Session")(narrate=narrate, timeline=timeline)


def times(count: int) -> Iterator[Figure]:
    """Steps that are done again on the way, a step done by hand, and a long session."""
    session = started(program(3_000))
    machine = session.machine if hasattr(session, "machine") else session._machine
    machine.remember = lambda: None  # no images but the first: all are done again
    session.goto(3_000)
    again = []
    for _ in range(5):
        session.goto(0)
        again.append(timed(lambda: session.goto(3_000)))
    yield Figure("3,000 steps done again", min(again), 0.5)
    console = found("gomem_core.session.console.Console", "gomem_core.console.Console")(narrate=True)
    for _ in range(3):
        console.submit("alloc 48 scan")
    calls = 0

    def count_call(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count_call)
    console.submit("alloc 48 scan")
    sys.setprofile(None)
    yield Figure("Python calls of alloc 48 scan, typed", calls, 0.52)
    steps = 10 * count
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    session = started(program(steps))
    session.goto(steps)
    jumps = [timed(lambda n=n: session.goto(steps * n // 17)) for n in (3, 14, 7, 11, 1, 9, 16, 5, 13, 2)]  # type: ignore[misc]
    yield Figure(f"{steps:,} commands: any point, median", statistics.median(jumps), 0.5)
    yield Figure(f"{steps:,} commands: MB", (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 0.77)


def scripts(count: int) -> Iterator[Figure]:
    """What `>` does with a script in the explorer, but for the screen; and what reading the script does."""
    steps = count * 3 // 5
    read = found("gomem_core.files.script.read_script", "gomem_core.script.read_script")
    console = found("gomem_core.session.console.Console", "gomem_core.console.Console")
    for name, lines in (("alike", ["alloc 48 scan"] * steps), ("different", program(steps))):
        taken = [play(console, read, "".join(f"{line}\n" for line in lines), steps) for _ in range(2)]
        yield Figure(f"a script of {steps:,} lines, {name}: read", min(taken)[1])
        yield Figure(f"a script of {steps:,} lines, {name}: >", min(taken)[0], 0.25)


def play(console: Any, read: Any, text: str, steps: int) -> tuple[float, float]:
    """ms of going to the end of a script, and ms of reading it."""
    found_script: list[Any] = []
    reading = timed(lambda: found_script.append(read("script", text, "script")))
    desk = console(True, found_script[0])
    return timed(lambda: desk.session.goto(steps)), reading


def stills(count: int) -> Iterator[Figure]:
    """A copy of what can be seen, to be compared."""
    session = started(["gogc off", f"alloc 8192 times {count}", f"drop o1..o{count // 3}", "gc"])
    session.goto(4)
    world = session.world if hasattr(session, "world") else session.view
    try:
        still, place = found("gomem_core.world.still.Still"), found("gomem_core.world.still.Place")
    except LookupError:
        moment = found("gomem_core.queries.moment.moment", "gomem_core.moment.moment")
        sums = found("gomem_core.queries.figures.figures", "gomem_core.figures.figures")(world, session.account)

        def take() -> object:
            return moment(world, session.objects, sums, session.step)
    else:

        def take() -> object:
            return still.of(world, session.objects, place("", session.step))

    yield Figure("a still", min(timed(take) for _ in range(3)), 1.0)
    tracemalloc.start()
    kept = take()
    yield Figure("a still: MB", tracemalloc.get_traced_memory()[0] / 1e6, 1.5)
    del kept


PARTS: dict[str, Callable[[int], Iterator[Figure]]] = {
    "filters": filters,
    "sorts": sorts,
    "steps": steps,
    "times": times,
    "scripts": scripts,
    "stills": stills,
}


# --- Side by side -------------------------------------------------------------------------------------------------------------


def measured(checkout: Path, part: str, spans: int) -> list[Figure]:
    """The figures of one part in one checkout."""
    argv = [sys.executable, str(Path(__file__).resolve()), "--child", part, "--spans", str(spans)]
    env = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(argv, cwd=checkout, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{part} failed in {checkout}:\n{done.stderr}")
    return [Figure(*json.loads(line)) for line in done.stdout.splitlines()]


def least(runs: list[list[Figure]]) -> dict[str, Figure]:
    """The least of each figure."""
    best: dict[str, Figure] = {}
    for figure in (figure for run in runs for figure in run):
        best[figure.name] = min(best.get(figure.name, figure), figure, key=lambda one: one.value)
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("other", nargs="?", type=Path, help="another checkout of gomem")
    parser.add_argument("--part", action="append", choices=PARTS, help="measure this only")
    parser.add_argument("--runs", type=int, default=2, help="of each part in each checkout")
    parser.add_argument("--spans", type=int, default=100_000)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a ratio is missed")
    parser.add_argument("--child", choices=PARTS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        # An editable installation would serve what the other checkout has not.
        sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
        for figure in PARTS[args.child](args.spans):
            print(json.dumps(figure), flush=True)
        return 0
    if args.other is None:
        parser.error("which checkout to compare with?")
    missed = 0
    print(f"{'ms of the processor, if not said otherwise':<52}{'other':>10}{'here':>10}{'ratio':>8}{'wanted':>8}")
    for part in args.part or PARTS:
        runs = [(measured(args.other.resolve(), part, args.spans), measured(ROOT, part, args.spans)) for _ in range(args.runs)]
        there, here = least([one for one, _ in runs]), least([one for _, one in runs])
        for name, figure in here.items():
            before = there.get(name)
            ratio = figure.value / before.value if before is not None and before.value else 0.0
            late = ratio > figure.wanted > 0
            missed += late
            cells = (f"{before.value:.2f}" if before else "", f"{figure.value:.2f}", f"{ratio:.3f}" if before else "")
            wanted = f"{figure.wanted:.3f}" if figure.wanted else ""
            print(f"{name:<52}{cells[0]:>10}{cells[1]:>10}{cells[2]:>8}{wanted:>8}{'  missed' if late else ''}", flush=True)
    return 1 if args.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
