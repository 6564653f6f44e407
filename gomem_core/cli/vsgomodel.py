"""What `gomem bench --vs-go` measures of the model: the operations that bench.go does, and what a call costs at least."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter_ns
from typing import Final

from gomem_core.both.floor import NoHeap
from gomem_core.cli.measure import no_collector
from gomem_core.cli.output import emit_json
from gomem_core.go.release import Release
from gomem_core.lang.releases import read_version
from gomem_core.session.engine import Engine, new_engine
from gomem_core.world.blocks import AddressRow

Measured = dict[str, dict[str, float]]  # "one" by one, "many" at once, or "floor" of a call -> operation -> ns
Load = list[tuple[int, int]]  # size and ptrdata of each object
Made = Sequence[list[int] | AddressRow]  # where objects lie

_COUNT: Final = 20_000


def model(release: Release, rounds: int) -> Measured:
    """Nanoseconds an operation, the least of so many rounds, by the names that bench.go has for them."""
    loads = {
        "hit": [(64, 0)] * _COUNT,
        "hit_scan": [(64, 64)] * _COUNT,
        "tiny": [(1, 0), (3, 0), (8, 0), (12, 0)] * (_COUNT // 4),
        "refill": [(8192, 0)] * (_COUNT // 10),
        "large": [(65536, 0)] * (_COUNT // 40),
        "gc": [(64, 0)] * _COUNT,
    }
    at_once = (_at_once, _collected_at_once)
    with no_collector():
        return {
            "one": {
                name: _least(release, rounds, objects, _collected if name == "gc" else _one_by_one)
                for name, objects in loads.items()
            },
            "many": {
                name: _least(release, rounds, objects, partial(at_once[name == "gc"], Counter(objects)))
                for name, objects in loads.items()
            },
            "floor": _floor(rounds, loads["hit"]),
        }


def _floor(rounds: int, objects: Load) -> dict[str, float]:
    """What the same loops cost where the calls do nothing."""
    heap, alloc, drop = NoHeap(), float("inf"), float("inf")
    for _ in range(rounds):
        addrs: list[int] = []  # those of the round before are freed while nobody looks at the clock
        start = perf_counter_ns()
        addrs = _allocated(heap.mallocgc, objects)
        between = perf_counter_ns()
        _drop(heap.drop, addrs)
        drop = min(drop, (perf_counter_ns() - between) / len(objects))
        alloc = min(alloc, (between - start) / len(objects))
    return {"alloc": alloc, "drop": drop}


def _least(release: Release, rounds: int, objects: Load, work: Callable[[Engine, Load], tuple[Made, Made]]) -> float:
    """The least of several rounds in one heap; between them all is dropped and collected, as bench.go does.

    `work` returns where those lie that are not dropped yet, and where those did that are.
    """
    heap = new_engine(release=release)
    heap.set_gc_percent(-1)
    best = float("inf")
    made: Made
    _dropped: Made
    for _ in range(rounds):
        made, _dropped = [], []  # of the round before, freed while nobody looks at the clock
        start = perf_counter_ns()
        made, _dropped = work(heap, objects)
        best = min(best, (perf_counter_ns() - start) / len(objects))
        for addrs in made:
            heap.drop_many(addrs)
        heap.collect()
    return best


def _allocated(mallocgc: Callable[[int, int], int], objects: Load) -> list[int]:
    return [mallocgc(size, ptrdata) for size, ptrdata in objects]


def _drop(drop: Callable[[int], None], addrs: list[int]) -> None:
    for addr in addrs:
        drop(addr)


def _one_by_one(heap: Engine, objects: Load) -> tuple[Made, Made]:
    return [_allocated(heap.mallocgc, objects)], []


def _at_once(counts: Counter[tuple[int, int]], heap: Engine, _: Load) -> tuple[Made, Made]:
    """Allocate those of one kind at once: tiny ones, whose sizes take turns one by one, size after size."""
    addrs: list[AddressRow] = []
    for (size, ptrdata), times in counts.items():
        heap.alloc_many(size, ptrdata, times, addrs)
    return addrs, []


def _collected(heap: Engine, objects: Load) -> tuple[Made, Made]:
    addrs = _allocated(heap.mallocgc, objects)
    _drop(heap.drop, addrs)
    heap.collect()
    return [], [addrs]


def _collected_at_once(counts: Counter[tuple[int, int]], heap: Engine, objects: Load) -> tuple[Made, Made]:
    made, _ = _at_once(counts, heap, objects)
    for addrs in made:
        heap.drop_many(addrs)
    heap.collect()
    return [], made


def print_model(version: str, rounds: int) -> None:
    """Print what `model` measures, as JSON: for the process that measures pure Python."""
    emit_json(model(Release(read_version(version)), rounds))
