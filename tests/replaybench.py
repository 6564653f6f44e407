"""Measure the engine alone: how fast it does what a recorded program did, without comparing, and what objects and spans cost.

    python -m tests.replaybench [RECORDING]

Run it with the Python of an environment in which the allocators are compiled for the figures of those.  Each recording's
operations are done again and again in one heap, which each time drops what the last round left.
"""

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Final

from gomem_core.build import is_compiled
from gomem_core.go.heapbits import sparse_ptrdata
from gomem_core.go.release import Release
from gomem_core.go.versions import profile_named
from gomem_core.recordings.format import Record, read_records
from gomem_core.session.engine import Engine, new_engine

RECORDINGS: Final = Path(__file__).parent / "recordings" / "modern"
WANTED_RATE: Final = 1e6  # operations a second, compiled
WANTED_SPAN: Final = 300  # bytes
WANTED_OBJECTS: Final = 60  # MB of ten million
_ROUNDS: Final = 60
_OBJECTS: Final = 10_000_000
_SPANS: Final = 100_000
_PTRDATA: Final[dict[str, Callable[[int], int]]] = {"n": lambda _: 0, "s": lambda size: size, "h": sparse_ptrdata}


def operations(path: Path) -> tuple[str, list[tuple[str, int, int]]]:
    """The version, and what its program did: alloc with size and ptrdata, drop with the object's number, gc."""
    found: list[tuple[str, int, int]] = []
    version = ""
    for _, record in read_records(path):
        version = version or str(record.get("go", ""))
        if record["k"] == "op" and (one := _operation(record)) is not None:
            found.append(one)
    return version, found


def _operation(record: Record) -> tuple[str, int, int] | None:
    match record["op"]:
        case "alloc":
            return "alloc", record["size"], _PTRDATA[record["kind"]](record["size"])
        case "drop":
            return "drop", record["args"][0], 0
        case "gc":
            return "gc", 0, 0
        case _:
            return None


def rate(path: Path) -> float:
    """Operations a second, of the best of some rounds."""
    version, todo = operations(path)
    heap = engine(version)
    best = 0.0
    for _ in range(_ROUNDS):
        mallocgc, drop, addrs, dropped = heap.mallocgc, heap.drop, [], set()
        began = perf_counter()
        for what, number, ptrdata in todo:
            if what == "alloc":
                addrs.append(mallocgc(number, ptrdata))
            elif what == "drop":
                drop(addrs[number])
                dropped.add(number)
            else:
                heap.collect()
        best = max(best, len(todo) / (perf_counter() - began))
        for number, addr in enumerate(addrs):
            if number not in dropped:
                drop(addr)
        heap.collect()
    return best


def engine(version: str) -> Engine:
    """An empty heap of that version, which collects when it is told to."""
    profile = profile_named(version)
    assert profile is not None
    heap = new_engine(release=Release(profile))
    heap.set_gc_percent(-1)
    return heap


def memory(size: int, ptrdata: int, count: int) -> int:
    """Bytes of the process that so many objects take."""
    gc.collect()
    before = anonymous()
    heap = engine("go1.27")
    heap.alloc_many(size, ptrdata, count, [])
    return anonymous() - before


def anonymous() -> int:
    """Bytes of the process's memory that are no file's."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("RssAnon"))


def main() -> None:
    """Print all figures beside what is wanted."""
    names = sys.argv[1:] or [str(RECORDINGS / f"{name}.127.jsonl.gz") for name in ("natural", "reuse", "mixed")]
    print("allocators compiled by mypyc" if is_compiled() else "allocators in pure Python")
    for path in map(Path, names):
        print(f"{path.name}: {rate(path) / 1e6:.2f} M operations a second; wanted, compiled: {WANTED_RATE / 1e6:.0f}")
    print(f"a span: {memory(8192, 0, _SPANS) / _SPANS:.0f} B; wanted, compiled: {WANTED_SPAN}")
    for size, ptrdata in ((64, 0), (8, 8), (64, 64)):
        kind = f"{size} B {'scan' if ptrdata else 'noscan'}"
        print(f"ten million objects of {kind}: {memory(size, ptrdata, _OBJECTS) >> 20} MB; wanted, compiled: {WANTED_OBJECTS}")


if __name__ == "__main__":
    main()
