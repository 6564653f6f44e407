"""Measure how fast a session goes through time, as the explorer does it.  Run as a script; figures are of this machine.

Prints a table with the goals beside, in ms of the processor; `--check` exits with 1 when a goal is missed, `--quick` takes small
heaps and short sessions.  A move is what its user waits for: going there, the spans table sorted by use brought up to date, the
account of what it shows.
"""

import argparse
import gc
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from gomem_core.files.timeline import Timeline
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.session.session import Session

ROOT = Path(__file__).resolve().parents[1]
SHOWN = 40  # rows of the spans table
SEED = 7


class Figure(NamedTuple):
    """One line of the table; no goal: 0."""

    name: str
    value: float
    goal: float = 0.0

    @property
    def missed(self) -> bool:
        return 0 < self.goal < self.value

    def __str__(self) -> str:
        goal = f"≤ {self.goal:g}" if self.goal else ""
        return f"{self.name:<62}{self.value:>10.1f}{goal:>10}{'  missed' if self.missed else ''}"


@dataclass(frozen=True)
class Size:
    """How much to measure."""

    spans: int = 10_000
    steps: int = 300  # single ones
    commands: int = 1_000_000  # of the long session
    jumps: int = 30  # in it
    objects: int = 20_000  # of a heavy command
    times: int = 5  # that each of these is timed
    wide: int = 100_000  # spans of the big heap


QUICK = Size(spans=200, steps=20, commands=3_000, jumps=5, objects=300, times=1, wide=1_000)


class Lines:
    """A reproducible program that allocates, drops, links, and collects now and then; about `living` objects live."""

    def __init__(self, living: int, first: int = 1) -> None:
        self.random = Random(SEED)
        self.most = living
        self.count = first - 1  # objects born
        self.alive: list[int] = []
        self.scan: list[int] = []  # of these, some that hold pointers

    def one(self) -> str:
        """The next line that is no collection."""
        r = self.random
        x = r.random()
        if x < 0.2 and len(self.scan) > 1:
            a, b = r.sample(self.scan, 2)
            return f"link o{a}.{r.randrange(4)} o{b}"
        if len(self.alive) > 10 and x < (0.62 if len(self.alive) > self.most else 0.25):
            return f"drop o{self.take()}"
        self.count += 1
        self.alive.append(self.count)
        size = (16, 32, 48, 96, 256, 1024, 1024, 4096, 8192, 20_000)[int(10 * r.random() ** 1.5)]
        if size < 100 or len(self.scan) > 500 or r.random() < 0.5:
            return f"alloc {size}"
        self.scan.append(self.count)
        return f"alloc {size} scan"

    def take(self) -> int:
        """An object that lives, which does not from now on."""
        at = self.random.randrange(len(self.alive))
        self.alive[at], self.alive[-1] = self.alive[-1], self.alive[at]
        gone = self.alive.pop()
        if gone in self.scan:
            self.scan.remove(gone)
        return gone

    def some(self, count: int, collect: int = 0) -> list[str]:
        """So many lines; each `collect` of them a collection."""
        return ["gc" if collect and n % collect == collect - 1 else self.one() for n in range(count)]


def big_heap(spans: int) -> list[str]:
    """Commands that make about so many spans with fifteen objects a span, some of them garbage."""
    made = {f"{size}{kind}": spans * share * (8192 // size) // 100 for size, kind, share in KINDS}
    lines = [f"alloc {size} times {count}" for size, count in made.items()]
    return ["gogc off", *lines, *(f"drop o{n}..o{n + 1}" for n in range(1, 400, 7)), f"alloc 8192 times {spans // 5}"]


KINDS = ((1024, " scan", 50), (48, "", 5), (4096, "", 20), (512, " scan", 5))


class Explorer:
    """A session as the explorer keeps it."""

    def __init__(self, lines: list[str]) -> None:
        self.session = Session(narrate=True, timeline=Timeline(lines))
        self.order = SpanOrder(self.session.world, lambda: self.session.account)
        self.order.arrange("used", True)

    def look(self) -> None:
        """What is shown."""
        session = self.session
        self.order.look_again(session.take_stale())
        rows = self.order.rows(0, SHOWN)
        session.account.read()
        for row in rows:
            session.account.of_span(row.base)

    def move(self, step: int, event: int = 0) -> float:
        """ms to go there and to see it."""

        def do() -> None:
            self.session.goto(step, event)
            self.look()

        return timed(do)

    def submit(self, line: str) -> float:
        """ms to do a command and to see it."""

        def do() -> None:
            outcome = self.session.submit(line)
            assert outcome.ok, (line, outcome.error)
            self.look()

        return timed(do)


def timed(do: Callable[[], object]) -> float:
    """ms of the processor, so that other programs on the machine do not count; nothing here waits."""
    begin = time.process_time()
    do()
    return (time.process_time() - begin) * 1000


@contextmanager
def without_images(session: Session) -> Iterator[None]:
    """The session does not remember the heap in here."""
    setattr(session._machine, "remember", lambda: None)  # noqa: B010 -- a method is meant to be hidden
    try:
        yield
    finally:
        del session._machine.remember


def spread(name: str, times: list[float], goal: float) -> list[Figure]:
    """Median with its goal, p95, max."""
    ordered = sorted(times)
    return [
        Figure(f"{name}: median ms", statistics.median(ordered), goal),
        Figure(f"{name}: p95 ms", ordered[int(0.95 * (len(ordered) - 1))]),
        Figure(f"{name}: max ms", ordered[-1]),
    ]


def single_steps(size: Size) -> Iterator[Figure]:
    """Single allocations, drops and links, back and forward."""
    heap = big_heap(size.spans)
    for how in ("typed", "run through"):
        explorer = started(heap)
        session = explorer.session
        base = session.step
        lines = Lines(200, len(session.objects) + 1).some(size.steps)
        if how == "typed":
            yield from spread("typed: a command", [explorer.submit(line) for line in lines], 50)
        else:
            session._timeline.steps.extend(lines)
            explorer.move(len(session.steps))
            yield Figure("spans", session.world.spans.count)
            yield Figure("objects", len(session.objects))
        last = session.step
        back = [explorer.move(step) for step in range(last - 1, base - 1, -1)]
        yield from spread(f"{how}: back", back, 50)
        yield from spread(f"{how}: forward", [explorer.move(step) for step in range(base + 1, last + 1)], 50)
        there = [explorer.move(step) for n in range(size.steps // 3) for step in (last - 1, last)]
        yield from spread(f"{how}: to and fro", there, 50)


def started(heap: list[str]) -> Explorer:
    """An explorer in which these commands were done one by one."""
    explorer = Explorer(list(heap))
    while explorer.session.forward() is not None:
        pass
    explorer.look()
    return explorer


def heavy_steps(size: Size) -> Iterator[Figure]:
    """Commands that handle many objects or spans."""
    explorer = started(big_heap(size.spans))
    session = explorer.session
    explorer.submit("alloc 48")  # what comes next needs an image
    base = session.step
    heavy = ("gc", "gc mark", f"churn {size.objects}", f"alloc 64 times {size.objects}", "drop all")
    for line in heavy:
        found: dict[str, list[float]] = {name: [] for name in ("bare", "forward", "again", "back", "see")}
        for _ in range(size.times):
            with without_images(session):
                found["bare"].append(timed(partial(session.submit, line)))
            session.goto(base - 1)
            session.submit("alloc 48")
            explorer.look()
            found["forward"].append(timed(partial(session.submit, line)))
            found["see"].append(timed(explorer.look))
            found["back"].append(explorer.move(base))
            found["again"].append(timed(lambda: session.goto(base + 1)))
            explorer.look()
            session.goto(base)
            explorer.look()
        bare = min(found["bare"])
        yield Figure(f"{line}: bare ms", bare)
        yield Figure(f"{line}: forward / bare", min(found["forward"]) / bare)
        yield Figure(f"{line}: forward again / bare", min(found["again"]) / bare)
        yield Figure(f"{line}: forward - bare ms", min(found["forward"]) - bare, 100)
        yield Figure(f"{line}: to see it ms", statistics.median(found["see"]), 200)
        yield Figure(f"{line}: back median ms", statistics.median(found["back"]), 200)
        yield Figure(f"{line}: back max ms", max(found["back"]))
    for line in (*heavy, *heavy):
        explorer.submit(line)
    back = [explorer.move(step) for step in range(session.step - 1, base - 1, -1)]
    yield Figure("ten heavy ones, typed: back max ms", max(back), 200)
    session.goto(len(session.steps))
    again = Explorer(list(session.steps))
    again.move(len(session.steps))
    back = [again.move(step) for step in range(again.session.step - 1, base - 1, -1)]
    yield Figure("ten heavy ones, run through: back max ms", max(back), 200)


def micro_steps(size: Size) -> Iterator[Figure]:
    """Halfway in a command, one event after the other."""
    explorer = started(big_heap(size.spans))
    session = explorer.session
    halfway = ((f"alloc {48 * 1024}", 50), ("alloc 96", 50), ("gc", 200))
    session._timeline.steps.extend(line for line, _ in halfway)
    for line, goal in halfway:
        explorer.look()
        first = timed(session.events_ahead)
        events = session.events_ahead()
        stops = range(1, events + 1, max(1, events // 20))
        times = [explorer.move(session.step, event) for event in stops]
        yield Figure(f"halfway in {line}: events", events)
        yield Figure(f"halfway in {line}: look ahead ms", first)
        yield Figure(f"halfway in {line}: median ms", statistics.median(times), goal)
        yield Figure(f"halfway in {line}: max ms", max(times))
        explorer.move(session.step + 1)


def long_session(size: Size) -> Iterator[Figure]:
    """Very many commands."""
    lines = Lines(6_000).some(size.commands, 5_000)
    before = memory()
    explorer = Explorer(lines)
    yield Figure("long: commands", size.commands)
    yield Figure("long: to the end s", explorer.move(size.commands) / 1000)
    session = explorer.session
    yield Figure("long: spans", session.world.spans.count)
    yield Figure("long: images", len(session._machine._memory))
    yield Figure("long: first step back ms", explorer.move(size.commands - 1), 1000)
    yield Figure("long: to its beginning ms", explorer.move(1), 1000)
    yield Figure("long: to its end ms", explorer.move(size.commands), 1000)
    r = Random(SEED)
    jumps: list[float] = []
    steps: list[float] = []
    for _ in range(size.jumps):
        step = r.randrange(1, size.commands)
        jumps.append(explorer.move(step))
        steps += [explorer.move(step - 1), explorer.move(step)]
    yield Figure("long: anywhere, median ms", statistics.median(jumps))
    yield Figure("long: anywhere, max ms", max(jumps), 1000)
    yield from spread("long: a step there", steps, 50)
    yield Figure("long: the commands themselves MB", before)
    yield Figure("long: memory in all MB", memory(), 500)


def wide_heap(size: Size) -> Iterator[Figure]:
    """Ten times as many spans and objects; without goals but the memory."""
    explorer = started(big_heap(size.wide))
    session = explorer.session
    base = session.step
    lines = Lines(200, len(session.objects) + 1).some(size.steps)
    for line in lines:
        explorer.submit(line)
    yield Figure("wide: spans", session.world.spans.count)
    yield Figure("wide: objects", len(session.objects))
    yield Figure("wide: images", len(session._machine._memory))
    last = session.step
    yield from spread("wide: back", [explorer.move(step) for step in range(last - 1, last - size.steps // 3, -1)], 0)
    yield from spread("wide: forward", [explorer.move(step) for step in range(session.step + 1, last + 1)], 0)
    for line in ("gc", f"churn {size.objects}"):
        yield Figure(f"wide: {line} ms", explorer.submit(line))
    yield Figure("wide: heavy ones back max ms", max(explorer.move(step) for step in (last + 1, last)))
    yield Figure("wide: to the beginning of the steps ms", explorer.move(base))
    yield Figure("wide: memory in all MB", memory())


def memory() -> float:
    """Peak resident MB of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


PARTS = {"single": single_steps, "heavy": heavy_steps, "micro": micro_steps, "long": long_session, "wide": wide_heap}


def measure(parts: list[str], quick: bool) -> Iterator[Figure]:
    """All figures; each part in a process of its own, so that its memory is."""
    for part in parts:
        argv = [sys.executable, str(ROOT / "tests/measure_time.py"), "--child", part, *(["--quick"] if quick else [])]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
            for line in child.stdout or ():
                yield Figure(*json.loads(line))
        if child.returncode:
            raise SystemExit(f"{part} failed")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="small heaps and short sessions")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is missed")
    parser.add_argument("--part", action="append", choices=PARTS, help="measure this only")
    parser.add_argument("--child", choices=PARTS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        gc.collect()
        for figure in PARTS[args.child](QUICK if args.quick else Size()):
            print(json.dumps(figure), flush=True)
        return 0
    missed = 0
    print(f"{'':<62}{'measured':>10}{'goal':>10}")
    for figure in measure(args.part or list(PARTS), args.quick):
        print(figure, flush=True)
        missed += figure.missed
    return 1 if args.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
