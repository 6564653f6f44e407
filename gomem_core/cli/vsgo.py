"""`gomem bench --vs-go`: what an operation costs in the model, in pure Python and compiled, and in a real Go program.

The Go program (bench.go, which ships beside this file) is built with the toolchain that the user names.  It touches the memory
that it is given, and the model has none; so what is compared is the whole of what somebody waits for, not the same work.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING, Final

from gomem_core.build import is_compiled
from gomem_core.cli.measure import Effort, no_collector
from gomem_core.cli.output import OK, BadInput, emit, emit_json
from gomem_core.foreign import brief, visible
from gomem_core.go.release import Release
from gomem_core.lang.releases import read_version
from gomem_core.report import Cell, Column, Table
from gomem_core.session.engine import Engine, new_engine
from gomem_core.world.blocks import AddressRow

if TYPE_CHECKING:
    from gomem_core.schema import measures as schema

Measured = dict[str, dict[str, float]]  # "one" by one, or "many" at once -> operation -> ns
Load = list[tuple[int, int]]  # size and ptrdata of each object
Made = Sequence[list[int] | AddressRow]  # where those lie that are not dropped yet

_BUILD_SECONDS: Final = 600
_RUN_SECONDS: Final = 120
# Times what Go takes, at most.
_GOAL_PURE: Final = 12
_GOAL_COMPILED: Final = 4
_GOAL_AT_ONCE: Final = 1.5
_COUNT: Final = 20_000
_OPERATIONS: Final = {  # as bench.go calls them -> what people call them
    "hit": "64 B noscan, mcache hit",
    "hit_scan": "64 B scan, mcache hit",
    "tiny": "tiny",
    "refill": "8 KB, a refill each",
    "large": "64 KB, large",
    "gc": "64 B: alloc, drop, gc",
}
_PURE: Final = """
import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader

class Pure:
    def find_spec(self, name, path=None, target=None):
        for folder in path or () if name.startswith("gomem_core") else ():
            spec = FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name)
            if spec is not None:
                return spec

sys.meta_path.insert(0, Pure())
from gomem_core.cli.vsgo import print_model
print_model(sys.argv[1], int(sys.argv[2]))
"""


def versus(go: Path, effort: Effort, as_json: bool) -> int:
    """Measure the model and a Go program, and print both.  Raises BadInput where the program cannot be built."""
    real = _real(go)
    compiled = model(effort.release, effort.repetitions) if is_compiled() else None
    pure = _pure(effort) if compiled is not None else model(effort.release, effort.repetitions)
    if as_json:
        data: schema.VersusGo = {
            "go": effort.release.version,
            "real": str(real["version"]),
            "ns": {
                name: {
                    "pure": pure["one"][name],
                    "pure_at_once": pure["many"][name],
                    "compiled": None if compiled is None else compiled["one"][name],
                    "compiled_at_once": None if compiled is None else compiled["many"][name],
                    "go": real["ns"][name],
                }
                for name in _OPERATIONS
            },
        }
        emit_json(data)
    else:
        emit("\n".join(_text(effort, str(real["version"]), pure, compiled, real["ns"])))
    return OK


def _text(effort: Effort, real: str, pure: Measured, compiled: Measured | None, ns: dict[str, float]) -> list[str]:
    columns = (
        *(Column("operation", "text"), Column(real), Column("pure"), Column("times Go"), Column("compiled"), Column("times Go")),
        *(Column("pure, at once"), Column("times Go"), Column("compiled, at once"), Column("times Go")),
    )
    rows: list[tuple[Cell, ...]] = []
    for name, label in _OPERATIONS.items():
        row: list[Cell] = [label, f"{ns[name]:.0f}"]
        for way in ("one", "many"):
            for found in (pure, compiled):
                row += ["–", "–"] if found is None else [f"{found[way][name]:.0f}", f"{found[way][name] / ns[name]:.1f}"]
        rows.append(tuple(row))
    one_by_one = f"wanted, called one by one: pure at most {_GOAL_PURE} times Go, compiled at most {_GOAL_COMPILED}"
    wanted = f"{one_by_one}; many at once, compiled: at most {_GOAL_AT_ONCE}"
    rest = [] if compiled is not None else ["these allocators are not compiled: GOMEM_COMPILE=1 pip install . does that"]
    return [
        f"ns an operation, model of go{effort.release.text} beside a real program",
        *Table(columns, rows).lines(),
        wanted,
        *rest,
    ]


# --- The real program ----------------------------------------------------------------------------------------------------


def _real(go: Path) -> "dict[str, dict[str, float]]":
    """Build bench.go and run it.  Raises BadInput."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "bench.go"), Path(folder, "bench")
        source.write_bytes((files(__package__) / "bench.go").read_bytes())
        env = {**os.environ, "GOFLAGS": "", "GO111MODULE": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
        _run([str(go.expanduser()), "build", "-o", str(program), str(source)], folder, env, _BUILD_SECONDS)
        answer = _run([str(program)], folder, {**env, "GOMAXPROCS": "1"}, _RUN_SECONDS)
    try:
        found: dict[str, dict[str, float]] = json.loads(answer)
        if not all(found["ns"][name] > 0 for name in _OPERATIONS):
            raise ValueError
    except (ValueError, KeyError, TypeError) as e:
        raise BadInput(f"the Go program answers {brief(answer)}, which is none of its answers") from e
    return found


def _run(words: list[str], folder: str, env: dict[str, str], seconds: int) -> str:
    """What a program prints.  Raises BadInput."""
    try:
        done = subprocess.run(words, cwd=folder, env=env, check=False, capture_output=True, text=True, timeout=seconds)  # noqa: S603 -- what the user named
    except OSError as e:
        raise BadInput(f"cannot run {brief(words[0])}: {e.strerror or e}") from e
    except subprocess.TimeoutExpired as e:
        raise BadInput(f"{brief(words[0])} takes longer than {seconds} s") from e
    if done.returncode:
        said = visible(done.stderr.strip().splitlines()[0]) if done.stderr.strip() else f"exit code {done.returncode}"
        raise BadInput(f"{brief(' '.join(words[:2]))} fails: {brief(said)}")
    return done.stdout


# --- The model ------------------------------------------------------------------------------------------------------------


def model(release: Release, rounds: int) -> Measured:
    """Nanoseconds an operation, the least of several rounds, by the names of _OPERATIONS: called one by one, and many at once."""
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
        }


def _least(release: Release, rounds: int, objects: Load, work: "Callable[[Engine, Load], Made]") -> float:
    """The least of several rounds in one heap; between them all is dropped and collected, as bench.go does."""
    heap = new_engine(release=release)
    heap.set_gc_percent(-1)
    best = float("inf")
    for _ in range(max(3, rounds // 5)):
        start = perf_counter_ns()
        made = work(heap, objects)
        best = min(best, (perf_counter_ns() - start) / len(objects))
        for addrs in made:
            heap.drop_many(addrs)
        heap.collect()
    return best


def _one_by_one(heap: Engine, objects: Load) -> Made:
    mallocgc = heap.mallocgc
    return [[mallocgc(size, ptrdata) for size, ptrdata in objects]]


def _at_once(counts: Counter[tuple[int, int]], heap: Engine, _: Load) -> list[AddressRow]:
    """Allocate those of one kind at once: tiny ones, whose sizes take turns one by one, size after size."""
    addrs: list[AddressRow] = []
    for (size, ptrdata), times in counts.items():
        heap.alloc_many(size, ptrdata, times, addrs)
    return addrs


def _collected(heap: Engine, objects: Load) -> Made:
    mallocgc, drop = heap.mallocgc, heap.drop
    addrs = [mallocgc(size, ptrdata) for size, ptrdata in objects]
    for addr in addrs:
        drop(addr)
    heap.collect()
    return []


def _collected_at_once(counts: Counter[tuple[int, int]], heap: Engine, objects: Load) -> Made:
    for addrs in _at_once(counts, heap, objects):
        heap.drop_many(addrs)
    heap.collect()
    return []


def _pure(effort: Effort) -> Measured:
    """The same in a process of its own that leaves compiled modules alone."""
    words = [sys.executable, "-c", _PURE, effort.release.version, str(effort.repetitions)]
    found: Measured = json.loads(_run(words, os.getcwd(), {**os.environ}, _RUN_SECONDS * 5))
    return found


def print_model(version: str, rounds: int) -> None:
    """Print what `model` measures, as JSON: for the process that measures pure Python."""
    emit_json(model(Release(read_version(version)), rounds))
