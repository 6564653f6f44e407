"""When the next collection of a real program starts: what its own runtime answers, asked by a program that may ask it."""

import pytest

from gomem_core.outside.figures import figures
from gomem_core.outside.look import look_at_process
from gomem_core.outside.process import Process
from gomem_core.outside.program import find_program
from gomem_core.outside.snapshot import Snapshot
from tests.outside.goprograms import built, running

ENVIRONMENTS: list[dict[str, str]] = [
    {},
    {"GOGC": "30"},
    {"GOGC": "400"},
    {"GOGC": "off"},
    {"GOGC": "off", "GOMEMLIMIT": "6MiB"},  # which leaves next to nothing for the heap
    {"GOGC": "off", "GOMEMLIMIT": "40MiB"},
    {"GOMEMLIMIT": "9MiB"},
]
OF_MEM_STATS = ("NextGC", "TotalAlloc", "Mallocs", "Frees")


def look(pid: int, *, symbols: bool) -> Snapshot:
    process = Process(pid)
    process.exe = process.exe if symbols else None
    return look_at_process(process, find_program(process))


@pytest.mark.parametrize("env", ENVIRONMENTS, ids=lambda env: " ".join(f"{name}={value}" for name, value in env.items()) or "-")
@pytest.mark.parametrize("minor", ["1.21", "1.27"])
def test_trigger_and_goal_are_those_that_the_runtime_answers(minor: str, env: dict[str, str]) -> None:
    """At several sizes of the heap, with collections in between; what is known of a program without symbols is the same.

    Mcaches hold what was allocated when it is looked at: ReadMemStats, asked afterwards, makes them tell of it.
    """
    compared, gogc = 0, env.get("GOGC", "100")
    with running(built("pacer", minor), **env) as program:
        for number in range(60):
            before = program.ask("a" if 0 < number < 12 else "m")
            snapshot = look(program.pid, symbols=number % 2 == 0)
            if before != program.ask():
                continue  # a collection went on
            told, found = program.ask("s"), snapshot.pacing
            assert found is not None
            said = (found.trigger(), found.goal(), found.heap_live, found.heap_marked)
            assert said == tuple(before[name] for name in ("trigger", "goal", "heap_live", "heap_marked"))
            assert found.gc_percent == (-1 if gogc == "off" else int(gogc))
            stats = figures(snapshot)
            if any(getattr(stats, name) != told[name] for name in ("Sys", "HeapReleased", "NumGC")):
                continue  # it took memory for itself when it was asked, or gave some back, or collected: the goal has moved since
            assert {name: getattr(stats, name) for name in OF_MEM_STATS} == {name: told[name] for name in OF_MEM_STATS}
            compared += 1
            if compared == 6:
                break
    assert compared >= 5
