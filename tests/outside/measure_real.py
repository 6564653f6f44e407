"""Measure what a look at a real program costs: it, and whoever looks.  Needs Go toolchains (goprograms.py), and a quiet machine.

`python -m tests.outside.measure_real` prints a table.  Each figure has beside it the least that can be done for the same, by
turns in the same run: a bare read of the same ranges, a bare read with the fields of spans as columns, a Textual app that only
says hello.
"""

import statistics
import sys
from time import perf_counter

from gomem_core.outside.again import prepared, read_held
from gomem_core.outside.hold import held
from gomem_core.outside.libc import used_again
from gomem_core.outside.look import snapshot_of
from gomem_core.outside.process import Process, status_of
from gomem_core.outside.program import find_program
from gomem_core.outside.world import world_of
from tests.measure import HELLO, Program, explorer
from tests.outside.goprograms import built, running
from tests.outside.test_held import bare, numpy_parse, ranges_of

WORKING = (
    ("1.21", "server", 300),
    ("1.27", "server", 300),
    ("1.21", "many", 5000),
    ("1.24", "many", 300),
    ("1.27", "many", 5000),
)
TURNS = 40


def how_long_held(minor: str, name: str, size: int) -> None:
    """Milliseconds that a program stands which works all the time, with the time until all its threads stand."""
    with running(built(name, minor), RUN="1", N=str(size)) as program:
        process = Process(program.pid)
        found = find_program(process)
        for _ in range(6):
            read_held(process, found)
        whole, least = [], []
        for _ in range(TURNS):
            rehearsed = prepared(process, found)
            if rehearsed is None:
                continue
            with held(program.pid) as how_long:
                copied = rehearsed.copy()
            if not copied:
                continue
            with held(program.pid) as again:
                took = bare(program.pid, [(part.start, part.size) for part in rehearsed.copied()])
            whole.append(how_long.held_ns / 1e6)
            least.append(took * 1e3 + again.stand_ns / 1e6)
    told(f"held: {name} {size}, Go {minor}", whole, least, "ms")


def large() -> None:
    """A gigabyte in 139,608 spans: a look, its first picture, memory of both."""
    with running(built("big", "1.27")) as program:
        process = Process(program.pid)
        found = find_program(process)
        pieces = ranges_of(program.pid)
        kept = ("VmRSS", "RssAnon", "VmPTE", "VmSwap")
        before = status_of(program.pid)
        looks, parses = [], []
        for _ in range(8):
            parses.append(wall(lambda: numpy_parse(program.pid, pieces)))
            with used_again():  # as each look of the explorer does
                rehearsed = prepared(process, found)
                assert rehearsed is not None
                began = perf_counter()
                with held(program.pid):
                    rehearsed.copy()
                world = world_of(snapshot_of(rehearsed.answers(), "process", "big")[0])
                looks.append(perf_counter() - began)
            assert world.spans.count > 139_000
        after = status_of(program.pid)
        told("from the stop to a world", looks, parses, "s")
        hellos, pictures = [], []
        for _ in range(5):
            hellos.append(painted(Program(sys.executable, "-c", HELLO))[0])
            taken, memory = painted(explorer("attach", str(program.pid)))
            pictures.append(taken)
        told("the first picture", [each / 1e3 for each in pictures], [each / 1e3 for each in hellos], "s")
        print(f"{'  beyond hello and the look':<44}{(min(pictures) - min(hellos)) / 1e3 - min(looks):8.2f} s")
        print(f"{'  memory at most until it stands':<44}{memory:8.0f} MB")
        print(f"{'the program before and after, kB':<44}{[f'{key} {before[key]} {after[key]}' for key in kept]}")


def wall(work: object) -> float:
    began = perf_counter()
    assert callable(work)
    work()
    return perf_counter() - began


def painted(program: Program) -> tuple[float, float]:
    """Milliseconds until its picture stands, and MB at most."""
    taken = program.first_paint()
    memory = program.memory()
    program.end()
    return taken, memory


def told(what: str, ours: list[float], least: list[float], unit: str) -> None:
    best = min(ours) / min(least)
    middle = statistics.median(ours) / statistics.median(least)
    print(f"{what:<44}{min(ours):8.2f} {unit} beside {min(least):.2f}: {best:.2f} ×, median {middle:.2f} ×", flush=True)


if __name__ == "__main__":
    for _minor, _name, _size in WORKING:
        how_long_held(_minor, _name, _size)
    large()
