"""Statements that were drawn by lot, against the MemStats of a Go program that does the same."""

import json
import os
import subprocess
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from gomem_core.session.console import Console
from tests.gotypes.drawn import Drawn, a_statement
from tests.outside.goprograms import CACHE, SECONDS, VERSIONS, need, toolchain

_MANY: Final = 500
_PROGRAM: Final = """package main

import (
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
	"unsafe"
)

var _ unsafe.Pointer
var before, after runtime.MemStats

func tell() {
	var by [][2]uint64
	for i, row := range after.BySize {
		if made := row.Mallocs - before.BySize[i].Mallocs; made > 0 && row.Size > 0 {
			by = append(by, [2]uint64{uint64(row.Size), made})
		}
	}
	json.NewEncoder(os.Stdout).Encode([]any{after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc, by})
}

"""
_MAIN: Final = """func main() {
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(-1)
	runtime.GC()
	runtime.GC()
"""


def program(drawn: list[Drawn]) -> str:
    """Go source: each statement in a function of its own, whose parameters its compiler cannot know."""
    found = [_PROGRAM]
    for i, one in enumerate(drawn):
        given = ", ".join(f"{name} {t}" for name, t, _ in one.variables)
        go = one.go.replace("R ", f"R{i} ").replace("(R,", f"(R{i},")
        found.append(f"var R{i} {one.result}\n\n//go:noinline\nfunc do{i}({given}) {{ {go} }}\n\nfunc measure{i}() {{")
        found += [f"\tvar {name} {t}{f' = {value}' if value else ''}" for name, t, value in one.variables]
        names = ", ".join(name for name, _, _ in one.variables)
        found.append(f"\truntime.ReadMemStats(&before)\n\tdo{i}({names})\n\truntime.ReadMemStats(&after)\n\ttell()\n}}\n")
    return "\n".join([*found, _MAIN + "".join(f"\tmeasure{i}()\n" for i in range(len(drawn))) + "}\n"])


def counted(console: Console) -> tuple[int, int, dict[int, int]]:
    """Objects and bytes that were ever allocated, and objects by slot."""
    stats = console.session.world.sums.mem_stats()
    assert stats.Mallocs is not None
    assert stats.TotalAlloc is not None
    return stats.Mallocs, stats.TotalAlloc, {size: mallocs for size, mallocs, _ in stats.BySize if size}


def done_here(minor: str, one: Drawn) -> list[Any]:
    """What the statement allocates in a session."""
    console = Console(narrate=False)
    variables = () if one.typed[-1].startswith("var ") else one.variables  # a function has its own
    declared = [f"var {name} {t}{f' = {value}' if value else ''}" for name, t, value in variables]
    for line in (f"go {minor}", "gogc off", *declared, *one.typed[:-1], "flush"):
        outcome = console.submit(line)
        assert outcome.error is None, (line, outcome.error)
    first = counted(console)
    outcome = console.submit(one.typed[-1])
    assert outcome.error is None, (one, outcome.error)
    last = counted(console)
    by = [[size, n - first[2][size]] for size, n in last[2].items() if n > first[2][size]]
    return [last[0] - first[0], last[1] - first[1], by or None]


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("minor", [*VERSIONS])
def test_statements_drawn_by_lot_allocate_what_go_allocates(minor: str, seed: int, tmp_path: Path) -> None:
    need(minor)
    random = Random(seed)
    drawn = [a_statement(random) for _ in range(_MANY)]
    (tmp_path / "main.go").write_text(program(drawn))
    (tmp_path / "go.mod").write_text(f"module drawn\n\ngo {minor}\n")
    env = {**os.environ, "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOCACHE": str(CACHE / "gocache"), "CGO_ENABLED": "0"}
    env |= {"GOROOT": str(toolchain(minor).parents[1])}
    subprocess.run([toolchain(minor), "build", "-o", "drawn", "."], cwd=tmp_path, env=env, check=True, timeout=10 * SECONDS)
    done = subprocess.run([tmp_path / "drawn"], capture_output=True, check=True, timeout=SECONDS)
    for one, line in zip(drawn, done.stdout.splitlines(), strict=True):
        assert done_here(minor, one) == json.loads(line), one
