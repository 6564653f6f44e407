"""The benchmarks run; their figures are for whoever measures, not for a test."""

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


@pytest.mark.thorough
def test_a_checkout_is_measured_beside_another_one() -> None:
    argv = [sys.executable, "-m", "tests.beside", str(ROOT), "--runs", "1", "--spans", "2500"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    heading, *rows = done.stdout.splitlines()
    assert heading.split()[-4:] == ["other", "here", "ratio", "wanted"]
    assert len(rows) >= 10
    for row in rows:
        other, here, ratio, *_ = (float(cell) for cell in row[52:].split()[:3])
        assert ratio == pytest.approx(here / other, rel=0.1)
