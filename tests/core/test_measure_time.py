"""The benchmark of going through time runs; its figures are for whoever measures, not for a test."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.thorough
def test_the_benchmark_runs_and_tells_every_goal() -> None:
    argv = [sys.executable, "tests/measure_time.py", "--quick"]
    done = subprocess.run(argv, cwd=ROOT, env={"PYTHONPATH": "."}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    told = {line.split(": ")[0] for line in done.stdout.splitlines() if "≤" in line}
    assert told >= {"typed", "run through", "gc", "churn 300", "alloc 64 times 300", "drop all", "halfway in alloc 96", "long"}
