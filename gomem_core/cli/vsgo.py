"""`gomem bench --vs-go`: what an operation costs in the model, in pure Python and compiled, and in a real Go program.

The Go program (bench.go, which ships beside this file) is built with the toolchain that the user names.  It touches the memory
that it is given, and the model has none; so what is compared is the whole of what somebody waits for, not the same work.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
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

if TYPE_CHECKING:
    from gomem_core.schema import outputs as schema

_BUILD_SECONDS: Final = 600
_RUN_SECONDS: Final = 120
_GOALS: Final = {"compiled": 4, "pure": 12}  # times what Go takes, at most
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
                name: {"pure": pure[name], "compiled": (compiled or {}).get(name), "go": real["ns"][name]} for name in _OPERATIONS
            },
        }
        emit_json(data)
    else:
        emit("\n".join(_text(effort, str(real["version"]), pure, compiled, real["ns"])))
    return OK


def _text(
    effort: Effort, real: str, pure: dict[str, float], compiled: dict[str, float] | None, ns: dict[str, float]
) -> list[str]:
    columns = (
        *(Column("operation", "text"), Column("pure"), Column("compiled"), Column(real), Column("pure: times Go")),
        Column("compiled: times Go"),
    )
    rows: list[tuple[Cell, ...]] = []
    for name, label in _OPERATIONS.items():
        fast = None if compiled is None else compiled[name]
        shown = ("–", "–") if fast is None else (f"{fast:.0f}", f"{fast / ns[name]:.1f}")
        rows.append((label, f"{pure[name]:.0f}", shown[0], f"{ns[name]:.0f}", f"{pure[name] / ns[name]:.1f}", shown[1]))
    wanted = f"wanted, called one by one: pure at most {_GOALS['pure']} times Go, compiled at most {_GOALS['compiled']}"
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


def model(release: Release, rounds: int) -> dict[str, float]:
    """Nanoseconds an operation, the least of several rounds, by the names of _OPERATIONS."""
    sizes = [(1, 0), (3, 0), (8, 0), (12, 0)]
    with no_collector():
        return {
            "hit": _least(release, rounds, [(64, 0)] * _COUNT),
            "hit_scan": _least(release, rounds, [(64, 64)] * _COUNT),
            "tiny": _least(release, rounds, sizes * (_COUNT // 4)),
            "refill": _least(release, rounds, [(8192, 0)] * (_COUNT // 10)),
            "large": _least(release, rounds, [(65536, 0)] * (_COUNT // 40)),
            "gc": _least(release, rounds, [(64, 0)] * _COUNT, _with_collection),
        }


def _least(
    release: Release,
    rounds: int,
    objects: list[tuple[int, int]],
    work: "Callable[[Engine, list[tuple[int, int]]], None] | None" = None,
) -> float:
    best = float("inf")
    for _ in range(max(3, rounds // 5)):
        heap = new_engine(release=release)
        heap.set_gc_percent(-1)
        mallocgc = heap.mallocgc
        start = perf_counter_ns()
        if work is None:
            for size, ptrdata in objects:
                mallocgc(size, ptrdata)
        else:
            work(heap, objects)
        best = min(best, (perf_counter_ns() - start) / len(objects))
    return best


def _with_collection(heap: Engine, objects: list[tuple[int, int]]) -> None:
    mallocgc, drop = heap.mallocgc, heap.drop
    addrs = [mallocgc(size, ptrdata) for size, ptrdata in objects]
    for addr in addrs:
        drop(addr)
    heap.collect()


def _pure(effort: Effort) -> dict[str, float]:
    """The same in a process of its own that leaves compiled modules alone."""
    words = [sys.executable, "-c", _PURE, effort.release.version, str(effort.repetitions)]
    found: dict[str, float] = json.loads(_run(words, os.getcwd(), {**os.environ}, _RUN_SECONDS * 5))
    return found


def print_model(version: str, rounds: int) -> None:
    """Print what `model` measures, as JSON: for the process that measures pure Python."""
    emit_json(model(Release(read_version(version)), rounds))
