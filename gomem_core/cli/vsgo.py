"""`gomem bench --vs-go`: what an operation costs in the model, in pure Python and compiled, and in a real Go program.

The Go program (bench.go, which ships beside this file) is built with the toolchain that the user names.  Its memory is cleared
where it was used before, and the model has none; so what is compared is the whole of what somebody waits for, not the same work.
It runs before and after the model, so that both see the same machine.
"""

import json
import os
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import gomem_core
from gomem_core.build import is_compiled
from gomem_core.cli.measure import Effort
from gomem_core.cli.output import OK, BadInput, emit, emit_json
from gomem_core.cli.vsgomodel import Measured, model
from gomem_core.foreign import brief, visible
from gomem_core.report import Cell, Column, Table

if TYPE_CHECKING:
    from gomem_core.schema import measures as schema

_BUILD_SECONDS: Final = 600
_RUN_SECONDS: Final = 120
# Times what Go takes, at most.
_GOAL_PURE: Final = 12
_GOAL_COMPILED: Final = 4
_GOAL_AT_ONCE: Final = 1.5
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
sys.path.insert(0, sys.argv[1])
from gomem_core.cli.vsgomodel import print_model
print_model(sys.argv[2], int(sys.argv[3]))
"""


def versus(go: Path, effort: Effort, as_json: bool) -> int:
    """Measure the model and a Go program, and print both.  Raises BadInput where the program cannot be built."""
    rounds = max(3, effort.repetitions // 5)
    with tempfile.TemporaryDirectory() as folder:
        program = _build(go, folder)
        real, ns = _real(program, rounds)
        compiled = model(effort.release, rounds) if is_compiled() else None
        pure = _pure(effort, rounds) if compiled is not None else model(effort.release, rounds)
        again = _real(program, rounds)[1]
    ns = {name: min(one, again[name]) for name, one in ns.items()}
    if as_json:
        emit_json(_as_json(effort, real, pure, compiled, ns))
    else:
        emit("\n".join(_text(effort, real, pure, compiled, ns)))
    return OK


def _as_json(effort: Effort, real: str, pure: Measured, compiled: Measured | None, ns: dict[str, float]) -> "schema.VersusGo":
    return {
        "go": effort.release.version,
        "real": real,
        "floor": {"pure": _call(pure), "compiled": None if compiled is None else _call(compiled)},
        "ns": {
            name: {
                "pure": pure["one"][name],
                "pure_at_once": pure["many"][name],
                "compiled": None if compiled is None else compiled["one"][name],
                "compiled_at_once": None if compiled is None else compiled["many"][name],
                "go": ns[name],
                "go_at_once": ns[_at_once(name)],
            }
            for name in _OPERATIONS
        },
    }


def _call(found: Measured) -> "schema.EmptyCall":
    return {"alloc": found["floor"]["alloc"], "drop": found["floor"]["drop"]}


def _at_once(name: str) -> str:
    """What bench.go calls the operation with which many at once are compared."""
    return "gc_at_once" if name == "gc" else name


def _floor(found: Measured, name: str) -> float:
    """Nanoseconds an operation where its calls do nothing."""
    return found["floor"]["alloc"] + (found["floor"]["drop"] if name == "gc" else 0)


def _text(effort: Effort, real: str, pure: Measured, compiled: Measured | None, ns: dict[str, float]) -> list[str]:
    one_by_one, at_once = (
        Table(
            (
                *(Column(what, "text"), Column(real), Column("pure"), Column("times Go")),
                *(Column("compiled"), Column("times Go")),
                *((Column("empty, pure"), Column("empty, compiled")) if way == "one" else ()),
            ),
            _rows(way, pure, compiled, ns),
        )
        for way, what in (("one", "called one by one"), ("many", "many at once"))
    )
    return [
        f"ns an operation, model of go{effort.release.text} beside a real program",
        *one_by_one.lines(),
        f"wanted: pure at most {_GOAL_PURE} times Go, compiled at most {_GOAL_COMPILED}",
        *_out_of_reach(pure, _GOAL_PURE, ns, "pure"),
        *([] if compiled is None else _out_of_reach(compiled, _GOAL_COMPILED, ns, "compiled")),
        "",
        *at_once.lines(),
        f"wanted: compiled at most {_GOAL_AT_ONCE} times Go",
        *([] if compiled is not None else ["these allocators are not compiled: GOMEM_COMPILE=1 pip install . does that"]),
    ]


def _rows(way: str, pure: Measured, compiled: Measured | None, ns: dict[str, float]) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for name, label in _OPERATIONS.items():
        go = ns[name if way == "one" else _at_once(name)]
        row: list[Cell] = [label, f"{go:.0f}"]
        for found in (pure, compiled):
            row += ["–", "–"] if found is None else [f"{found[way][name]:.0f}", f"{found[way][name] / go:.1f}"]
        if way == "one":
            row += ["–" if found is None else f"{_floor(found, name):.0f}" for found in (pure, compiled)]
        rows.append(tuple(row))
    return rows


def _out_of_reach(found: Measured, goal: float, ns: dict[str, float], how: str) -> list[str]:
    """Say of which operations the empty calls alone take longer than is wanted of the whole."""
    names = [label for name, label in _OPERATIONS.items() if _floor(found, name) > goal * ns[name]]
    return [f"{how}, empty calls alone take more than that: {', '.join(names)}"] if names else []


# --- The real program ----------------------------------------------------------------------------------------------------


def _build(go: Path, folder: str) -> str:
    """Build bench.go in a folder; returns the program.  Raises BadInput."""
    source, program = Path(folder, "bench.go"), Path(folder, "bench")
    source.write_bytes((files(__package__) / "bench.go").read_bytes())
    env = {**os.environ, "GOFLAGS": "", "GO111MODULE": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    _run([str(go.expanduser()), "build", "-o", str(program), str(source)], folder, env, _BUILD_SECONDS)
    return str(program)


def _real(program: str, rounds: int) -> tuple[str, dict[str, float]]:
    """Run it: the version of its Go, and ns an operation.  Raises BadInput."""
    answer = _run([program, str(rounds)], os.path.dirname(program), {**os.environ, "GOMAXPROCS": "1"}, _RUN_SECONDS)
    try:
        found = json.loads(answer)
        ns: dict[str, float] = {name: found["ns"][name] for name in {*_OPERATIONS, *map(_at_once, _OPERATIONS)}}
        if min(ns.values()) <= 0:
            raise ValueError
        return str(found["version"]), ns
    except (ValueError, KeyError, TypeError) as e:
        raise BadInput(f"the Go program answers {brief(answer)}, which is none of its answers") from e


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


# --- The model in pure Python -----------------------------------------------------------------------------------------------


def _pure(effort: Effort, rounds: int) -> Measured:
    """Measure it in a process of its own that leaves compiled modules alone.  Raises BadInput.

    It is the same gomem, wherever this was started: -P keeps one in the current folder out.
    """
    here = str(Path(gomem_core.__file__).parents[1])
    words = [sys.executable, "-P", "-c", _PURE, here, effort.release.version, str(rounds)]
    found: Measured = json.loads(_run(words, os.getcwd(), {**os.environ}, _RUN_SECONDS * 5))
    return found
